import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, dayNamed, dayNumber, daysBetween, isDay } from '../../../src/kernel/day.js';

const number = fc.integer({ min: dayNumber('0001-01-01'), max: dayNumber('9999-12-31') });

describe('days as numbers', () => {
  it('given any day, then its number and its name lead to each other, and names are in the order of the days', () => {
    expect(['1970-01-01', '2026-03-01', '1969-12-31'].map(dayNumber)).toEqual([0, 20_513, -1]);
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [day, another] = [dayNamed(one), dayNamed(other)];
        expect([isDay(day), dayNumber(day), addDays(day, other - one)]).toEqual([true, one, another]);
        expect([daysBetween(day, another), day < another]).toEqual([other - one, one < other]);
      }),
    );
  });

  it('given more days than are remembered, then their names are the same again', () => {
    const names = (): string => Array.from({ length: 30_000 }, (_, index) => dayNamed(index)).join();
    expect(names()).toBe(names());
    expect(dayNamed(29_999)).toBe(new Date(29_999 * 86_400_000).toISOString().slice(0, 10));
  });

  it('given what is no day, then it has no name', () => {
    expect(() => addDays('2026-13-01', 1)).toThrow(RangeError);
    expect(['2026-02-30', '2026-2-3', 'today'].filter(isDay)).toEqual([]);
  });
});
