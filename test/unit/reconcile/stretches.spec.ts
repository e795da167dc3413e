import { describe, expect, it } from '@jest/globals';
import { addDays, Zone } from '../../../src/kernel/day.js';
import { reconciledMetrics } from '../../../src/reconcile/reconciled-metrics.js';
import type { Reader } from '../../../src/reconcile/source.js';
import { collector } from '../../../src/reconcile/sources/collector.js';
import { stretchesOf } from '../../../src/reconcile/stretches.js';

const DAY = '2026-10-03';

/** `sizes`: truths and events of the days, from the first on. */
function stretched(offsets: readonly number[], sizes: readonly number[], metric = 'orders') {
  const rows = sizes.map((size, nth) => ({ nth, size }));
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

  it('given more truths and events than fit into memory, then a stretch ends before them', async () =>
    expect(await stretched([0, 1, 2, 3], [300_000, 200_000, 1, 600_000])).toEqual(['03-04', '05-05', '06-06']));

  it('given a metric of money, then each day stays alone', async () =>
    expect(await stretched([0, 1], [1, 1], 'revenue_gross')).toEqual(['03-03', '04-04']));
});
