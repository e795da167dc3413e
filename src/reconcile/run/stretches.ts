import { addDays, type Day } from '../../kernel/day.js';
import type { DayKey } from '../compare/outcome.js';

/** Days in a row of one source and metric. */
export interface Stretch {
  source: string;
  metric: string;
  from: Day;
  to: Day;
}

/** Puts days in a row that are compared together into stretches, the order kept; a day that stays alone is a stretch of one. */
export function stretchesOf(due: readonly DayKey[], isTogether: (key: DayKey) => boolean): Stretch[] {
  const found: Stretch[] = [];
  const lastOf = new Map<string, Stretch>();
  for (const key of due) {
    const { day, source, metric } = key;
    const last = lastOf.get(`${source} ${metric}`);
    if (last && addDays(last.to, 1) === day && isTogether(key)) {
      last.to = day;
      continue;
    }
    const stretch = { source, metric, from: day, to: day };
    lastOf.set(`${source} ${metric}`, stretch);
    found.push(stretch);
  }
  return found;
}
