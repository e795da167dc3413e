import type { Gathered } from '../load/evidence.js';
import { concentration, type Concentration, type Observed } from '../drift/concentration.js';
import type { Item, Part } from '../parts.js';
import { HOUR_ZERO, idOf, type PlainPairs } from '../sift/sift.js';
import type { TrackedContext } from '../source.js';

const HOUR_MS = 3_600_000;

/** Truths that were seen, on whichever day and with whatever amount. */
const SEEN: readonly Part[] = ['matched', 'wrong_value', 'wrong_currency', 'other_day'];

type Payment = Readonly<Record<string, string>>;

export interface DimensionsOf {
  /** First instant of the day, epoch milliseconds. */
  dayFrom: number;
  evidence: Pick<Gathered, 'contextOf'>;
  /** By group: what the payment of a purchase says. One object may stand for many. */
  payments: ReadonlyMap<string, Payment>;
  plain?: PlainSeen;
}

/** Plain pairs, the same by the id of the truth, and what reads their contexts. */
export interface PlainSeen {
  pairs: readonly PlainPairs[];
  payments: DimensionsOf['payments'];
  readContext: (text: string) => TrackedContext | undefined;
}

/**
 * What the loss of a row concentrates in. What is known of the client comes from its event, or for a lost one from its other events;
 * payment method and card country come from the truth, so they are known of both alike.
 */
export const concentrationOf = (items: readonly Item[], given: DimensionsOf): Concentration =>
  concentration(observedIn(items, given));

function* observedIn(
  items: readonly Item[],
  { dayFrom, evidence, payments, plain }: DimensionsOf,
): Generator<Observed> {
  for (const { part, truth, tracked } of items) {
    const lost = part === 'missing';
    if (!truth || (!lost && !SEEN.includes(part))) continue;
    const context = lost ? evidence.contextOf(truth) : tracked?.context;
    yield { lost, dimensions: { hour: hourOf(truth.at, dayFrom), ...ofClient(context), ...payments.get(truth.group) } };
  }
  if (plain) for (const pairs of plain.pairs) yield* observedInPairs(pairs, plain);
}

/** Pairs of which the same is known, together. */
function* observedInPairs({ context, hours, lines }: PlainPairs, plain: PlainSeen): Generator<Observed> {
  const client = ofClient(plain.readContext(context));
  const found = new Map<Payment | undefined, number[]>();
  for (const [index, line] of lines.entries()) {
    const payment = plain.payments.size === 0 ? undefined : plain.payments.get(idOf(line));
    let times = found.get(payment);
    if (!times) found.set(payment, (times = []));
    const hour = hours.charCodeAt(index) - HOUR_ZERO;
    times[hour] = (times[hour] ?? 0) + 1;
  }
  for (const [payment, byHour] of found)
    for (const [hour, times = 0] of byHour.entries())
      if (times > 0) yield { lost: false, times, dimensions: { hour: named(hour), ...client, ...payment } };
}

const hourOf = (at: number, dayFrom: number): string => named(Math.floor((at - dayFrom) / HOUR_MS));
const named = (hour: number): string => String(hour).padStart(2, '0');

const known = new WeakMap<TrackedContext, Readonly<Record<string, string>>>();

/** A client's context as dimensions; contexts are shared by many events, and so are these. */
function ofClient(context: TrackedContext | undefined): Readonly<Record<string, string>> | undefined {
  if (!context) return undefined;
  let dimensions = known.get(context);
  if (!dimensions) {
    const { test: _, ...rest } = context;
    known.set(context, (dimensions = rest));
  }
  return dimensions;
}
