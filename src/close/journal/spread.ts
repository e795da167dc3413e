import { addDays, type Day, daysBetween } from '../../kernel/day.js';

/** An amount spread evenly over days, both included. */
export interface Spread {
  from: Day;
  until: Day;
  amount: bigint;
}

const daysOf = ({ from, until }: Spread): bigint => BigInt(daysBetween(from, until) + 1);

/**
 * What falls on the first days of a spread, by largest remainder: every day has the same whole share, and what is left goes to the first
 * days, a unit each. A part of a spread, cut at any day, spreads over its days just as the whole did.
 */
export function firstDays(spread: Spread, count: number): bigint {
  const days = daysOf(spread);
  const { amount } = spread;
  const part = BigInt(Math.max(0, count));
  if (part >= days) return amount;
  const size = amount < 0n ? -amount : amount;
  const sum = (size / days) * part + min(size % days, part);
  return amount < 0n ? -sum : sum;
}

/** The amount of one day of it. */
export const onDay = (spread: Spread, day: Day): bigint => {
  const index = daysBetween(spread.from, day);
  return firstDays(spread, index + 1) - firstDays(spread, index);
};

/** The parts before a day and from it on. */
export function cutAt(spread: Spread, day: Day): { before: Spread | undefined; after: Spread | undefined } {
  if (day <= spread.from) return { before: undefined, after: spread };
  if (day > spread.until) return { before: spread, after: undefined };
  const amount = firstDays(spread, daysBetween(spread.from, day));
  return {
    before: { from: spread.from, until: addDays(day, -1), amount },
    after: { from: day, until: spread.until, amount: spread.amount - amount },
  };
}

/** Shares of a whole in proportion to weights (none negative, not all zero), by largest remainder; the earlier one where remainders are equal. */
export function shares(whole: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n) throw new RangeError('there is nothing to share by');
  const size = whole < 0n ? -whole : whole;
  const parts = weights.map((weight) => (size * weight) / total);
  let left = size - parts.reduce((sum, part) => sum + part, 0n);
  const order = weights
    .map((weight, index) => ({ index, rest: (size * weight) % total }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of order) {
    if (left === 0n) break;
    parts[index]! += 1n;
    left -= 1n;
  }
  return whole < 0n ? parts.map((part) => -part) : parts;
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
