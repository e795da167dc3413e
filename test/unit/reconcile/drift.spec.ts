import { describe, expect, it } from '@jest/globals';
import { addDays } from '../../../src/kernel/day.js';
import { drift, type DriftDay, FALSE_ALARMS } from '../../../src/reconcile/drift/drift.js';
import type { ReconciliationRow } from '../../../src/reconcile/gap.js';
import { judge, movedTo } from '../../../src/reconcile/drift/judge.js';
import { findShift } from '../../../src/reconcile/drift/shift.js';
import { binomial, randomFrom } from '../../support/random.js';
import { sayFigures } from '../../support/say.js';

const FIRST = '2026-08-03'; // a Monday
const dayAt = (index: number): string => addDays(FIRST, index);
const days = (values: readonly number[], volume = 10_000): DriftDay[] =>
  values.map((value, index) => ({ day: dayAt(index), value, volume }));
const judged = (value: number | null, volume: number, values: readonly number[]) =>
  drift(dayAt(values.length), value, volume, days(values, volume));
const steady = [5, 5.2, 4.8, 5.1, 4.9, 5, 5, 5.1];

describe('drift of a day', () => {
  it('given a day like the others, then it is steady', () =>
    expect(judged(5.3, 10_000, steady).verdict).toBe('steady'));
  it('given a rise, then it is up, with its interval', () =>
    expect(judged(12, 10_000, steady)).toMatchObject({ verdict: 'up', baseline: 5, delta: 7, interval: [11.2, 12.9] }));
  it('given a fall below zero, then it keeps its sign', () =>
    expect(judged(-12, 10_000, steady)).toMatchObject({ verdict: 'down', delta: -17, interval: [-12.9, -11.2] }));
  it('given little volume, then the noise of it is no drift', () => {
    expect(judged(12, 40, steady).verdict).toBe('steady');
    expect(judged(12, 20, steady).verdict).toBe('too_few');
  });
  it('given few days, then nothing is said', () => expect(judged(50, 10_000, [5, 5]).verdict).toBe('no_baseline'));
  it('given restless days, then more is steady', () =>
    expect(judged(12, 10_000, [1, 9, 2, 8, 5, 3, 10, 0]).verdict).toBe('steady'));
  it('given one wild day before, then the baseline does not move', () =>
    expect(judged(5.3, 10_000, [...steady, 90]).baseline).toBe(5));
  it('given no denominator, then nothing is said', () => expect(judged(null, 0, steady).verdict).toBe('too_few'));

  it('given weekends that lose more, then a weekend is held against weekends and a weekday against weekdays', () => {
    const weeks = Array.from({ length: 35 }, (_, index) => (index % 7 >= 5 ? 20 : 5)); // ends on a Sunday
    const onMonday = (value: number) => drift(dayAt(35), value, 10_000, days(weeks));
    const onSaturday = (value: number) => drift(dayAt(40), value, 10_000, days([...weeks, 5, 5, 5, 5, 5]));
    expect(onMonday(20)).toMatchObject({ verdict: 'up', basis: 'weekday', baseline: 5 });
    expect(onSaturday(20)).toMatchObject({ verdict: 'steady', basis: 'weekday', baseline: 20 });
    expect(onSaturday(5).verdict).toBe('down');
  });
});

/** Eight weeks of a share with a weekly rhythm, and the day after; from the day `step.at` on the share is another one. */
function simulated(
  seed: number,
  volume: number,
  share: number,
  step = { at: Infinity, by: 0 },
  length = 57,
): DriftDay[] {
  const random = randomFrom(seed);
  return Array.from({ length }, (_, index) => {
    const rhythm = index % 7 >= 5 ? 1.3 : 1;
    const size = Math.round(volume * (index % 7 >= 5 ? 0.6 : 1));
    const lost = binomial(random, size, share * rhythm + (index >= step.at ? step.by : 0));
    return { day: dayAt(index), value: Math.round((1_000 * lost) / size) / 10, volume: size };
  });
}

const lastOf = (series: readonly DriftDay[]) => {
  const { day, value, volume } = series.at(-1)!;
  return { day, verdict: drift(day, value, volume, series.slice(0, -1)) };
};

