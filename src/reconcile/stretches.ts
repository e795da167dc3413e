import { addDays, type Day, daysBetweenBoth, type Zone } from '../kernel/day.js';
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

/** Truths and events of the days that are loaded together: so many fit into memory, however odd each of them is. */
const TOGETHER_MAX = 330_000;
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
    const counts = await sizesByDay(reader, keys, given);
    let last: Stretch | undefined;
    let together = 0;
    for (const { day } of keys) {
      const size = counts?.get(day) ?? 0;
      together += size;
      if (counts && last && addDays(last.to, 1) === day && together <= TOGETHER_MAX) last.to = day;
      else {
        found.push((last = { source, metric, from: day, to: day }));
        together = size;
      }
    }
  }
  return found;
}

/** Truths and events of each day; undefined where days cannot be loaded together. */
async function sizesByDay(
  reader: Reader,
  keys: readonly DayKey[],
  { zone, sourceOf, metricOf }: Given,
): Promise<Map<Day, number> | undefined> {
  const [source, metric] = [sourceOf(keys[0]!.source), metricOf(keys[0]!.metric)];
  if (keys.length === 1 || !canSift(source, metric)) return undefined;
  const days = daysBetweenBoth(keys[0]!.day, keys.at(-1)!.day);
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
