import type { Day } from '../../kernel/day.js';
import type { AccountKey } from '../journal/chart-of-accounts.js';
import {
  converted,
  credit,
  debit,
  type EntryLine,
  journalEntry,
  type JournalEntry,
  sumsByCurrency,
} from '../journal/journal-entry.js';
import type { PostingKind } from '../journal/posting.js';
import type { Transaction } from './balance.js';

/**
 * Something that moves money into the provider's balance (`amount` positive) or out of it, as its own event tells it: a capture, a refund,
 * a payout. Its lines of the balance come on their own day, before or after; what lies between is in process.
 */
export interface MoneyEvent {
  /** Names its journal entry: `payment:ch_1`, `refund:re_1`. */
  entry: string;
  /** The same with its provider; see `JournalEntry.matter`. */
  matter: string;
  object: string;
  at: number;
  day: Day;
  /** Nothing of one that did not come true: its lines of the balance take each other back. */
  amount: bigint;
  currency: string;
  kind: PostingKind;
  /** Categories that its lines of the balance have. */
  categories: readonly string[];
  /** The line that it names. */
  transaction?: string;
  /** The other side. */
  against: AccountKey;
  /**
   * The other side is owed in the currency of the event, such as an invoice's; otherwise it is worth what the event brought into the
   * balance, in the currency of settlement.
   */
  owed?: boolean;
  /** Of `amount`, with its sign: tax within it, which is owed in the currency of the event. */
  tax?: bigint;
  memo: string;
}

export interface Matched {
  /** Lines of the balance by the event they are of. */
  of: ReadonlyMap<MoneyEvent, readonly Transaction[]>;
  event: ReadonlyMap<Transaction, MoneyEvent>;
}

/**
 * Which line of the balance is of which event: the one that names it or that it names, else the next in time of its categories. Where several
 * have one name, as a chargeback and the second one of a dispute, each has its own line, in the order of time. A second line of one event,
 * such as what a partial capture let go or what an appeal took once more, goes with the last.
 */
export function matched(events: readonly MoneyEvent[], transactions: readonly Transaction[]): Matched {
  const of = new Map<MoneyEvent, Transaction[]>();
  const event = new Map<Transaction, MoneyEvent>();
  const join = (transaction: Transaction, to: MoneyEvent | undefined): void => {
    if (!to) return;
    of.set(to, [...(of.get(to) ?? []), transaction]);
    event.set(transaction, to);
  };
  const inTime = [...events].sort((a, b) => a.at - b.at || (a.entry < b.entry ? -1 : 1));
  const rest: Transaction[] = [];
  for (const transaction of [...transactions].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))) {
    const named = inTime.filter((each) => isOf(each, transaction) && isNamed(each, transaction));
    if (named.length === 0) rest.push(transaction);
    else join(transaction, named.find((each) => !of.has(each)) ?? named.at(-1));
  }
  for (const transaction of rest) {
    const fitting = inTime.filter((each) => isOf(each, transaction));
    const free = fitting.filter((each) => !of.has(each) && each.transaction === undefined);
    const next = free.find((each) => each.amount !== 0n) ?? free[0];
    join(transaction, next ?? fitting.findLast((each) => of.has(each)));
  }
  return { of, event };
}

/** Whether the event names the line, or the line what it is of. */
const isNamed = ({ transaction: named, object, entry }: MoneyEvent, { id, source }: Transaction): boolean =>
  named === id || (source !== undefined && [object, entry].some((each) => each.endsWith(`:${source}`)));

const isOf = ({ categories }: MoneyEvent, { category }: Transaction): boolean => categories.includes(category);

/** What an event is worth: what its lines of the balance say, in their currency; as it was told, while there are none. */
export function worthOf(
  event: MoneyEvent,
  transactions: readonly Transaction[] = [],
): { amount: bigint; currency: string }[] {
  if (transactions.length === 0) return [{ amount: event.amount, currency: event.currency }];
  const sums = new Map<string, bigint>();
  for (const { gross, currency } of transactions) sums.set(currency, (sums.get(currency) ?? 0n) + gross);
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}

/**
 * The event's own side of the books: from its other side into what is in process, or back. Where its lines say more or less than is owed
 * in the one currency of both, nobody knows what the rest is.
 */
export function eventEntry(event: MoneyEvent, transactions: readonly Transaction[] = []): JournalEntry | undefined {
  const { entry, matter, object, at, day, kind, memo, against } = event;
  const worth = worthOf(event, transactions);
  const inProcess = worth.map(({ amount, currency }) => debit('payments_in_process', amount, currency));
  const lines = event.owed
    ? settled([...inProcess, credit(against, event.amount, event.currency)])
    : converted([...inProcess, ...earned(event, worth)]);
  return journalEntry({ entry, matter, object, at, day, kind, memo, lines });
}

/** What an event is worth, less the tax within it; of what was settled in another currency, less the same part. */
function earned({ against, amount, currency, tax = 0n }: MoneyEvent, worth: ReturnType<typeof worthOf>): EntryLine[] {
  const taxOf = (each: (typeof worth)[number]): bigint =>
    tax === 0n || each.currency === currency ? tax : (each.amount * tax) / amount;
  return [
    ...worth.map((each) => credit(against, each.amount - taxOf(each), each.currency)),
    credit('tax_payable', tax, currency),
  ];
}

/** A conversion has two currencies; what is left of one alone stands in suspense. */
function settled(lines: readonly EntryLine[]): EntryLine[] {
  const open = [...sumsByCurrency(lines)].filter(([, sum]) => sum !== 0n);
  const [only] = open;
  return only && open.length === 1 ? [...lines, credit('suspense', only[1], only[0])] : converted(lines);
}