describe('simulated series', () => {
  it('given steady shares of several sizes, then at most one day in a hundred is told to have moved', () => {
    let alarms = 0;
    let looked = 0;
    for (const [volume, share] of [
      [150, 0.1],
      [400, 0.05],
      [400, 0.25],
      [900, 0.02],
    ] as const) {
      for (let seed = 1; seed <= 80; seed += 1) {
        const { day, verdict } = lastOf(simulated(seed, volume, share));
        looked += 1;
        if (movedTo(verdict, day) !== 'steady') alarms += 1;
      }
    }
    sayFigures('steady days called up or down', { alarms, of: looked, 'at most': FALSE_ALARMS * looked });
    expect(alarms / looked).toBeLessThanOrEqual(FALSE_ALARMS);
  });

  it('given ten points more, then the first day shows it', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { verdict } = lastOf(simulated(seed, 800, 0.1, { at: 56, by: 0.1 }));
      expect(verdict.verdict).toBe('up');
    }
  });

  it('given four points more, which a single day does not prove, then they are found within seven days, and the day within two', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const series = simulated(seed, 800, 0.1, { at: 49, by: 0.04 }, 56);
      const { day, verdict } = lastOf(series);
      expect(movedTo(verdict, day)).toBe('up');
      expect(verdict.shift!.direction).toBe('up');
      expect(Math.abs(series.findIndex((each) => each.day === verdict.shift!.day) - 49)).toBeLessThanOrEqual(2);
    }
  });

  it('given a step that is three weeks old, then the new level is what is usual', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { day, verdict } = lastOf(simulated(seed, 800, 0.1, { at: 35, by: 0.1 }));
      expect(movedTo(verdict, day)).toBe('steady');
      expect(verdict.baseline).toBeGreaterThan(17);
    }
  });

  it('given one wild day, then that is no new level', () => {
    const values = [...Array<number>(20).fill(5), 60, ...Array<number>(10).fill(5)];
    expect(findShift(days(values))).toBeNull();
    expect(findShift(days(values.slice(0, 21)))).toBeNull();
  });

  it('given a share that a weekday raised and that is nothing now, then the new level is not less than nothing', () => {
    const values = [
      ...Array.from({ length: 35 }, (_, index) => (index % 7 === 6 ? 9 : 5)),
      ...Array<number>(10).fill(0),
    ];
    expect(findShift(days(values))).toMatchObject({ day: dayAt(35), direction: 'down', after: 0 });
  });

  it('given two steps, then the later one is told', () => {
    const values = [...Array<number>(20).fill(5), ...Array<number>(15).fill(15), ...Array<number>(10).fill(8)];
    expect(findShift(days(values))).toEqual({ day: dayAt(35), direction: 'down', before: 15, after: 8 });
  });
});

describe('judge', () => {
  const history = Array.from({ length: 10 }, (_, index) => ({
    ...{ day: dayAt(index), gap_pct: 5, loss_pct: 5, overcount_pct: 0.5, value: undefined },
    ...{ matched: 950, missing: 50, duplicates: 5 },
  }));
  const row = (given: Partial<ReconciliationRow>): ReconciliationRow =>
    ({
      ...{ day: dayAt(10), reasons: [], status: 'ok', gap_pct: 5, loss_pct: 5, overcount_pct: 0.5 },
      ...{ matched: 950, missing: 50, duplicates: 5 },
      ...given,
    }) as unknown as ReconciliationRow;

  it('given a usual day, then it passes', () =>
    expect(judge(row({}), history)).toMatchObject({ status: 'ok', reasons: [] }));

  it('given loss and overcount that cancel out, then it fails although the gap is the same', () => {
    const judgedRow = judge(row({ loss_pct: 15, overcount_pct: 10 }), history);
    expect(judgedRow.status).toBe('failed');
    expect(judgedRow.reasons).toEqual([
      'drift: loss_pct is 15, +10 points from its baseline 5',
      'drift: overcount_pct is 10, +9.5 points from its baseline 0.5',
    ]);
  });

  it.each([20, -20])('given a gap of %s, then it fails', (gap_pct) =>
    expect(judge(row({ gap_pct }), history).status).toBe('failed'),
  );
  it('given less loss, then it passes and says so', () => {
    const judgedRow = judge(row({ loss_pct: 0 }), history);
    expect([judgedRow.status, judgedRow.drift!['loss_pct']!.verdict]).toEqual(['ok', 'down']);
  });
  it('given an attribution that disagrees more, then it fails as well', () => {
    const ratios = Array.from({ length: 10 }, (_, index) => ({ day: dayAt(index), value: 10, denominator: 1_000 }));
    const mismatch = row({ gap_pct: null, loss_pct: null, overcount_pct: null, value: 30, denominator: 1_000 });
    expect(judge(mismatch, ratios)).toMatchObject({
      status: 'failed',
      drift: { value: { verdict: 'up', baseline: 10 } },
    });
  });
  it('given a source that has counts only, then its gap is judged by the count', () => {
    const counts = history.map((each) => ({ ...each, matched: null, missing: null, actual: 1_000 }));
    const counted = row({ ...{ matched: null, missing: null, loss_pct: null, overcount_pct: null }, actual: 1_000 });
    expect(judge({ ...counted, gap_pct: 15 }, counts).drift).toMatchObject({
      gap_pct: { verdict: 'up' },
      loss_pct: { verdict: 'too_few' },
    });
  });
});
