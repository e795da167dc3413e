import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { calendarMonths, periodAfter, weeks445 } from '../../../src/close/fiscal-calendar.js';
import { addDays, daysBetween, Zone } from '../../../src/kernel/day.js';

const day = fc.integer({ min: 0, max: 30_000 }).map((after) => addDays('1995-01-01', after));
const mondays = fc.integer({ min: 0, max: 1_500 }).map((weeks) => addDays('2000-01-03', 7 * weeks));

describe('every calendar', () => {
  it('given any day, then one period has it, is found by its name, and the next one follows on without a hole', () => {
    const calendar = fc.oneof(fc.constant(calendarMonths), mondays.map(weeks445));
    fc.assert(
      fc.property(calendar, day, (months, any) => {
        const period = months.periodOf(any);
        expect([period.from <= any, any <= period.to]).toEqual([true, true]);
        expect(months.find(period.id)).toEqual(period);
        expect(months.periodOf(period.from)).toEqual(months.periodOf(period.to));
        const next = periodAfter(months, period);
        expect([next.from, next.id > period.id]).toEqual([addDays(period.to, 1), true]);
      }),
    );
  });
});

describe('calendar months', () => {
  it.each([
    ['2026-02', '2026-02-01', '2026-02-28'],
    ['2028-02', '2028-02-01', '2028-02-29'],
    ['2026-12', '2026-12-01', '2026-12-31'],
  ])('%s has its days', (id, from, to) => expect(calendarMonths.find(id)).toEqual({ id, from, to }));

  it.each(['2026-13', '2026-00', '2026-1', '2026-P10', '0000-10', ''])('"%s" is no month', (id) =>
    expect(calendarMonths.find(id)).toBeUndefined(),
  );

  it('given a zone with summer time, when the clocks change, then the month has an hour more or less and every instant a period', () => {
    const zone = new Zone('Europe/Berlin');
    const hours = (id: string): number => {
      const { from, to } = calendarMonths.find(id)!;
      return (zone.startOf(addDays(to, 1)) - zone.startOf(from)) / 3_600_000;
    };
    expect([hours('2026-03'), hours('2026-04'), hours('2026-10')]).toEqual([31 * 24 - 1, 30 * 24, 31 * 24 + 1]);
  });
});

describe('weeks of 4, 4 and 5', () => {
  const weeks = (start: string, id: string): number => {
    const { from, to } = weeks445(start).find(id)!;
    return (daysBetween(from, to) + 1) / 7;
  };

  it('given a year, then its quarters have 4, 4 and 5 weeks', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `2026-P${String(index + 1).padStart(2, '0')}`);
    expect(ids.map((id) => weeks('2025-12-29', id))).toEqual([4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5]);
    expect(weeks445('2025-12-29').find('2026-P10')).toEqual({ id: '2026-P10', from: '2026-09-28', to: '2026-10-25' });
  });

  it('given the years drift from the date, then a year has a 53rd week, in its last period', () => {
    const lasting = Array.from({ length: 12 }, (_, index) => weeks('2025-12-29', `${2026 + index}-P12`));
    expect(lasting.filter((each) => each === 6)).toHaveLength(2);
    expect(new Set(lasting)).toEqual(new Set([5, 6]));
  });

  it.each(['2026-P13', '2026-P00', '2026-10'])('"%s" is no period of it', (id) =>
    expect(weeks445('2025-12-29').find(id)).toBeUndefined(),
  );
});
