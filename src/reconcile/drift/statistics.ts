/** Statistics of shares and of series of them. Pure. */

const LOG_FACTORIALS: number[] = [0, 0];

function logFactorial(n: number): number {
  if (n > 10_000) return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n);
  for (let k = LOG_FACTORIALS.length; k <= n; k += 1) LOG_FACTORIALS[k] = LOG_FACTORIALS[k - 1]! + Math.log(k);
  return LOG_FACTORIALS[n]!;
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/**
 * Fisher's exact test, one-sided: how likely it is that of `lost` losses among `all` at least `lostHere` fall on `here` of them, if they
 * fell on anybody alike.
 */
export function fisherAtLeast(lostHere: number, here: number, lost: number, all: number): number {
  const most = Math.min(here, lost);
  const base = logChoose(all, here);
  let sum = 0;
  for (let k = lostHere; k <= most; k += 1) {
    if (here - k > all - lost) continue;
    const term = Math.exp(logChoose(lost, k) + logChoose(all - lost, here - k) - base);
    sum += term;
    if (term < sum * 1e-12) break; // beyond the mode the terms only fall
  }
  return Math.min(1, sum);
}

/** Wilson's interval of a share: `part` of `whole`, with `z` standard deviations to each side. */
export function wilson(part: number, whole: number, z: number): [low: number, high: number] {
  if (whole === 0) return [0, 1];
  const share = part / whole;
  const z2 = z * z;
  const centre = (share + z2 / (2 * whole)) / (1 + z2 / whole);
  const half = (z / (1 + z2 / whole)) * Math.sqrt((share * (1 - share)) / whole + z2 / (4 * whole * whole));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Newcombe's interval of the difference of two shares (his method 10, from the Wilson intervals of both). */
export function newcombe(
  a: { part: number; whole: number },
  b: { part: number; whole: number },
  z: number,
): [low: number, high: number] {
  const [lowA, highA] = wilson(a.part, a.whole, z);
  const [lowB, highB] = wilson(b.part, b.whole, z);
  const [shareA, shareB] = [a.part / a.whole, b.part / b.whole];
  const difference = shareA - shareB;
  return [
    difference - Math.hypot(shareA - lowA, highB - shareB),
    difference + Math.hypot(highA - shareA, shareB - lowB),
  ];
}

/** The middle of some values, in any order; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
