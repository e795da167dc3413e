import { addDays, type Day } from '../../kernel/day.js';
import { type DayData, grouped, SEARCH_DAYS, windowOf } from './load-day.js';
import { LoadedDays } from './loaded-days.js';
import type { Tracked, Truth } from '../match.js';
import type { Lookups } from './lookups.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import { type BatchesGiven, DayBatches } from './day-batches.js';
import type { Grouped } from './groups.js';
import { isSiftedBy } from '../sift/packed-days.js';
import { Remembered } from './remembered.js';
import { idOf, type PlainPairs, type Sifted } from '../sift/sift.js';
import type { AnySource, Key, Source, TrackedRow, Window } from '../source.js';
import { groupsOf, keysOf, modelPosition, truthsBetween } from './truth-queries.js';

/** Whether days can be loaded together: events lie where the truth does and name it, one each, without an amount that could differ. */
export const canSift = (source: AnySource, { unit, compares }: ReconciledMetric): source is Source =>
  source.matchedBy === 'id' && source.joined === true && unit === 'count' && compares === 'entities';

/** Days that were loaded at once: what is plain as PostgreSQL packed it, and all of the rest. */
export interface SectionData {
  /** Of the read model, as the transaction of the reader sees it. */
  modelPosition: number;
  /** What `loadDay` gives, without the plain pairs; groups of truths that no event names are not known yet, and neither are any keys. */
  matched(day: Day): DayData;
  /** The same, with those, and with what is known of missing ids; `alone`: what the day asks on its own. Days are quickest in their order. */
  load(day: Day, alone: Lookups): Promise<DayData>;
  /** Has what the first days ask together be asked before they are loaded. */
  begin(): void;
}

/** Whatever else is loaded for them concerns only the groups of what is loose: an event that is not plain, or a truth told of twice. */
export async function loadSection(given: BatchesGiven, sifted: Sifted, known: KnownAround): Promise<SectionData> {
  const loose = await loadLoose(given, sifted, known);
  setAside(sifted, loose);
  const { days, plain, unseen, serverSide } = sifted; // and nothing else of the pile stays in memory
  const loaded = new LoadedDays({ plain, unseen, serverSide }, loose.truths, loose.tracked);
  const batches = new DayBatches(given, days, loaded);
  return {
    modelPosition: await modelPosition(given.reader),
    matched: (day) => loaded.dataOf(day, loaded.unseenOn(day)),
    begin: () => batches.begin(),
    async load(day, own) {
      const { groups, keys, lookups } = await batches.knownOn(day);
      const truths = loaded.unseenOn(day);
      for (const truth of truths) truth.group = groups.get(truth.id) ?? truth.id;
      const alone = loaded.aloneOn(day, truths).flatMap((group) => keys.get(group) ?? []);
      return {
        ...loaded.dataOf(day, truths),
        keys: alone,
        known: { lookups: lookups(own), serverSide: loaded.serverSideOn(day) },
      };
    },
  };
}

/** What was loaded for the sections before and is needed for the next one as well, because days around them are the same. */
export type KnownAround = ReturnType<typeof knownAround>;

export function knownAround({ reader, source, metric: { by } }: BatchesGiven) {
  return {
    events: new Remembered<Grouped>(async (rows) => byIdOf(await source.table!.byId(rows))),
    groups: new Remembered((ids) => groupsOf(reader, by, ids)),
    keys: new Remembered(async (groups) => Map.groupBy(await keysOf(reader, by, groups), ({ grp }) => grp)),
  };
}

interface Loose {
  truths: readonly Truth[];
  /** Those of them that were not loose by themselves. */
  others: readonly Truth[];
  tracked: readonly Tracked[];
}

