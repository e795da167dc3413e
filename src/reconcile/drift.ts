/**
 * Whether a percentage moved away from where it usually is. The baseline is the median of the last comparable days; a day drifts when it
 * is further from it than the spread of those days and the noise of its own volume can explain. The sign is kept: `up` is never good
 * news for loss, and a gap that falls below zero is as wrong as one that rises.
 */
export interface DriftVerdict {
  verdict: 'steady' | 'up' | 'down' | 'no_baseline' | 'too_few';
  /** Median of the days before, in percent; null without enough of them. */
  baseline: number | null;
  /** Value − baseline, in points. */
  delta: number | null;
  /** Points away from the baseline that are still steady. */
  threshold: number | null;
}

export const BASELINE_DAYS = 28;
const DAYS_MIN = 7; // fewer days say little about what is usual
const VOLUME_MIN = 30; // below, one event more or less moves a percentage by points
const SPREADS = 3; // robust standard deviations
const FLOOR_POINTS = 1; // nobody should be woken for less
const Z = 2.576; // 99 % of the noise of a share

/** `history`: values of comparable days before, any order. `volume`: the denominator of today's value. */
export function drift(value: number | null, volume: number, history: readonly number[]): DriftVerdict {
  const none = { baseline: null, delta: null, threshold: null };
  if (value === null || volume < VOLUME_MIN) return { verdict: 'too_few', ...none };
  const days = history.slice(-BASELINE_DAYS);
  if (days.length < DAYS_MIN) return { verdict: 'no_baseline', ...none };
  const baseline = median(days);
  const spread = 1.4826 * median(days.map((day) => Math.abs(day - baseline)));
  const threshold = Math.max(FLOOR_POINTS, SPREADS * spread, noise(baseline, volume));
  const delta = value - baseline;
  const verdict = Math.abs(delta) <= threshold ? 'steady' : delta > 0 ? 'up' : 'down';
  return { verdict, baseline: tenth(baseline), delta: tenth(delta), threshold: tenth(threshold) };
}

/** Half the width of Wilson's interval of a share, in points. A gap below zero or above 100 % counts as the share nearest to it. */
function noise(percentage: number, volume: number): number {
  const share = Math.min(1, Math.abs(percentage) / 100);
  const z2 = Z * Z;
  const half = (Z / (1 + z2 / volume)) * Math.sqrt((share * (1 - share)) / volume + z2 / (4 * volume * volume));
  return 100 * half;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
