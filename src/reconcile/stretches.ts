import { addDays, type Day } from '../kernel/day.js';
import { multimap } from './multimap.js';
import type { DayKey } from './outcome.js';
import type { Reader } from './source.js';

/** Days in a row of one source and metric. */
export interface Stretch {
  source: string;
  metric: string;
  from: Day;
  to: Day;
}

/** Truths of the days that are loaded together: so many fit into memory, however odd each of them is. */
const TRUTHS_MAX = 500_000;

interface Together {
  /** Whether days of this source and metric can be loaded together. */
  together: (key: DayKey) => boolean;
  /** The metric whose contributions are the truth. */
  truthOf: (metric: string) => string;
}

/** Puts days that can be compared together into stretches, the order kept; a day that stays alone is a stretch of one. */
export async function stretchesOf(
  reader: Reader,
  due: readonly DayKey[],
  { together, truthOf }: Together,
): Promise<Stretch[]> {
  const found: Stretch[] = [];
  for (const keys of multimap(due.map((key) => [`${key.source} ${key.metric}`, key])).values()) {
    const { source, metric } = keys[0]!;
    const counts = together(keys[0]!) && keys.length > 1 ? await truthsByDay(reader, truthOf(metric), keys) : undefined;
    let last: Stretch | undefined;
    let truths = 0;
    for (const { day } of keys) {
      truths += counts?.get(day) ?? 0;
      if (counts && last && addDays(last.to, 1) === day && truths <= TRUTHS_MAX) last.to = day;
      else {
        found.push((last = { source, metric, from: day, to: day }));
        truths = counts?.get(day) ?? 0;
      }
    }
  }
  return found;
}

async function truthsByDay(reader: Reader, metric: string, keys: readonly DayKey[]): Promise<Map<Day, number>> {
  const { rows } = await reader.query<{ day: Day; truths: number }>(
    'select day, sum(abs(value))::float8 as truths from model.daily where metric = $1 and day = any($2::date[]) group by day',
    [metric, keys.map(({ day }) => day)],
  );
  return new Map(rows.map(({ day, truths }) => [day, truths]));
}
