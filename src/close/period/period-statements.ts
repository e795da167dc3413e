import type { BooksStatements } from '../books/books.js';
import type { JournalLine } from './journal-line.js';
import type { BridgeStep } from '../books/statements.js';

// The names of the fields are the stored format. Amounts are decimal texts of minor units, debits positive.

/** What an account stood at before a period, the sums of each side of its lines, and what it stands at. */
export interface TrialRow {
  account: string;
  currency: string;
  opening_minor: string;
  debit_minor: string;
  credit_minor: string;
  closing_minor: string;
}

/** A provider's clearing account: opening + activity + adjustments of earlier periods = closing. */
export interface RollForwardRow {
  account: string;
  currency: string;
  opening_minor: string;
  activity: { kind: string; gross_minor: string; fees_minor: string; net_minor: string; count: number }[];
  adjustments_minor: string;
  closing_minor: string;
}

/** The statements of a period, which tie to its journal: what is posted in it for closed days is in them. */
export interface PeriodStatements {
  trial_balance: TrialRow[];
  roll_forward: RollForwardRow[];
  /** From `revenue_gross` to the journal's revenue; the steps of a currency sum to `bridged_minor`. */
  bridge: { step: string; currency: string; amount_minor: string; count: number }[];
  revenue: { currency: string; bridged_minor: string; journal_minor: string; unexplained_minor: string }[];
  /** In the functional currency, where there is one; `missing` lines have no rate and are left out. */
  functional?: {
    currency: string;
    missing: number;
    trial_balance: { account: string; opening_minor: string; moved_minor: string; closing_minor: string }[];
  };
}

interface Side {
  debit: bigint;
  credit: bigint;
  /** Of both, what adjusts earlier periods: debits less credits, and lines. */
  adjusting: bigint;
}

/** Sums of a period's journal, a line at a time: what its statements are held against. */
export class StatementSums {
  readonly sides = new Map<string, Side>();
  /** By account, currency and which of ours it is of, which is empty where nobody knows it. */
  readonly ours = new Map<string, bigint>();
  /** The same, and by the period that is adjusted. */
  readonly adjusted = new Map<string, { amount: bigint; count: number }>();
  readonly functional = new Map<string, bigint>();

  add({ account, currency, amount, functional = 0n, adjusts, key: of }: JournalLine): void {
    const key = keyOf(account, currency);
    const ours = `${key}\n${of ?? ''}`;
    this.ours.set(ours, (this.ours.get(ours) ?? 0n) + amount);
    const side = this.sides.get(key) ?? { debit: 0n, credit: 0n, adjusting: 0n };
    if (amount < 0n) side.credit -= amount;
    else side.debit += amount;
    if (adjusts !== undefined) {
      side.adjusting += amount;
      const place = `${ours}\n${adjusts}`;
      const { amount: sum, count } = this.adjusted.get(place) ?? { amount: 0n, count: 0 };
      this.adjusted.set(place, { amount: sum + amount, count: count + 1 });
    }
    this.sides.set(key, side);
    this.functional.set(account, (this.functional.get(account) ?? 0n) + functional);
  }

  moved(account: string, currency: string): Side & { net: bigint } {
    const side = this.sides.get(keyOf(account, currency)) ?? { debit: 0n, credit: 0n, adjusting: 0n };
    return { ...side, net: side.debit - side.credit };
  }
}

/** Hands on the lines of a journal, each added to the sums. */
export async function* summing(lines: AsyncIterable<JournalLine>, into: StatementSums): AsyncGenerator<JournalLine> {
  for await (const line of lines) {
    into.add(line);
    yield line;
  }
}

/**
 * The statements of a period, from what the books know at its end and from the lines of its journal. Openings are what the closes before it
 * came to, as the adjustments of their days are lines of this one.
 */
export function periodStatements(known: BooksStatements, sums: StatementSums): PeriodStatements {
  return {
    trial_balance: trialRows(known, sums),
    roll_forward: [...known.rollForward, ...abandonedCodes(known, sums)].map((row) => rollForwardRow(row, sums)),
    ...bridged(known, sums),
    ...functionalRows(known, sums),
  };
}

function trialRows({ closing }: BooksStatements, sums: StatementSums): TrialRow[] {
  const closings = new Map(closing.map(({ account, currency, amount }) => [keyOf(account, currency), amount]));
  return [...new Set([...closings.keys(), ...sums.sides.keys()])].sort().flatMap((key) => {
    const [account, currency] = key.split('\n') as [string, string];
    const { debit, credit, net } = sums.moved(account, currency);
    const end = closings.get(key) ?? 0n;
    if (end === 0n && debit === 0n && credit === 0n) return [];
    const amounts = { opening_minor: String(end - net), debit_minor: String(debit), credit_minor: String(credit) };
    return [{ account, currency, ...amounts, closing_minor: String(end) }];
  });
}

