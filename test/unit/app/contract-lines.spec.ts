import { describe, expect, it } from '@jest/globals';
import { differenceLines } from '../../../src/cli/contract.js';

const of = (day: string, metric = 'signups') => ({ day, source: 'tool', metric });

describe('what a changed contract would do, in lines', () => {
  it('given a row that would be another one, then each number as it is and as it would be, amounts in major units', () => {
    const lines = differenceLines(
      [
        { ...of('2026-10-03'), recorded: { tracked: 2, missing: null }, computed: { tracked: 1, missing: 4 } },
        {
          ...{ ...of('2026-10-03', 'revenue_gross'), currency: 'USD' },
          ...{ recorded: { gap: '-150' }, computed: { gap: '0' } },
        },
      ],
      30,
    );
    expect(lines.join('\n')).toContain('tracked 2 → 1, missing – → 4');
    expect(lines.join('\n')).toContain('gap -1.50 → 0.00');
  });

  it('given a row that would be none, then it says so', () => {
    const lines = differenceLines([{ ...of('2026-10-03'), recorded: { tracked: 2 }, computed: null }], 30);
    expect(lines.join('\n')).toContain('no such row any more');
  });

  it('given days that were never compared, then they are counted and none of their numbers is printed', () => {
    const lines = differenceLines(
      ['2026-10-01', '2026-10-02'].map((day) => ({ ...of(day), recorded: null, computed: { tracked: 7 } })),
      30,
    );
    expect(lines).toEqual([
      'No number of the last 30 days would change.',
      'tool, signups: 2 of the 30 days have no number yet.',
    ]);
  });
});
