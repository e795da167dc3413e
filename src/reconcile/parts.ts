import type { Day } from '../kernel/day.js';
import type { Confidence } from './cause.js';
import { agreement, comparableAmount } from './compare/comparable-amount.js';
import { compareText, type Pairing, type Tracked, type Truth } from './match.js';

export const truthParts = ['matched', 'wrong_value', 'wrong_currency', 'other_day', 'missing', 'expected'] as const;
export const trackedParts = [
  'matched',
  'wrong_value',
  'wrong_currency',
  'tracked_other_day',
  'duplicates',
  'client_only',
] as const;
/** What needs explaining first: the order in which ids are listed. */
export const parts = [
  'missing',
  'client_only',
  'duplicates',
  'wrong_value',
  'wrong_currency',
  'other_day',
  'tracked_other_day',
  'expected',
  'matched',
  'not_trackable',
] as const;
export type Part = (typeof parts)[number];

/** One id of a part. Amounts are minor units of the bucket's currency, 0 for counts and on the side that does not count it. */
export interface Item {
  part: Part;
  /** Of the truth; of the message where there is none on this day. */
  id: string;
  day: Day;
  truth?: Truth;
  tracked?: Tracked;
  amountActual: bigint;
  amountTracked: bigint;
  cause?: string;
  confidence?: Confidence;
  evidence?: Readonly<Record<string, unknown>>;
}

/** Items by currency; counts have one bucket, ''. */
export type Buckets = Map<string, Item[]>;

/** ISO 4217 for "no currency": where amounts go of which nobody can tell the currency. */
export const NO_CURRENCY = 'XXX';

export interface Sorting {
  day: Day;
  unit: 'count' | 'money';
  truths: readonly Truth[];
  tracked: readonly Tracked[];
  pairing: Pairing;
  /** Truth after this instant may still be waiting for its event. Epoch milliseconds. */
  settledBefore: number;
}

/**
 * Puts everything of a day into the parts of a reconciliation. Both sides sum by construction: each truth of the day goes into one part
 * of the truth side, each event of the day into one of the tracked side. A pair whose currencies differ is listed in the row of each.
 */
export function sortIntoParts(sorting: Sorting): Buckets {
  const buckets: Buckets = new Map();
  const put = (currency: string, item: Item): void => {
    const items = buckets.get(currency);
    if (items) items.push(item);
    else buckets.set(currency, [item]);
  };
  const money = sorting.unit === 'money';
  for (const truth of sorting.truths)
    if (truth.day === sorting.day) put(money ? truth.currency : '', truthItem(truth, sorting));
  for (const event of sorting.tracked) {
    if (event.day !== sorting.day) continue;
    const { currency, item } = trackedItem(event, sorting);
    if (item) put(currency, item);
  }
  if (!money && buckets.size === 0) buckets.set('', []);
  for (const items of buckets.values()) items.sort(byPart);
  return new Map([...buckets].sort(([a], [b]) => compareText(a, b)));
}

const rank = new Map(parts.map((part, index) => [part, index]));
// Two senders may name two messages alike.
const byPart = (a: Item, b: Item): number =>
  rank.get(a.part)! - rank.get(b.part)! ||
  compareText(a.id, b.id) ||
  compareText(a.tracked?.id ?? '', b.tracked?.id ?? '');

function truthItem(truth: Truth, { day, unit, pairing, settledBefore }: Sorting): Item {
  const tracked = pairing.trackedOf.get(truth);
  const money = unit === 'money';
  const item = { id: truth.id, day, truth, tracked, amountActual: money ? truth.value : 0n, amountTracked: 0n };
  if (!truth.present) return { ...item, part: 'not_trackable' };
  if (!tracked) return { ...item, part: truth.at > settledBefore ? 'expected' : 'missing' };
  if (tracked.day !== day) return { ...item, part: 'other_day' };
  if (!money) return { ...item, part: 'matched' };
  const agreed = agreement(tracked, truth);
  if (agreed === 'other_currency') return { ...item, part: 'wrong_currency' };
  const amountTracked = comparableAmount(tracked, truth) ?? 0n;
  return { ...item, part: agreed === 'same' ? 'matched' : 'wrong_value', amountTracked };
}

function trackedItem(tracked: Tracked, { day, unit, pairing }: Sorting): { currency: string; item?: Item } {
  const truth = pairing.truthOf.get(tracked) ?? pairing.repeats.get(tracked);
  const money = unit === 'money';
  const currency = money ? (tracked.currency ?? truth?.currency ?? NO_CURRENCY) : '';
  const amountTracked = money ? (comparableAmount(tracked, truth) ?? 0n) : 0n;
  const item = { id: tracked.messageId, day, truth, tracked, amountActual: 0n, amountTracked };
  if (pairing.repeats.has(tracked)) return { currency, item: { ...item, part: 'duplicates' } };
  if (!pairing.truthOf.has(tracked)) return { currency, item: { ...item, part: 'client_only' } };
  if (truth!.day !== day) return { currency, item: { ...item, part: 'tracked_other_day' } };
  // Its truth lists it, except in the row of the other currency.
  if (money && currency !== truth!.currency)
    return { currency, item: { ...item, id: truth!.id, part: 'wrong_currency' } };
  return { currency };
}
