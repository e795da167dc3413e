import { describe, expect, it } from '@jest/globals';
import { addDays } from '../../../src/kernel/day.js';
import { stretchesOf } from '../../../src/reconcile/run/stretches.js';

const DAY = '2026-10-03';

const stretched = (due: readonly (readonly [offset: number, metric: string])[]) =>
  stretchesOf(
    due.map(([offset, metric]) => ({ day: addDays(DAY, offset), source: 'collector', metric })),
    ({ metric }) => metric !== 'revenue_gross',
  ).map(({ metric, from, to }) => `${metric} ${from.slice(8)}-${to.slice(8)}`);

const of = (metric: string, ...offsets: number[]) => offsets.map((offset) => [offset, metric] as const);

describe('which days are compared together', () => {
  it('given days in a row, then they are one stretch, and a gap ends it', () =>
    expect(stretched(of('orders', 0, 1, 2, 4, 5))).toEqual(['orders 03-05', 'orders 07-08']));

  it('given a metric of money, then each day stays alone', () =>
    expect(stretched(of('revenue_gross', 0, 1))).toEqual(['revenue_gross 03-03', 'revenue_gross 04-04']));

  it('given days of two metrics in turn, then each has its stretch', () =>
    expect(stretched([0, 1].flatMap((offset) => [...of('orders', offset), ...of('signups', offset)]))).toEqual([
      'orders 03-04',
      'signups 03-04',
    ]));
});
