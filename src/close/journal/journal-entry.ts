import type { Day } from '../../kernel/day.js';
import type { AccountKey } from './chart-of-accounts.js';
import type { PostingKind } from './posting.js';

/** A debit (positive) or a credit (negative), in minor units. */
export interface EntryLine {
  account: AccountKey;
  amount: bigint;
  currency: string;
}

/** What an object's state says should stand in the journal. */
export interface JournalEntry {
  /** Stable under every order of arrival. */
  entry: string;
  /** In the reporting zone. */
  day: Day;
  /** The last day, where it is spread evenly over all days from `day` on. */
  until?: Day;
  /** The day whose exchange rate it has, where that is another: what is deferred keeps the rate it was billed at. */
  rateDay?: Day;
  /** When it happened, epoch milliseconds. */
  at: number;
  kind: PostingKind;
  object?: string;
  /** The provider whose money it is about; absent where none is known. */
  provider?: string;
  /** What its line in process waits for: the two sides of one movement of money have the same. */
  matter?: string;
  memo: string;
  lines: readonly EntryLine[];
}

/** Debits equal credits in every currency, or there is no entry. */
export class Unbalanced extends RangeError {
  override readonly name = 'Unbalanced';
}

/**
 * The only way to make an entry: lines of one account and currency are one, those of nothing are left out; undefined when none is left.
 * Throws Unbalanced when they do not sum to zero in every currency.
 */
export function journalEntry(parts: JournalEntry): JournalEntry | undefined {
  const lines = summed(parts.lines);
  for (const [currency, sum] of sumsByCurrency(lines))
    if (sum !== 0n) throw new Unbalanced(`${parts.entry}: debits less credits are ${sum} ${currency}`);
  return lines.length === 0 ? undefined : { ...parts, lines };
}

export const debit = (account: AccountKey, amount: bigint, currency: string): EntryLine => ({
  account,
  amount,
  currency,
});

export const credit = (account: AccountKey, amount: bigint, currency: string): EntryLine => ({
  account,
  amount: -amount,
  currency,
});

/** Lines of one account and currency as one, in the order in which they first come; none of nothing. */
export function summed(lines: readonly EntryLine[]): EntryLine[] {
  const sums = new Map<string, EntryLine>();
  for (const line of lines) {
    const key = `${line.account} ${line.currency}`;
    const known = sums.get(key);
    sums.set(key, known ? { ...known, amount: known.amount + line.amount } : line);
  }
  return [...sums.values()].filter(({ amount }) => amount !== 0n);
}

export function sumsByCurrency(lines: readonly EntryLine[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of lines) sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  return sums;
}

/** The lines with what they lack to balance, in the account of conversions: both sides of a movement in two currencies. */
export function converted(lines: readonly EntryLine[]): EntryLine[] {
  const open = [...sumsByCurrency(lines)].filter(([, sum]) => sum !== 0n);
  return [...lines, ...open.map(([currency, sum]) => credit('conversion', sum, currency))];
}
