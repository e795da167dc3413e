const STEPS = [1, 2, 5, 10];
const WANTED = 4;

/**
 * Round numbers from at or below the lowest to at or above the highest, evenly apart and zero among them; about five.
 * @param whole there is nothing between two whole numbers: counts, minor units
 */
export function ticksOf(values: readonly number[], whole: boolean): number[] {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const raw = (high - low || 1) / WANTED;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(whole ? 1 : 0, power * STEPS.find((each) => each * power >= raw)!);
  const [first, last] = [Math.floor(low / step), Math.max(1, Math.ceil(high / step))];
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
