import { addDays, type Day, daysBetween } from '../../kernel/day.js';
import { findShift, type Shift } from './shift.js';
import { median, wilson } from './statistics.js';

/** A percentage of one day and how many ids it is a share of. */
export interface DriftDay {
  day: Day;
  value: number;
  volume: number;
}

/**
 * Whether a percentage moved away from where it usually is. The sign is kept: `up` is never good news for loss, and a gap that falls
 * below zero is as wrong as one that rises. `no_baseline`: fewer than seven comparable days before. `too_few`: too little volume.
 */
export interface DriftVerdict {
  verdict: 'steady' | 'up' | 'down' | 'no_baseline' | 'too_few';
  /** Median of the days before, in percent; null without enough of them. */
  baseline: number | null;
  /** `weekday`: the days before were the same weekday; `all`: there were too few of those. */
  basis: 'weekday' | 'all' | null;
  /** Value − baseline, in points. */
  delta: number | null;
  /** Points away from the baseline that are still steady. */
  threshold: number | null;
  /** 99 % interval of the day's own share (Wilson), in percent. */
  interval: [low: number, high: number] | null;
  /** When the level changed lastly, as far as the days tell; the change itself may be too small to show on a single day. */
  shift: Shift | null;
}

/** How far back days are looked at. */
export const BASELINE_DAYS = 56;
/** A shift is news for so long; afterwards the new level is what is usual. */
export const NEWS_DAYS = 14;
/** How many of the days of a steady percentage may be called up or down, at most. */
export const FALSE_ALARMS = 0.01;

const DAYS_MIN = 7; // fewer days say little about what is usual
const WEEKDAYS_MIN = 4; // the same for days of one weekday
const VOLUME_MIN = 30; // below, one event more or less moves a percentage by points
const SPREADS = 3; // robust standard deviations
const FLOOR_POINTS = 1; // nobody should be woken for less
const Z_DAY = 3.291; // 99.9 % of the noise of a share: the baseline is not exact either
const Z_SHOWN = 2.576; // 99 %

const NOTHING = { baseline: null, basis: null, delta: null, threshold: null, shift: null };

/** `history`: comparable days before, any order. */
export function drift(day: Day, value: number | null, volume: number, history: readonly DriftDay[]): DriftVerdict {
  if (value === null || volume < VOLUME_MIN) return { verdict: 'too_few', interval: null, ...NOTHING };
  const interval = shownInterval(value, volume);
  const before = history
    .filter((each) => each.day < day && daysBetween(each.day, day) <= BASELINE_DAYS && each.volume >= VOLUME_MIN)
    .sort((a, b) => (a.day < b.day ? -1 : 1));
  if (before.length < DAYS_MIN) return { verdict: 'no_baseline', interval, ...NOTHING };
  const shift = findShift([...before, { day, value, volume }]);
  const usual = daysThatCount(day, before, shift);
  const { values, basis } = baselineOf(day, usual);
  const baseline = median(values);
  const threshold = Math.max(FLOOR_POINTS, SPREADS * spreadOf(usual), noise(baseline, volume));
  const delta = value - baseline;
  return {
    verdict: Math.abs(delta) <= threshold ? 'steady' : delta > 0 ? 'up' : 'down',
    ...{ baseline: tenth(baseline), basis, delta: tenth(delta), threshold: tenth(threshold), interval },
    shift: shift && { ...shift, before: tenth(shift.before), after: tenth(shift.after) },
  };
}

/** Whether a shift is recent and large enough to tell somebody. */
export const isNews = (shift: Shift, day: Day): boolean =>
  daysBetween(shift.day, day) < NEWS_DAYS && Math.abs(shift.after - shift.before) >= FLOOR_POINTS;

/** Days that say what is usual: before a shift that is news, after one that is not any more. */
function daysThatCount(day: Day, before: readonly DriftDay[], shift: Shift | null): readonly DriftDay[] {
  if (!shift) return before;
  const counted = before.filter((each) => (isNews(shift, day) ? each.day < shift.day : each.day >= shift.day));
  return counted.length < DAYS_MIN ? before : counted;
}

function baselineOf(day: Day, usual: readonly DriftDay[]): { values: number[]; basis: 'weekday' | 'all' } {
  const sameWeekday = usual.filter((each) => daysBetween(each.day, day) % 7 === 0);
  const weekday = sameWeekday.length >= WEEKDAYS_MIN;
  return { values: (weekday ? sameWeekday : usual).map(({ value }) => value), basis: weekday ? 'weekday' : 'all' };
}

/** Robust standard deviation of the days around the median of their weekday, or of all while there are few. */
function spreadOf(usual: readonly DriftDay[]): number {
  const first = usual[0]!.day;
  const medians = new Map<number, number>(); // by weekday: the same for each of its days
  const residuals = usual.map((each) => {
    const weekday = daysBetween(first, each.day) % 7;
    const known = medians.get(weekday) ?? median(baselineOf(addDays(each.day, 7), usual).values);
    medians.set(weekday, known);
    return Math.abs(each.value - known);
  });
  return 1.4826 * median(residuals);
}

/** Half the width of Wilson's interval of a share, in points. A gap below zero or above 100 % counts as the share nearest to it. */
function noise(percentage: number, volume: number): number {
  const share = Math.min(1, Math.abs(percentage) / 100);
  const [low, high] = wilson(share * volume, volume, Z_DAY);
  return 50 * (high - low);
}

function shownInterval(percentage: number, volume: number): [number, number] {
  const share = Math.min(1, Math.abs(percentage) / 100);
  const [low, high] = wilson(share * volume, volume, Z_SHOWN).map((each) => tenth(100 * each)) as [number, number];
  return percentage < 0 ? [-high, -low] : [low, high];
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
