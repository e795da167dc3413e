import { afterEach, expect, it } from '@jest/globals';
import { learnZone, time, timed, utc } from '../../../web/src/format.ts';

afterEach(() => learnZone('UTC'));

it.each([
  ['UTC', '2026-10-03T09:12:44.999Z', '2026-10-03 09:12:44 UTC'],
  ['Europe/Berlin', '2026-10-03T22:12:44Z', '2026-10-04 00:12:44 UTC+2'],
  ['Asia/Kathmandu', '2026-12-31T18:30:00.500Z', '2027-01-01 00:15:00 UTC+5:45'],
  ['America/St_Johns', '2026-01-01T02:00:00Z', '2025-12-31 22:30:00 UTC-3:30'],
])(
  'given the zone %s, then an instant is shown by its clock, and says how far it is from UTC',
  (zone, instant, shown) => {
    learnZone(zone);
    expect(time(instant)).toBe(shown);
  },
);

it('given the hour in which a clock is put back, then its two instants can be told apart', () => {
  learnZone('Europe/Berlin');
  expect(['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(time)).toEqual([
    '2026-10-25 02:30:00 UTC+2',
    '2026-10-25 02:30:00 UTC+1',
  ]);
});

it('given an instant that another offset tells, then it is the same in UTC; given none, then a dash', () => {
  expect(utc('2026-10-03T11:12:44+02:00')).toBe('2026-10-03 09:12:44 UTC');
  expect([time(null), time(undefined)]).toEqual(['–', '–']);
});

it('given evidence with instants in it, then they are by the clock of the zone, and days and numbers stay', () => {
  learnZone('Europe/Berlin');
  expect(
    timed('seen first 2026-10-03T22:12:44.120Z; seen last 2026-10-04T00:00:00Z; day 2026-10-03; amount 4200'),
  ).toBe('seen first 2026-10-04 00:12:44 UTC+2; seen last 2026-10-04 02:00:00 UTC+2; day 2026-10-03; amount 4200');
  expect(timed('of nothing')).toBe('of nothing');
});
