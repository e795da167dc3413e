import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ComparedDay } from '../../../src/reconcile/report/compared-days.js';
import { figuresOf, type ReconciliationRow } from '../../../src/reconcile/gap.js';
import { type Item, type Part, trackedParts, truthParts } from '../../../src/reconcile/parts.js';
import { summaryRows } from '../../../src/reconcile/report/summary.js';

const RANGE = ['2026-10-01', '2026-10-02', '2026-10-03'];
const OF = { source: 'tool', metric: 'orders', matched_by: 'id', comparable: true, provisional: false, reasons: [] };

const item = (part: Part, amountActual = 1n, amountTracked = 1n): Item => ({
  ...{ part, id: 'x', day: RANGE[0]!, cause: part === 'missing' ? 'lost_event' : undefined },
  amountActual: (truthParts as readonly Part[]).includes(part) ? amountActual : 0n,
  amountTracked: (trackedParts as readonly Part[]).includes(part) ? amountTracked : 0n,
});
const row = (items: readonly Item[], given: object = {}, money = false): ReconciliationRow =>
  ({ ...OF, ...figuresOf(items, money), ...given }) as unknown as ReconciliationRow;
const day = (at: string, ...rows: ReconciliationRow[]): ComparedDay => ({
  day: at,
  source: 'tool',
  metric: 'orders',
  rows,
});

describe('what a source says of some days', () => {
  it('given days that count, then the steps lead from what was tracked to what is true; the others are left out, with why', () => {
    const items = (['matched', 'matched', 'missing', 'missing', 'duplicates', 'client_only', 'other_day'] as const).map(
      (part) => item(part),
    );
    const [summary] = summaryRows(
      [day(RANGE[0]!, row(items)), day(RANGE[1]!, row([], { comparable: false, reasons: ['sampled: a part'] }))],
      RANGE,
    );
    expect(summary).toEqual({
      ...{ source: 'tool', metric: 'orders', days: 1, actual: 5, tracked: 4, gap: 1, gap_pct: 20 },
      ...{ loss_pct: 40, overcount_pct: 50 },
      bridge: [
        { step: 'tracked', amount: 4 },
        { step: 'duplicates', amount: -1 },
        { step: 'client_only', amount: -1 },
        { step: 'missing', amount: 2 },
        { step: 'other_day', amount: 1 },
      ],
      ...{ causes: { lost_event: 2 }, unexplained: 2 },
      left_out: { [RANGE[1]!]: 'sampled: a part', [RANGE[2]!]: 'not compared' },
    });
  });

  it('given a source that only counts, then one step, of which it tells no more', () => {
    const counted = row([], {
      ...{ matched_by: 'count', actual: 10, tracked: 7, gap: 3 },
      ...{ missing: null, matched: null },
    });
    expect(summaryRows([day(RANGE[0]!, counted)], RANGE.slice(0, 1))[0]).toMatchObject({
      ...{ gap: 3, loss_pct: null, overcount_pct: null },
      bridge: [
        { step: 'tracked', amount: 7 },
        { step: 'not_told', amount: 3 },
      ],
    });
  });

  it('given no day that counts, then no figure passes for a true one', () => {
    const failed = row([], { comparable: false, gap: null, reasons: ['source_failed: down'] });
    expect(summaryRows([day(RANGE[0]!, failed)], RANGE)[0]).toMatchObject({
      ...{ days: 0, actual: null, tracked: null, gap: null, gap_pct: null, bridge: [] },
    });
  });

  it('given a ratio, then nothing is summed, also where it was not compared', () => {
    const ratio = { ...day(RANGE[0]!, row([], { comparable: false, gap: null })), metric: 'attribution_mismatch_pct' };
    expect(summaryRows([ratio], RANGE)).toEqual([]);
  });

  it('given a row that is a ratio, then nothing is summed', () =>
    expect(summaryRows([day(RANGE[0]!, row([], { value: 3 }))], RANGE)).toEqual([]));

  it('given any amounts in any parts, then the steps sum to what is true', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 9n });
    const part = fc.constantFrom<Part>(...truthParts, ...trackedParts);
    const items = fc.array(fc.tuple(part, amount, amount));
    fc.assert(
      fc.property(items, items, fc.boolean(), (first, second, money) => {
        const of = (all: [Part, bigint, bigint][]) =>
          row(
            all.map(([name, actual, tracked]) => (money ? item(name, actual, tracked) : item(name))),
            money ? { currency: 'EUR' } : {},
            money,
          );
        const [summary] = summaryRows([day(RANGE[0]!, of(first)), day(RANGE[1]!, of(second))], RANGE);
        const steps = summary!.bridge.reduce((sum, step) => sum + BigInt(step.amount), 0n);
        expect(steps).toBe(BigInt(summary!.actual!));
      }),
    );
  });
});