function rollForwardRow(
  { account, currency, activity, closing }: BooksStatements['rollForward'][number],
  sums: StatementSums,
): RollForwardRow {
  const { net, adjusting } = sums.moved(account, currency);
  return {
    account,
    currency,
    opening_minor: String(closing - net),
    activity: activity.map(({ kind, gross, fees, net: moved, count }) => ({
      kind,
      gross_minor: String(gross),
      fees_minor: String(fees),
      net_minor: String(moved),
      count,
    })),
    adjustments_minor: String(adjusting),
    closing_minor: String(closing),
  };
}

/** Clearing accounts that only earlier closes have: what they came to is moved to those of now. */
function abandonedCodes(
  { rollForward, closing }: BooksStatements,
  sums: StatementSums,
): BooksStatements['rollForward'] {
  const known = new Set(rollForward.map(({ account, currency }) => keyOf(account, currency)));
  const places = [...sums.ours.keys()].map((place) => place.split('\n') as [string, string, string]);
  const clearing = places.filter(([, , of]) => of.startsWith('clearing.'));
  const all = new Set(clearing.map(([account, currency]) => keyOf(account, currency)));
  const gone = [...all].filter((place) => !known.has(place)).sort();
  return gone.flatMap((place) => {
    const [account, currency] = place.split('\n') as [string, string];
    const stands = closing.find((row) => row.account === account && row.currency === currency)?.amount ?? 0n;
    const { debit, credit } = sums.moved(account, currency);
    return stands === 0n && debit === 0n && credit === 0n ? [] : [{ account, currency, activity: [], closing: stands }];
  });
}

/** Revenue is a credit, so that its signs are turned. What the journal has is read from its lines, the steps are not. */
function bridged(
  { steps, revenueAccounts }: BooksStatements,
  sums: StatementSums,
): Pick<PeriodStatements, 'bridge' | 'revenue'> {
  // By which of ours a line is of, whatever code it has: a code that only an earlier close has is revenue too.
  const isRevenue = (account: string, of: string): boolean =>
    of === '' ? revenueAccounts.includes(account) : of === 'revenue';
  const booked = new Map<string, bigint>();
  for (const [place, amount] of sums.ours) {
    const [account, currency, of] = place.split('\n') as [string, string, string];
    if (isRevenue(account, of)) booked.set(currency, (booked.get(currency) ?? 0n) - amount);
  }
  const all = [...steps, ...adjustedSteps(sums, isRevenue)];
  const currencies = new Set([...all.map(({ currency }) => currency), ...booked.keys()]);
  return {
    bridge: all.map(({ step, currency, amount, count }) => ({ step, currency, amount_minor: String(amount), count })),
    revenue: [...currencies].sort().map((currency) => {
      const own = all.filter((each) => each.currency === currency);
      const sum = own.reduce((total, { amount }) => total + amount, 0n);
      const journal = booked.get(currency) ?? 0n;
      const amounts = { bridged_minor: String(sum), journal_minor: String(journal) };
      return { currency, ...amounts, unexplained_minor: String(journal - sum) };
    }),
  };
}

/** What the journal changes of the revenue of closed periods: of each and in each currency a step, none where only codes are others. */
function adjustedSteps(sums: StatementSums, isRevenue: (account: string, of: string) => boolean): BridgeStep[] {
  const steps = new Map<string, BridgeStep>();
  for (const [place, { amount, count }] of sums.adjusted) {
    const [account, currency, of, period] = place.split('\n') as [string, string, string, string];
    if (!isRevenue(account, of)) continue;
    const step = `adjustments_of_${period}`;
    const sum = steps.get(keyOf(step, currency)) ?? { step, currency, amount: 0n, count: 0 };
    steps.set(keyOf(step, currency), { ...sum, amount: sum.amount - amount, count: sum.count + count });
  }
  return [...steps.values()].filter(({ amount }) => amount !== 0n);
}

function functionalRows({ functional }: BooksStatements, sums: StatementSums): Pick<PeriodStatements, 'functional'> {
  if (!functional) return {};
  const { currency, missing, closing } = functional;
  const accounts = [...new Set([...closing.keys(), ...sums.functional.keys()])].sort();
  return {
    functional: {
      currency,
      missing,
      trial_balance: accounts.flatMap((account) => {
        const [end, moved] = [closing.get(account) ?? 0n, sums.functional.get(account) ?? 0n];
        if (end === 0n && moved === 0n) return [];
        return [
          { account, opening_minor: String(end - moved), moved_minor: String(moved), closing_minor: String(end) },
        ];
      }),
    },
  };
}

const keyOf = (account: string, currency: string): string => `${account}\n${currency}`;
