import { type Day, daysBetween } from '../kernel/day.js';
import type { TrackedRow } from './source.js';

/** Something that truly happened on a day: a sign-up, a checkout, an order, the money captured for a purchase in one currency. */
export interface Truth {
  /** Subject of its contributions; for money the smallest payment of the purchase on that day. */
  id: string;
  /** The person, checkout or purchase it belongs to. */
  group: string;
  day: Day;
  /** Epoch milliseconds. */
  at: number;
  /** Empty for counts. */
  currency: string;
  /** 1, or minor units. */
  value: bigint;
  /** Whether a browser could have seen it. */
  present: boolean;
  /** Server-side first touch. */
  source: string;
  /** Tax and shipping within the value; undefined where no order says. */
  extras?: bigint;
}

/** A client-side event with the group and the day it belongs to. */
export interface Tracked extends TrackedRow {
  group: string;
  day: Day;
}

/** An event further from its truth than this is not taken for it. */
export const REACH_DAYS = 3;

export interface Pairing {
  /** The event that counts for a truth, and the reverse. */
  trackedOf: Map<Truth, Tracked>;
  truthOf: Map<Tracked, Truth>;
  /** Events beyond the first of an entity, with the truth they repeat; undefined where there is none within reach. */
  repeats: Map<Tracked, Truth | undefined>;
}

interface Group {
  truths: Truth[];
  tracked: Tracked[];
}

/**
 * Gives every truth at most one event and every event at most one truth. Within a group, events of the same day come first, then those
 * that name the very subject, the same currency, the nearest day; people before bots, then by time. An event on a day that has a truth
 * of its group repeats that one and is never taken for another day's. The order of the input does not matter.
 */
export function pair(truths: readonly Truth[], tracked: readonly Tracked[]): Pairing {
  const pairing: Pairing = { trackedOf: new Map(), truthOf: new Map(), repeats: new Map() };
  const groups = new Map<string, Group>();
  for (const each of tracked) {
    const group = groups.get(each.group);
    if (group) group.tracked.push(each);
    else groups.set(each.group, { truths: [], tracked: [each] });
  }
  for (const truth of truths) if (truth.present) groups.get(truth.group)?.truths.push(truth);
  for (const group of groups.values()) pairGroup(group, pairing);
  return pairing;
}

function pairGroup({ truths, tracked }: Group, pairing: Pairing): void {
  if (truths.length === 1 && tracked.length === 1 && truths[0]!.day === tracked[0]!.day) {
    return join(truths[0]!, tracked[0]!, pairing);
  }
  for (const [truth, event] of candidates(truths, tracked)) {
    if (!pairing.trackedOf.has(truth) && !pairing.truthOf.has(event)) join(truth, event, pairing);
  }
  listRepeats(truths, tracked.filter((event) => !pairing.truthOf.has(event)).sort(byTime), pairing);
}

function join(truth: Truth, event: Tracked, { trackedOf, truthOf }: Pairing): void {
  trackedOf.set(truth, event);
  truthOf.set(event, truth);
}

function candidates(truths: readonly Truth[], tracked: readonly Tracked[]): [Truth, Tracked][] {
  const days = new Set(truths.map((truth) => truth.day));
  const found: { truth: Truth; event: Tracked; cost: number[] }[] = [];
  for (const truth of truths) {
    for (const event of tracked) {
      const distance = Math.abs(daysBetween(truth.day, event.day));
      if (distance > REACH_DAYS || (distance > 0 && days.has(event.day))) continue;
      found.push({ truth, event, cost: costOf(truth, event, distance) });
    }
  }
  found.sort(
    (a, b) =>
      compareCosts(a.cost, b.cost) ||
      byTime(a.event, b.event) ||
      compareText(a.truth.day + a.truth.id + a.truth.currency, b.truth.day + b.truth.id + b.truth.currency),
  );
  return found.map(({ truth, event }) => [truth, event]);
}

const costOf = (truth: Truth, event: Tracked, distance: number): number[] => [
  distance === 0 ? 0 : 1,
  event.refs.includes(truth.id) ? 0 : 1,
  truth.currency === '' || truth.currency === event.currency ? 0 : 1,
  distance,
  event.isBot ? 1 : 0,
];

function compareCosts(a: readonly number[], b: readonly number[]): number {
  for (const [index, cost] of a.entries()) if (cost !== b[index]) return cost - b[index]!;
  return 0;
}

/** The rest of a group: repeats of a truth within reach, else repeats of the first event of that day that nothing true stands behind. */
function listRepeats(truths: readonly Truth[], rest: readonly Tracked[], { repeats }: Pairing): void {
  const seen = new Set<Day>();
  for (const event of rest) {
    const near = nearest(truths, event);
    if (near) repeats.set(event, near);
    else if (seen.has(event.day)) repeats.set(event, undefined);
    else seen.add(event.day);
  }
}

function nearest(truths: readonly Truth[], event: Tracked): Truth | undefined {
  let best: Truth | undefined;
  let least = REACH_DAYS + 1;
  for (const truth of [...truths].sort((a, b) => compareText(a.day + a.id + a.currency, b.day + b.id + b.currency))) {
    const distance = Math.abs(daysBetween(truth.day, event.day));
    if (distance < least) [best, least] = [truth, distance];
  }
  return best;
}

const byTime = (a: Tracked, b: Tracked): number => a.at - b.at || compareText(a.id, b.id);
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
