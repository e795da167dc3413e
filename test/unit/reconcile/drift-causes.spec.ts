import { describe, expect, it } from '@jest/globals';
import { concentratedIn, movedCauses } from '../../../src/reconcile/report/drift-causes.js';

type Row = Parameters<typeof movedCauses>[1][number];

const NONE = {
  ...{ matched: 0, missing: 0, duplicates: 0, client_only: 0, wrong_value: 0, wrong_currency: 0, other_day: 0 },
  ...{ expected: 0, tracked_other_day: 0, not_trackable: 0, causes_by_part: {}, concentration: null },
};
const on = (day: string, given: Partial<Row>): Row => ({ ...NONE, day, ...given });
const before = [
  on('2026-10-01', { matched: 90, missing: 10, causes_by_part: { missing: { lost_event: 6, unexplained: 4 } } }),
  on('2026-10-02', {
    matched: 90,
    missing: 10,
    duplicates: 2,
    causes_by_part: { missing: { lost_event: 6, unexplained: 4 }, duplicates: { duplicate: 2 } },
  }),
];
const after = [
  on('2026-10-03', {
    matched: 70,
    missing: 30,
    duplicates: 10,
    causes_by_part: { missing: { script_blocked: 21, lost_event: 5, unexplained: 4 }, duplicates: { duplicate: 10 } },
  }),
];

describe('which causes moved a percentage', () => {
  it('given a loss that rose, then what rose with it, the most telling first; what stayed is not told', () =>
    expect(movedCauses('loss_pct', before, after)).toEqual([
      { part: 'missing', cause: 'script_blocked', before_pct: 0, after_pct: 21, points: 21 },
      { part: 'missing', cause: 'lost_event', before_pct: 6, after_pct: 5, points: -1 },
    ]));

  it('given a gap, then what was tracked in excess made it smaller', () =>
    expect(movedCauses('gap_pct', before, after)).toContainEqual({
      ...{ part: 'duplicates', cause: 'duplicate', before_pct: 1, after_pct: 10, points: -9 },
    }));

  it('given an overcount, then its shares are of what was tracked', () =>
    expect(movedCauses('overcount_pct', before, after)).toEqual([
      { part: 'duplicates', cause: 'duplicate', before_pct: 1.1, after_pct: 12.5, points: 11.4 },
    ]));

  it('given a source that only counts, a ratio, or no days before, then nothing is told', () => {
    const counts = [on('2026-10-03', { matched: null, missing: null })];
    expect(movedCauses('gap_pct', counts, counts)).toEqual([]);
    expect(movedCauses('value', before, after)).toEqual([]);
    expect(movedCauses('loss_pct', [], after)).toEqual([]);
  });
});

describe('what the losses since a change have in common', () => {
  const finding = { dimension: 'browser', value: 'firefox', lost: 9, of: 10 };
  const found = (given: object) =>
    ({ verdict: 'concentrated', known: {}, findings: [{ ...finding, ...given }] }) as unknown as Row['concentration'];

  it('given several days, then that of the newest that has something', () => {
    const rows = [
      on('2026-10-05', {}),
      on('2026-10-03', { concentration: found({ value: 'safari' }) }),
      on('2026-10-04', { concentration: found({}) }),
    ];
    expect(concentratedIn(rows)).toEqual({ day: '2026-10-04', ...finding });
    expect(concentratedIn([on('2026-10-05', {})])).toBeNull();
  });
});
