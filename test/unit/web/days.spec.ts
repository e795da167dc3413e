import { expect, it } from '@jest/globals';
import { addDays, daysOf, isDay, monthOf, rangeOf } from '../../../web/src/days.ts';

it.each(['x', '', '2026-13-01', '2026-02-30', '2026-10-1', '0001-01-01', '9999-12-31', '2026-10-03T00:00:00Z'])(
  'given %p in the address, then it is no day, and the range is the usual one',
  (text) => {
    expect(isDay(text)).toBe(false);
    expect(rangeOf({ from: text, to: text }, '2026-10-31')).toEqual({ from: '2026-10-01', to: '2026-10-31' });
    expect(daysOf(text, 'day', '2026-10-01', '2026-10-31')).toBeUndefined();
  },
);

it('given days in the address, then they are the range; one alone is completed', () => {
  expect(rangeOf({ from: '2026-02-28', to: '2026-03-01' }, '2026-10-31')).toEqual({
    from: '2026-02-28',
    to: '2026-03-01',
  });
  expect(rangeOf({ to: '2026-03-31' }, '2026-10-31')).toEqual({ from: '2026-03-01', to: '2026-03-31' });
  expect(rangeOf({ from: '2026-10-30' }, '2026-10-31')).toEqual({ from: '2026-10-30', to: '2026-10-31' });
});

it.each(['1000-01-01', '2999-12-31'])('given the farthest day %s, then it can be reckoned with', (day) => {
  expect(isDay(day)).toBe(true);
  for (const each of [...monthOf(day), addDays(day, -30), addDays(day, 6)]) expect(each).toMatch(/^\d{4}-\d\d-\d\d$/);
});

it('given a period that is partly in the range, then its days are those in both', () => {
  const days = (period: string, interval: string) => daysOf(period, interval, '2026-02-10', '2026-03-04');
  expect(days('2026-02', 'month')).toEqual(['2026-02-10', '2026-02-28']);
  expect(days('2026-03-02', 'week')).toEqual(['2026-03-02', '2026-03-04']);
  expect(days('2026-02-10', 'day')).toEqual(['2026-02-10', '2026-02-10']);
  expect(days('2026-13', 'month')).toBeUndefined();
});
