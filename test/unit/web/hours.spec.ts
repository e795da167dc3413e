import { describe, expect, it } from '@jest/globals';
import { clockOf, type Hour, isFinding, lookOf, stripsOf } from '../../../web/src/views/health/hours.ts';

const hour = (at: string, more: Partial<Hour> = {}): Hour => ({
  ...{ provider: 'stripe', hour: at, status: 'complete', deliveries: 1, checked_at: null },
  ...more,
});
/** Every hour from an instant on. */
const hours = (from: string, count: number): Hour[] =>
  Array.from({ length: count }, (_, index) => hour(new Date(Date.parse(from) + index * 3_600_000).toISOString()));

describe('given hours of a zone', () => {
  it('then each stands at its day and its hour of that clock, the newest day first, one strip per provider', () => {
    const rows = [
      hour('2026-07-01T21:00:00.000Z'),
      hour('2026-07-01T22:00:00.000Z'),
      hour('2026-07-01T22:00:00.000Z', { provider: 'adyen' }),
    ];
    const strips = stripsOf(rows, 'Europe/Berlin');
    expect(strips.map(({ provider, days }) => [provider, days.map(({ day }) => day)])).toEqual([
      ['adyen', ['2026-07-02']],
      ['stripe', ['2026-07-02', '2026-07-01']],
    ]);
    const [, stripe] = strips;
    expect(stripe!.days[0]!.hours.findIndex((each) => each.length > 0)).toBe(0);
    expect(stripe!.days[1]!.hours.findIndex((each) => each.length > 0)).toBe(23);
  });

  it('when its clock is put back, then two hours share a place; when it is put forward, then one is empty; none is lost', () => {
    const [back] = stripsOf(hours('2026-10-24T22:00:00.000Z', 25), 'Europe/Berlin');
    expect(back!.days.map(({ day, hours: each }) => [day, each.map(({ length }) => length)])).toEqual([
      ['2026-10-25', [1, 1, 2, ...Array.from({ length: 21 }, () => 1)]],
    ]);
    const [forward] = stripsOf(hours('2026-03-28T23:00:00.000Z', 23), 'Europe/Berlin');
    expect(forward!.days[0]!.hours.map(({ length }) => length)).toEqual([
      ...[1, 1, 0],
      ...Array.from({ length: 21 }, () => 1),
    ]);
  });

  it('when the zone is half an hour off, then an hour stands where it begins', () => {
    expect(clockOf('Asia/Kolkata')('2026-10-03T18:00:00.000Z')).toEqual({ day: '2026-10-03', hour: 23 });
    expect(clockOf('Asia/Kolkata')('2026-10-03T18:30:00.000Z')).toEqual({ day: '2026-10-04', hour: 0 });
  });
});

it('given hours that share a place, then the worst is what it looks like; no delivery and no list is silence', () => {
  const at = '2026-10-25T00:00:00.000Z';
  expect(lookOf([hour(at), hour(at, { status: 'missing' })])).toBe('missing');
  expect(lookOf([hour(at, { status: 'healed' }), hour(at, { status: 'unchecked' })])).toBe('unchecked');
  expect(lookOf([hour(at, { status: 'not_listed', deliveries: 0 })])).toBe('silent');
  expect(lookOf([hour(at, { status: 'not_listed', deliveries: 2 })])).toBe('not_listed');
  expect(lookOf([])).toBeUndefined();
});

it('given hours, then those are findings of which somebody has to know', () => {
  const at = '2026-10-25T00:00:00.000Z';
  const statuses = ['complete', 'healed', 'missing', 'unchecked', 'not_listed'] as const;
  expect(statuses.filter((status) => isFinding(hour(at, { status })))).toEqual(['healed', 'missing', 'unchecked']);
});
