import { expect, it } from '@jest/globals';
import { bandPath, linePath } from '../../../web/src/charts/lines.ts';

const place = { x: (index: number) => index * 10, y: (value: unknown) => Number(value) };

it('given values without a hole, then they are one line', () => {
  expect(linePath([1, '2', 3], place)).toBe('M0,1L10,2L20,3');
});

it('given days without a value, then the line breaks there and is at zero nowhere', () => {
  expect(linePath([null, 4, null, 5, 6, undefined], place)).toBe('M10,4M30,5L40,6');
  expect(linePath([null, null], place)).toBe('');
});

it('given a day on which nothing was tracked, then there is no gap to see; a zero is a number', () => {
  expect(bandPath([9, 9, 9], [null, null, null], place)).toBe('');
  expect(bandPath([9, 9, 9, 9], [null, 8, 0, null], place)).toBe('M10,9L20,9L20,0L10,8Z');
});
