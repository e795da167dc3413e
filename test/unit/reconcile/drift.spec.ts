import { describe, expect, it } from '@jest/globals';
import { drift } from '../../../src/reconcile/drift.js';
import type { ReconciliationRow } from '../../../src/reconcile/gap.js';
import { judge } from '../../../src/reconcile/judge.js';

const steady = [5, 5.2, 4.8, 5.1, 4.9, 5, 5, 5.1];

describe('drift', () => {
  it('given a day like the others, then it is steady', () => expect(drift(5.3, 10_000, steady).verdict).toBe('steady'));
  it('given a rise, then it is up', () =>
    expect(drift(12, 10_000, steady)).toMatchObject({ verdict: 'up', baseline: 5, delta: 7 }));
  it('given a fall below zero, then it keeps its sign', () =>
    expect(drift(-12, 10_000, steady)).toMatchObject({ verdict: 'down', delta: -17 }));
  it('given little volume, then the noise of it is no drift', () => {
    expect(drift(12, 40, steady).verdict).toBe('steady');
    expect(drift(12, 20, steady).verdict).toBe('too_few');
  });
  it('given few days, then nothing is said', () => expect(drift(50, 10_000, [5, 5]).verdict).toBe('no_baseline'));
  it('given restless days, then more is steady', () =>
    expect(drift(12, 10_000, [1, 9, 2, 8, 5, 3, 10, 0]).verdict).toBe('steady'));
  it('given one wild day before, then the baseline does not move', () =>
    expect(drift(5.3, 10_000, [...steady, 90]).baseline).toBe(5));
  it('given no denominator, then nothing is said', () => expect(drift(null, 0, steady).verdict).toBe('too_few'));
});

describe('judge', () => {
  const history = Array.from({ length: 10 }, () => ({ gap_pct: 5, loss_pct: 5, overcount_pct: 0.5 }));
  const row = (given: Partial<ReconciliationRow>): ReconciliationRow =>
    ({
      reasons: [],
      status: 'ok',
      gap_pct: 5,
      loss_pct: 5,
      overcount_pct: 0.5,
      matched: 950,
      missing: 50,
      duplicates: 5,
      ...given,
    }) as ReconciliationRow;

  it('given a usual day, then it passes', () =>
    expect(judge(row({}), history)).toMatchObject({ status: 'ok', reasons: [] }));

  it('given loss and overcount that cancel out, then it fails although the gap is the same', () => {
    const judged = judge(row({ loss_pct: 15, overcount_pct: 10 }), history);
    expect(judged.status).toBe('failed');
    expect(judged.reasons).toEqual([
      'drift: loss_pct is 15, +10 points from its baseline 5',
      'drift: overcount_pct is 10, +9.5 points from its baseline 0.5',
    ]);
  });

  it.each([20, -20])('given a gap of %s, then it fails', (gap_pct) =>
    expect(judge(row({ gap_pct }), history).status).toBe('failed'),
  );
  it('given less loss, then it passes and says so', () => {
    const judged = judge(row({ loss_pct: 0 }), history);
    expect([judged.status, judged.drift!['loss_pct']!.verdict]).toEqual(['ok', 'down']);
  });
});
