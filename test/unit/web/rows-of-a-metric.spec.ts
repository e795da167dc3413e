import { expect, it } from '@jest/globals';
import { placeOf, rowAt, under } from '../../../web/src/views/numbers/rows.ts';

const rows = [
  { period: '2026-10-03', value: '500', currency: 'EUR', group: { medium: 'cpc' } },
  { period: '2026-10-03', value: '700', currency: 'EUR', group: { medium: '' } },
  { period: '2026-10-03', value: '900', currency: 'USD', group: { medium: '' } },
];

it.each(rows)('given a row, when its place is in the address, then it is that row and no other: $value', (row) => {
  expect(rowAt(rows, placeOf(row, 'medium'), 'medium')).toBe(row);
});

it('given an address with the period alone, then it is the first row; with a row that is gone, none', () => {
  expect(rowAt(rows, { day: '2026-10-03' }, 'medium')).toBe(rows[0]);
  expect(rowAt(rows, { day: '2026-10-03', currency: 'JPY' }, 'medium')).toBeUndefined();
  expect(rowAt(rows, {}, 'medium')).toBeUndefined();
});

it('given a row, then what lies under it is asked for in its currency and its group alone', () => {
  const days = ['2026-10-01', '2026-10-03'] as const;
  expect(under(rows[1]!, 'flow', days)).toEqual({ from: '2026-10-01', to: '2026-10-03', currency: 'EUR', medium: '' });
});

it('given a stock, then all that was until the last day lies under it, not what changed', () => {
  expect(under({ period: '2026-10', value: 4 }, 'stock', ['2026-10-01', '2026-10-03'])).toEqual({ day: '2026-10-03' });
});