/** All truths and events, from so many days before to as many after, of every group that has something loose. */
async function loadLoose(given: BatchesGiven, sifted: Sifted, before: KnownAround): Promise<Loose> {
  const { reader, source, metric, zone } = given;
  const { days, loose, isTruth } = sifted;
  const range: [Day, Day] = [addDays(days[0]!, -SEARCH_DAYS), addDays(days.at(-1)!, SEARCH_DAYS)];
  const window = { from: windowOf(zone, range[0], 0).from, to: windowOf(zone, range[1], 0).to };
  const truths = await truthsOf(given, sifted, range, before);
  const events = await eventsOf(given, sifted, window, before);
  const first = await grouped(reader, source, metric, events, zone, truths);
  for (const [index, event] of first.entries()) if (event !== events[index]) before.events.put(event.id, event);
  const groups = new Set(first.map(({ group }) => group));

  // Whatever else those groups are known by: their other truths and events may have passed for plain.
  const keys = await before.keys.of([...groups]);
  const names = [...groups].flatMap((group) => keys.get(group)?.map(({ key }) => key) ?? []);
  const known = new Set<Key>(loose);
  const unknown = (some: readonly Key[]): Key[] => [...new Set(some)].filter((key) => !known.has(key));
  const unnamed = unknown(names);
  const others = await truthsBetween(reader, metric, unnamed.filter(isTruth), range);
  const linked = metric.by === 'person' ? await source.links(names) : [];
  const searched =
    linked.length > 0 ? unknown([...names, ...linked.flatMap(({ user, anonymous }) => [user, anonymous])]) : unnamed;
  const more = await source.trackedOf(metric.kind, searched, window);
  const all = [...truths, ...others];
  const group = (some: readonly Grouped[]) => grouped(reader, source, metric, distinct(some), zone, all);
  // Which group an event is in may change with a truth that is new, not with other events.
  const tracked = others.length > 0 ? await group([...events, ...more]) : distinct([...first, ...(await group(more))]);
  return { truths: all, others, tracked: tracked.filter((event) => groups.has(event.group)) };
}

/** All events that are sifted by an id of truth are known by their rows; others may name it beside the id they are sifted by. */
async function eventsOf(
  { source, metric }: BatchesGiven,
  { loose, rows }: Sifted,
  window: Window,
  before: KnownAround,
): Promise<readonly Grouped[]> {
  const beside = loose.filter((key) => !isSiftedBy(metric.by, key));
  const known = await before.events.of(rows);
  const own = rows.map((row) => known.get(row)).filter((event) => event !== undefined);
  return distinct([...(await source.trackedOf(metric.kind, beside, window)), ...own]);
}

/** Those that are loose: only of odd ones, and where there are several of an id, more is read than their groups. */
async function truthsOf(
  { reader, metric }: BatchesGiven,
  sifted: Sifted,
  range: [Day, Day],
  before: KnownAround,
): Promise<Truth[]> {
  const { loose, truths, isTruth } = sifted;
  const ids = truths.map(({ id }) => id);
  const groups = await before.groups.of(metric.by === 'checkout' ? [] : ids); // a checkout is its own
  for (const truth of truths) truth.group = groups.get(truth.id) ?? truth.id;
  const told = new Set<Key>(ids);
  const odd = loose.filter((key) => !told.has(key) && isTruth(key));
  return [...truths, ...(await truthsBetween(reader, metric, odd, range))];
}

function byIdOf<T extends TrackedRow>(events: readonly T[]): Map<string, T> {
  const found = new Map<string, T>();
  for (const event of events) found.set(event.id, event);
  return found;
}

const distinct = <T extends TrackedRow>(events: readonly T[]): T[] => [...byIdOf(events).values()];

/** Takes out what turned out to belong to a group that is not plain. */
function setAside(sifted: Sifted, { others }: Loose): void {
  const loose = new Set(others.map(({ id }) => id));
  if (loose.size === 0) return;
  const stays = (line: string): boolean => !loose.has(idOf(line));
  for (const [day, { ids, at }] of sifted.unseen) {
    const left = ids.filter((id) => !loose.has(id));
    if (left.length === ids.length) continue;
    const atLeft = at.filter((_, index) => !loose.has(ids[index]!));
    sifted.unseen.set(day, { count: left.length, ids: left, at: atLeft });
  }
  for (const [day, pairs] of sifted.plain)
    sifted.plain.set(
      day,
      pairs.map((each) => without(each, stays)),
    );
}

function without(pairs: PlainPairs, stays: (line: string) => boolean): PlainPairs {
  const all = pairs.lines;
  const lines = all.filter(stays);
  if (lines.length === all.length) return pairs;
  return {
    context: pairs.context,
    count: lines.length,
    lines,
    hours: [...pairs.hours].filter((_, index) => stays(all[index]!)).join(''),
    resent: (pairs.resent / all.length) * lines.length, // each of them came equally often
  };
}
