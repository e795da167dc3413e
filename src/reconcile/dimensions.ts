import type { Gathered } from './evidence.js';
import { concentration, type Concentration, type Observed } from './concentration.js';
import type { Item, Part } from './parts.js';
import { type PlainPairs, readPair } from './sift.js';
import type { TrackedContext } from './source.js';

const HOUR_MS = 3_600_000;

/** Truths that were seen, on whichever day and with whatever amount. */
const SEEN: readonly Part[] = ['matched', 'wrong_value', 'wrong_currency', 'other_day'];

export interface DimensionsOf {
  /** First instant of the day, epoch milliseconds. */
  dayFrom: number;
  evidence: Pick<Gathered, 'contextOf'>;
  /** By group: what the payment of a purchase says. */
  payments: ReadonlyMap<string, Readonly<Record<string, string>>>;
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
  if (plain) for (const pairs of plain.pairs) yield* observedInPairs(pairs, plain, dayFrom);
}

/** Pairs of which the same is known, together. */
function observedInPairs({ context, lines }: PlainPairs, plain: PlainSeen, dayFrom: number): Iterable<Observed> {
  const client = ofClient(plain.readContext(context));
  const found = new Map<string, Observed & { times: number }>();
  for (const line of lines) {
    const { id, at } = readPair(line);
    const hour = hourOf(at, dayFrom);
    const payment = plain.payments.get(id);
    const key = payment ? `${hour} ${Object.values(payment).join(' ')}` : hour;
    const same = found.get(key);
    if (same) same.times += 1;
    else found.set(key, { lost: false, times: 1, dimensions: { hour, ...client, ...payment } });
  }
  return found.values();
}

const hourOf = (at: number, dayFrom: number): string => String(Math.floor((at - dayFrom) / HOUR_MS)).padStart(2, '0');

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
