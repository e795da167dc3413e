import type { Day, Zone } from '../kernel/day.js';
import type { Evidence } from './cause.js';
import { type DayData, windowOf } from './load-day.js';
import type { Tracked, Truth } from './match.js';
import { REACH_DAYS } from './match.js';
import type { Buckets } from './parts.js';
import type { ReconciledMetric } from './reconciled-metrics.js';
import type { Key, Reader, SourceReader } from './source.js';
import { personKeysOf } from './truth-queries.js';

/** The keyed tag under which refused events speak of a person; see `Vault.subjectTag`. */
export type SubjectTag = (kind: 'u' | 'a', value: string) => string;

interface Given {
  reader: Reader;
  source: SourceReader;
  metric: ReconciledMetric;
  day: Day;
  zone: Zone;
  subjectTag?: SubjectTag;
}

/** Reads what the causes ask about the ids of a day that have no counterpart. */
export async function gatherEvidence(given: Given, data: DayData, buckets: Buckets): Promise<Evidence> {
  const { reader, source, metric, day, zone, subjectTag } = given;
  const missing = [...buckets.values()]
    .flat()
    .flatMap(({ part, truth }) => (part === 'missing' && truth ? [truth] : []));
  const keys = await keysByTruth(reader, source, metric, missing, data);
  const all = [...new Set([...keys.values()].flat())];
  const seen = multimap((await source.seen(all, windowOf(zone, day, REACH_DAYS))).map(({ key, at }) => [key, at]));
  const tags = new Map<string, Key>(subjectTag ? all.flatMap((key) => tagOf(subjectTag, key)) : []);
  const refusals = await source.refused([...tags.keys()], windowOf(zone, day, 0));
  const refused = multimap(refusals.map(({ tag, reason }) => [tags.get(tag)!, reason]));
  const { from, to } = windowOf(zone, day, 0);
  const keysOf = (truth: Truth): readonly Key[] => keys.get(truth) ?? [];
  return {
    keysOf,
    seenAt: (truth) =>
      keysOf(truth)
        .flatMap((key) => seen.get(key) ?? [])
        .sort((a, b) => a - b),
    dayOf: () => [from, to],
    refused: (truth) => [...new Set(keysOf(truth).flatMap((key) => refused.get(key) ?? []))].sort(),
    ...aroundTheDay(data),
  };
}

/** Answers from what was loaded with the day. */
function aroundTheDay({
  truths,
  tracked,
  pairing,
  keys,
}: DayData): Pick<Evidence, 'farTracked' | 'farTruth' | 'notTrackable' | 'known'> {
  const truthsOf = multimap(truths.map((truth) => [truth.group, truth]));
  const eventsOf = multimap(tracked.map((event) => [event.group, event]));
  const partsOf = multimap(
    keys.filter(({ status }) => status !== null).map(({ grp, key, status }) => [grp, { ref: key, status }]),
  );
  return {
    farTracked: (truth) =>
      (eventsOf.get(truth.group) ?? [])
        .filter((event) => !pairing.truthOf.has(event) && !pairing.repeats.has(event))
        .sort(byTime),
    farTruth: (event) =>
      (truthsOf.get(event.group) ?? []).filter((truth) => truth.present && truth.day !== event.day).sort(byTime),
    notTrackable: (event) => (truthsOf.get(event.group) ?? []).find((truth) => !truth.present),
    known: (event) => partsOf.get(event.group) ?? [],
  };
}

/** Ids of the person, the device and the purchase behind each truth. */
async function keysByTruth(
  reader: Reader,
  source: SourceReader,
  metric: ReconciledMetric,
  missing: readonly Truth[],
  data: DayData,
): Promise<Map<Truth, Key[]>> {
  const persons = multimap(
    (
      await personKeysOf(
        reader,
        metric.by,
        missing.map(({ id }) => id),
      )
    ).map(({ subject, key }) => [subject, key]),
  );
  const links = await source.links([...new Set([...persons.values()].flat())]);
  const devices = multimap(links.map(({ user, anonymous }) => [user, anonymous]));
  const refs =
    metric.by === 'person' ? new Map<string, Key[]>() : multimap(data.keys.map(({ grp, key }) => [grp, key]));
  return new Map(
    missing.map((truth) => {
      const own = persons.get(truth.id) ?? (metric.by === 'person' ? [truth.id] : []);
      const linked = own.flatMap((key) => devices.get(key) ?? []);
      return [truth, [...new Set([...own, ...linked, ...(refs.get(truth.group) ?? [])])].sort()];
    }),
  );
}

function tagOf(subjectTag: SubjectTag, key: Key): [string, Key][] {
  if (key.startsWith('user:')) return [[subjectTag('u', key.slice(5)), key]];
  return key.startsWith('anonymous:') ? [[subjectTag('a', key.slice(10)), key]] : [];
}

function multimap<K, V>(pairs: readonly (readonly [K, V])[]): Map<K, V[]> {
  const map = new Map<K, V[]>();
  for (const [key, value] of pairs) {
    const values = map.get(key);
    if (values) values.push(value);
    else map.set(key, [value]);
  }
  return map;
}

const byTime = <T extends Tracked | Truth>(a: T, b: T): number => a.at - b.at || (a.id < b.id ? -1 : 1);
