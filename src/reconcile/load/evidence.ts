import type { Day, Zone } from '../../kernel/day.js';
import type { Consent, Evidence, Outage, PageRequest, Refused } from '../cause.js';
import { type DayData, windowOf } from './load-day.js';
import type { Tracked, Truth } from '../match.js';
import { REACH_DAYS } from '../match.js';
import type { Lookups } from './lookups.js';
import { multimap } from './multimap.js';
import type { Buckets } from '../parts.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import type { Key, TrackedContext, Window } from '../source.js';
import { collector } from '../sources/collector.js';

/** The keyed tag under which refused events speak of a person; see `Vault.subjectTag`. */
export type SubjectTag = (kind: 'u' | 'a', value: string) => string;

interface Given {
  lookups: Lookups;
  /** The name of the source. */
  sourceName: string;
  metric: ReconciledMetric;
  day: Day;
  zone: Zone;
  subjectTag?: SubjectTag;
}

/** What the causes ask about, and where the client of a missing id was seen otherwise. */
export interface Gathered extends Evidence {
  /** Of the event nearest in time of the same person, device or purchase. */
  contextOf(truth: Truth): TrackedContext | undefined;
}

/** Missing ids whose clients are looked for; of more of them only the causes are told, not where they concentrate by browser. */
const DESCRIBED_MAX = 50_000;

/** Reads what the causes ask about the ids of a day that have no counterpart. */
export async function gatherEvidence(given: Given, data: DayData, buckets: Buckets): Promise<Gathered> {
  const { lookups, sourceName, metric, day, zone } = given;
  const missing = [...buckets.values()]
    .flat()
    .flatMap(({ part, truth }) => (part === 'missing' && truth ? [truth] : []));
  const keys = await keysByTruth(lookups, metric, missing, data);
  const all = [...new Set([...keys.values()].flat())];
  const near = windowOf(zone, day, REACH_DAYS);
  const own = windowOf(zone, day, 0);
  const seen = Map.groupBy(await lookups.seen(all, near, missing.length <= DESCRIBED_MAX), ({ key }) => key);
  const refused = await refusedByKey(given, all, own);
  const consents = Map.groupBy(await lookups.consents(all), ({ node }) => node);
  const pages = await pagesByKey(given, all, own);
  const outages = missing.length === 0 ? [] : await lookups.outages([own]);
  const ofKeys = <T>(map: ReadonlyMap<Key, T[]>, truth: Truth): T[] =>
    (keys.get(truth) ?? []).flatMap((key) => map.get(key) ?? []);
  return {
    keysOf: (truth) => keys.get(truth) ?? [],
    seenAt: (truth) =>
      ofKeys(seen, truth)
        .map(({ at }) => at)
        .sort((a, b) => a - b),
    dayOf: () => [own.from, own.to],
    refused: (truth) => distinct(ofKeys(refused, truth)),
    consent: (truth) => latest(ofKeys(consents, truth)),
    pages: (truth) => ofKeys(pages, truth).sort((a, b) => a.at - b.at),
    beaconIsSource: sourceName === collector.name,
    outage: (truth): Outage | undefined => outages.find(({ from, to }) => truth.at >= from && truth.at < to),
    contextOf: (truth) => nearestTo(truth.at, ofKeys(seen, truth))?.context,
    ...aroundTheDay(data),
  };
}

async function refusedByKey(
  { lookups, subjectTag }: Given,
  keys: readonly Key[],
  window: Window,
): Promise<Map<Key, Refused[]>> {
  const tags = tagsOf(subjectTag, keys);
  const refusals = await lookups.refused([...tags.keys()], window);
  return multimap(refusals.map(({ tag, reason, ref }) => [tags.get(tag)!, { reason, ref }]));
}

async function pagesByKey({ lookups }: Given, keys: readonly Key[], window: Window): Promise<Map<Key, PageRequest[]>> {
  const found = await lookups.pages(keys, window);
  return multimap(
    found.map(({ key, at, beacon, stored, log, requestId }) => [
      key,
      { at, beacon, stored, ref: `${log}/${requestId}` },
    ]),
  );
}

const distinct = (refused: readonly Refused[]): Refused[] => {
  const known = new Map(refused.map((each) => [`${each.reason} ${each.ref ?? ''}`, each]));
  return [...known.keys()].sort().map((key) => known.get(key)!);
};

const latest = (consents: readonly Consent[]): Consent | undefined =>
  consents.reduce<Consent | undefined>((last, each) => (last && last.at >= each.at ? last : each), undefined);

const nearestTo = <T extends { at: number }>(at: number, all: readonly T[]): T | undefined =>
  all.reduce<T | undefined>(
    (best, each) => (best && Math.abs(best.at - at) <= Math.abs(each.at - at) ? best : each),
    undefined,
  );

/** Answers from what was loaded with the day. */
function aroundTheDay({
  truths,
  tracked,
  pairing,
  keys,
}: DayData): Pick<Evidence, 'farTracked' | 'farTruth' | 'eventOf' | 'notTrackable' | 'known'> {
  const truthsOf = Map.groupBy(truths, ({ group }) => group);
  const eventsOf = Map.groupBy(tracked, ({ group }) => group);
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
    eventOf: (truth) => pairing.trackedOf.get(truth),
    notTrackable: (event) => (truthsOf.get(event.group) ?? []).find((truth) => !truth.present),
    known: (event) => partsOf.get(event.group) ?? [],
  };
}

/** Ids of the person, the device and the purchase behind each truth. */
async function keysByTruth(
  lookups: Lookups,
  metric: ReconciledMetric,
  missing: readonly Truth[],
  data: DayData,
): Promise<Map<Truth, Key[]>> {
  const known = await lookups.personKeys(missing.map(({ id }) => id));
  const persons = multimap(known.map(({ subject, key }) => [subject, key]));
  const links = await lookups.links([...new Set([...persons.values()].flat())]);
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

/** The tags of persons and devices, with their keys. */
export const tagsOf = (subjectTag: SubjectTag | undefined, keys: readonly Key[]): Map<string, Key> =>
  new Map(subjectTag ? keys.flatMap((key) => tagOf(subjectTag, key)) : []);

function tagOf(subjectTag: SubjectTag, key: Key): [string, Key][] {
  if (key.startsWith('user:')) return [[subjectTag('u', key.slice(5)), key]];
  return key.startsWith('anonymous:') ? [[subjectTag('a', key.slice(10)), key]] : [];
}

const byTime = <T extends Tracked | Truth>(a: T, b: T): number => a.at - b.at || (a.id < b.id ? -1 : 1);
