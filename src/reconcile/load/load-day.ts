import { addDays, type Day, type Zone } from '../../kernel/day.js';
import { groupEvents, type Grouped, keysOfEvent } from './groups.js';
import type { Lookups } from './lookups.js';
import { pair, type Pairing, type Tracked, type Truth } from '../match.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import type { Key, Reader, SourceReader, TrackedRow, Window } from '../source.js';
import type { PlainPairs } from '../sift/sift.js';
import { type GroupKey, groupsOf, keysOf, orderExtras, type Range, truthsNear, truthsOn } from './truth-queries.js';

/** How far around a day an event or a truth without its counterpart is looked for. Beyond three days it is evidence, not a match. */
export const SEARCH_DAYS = 14;

/** Everything of a day, or of days in a row, and of the days around only what concerns ids that have no counterpart on their day. */
export interface DayData {
  truths: Truth[];
  tracked: Tracked[];
  pairing: Pairing;
  /** What truth knows the groups without counterpart by. */
  keys: GroupKey[];
  /** How often messages of the day's events came again. */
  resent: number;
  /** Pairs of the day that are not among the truths and events above, because there is nothing to say of them. */
  plain: readonly PlainPairs[];
  /** What was found out when several days were loaded: about missing ids, and how many events of the day servers sent. */
  known?: { lookups?: Lookups; serverSide: number };
}

/** A handful of statements, however many entities the day has. */
export const loadDay = (
  reader: Reader,
  source: SourceReader,
  metric: ReconciledMetric,
  day: Day,
  zone: Zone,
): Promise<DayData> => loadDays(reader, source, metric, [day, day], zone);

/** The same of all days from one to another: each entity is paired as it would be if its day were loaded alone. */
export async function loadDays(
  reader: Reader,
  source: SourceReader,
  metric: ReconciledMetric,
  range: Range,
  zone: Zone,
): Promise<DayData> {
  const truths = await truthsOn(reader, metric, range);
  const events = await source.tracked(metric.kind, windowAround(zone, range, 0));
  const tracked = await grouped(reader, source, metric, events, zone, truths);
  const alone = withoutCounterpart(truths, tracked);
  const keys = await keysOf(reader, metric.by, alone);
  const near = await loadNear(reader, source, metric, { range, zone, keys, tracked });
  const all = { truths: [...truths, ...near.truths], tracked: [...tracked, ...near.tracked] };
  if (metric.unit === 'money') await addExtras(reader, all.truths, all.tracked);
  return { ...all, pairing: pair(all.truths, all.tracked), keys, resent: resentOf(tracked), plain: [] };
}

export const resentOf = (tracked: readonly Tracked[]): number =>
  tracked.reduce((sum, { deliveries }) => sum + deliveries - 1, 0);

export const windowOf = (zone: Zone, day: Day, days: number): Window => windowAround(zone, [day, day], days);

const windowAround = (zone: Zone, [first, last]: Range, days: number): Window => ({
  from: zone.startOf(addDays(first, -days)),
  to: zone.startOf(addDays(last, days + 1)),
});

/** Groups that only truth or only the source has on one of the days. */
export function withoutCounterpart(truths: readonly Truth[], tracked: readonly Tracked[]): string[] {
  const left = new Map<Day, Map<string, number>>();
  for (const { group, day, present } of truths) {
    if (!present) continue;
    const groups = left.get(day);
    if (groups) groups.set(group, (groups.get(group) ?? 0) + 1);
    else left.set(day, new Map([[group, 1]]));
  }
  const alone = new Set<string>();
  for (const { group, day } of tracked) {
    const groups = left.get(day);
    const count = groups?.get(group);
    if (groups && count !== undefined) groups.set(group, count - 1);
    else alone.add(group);
  }
  for (const groups of left.values()) for (const [group, count] of groups) if (count > 0) alone.add(group);
  return [...alone].sort();
}

/** Events around the days of groups without a counterpart, and of those groups that have any event, the truths around. */
async function loadNear(
  reader: Reader,
  source: SourceReader,
  metric: ReconciledMetric,
  { range, zone, keys, tracked }: { range: Range; zone: Zone; keys: readonly GroupKey[]; tracked: readonly Tracked[] },
) {
  const names = [...new Set(keys.map(({ key }) => key))];
  const links = metric.by === 'person' ? await source.links(names) : [];
  const searched = [...new Set([...names, ...links.flatMap(({ user, anonymous }) => [user, anonymous])])];
  const { from, to } = windowAround(zone, range, 0);
  const around = await source.trackedOf(metric.kind, searched, windowAround(zone, range, SEARCH_DAYS));
  const events = around.filter(({ at }) => at < from || at >= to);
  const spokenOf = new Set(tracked.map(({ group }) => group));
  const named = new Set(events.flatMap(namedBy));
  for (const { user, anonymous } of links) if (named.has(anonymous) || named.has(user)) named.add(user).add(anonymous);
  for (const { grp, key } of keys) if (named.has(key)) spokenOf.add(grp);
  const subjects = new Set(keys.flatMap(({ grp, key }) => (spokenOf.has(grp) ? [key] : [])));
  const truths = await truthsNear(reader, metric, [...subjects], range, SEARCH_DAYS);
  return { truths, tracked: await grouped(reader, source, metric, events, zone, truths) };
}

/** Everybody and everything that an event names. */
const namedBy = ({ userId, anonymousId, refs }: TrackedRow): Key[] => [
  ...(userId === null ? [] : [`user:${userId}`]),
  ...(anonymousId === null ? [] : [`anonymous:${anonymousId}`]),
  ...refs,
];

/** Events with their groups. What the truths of the day name by themselves is not asked for again. */
export async function grouped(
  reader: Reader,
  source: SourceReader,
  metric: ReconciledMetric,
  events: readonly Grouped[],
  zone: Zone,
  truths: readonly Truth[],
): Promise<Tracked[]> {
  const named = new Map<Key, string>();
  for (const { id, group } of truths) named.set(id, group);
  const unknown = new Set<Key>();
  for (const event of events) {
    const keys = keysOfEvent(event, metric.by);
    if (!named.has(keys[0] ?? '')) for (const key of keys) if (!named.has(key)) unknown.add(key);
  }
  const groups = named;
  for (const [key, group] of await groupsOf(reader, metric.by, [...unknown])) groups.set(key, group);
  const linked = new Map<Key, Key[]>();
  if (metric.by === 'person') {
    const devices = [...unknown].filter((key) => key.startsWith('anonymous:'));
    for (const { user, anonymous } of await source.links(devices))
      linked.set(anonymous, [...(linked.get(anonymous) ?? []), user]);
    const users = [...new Set([...linked.values()].flat())].filter((user) => !groups.has(user));
    for (const [key, group] of await groupsOf(reader, metric.by, users)) groups.set(key, group);
  }
  return groupEvents(events, metric.by, { groups, linked }, zone);
}

async function addExtras(reader: Reader, truths: readonly Truth[], tracked: readonly Tracked[]): Promise<void> {
  const net = new Set(tracked.filter((event) => event.valueBasis === 'net').map(({ group }) => group));
  const extras = await orderExtras(reader, [...net]);
  for (const truth of truths) truth.extras = extras.get(truth.group);
}
