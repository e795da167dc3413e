/** An exact fraction, because a third of a cent is not a number of cents. */
export interface Fraction {
  over: bigint;
  under: bigint;
}

// A year is 12 months, 52 weeks, 365 days.
const MONTHS: ReadonlyMap<unknown, Fraction> = new Map([
  ['day', { over: 365n, under: 12n }],
  ['week', { over: 52n, under: 12n }],
  ['month', { over: 1n, under: 1n }],
  ['year', { over: 1n, under: 12n }],
]);

/** Minor units; more than this in a month is a mistake of whoever said it. */
export const MONTHLY_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** The part of the price of a period that falls into a month; undefined for a period that is none. `count`: how many intervals it has. */
export function monthlyPart(interval: unknown, count: unknown): Fraction | undefined {
  const months = MONTHS.get(interval);
  const isCount = typeof count === 'number' && Number.isSafeInteger(count) && count > 0;
  return months && isCount ? { ...months, under: months.under * BigInt(count) } : undefined;
}

/** Neither up nor down in the long run: a half goes to the even neighbour. */
export function halfToEven(over: bigint, under: bigint): bigint {
  const whole = over / under;
  const twice = (over % under) * 2n;
  return twice > under || (twice === under && whole % 2n === 1n) ? whole + 1n : whole;
}
