import { addDays, type Day, daysBetween, type Zone } from '../kernel/day.js';
import { type DayData, grouped, resentOf, SEARCH_DAYS, windowOf, withoutCounterpart } from './load-day.js';
import { pair, type Tracked, type Truth } from './match.js';
import { multimap } from './multimap.js';
import { type PlainPairs, readPair, sift, type Sifted } from './sift.js';
import type { ReconciledMetric } from './reconciled-metrics.js';
import type { AnySource, Key, Reader, Source, SourceReader, TrackedRow } from './source.js';
import { groupsOf, keysOf, truthsBetween } from './truth-queries.js';

/** Whether days can be loaded together: events lie where the truth does and name it, one each, without an amount that could differ. */
export const canSift = (source: AnySource, { unit, compares }: ReconciledMetric): source is Source =>
  source.matchedBy === 'id' && source.joined === true && unit === 'count' && compares === 'entities';

interface Given {
  reader: Reader;
  /** Of a source that is `joined`. */
  source: SourceReader;
  metric: ReconciledMetric;
  zone: Zone;
  /** Whether it is asked what a loss concentrates in. */
  described: boolean;
}

/** A run of days, loaded at once: what is plain as PostgreSQL packed it, and all of the rest. */
export interface RunData {
  /** What `loadDay` gives, without the plain pairs; groups of truths that no event names are not known yet, and neither are any keys. */
  matched(day: Day): DayData;
  /** The same, with those. */
  load(day: Day): Promise<DayData>;
}

/** For the pile of ids of a run, which PostgreSQL otherwise writes out and reads again; until the end of the transaction. */
const WORK_MEM = '64MB';
/** Ids of a run that need looking at. Where they are more, nothing is won by loading days at once, and they would all be in memory. */
const LOOSE_MAX = 50_000;

/**
 * In a transaction of the reader's. Undefined where too little of the days is plain. Whatever else is loaded for a run concerns only the
 * groups of what is loose: an event that is not plain, or a truth told of twice.
 */
export async function loadRun(given: Given, days: readonly Day[]): Promise<RunData | undefined> {
  const { reader, source, metric, zone, described } = given;
  await reader.query(`set local work_mem = '${WORK_MEM}'`);
  const sifted = await sift(reader, source.table!, { metric, days, zone, around: SEARCH_DAYS, described });
  if (sifted.loose.length + sifted.unnamed.length > LOOSE_MAX) return undefined;
  const loose = await loadLoose(given, days, sifted);
  setAside(sifted, loose);
  const truths = { on: multimap(loose.truths.map((each) => [each.day, each])), of: byGroup(loose.truths) };
  const tracked = { on: multimap(loose.tracked.map((each) => [each.day, each])), of: byGroup(loose.tracked) };

  const matched = (day: Day): DayData => {
    const own = { truths: truths.on.get(day) ?? [], tracked: tracked.on.get(day) ?? [] };
    const unseen = sifted.unseen.get(day) ?? [];
    const alone = withoutCounterpart(own.truths, own.tracked);
    const all = {
      truths: [...own.truths, ...unseen, ...near(truths.of, alone, day)],
      tracked: [...own.tracked, ...near(tracked.of, alone, day)],
    };
    const plain = sifted.plain.get(day) ?? [];
    const resent = plain.reduce((sum, pairs) => sum + pairs.resent, resentOf(own.tracked));
    return { ...all, pairing: pair(all.truths, all.tracked), keys: [], resent, plain };
  };
  return {
    matched,
    async load(day) {
      const unseen = sifted.unseen.get(day) ?? [];
      const ids = unseen.map(({ id }) => id);
      const groups = await groupsOf(reader, metric.by, ids);
      for (const truth of unseen) truth.group = groups.get(truth.id) ?? truth.id;
      const alone = withoutCounterpart([...(truths.on.get(day) ?? []), ...unseen], tracked.on.get(day) ?? []);
      return { ...matched(day), keys: await keysOf(reader, metric.by, alone) };
    },
  };
}

const near = <T extends Tracked | Truth>(of: ReadonlyMap<string, T[]>, groups: readonly string[], day: Day): T[] =>
  groups.flatMap((group) =>
    (of.get(group) ?? []).filter((each) => each.day !== day && Math.abs(daysBetween(each.day, day)) <= SEARCH_DAYS),
  );

const byGroup = <T extends Tracked | Truth>(all: readonly T[]): Map<string, T[]> =>
  multimap(all.map((each) => [each.group, each]));

interface Loose {
  truths: readonly Truth[];
  /** Those of them that were not loose by themselves. */
  others: readonly Truth[];
  tracked: readonly Tracked[];
}

/** All truths and events, from so many days before the run to as many after it, of every group that has something loose. */
async function loadLoose(given: Given, days: readonly Day[], { loose, unnamed }: Sifted): Promise<Loose> {
  const { reader, source, metric, zone } = given;
  const range: [Day, Day] = [addDays(days[0]!, -SEARCH_DAYS), addDays(days.at(-1)!, SEARCH_DAYS)];
  const window = { from: windowOf(zone, range[0], 0).from, to: windowOf(zone, range[1], 0).to };
  const truths = await truthsBetween(reader, metric, loose, range);
  const events = [...(await source.trackedOf(metric.kind, loose, window)), ...(await source.table!.byId(unnamed))];
  const first = await grouped(reader, source, metric, distinct(events), zone, truths);
  const groups = new Set(first.map(({ group }) => group));

  // Whatever else those groups are known by: their other truths and events may have passed for plain.
  const names = (await keysOf(reader, metric.by, [...groups])).map(({ key }) => key);
  const linked = metric.by === 'person' ? await source.links(names) : [];
  const known = new Set<Key>(loose);
  const unknown = (keys: readonly Key[]): Key[] => [...new Set(keys)].filter((key) => !known.has(key));
  const others = await truthsBetween(reader, metric, unknown(names), range);
  const searched = unknown([...names, ...linked.flatMap(({ user, anonymous }) => [user, anonymous])]);
  const more = await source.trackedOf(metric.kind, searched, window);
  const all = [...truths, ...others];
  const tracked = await grouped(reader, source, metric, distinct([...events, ...more]), zone, all);
  return { truths: all, others, tracked: tracked.filter(({ group }) => groups.has(group)) };
}

const distinct = (events: readonly TrackedRow[]): TrackedRow[] => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

/** Takes out what turned out to belong to a group that is not plain. */
function setAside(sifted: Sifted, { others, tracked }: Loose): void {
  const loose = new Set(others.map(({ id }) => id));
  if (loose.size === 0) return;
  const resent = new Map(tracked.map(({ messageId, deliveries }) => [messageId, deliveries - 1]));
  for (const [day, unseen] of sifted.unseen)
    sifted.unseen.set(
      day,
      unseen.filter(({ id }) => !loose.has(id)),
    );
  for (const [day, pairs] of sifted.plain)
    sifted.plain.set(
      day,
      pairs.map((each) => without(each, loose, resent)),
    );
}

function without(pairs: PlainPairs, loose: ReadonlySet<string>, resent: ReadonlyMap<string, number>): PlainPairs {
  const out = pairs.lines.map(readPair).filter(({ id }) => loose.has(id));
  if (out.length === 0) return pairs;
  return {
    ...pairs,
    lines: pairs.lines.filter((line) => !loose.has(readPair(line).id)),
    resent: out.reduce((sum, { messageId }) => sum - (resent.get(messageId) ?? 0), pairs.resent),
  };
}
