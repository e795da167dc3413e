import { describe, expect, it } from '@jest/globals';
import { addDays, Zone } from '../../../src/kernel/day.js';
import { SEARCH_DAYS } from '../../../src/reconcile/load-day.js';
import { reconciledMetrics } from '../../../src/reconcile/reconciled-metrics.js';
import type { Reader } from '../../../src/reconcile/source.js';
import { collector } from '../../../src/reconcile/sources/collector.js';
import { stretchesOf } from '../../../src/reconcile/stretches.js';

const DAY = '2026-10-03';

/** `sizes`: truths and events of the days, from the first on; there are none before. */
function stretched(offsets: readonly number[], sizes: readonly number[], metric = 'orders') {
  const rows = sizes.map((size, nth) => ({ nth: nth + SEARCH_DAYS, size }));
  const reader = { query: () => Promise.resolve({ rows }) } as unknown as Reader;
  const due = offsets.map((offset) => ({ day: addDays(DAY, offset), source: 'collector', metric }));
  return stretchesOf(reader, due, {
    zone: new Zone('UTC'),
    sourceOf: () => collector,
    metricOf: (name) => reconciledMetrics.find((each) => each.name === name)!,
  }).then((found) => found.map(({ from, to }) => `${from.slice(8)}-${to.slice(8)}`));
}

describe('which days are compared together', () => {
  it('given days in a row, then they are one stretch, and a gap ends it', async () =>
    expect(await stretched([0, 1, 2, 4, 5], [1, 1, 1, 0, 1, 1])).toEqual(['03-05', '07-08']));

  it('given more truths and events than go together, then a stretch ends before them', async () =>
    expect(await stretched([0, 1, 2, 3], [200_000, 130_000, 1, 300_000])).toEqual(['03-04', '05-06']));

  it('given so many that those around fill the memory, then a stretch is shorter', async () => {
    const sizes = Array.from({ length: 60 }, (_, day) => (day < 50 ? 40_000 : 0));
    expect(await stretched([0, 1, 2, 3, 20, 21, 22], sizes)).toEqual(['03-06', '23-23', '24-24', '25-25']);
  });

  it('given days of which two would fit and no week, then each stays alone, or most would be read for each few', async () => {
    const sizes = Array.from({ length: 60 }, () => 30_000);
    const due = [0, 20, 21, 22, 23, 24, 25, 26, 27, 28]; // nothing is known beyond those around the last one
    expect(await stretched(due, sizes)).toEqual(['03-03', '23-23', '24-24', '25-25', '26-26', '27-31']);
  });

  it('given that they thin out, then days go together as soon as a week of them fits', async () => {
    const sizes = Array.from({ length: 60 }, (_, day) => (day < 30 ? 30_000 : 0));
    expect(await stretched([0, 20, 21, 22, 23, 24], sizes)).toEqual(['03-03', '23-27']);
  });

  it('given a metric of money, then each day stays alone', async () =>
    expect(await stretched([0, 1], [1, 1], 'revenue_gross')).toEqual(['03-03', '04-04']));
});
