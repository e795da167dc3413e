import { expect, it } from '@jest/globals';
import { ticksOf } from '../../../web/src/charts/axis.ts';

it.each([
  [[], [0, 1]],
  [
    [0, 0],
    [0, 1],
  ],
  [[3], [0, 1, 2, 3]],
  [
    [1, 97],
    [0, 50, 100],
  ],
  [
    [-120, 300],
    [-200, 0, 200, 400],
  ],
  [[213_456], [0, 100_000, 200_000, 300_000]],
])('given whole numbers %p, then the grid is round, has zero in it and holds all of them: %p', (values, ticks) => {
  const found = ticksOf(values, true);
  expect(found).toEqual(ticks);
  for (const value of values) expect(found[0]! <= value && value <= found.at(-1)!).toBe(true);
});

it('given shares, then there are lines between nothing and one', () => {
  expect(ticksOf([0.31, 0.62], false)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
  expect(ticksOf([], false)).toEqual([0, 0.5]);
});
