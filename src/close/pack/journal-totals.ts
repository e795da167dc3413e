import type { Position } from '../../ledger/ledger.js';
import type { PostingLine } from '../journal/posting.js';

interface Total {
  account: string;
  currency: string;
  debit: bigint;
  credit: bigint;
  lines: number;
}

/** The sums of a journal by account and currency, and which entries before a position its lines stand on. */
export class JournalTotals {
  /** Ids of ledger entries. */
  readonly earlier = new Set<string>();
  private lines = 0;
  private readonly totals = new Map<string, Total>();

  constructor(private readonly after: Position) {}

  add({ account, currency, amount, position, entryId }: PostingLine): void {
    this.lines += 1;
    if (entryId !== undefined && position !== undefined && position <= this.after) this.earlier.add(entryId);
    const key = `${account}\n${currency}`;
    const total = this.totals.get(key) ?? { account, currency, debit: 0n, credit: 0n, lines: 0 };
    if (amount < 0n) total.credit -= amount;
    else total.debit += amount;
    total.lines += 1;
    this.totals.set(key, total);
  }

  /** `{ lines, trial_balance: [{ account, currency, debit_minor, credit_minor, lines }] }`, minor units as text. */
  json() {
    const sorted = [...this.totals.keys()].sort().map((key) => this.totals.get(key)!);
    return {
      lines: this.lines,
      trial_balance: sorted.map(({ account, currency, debit, credit, lines }) => ({
        account,
        currency,
        debit_minor: String(debit),
        credit_minor: String(credit),
        lines,
      })),
    };
  }
}
