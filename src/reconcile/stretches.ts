import { addDays, type Day, daysBetweenBoth, type Zone } from '../kernel/day.js';
import { SEARCH_DAYS } from './load-day.js';
import { canSift } from './load-run.js';
import { multimap } from './multimap.js';
import type { DayKey } from './outcome.js';
import type { ReconciledMetric } from './reconciled-metrics.js';
import type { AnySource, Reader } from './source.js';

/** Days in a row of one source and metric. */
export interface Stretch {
  source: string;
  metric: string;
  from: Day;
  to: Day;
}

/** Truths and events of the days of a stretch. More of them leave one core idle at the beginning of a run and at its end. */
const TOGETHER_MAX = 330_000;
/** The same with the days around, which are sifted with them: so many fit into memory, however odd each of them is. */
const SIFTED_MAX = 1_000_000;
/** A day stays alone where so many do not fit: those around each of them would be read again and again. */
const DAYS_LEAST = 7;
/** Stretches that are loaded while the days of another are compared: two, or PostgreSQL waits while what it packed is sifted here. */
export const STRETCHES_AHEAD = 2;

interface Given {
  zone: Zone;
  sourceOf: (name: string) => AnySource;
  metricOf: (name: string) => ReconciledMetric;
}

/** Puts days that can be compared together into stretches, the order kept; a day that stays alone is a stretch of one. */
export async function stretchesOf(reader: Reader, due: readonly DayKey[], given: Given): Promise<Stretch[]> {
  const found: Stretch[] = [];
  for (const keys of multimap(due.map((key) => [`${key.source} ${key.metric}`, key])).values()) {
    const { source, metric } = keys[0]!;
    const sizes = await sizesByDay(reader, keys, given);
    let last: Stretch | undefined;
    for (const { day } of keys) {
      if (sizes && last && addDays(last.to, 1) === day && fits(sizes, last.from, day)) last.to = day;
      else found.push((last = { source, metric, from: day, to: day }));
    }
  }
  return found;
}

/** Whether the days from one to another can be a stretch. */
const fits = (sizes: ReadonlyMap<Day, number>, from: Day, to: Day): boolean =>
  sum(sizes, from, to) <= TOGETHER_MAX &&
  sifted(sizes, from, to) <= SIFTED_MAX &&
  sifted(sizes, from, addDays(from, DAYS_LEAST - 1)) <= SIFTED_MAX;

const sifted = (sizes: ReadonlyMap<Day, number>, from: Day, to: Day): number =>
  sum(sizes, addDays(from, -SEARCH_DAYS), addDays(to, SEARCH_DAYS));
const sum = (sizes: ReadonlyMap<Day, number>, from: Day, to: Day): number =>
  daysBetweenBoth(from, to).reduce((size, day) => size + (sizes.get(day) ?? 0), 0);

/** Truths and events of each day and of those around them; undefined where days cannot be loaded together. */
async function sizesByDay(
  reader: Reader,
  keys: readonly DayKey[],
  { zone, sourceOf, metricOf }: Given,
): Promise<Map<Day, number> | undefined> {
  const [source, metric] = [sourceOf(keys[0]!.source), metricOf(keys[0]!.metric)];
  if (keys.length === 1 || !canSift(source, metric)) return undefined;
  const days = daysBetweenBoth(addDays(keys[0]!.day, -SEARCH_DAYS), addDays(keys.at(-1)!.day, SEARCH_DAYS));
  const starts = [...days, addDays(days.at(-1)!, 1)].map((day) => zone.startOf(day));
  const values: unknown[] = [metric.truth, days[0], days.at(-1), starts.map((at) => new Date(at))];
  const window = { from: starts[0]!, to: starts.at(-1)! };
  const events = source.open(reader).table!.events(metric.kind, window, values, false);
  const { rows } = await reader.query<{ nth: number; size: number }>(
    `select nth, sum(size)::float8 as size from (
       select day - $2::date as nth, abs(value) as size from model.daily where metric = $1 and day between $2 and $3
       union all
       select width_bucket(occurred_at, $4::timestamptz[]) - 1, count(*) from (${events}) e group by 1
     ) sizes group by nth`,
    values,
  );
  return new Map(rows.map(({ nth, size }) => [days[nth]!, size]));
}
