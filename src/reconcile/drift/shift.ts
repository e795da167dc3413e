import { type Day, daysBetween } from '../../kernel/day.js';
import type { DriftDay } from './drift.js';
import { median } from './statistics.js';

/** A lasting change of level. `day`: the first of the new level. Levels are means, in percent. */
export interface Shift {
  day: Day;
  direction: 'up' | 'down';
  before: number;
  after: number;
}

/** Standard deviations, squared, by which the levels must differ: the best of some fifty splits of a steady series rarely does. */
const PROVEN = 20;
const DAYS_BEFORE_MIN = 7;
const DAYS_AFTER_MIN = 2; // one day alone is what the day's own verdict is for
const SEASON_DAYS = 28; // from then on each weekday has four values

/**
 * The last change of level in a series of days, oldest first: the split whose two means differ most beyond their noise, sought again in
 * what follows it. The noise is that of shares of such volumes, or what neighbouring days show, whichever is larger.
 */
export function findShift(days: readonly DriftDay[]): Shift | null {
  const series = withoutWeekdays(days);
  // Without its weekdays a share of nothing may be less than nothing, which is no share to tell.
  const least = days.some(({ value }) => value < 0) ? -Infinity : 0;
  let from = 0;
  let found: Shift | null = null;
  for (;;) {
    const split = bestSplit(series.slice(from));
    if (!split) return found;
    const { direction, before, after } = split.levels;
    found = {
      day: series[from + split.at]!.day,
      direction,
      before: Math.max(least, before),
      after: Math.max(least, after),
    };
    from += split.at;
  }
}

function bestSplit(series: readonly DriftDay[]) {
  const unit = noisePerId(series);
  let best: { at: number; score: number } | undefined;
  for (let at = DAYS_BEFORE_MIN; at <= series.length - DAYS_AFTER_MIN; at += 1) {
    const [before, after] = [level(series.slice(0, at)), level(series.slice(at))];
    const score = (after.mean - before.mean) ** 2 / (unit * (1 / before.volume + 1 / after.volume));
    if (score > (best?.score ?? PROVEN) && isLevel(series, at, after.mean - before.mean)) best = { at, score };
  }
  if (!best) return undefined;
  const [before, after] = [level(series.slice(0, best.at)).mean, level(series.slice(best.at)).mean];
  return { at: best.at, levels: { direction: after > before ? ('up' as const) : ('down' as const), before, after } };
}

/** Whether the change is one of most days and began on the first: a wild day moves a mean too, and is no new level. */
function isLevel(series: readonly DriftDay[], at: number, change: number): boolean {
  const before = median(series.slice(0, at).map(({ value }) => value));
  const after = median(series.slice(at).map(({ value }) => value));
  return (after - before) / change > 0.5 && (series[at]!.value - before) / change > 0.5;
}

function level(days: readonly DriftDay[]): { mean: number; volume: number } {
  let [sum, volume] = [0, 0];
  for (const each of days) {
    sum += each.value * each.volume;
    volume += each.volume;
  }
  return { mean: sum / volume, volume };
}

/** Variance of one id's share of the percentage, in points squared: that of a share, or what days next to each other differ by. */
function noisePerId(series: readonly DriftDay[]): number {
  const share = Math.min(0.5, Math.max(0.005, Math.abs(level(series).mean) / 100));
  const steps = series.slice(1).map((each, index) => {
    const previous = series[index]!;
    return Math.abs(each.value - previous.value) / Math.sqrt(1 / each.volume + 1 / previous.volume);
  });
  const observed = 1.4826 * (steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0);
  return Math.max(1e4 * share * (1 - share), observed ** 2);
}

/** The series with what is usual on each weekday taken out, once there are weeks enough to know it. */
function withoutWeekdays(days: readonly DriftDay[]): readonly DriftDay[] {
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last || daysBetween(first.day, last.day) < SEASON_DAYS) return days;
  const groups = new Map<number, number[]>();
  const weekdayOf = ({ day }: DriftDay): number => daysBetween(first.day, day) % 7;
  // Differences from the week around them, so that a change of level does not pass for a weekday.
  const around = days.map((_, index) =>
    median(days.slice(Math.max(0, index - 3), index + 4).map(({ value }) => value)),
  );
  days.forEach((each, index) => {
    const weekday = weekdayOf(each);
    groups.set(weekday, [...(groups.get(weekday) ?? []), each.value - around[index]!]);
  });
  return days.map((each) => ({ ...each, value: each.value - median(groups.get(weekdayOf(each))!) }));
}
