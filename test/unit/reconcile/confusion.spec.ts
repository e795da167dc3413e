import { describe, expect, it } from '@jest/globals';
import { togetherOf } from '../../../src/reconcile/report/confusion.js';

const DAYS = ['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04', '2026-10-05'];
const sizes = (...of: number[]) => new Map(of.map((size, index) => [DAYS[index]!, size]));

describe('days that are matched together', () => {
  it('given days that fit, then they are one piece', () => {
    expect(togetherOf(DAYS, sizes(1, 2, 3, 2, 1), 9)).toEqual([['2026-10-01', '2026-10-05']]);
  });

  it('given more than fit, then a piece ends before it grows too large, and a day that is too large is alone', () => {
    expect(togetherOf(DAYS, sizes(4, 5, 1, 20, 1), 9)).toEqual([
      ['2026-10-01', '2026-10-02'],
      ['2026-10-03', '2026-10-03'],
      ['2026-10-04', '2026-10-04'],
      ['2026-10-05', '2026-10-05'],
    ]);
  });

  it('given a day that is left out, then what is before and after it is not matched together', () => {
    expect(togetherOf([DAYS[0]!, DAYS[1]!, DAYS[3]!], sizes(1, 1, 1, 1), 9)).toEqual([
      ['2026-10-01', '2026-10-02'],
      ['2026-10-04', '2026-10-04'],
    ]);
  });
});
