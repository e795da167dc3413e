import { describe, expect, it } from '@jest/globals';
import { currenciesOf, inCurrency, inWords, pointsOf } from '../../../web/src/views/numbers/points.ts';

const rows = [
  { period: '2026-10-01', value: '500', currency: 'EUR', group: { medium: 'cpc' } },
  { period: '2026-10-01', value: '70', currency: 'EUR', group: { medium: '' } },
  { period: '2026-10-01', value: '90000', currency: 'JPY', group: { medium: '' } },
  { period: '2026-10-03', value: '-20', currency: 'EUR', group: { medium: '' } },
];
const asked = { unit: 'money', interval: 'day', from: '2026-10-01', to: '2026-10-03' } as const;

describe('what a chart of a metric shows', () => {
  it('given two currencies, then they are told apart and never in one chart', () => {
    expect(currenciesOf(rows)).toEqual(['EUR', 'JPY']);
    expect(inCurrency(rows, 'JPY')).toEqual([rows[2]]);
    expect(currenciesOf([{ period: '2026-10-01', value: 4 }])).toEqual([]);
  });

  it('given groups, then a period has all of them together; given a day without a row, then it is there with nothing', () => {
    expect(pointsOf(inCurrency(rows, 'EUR'), asked)).toEqual([
      { period: '2026-10-01', value: '570', incomplete: false },
      { period: '2026-10-02', value: '0', incomplete: false },
      { period: '2026-10-03', value: '-20', incomplete: false },
    ]);
  });

  it('given a range that begins within a week or a month, then that is its first period', () => {
    const periods = (interval: string): string[] =>
      pointsOf([], { ...asked, interval, to: '2026-11-02' }).map(({ period }) => period);
    expect(periods('week')).toEqual([
      '2026-09-28',
      '2026-10-05',
      '2026-10-12',
      '2026-10-19',
      '2026-10-26',
      '2026-11-02',
    ]);
    expect(periods('month')).toEqual(['2026-10', '2026-11']);
  });

  it('given shares of groups, then their parts are added before they are divided; nothing to divide by is no value', () => {
    const shares = [
      { period: '2026-10-01', value: 1, numerator: 1, denominator: 1 },
      { period: '2026-10-01', value: 0, numerator: 0, denominator: 3 },
    ];
    expect(pointsOf(shares, { ...asked, unit: 'ratio' }).map(({ value }) => value)).toEqual([0.25, null, null]);
  });

  it('given a closed day of which something else is known now, then both are there; of the others only what was reported', () => {
    const closed = [
      { period: '2026-10-01', value: '500', currency: 'EUR', known: '400', adjustment: '-100' },
      { period: '2026-10-02', value: '10', currency: 'EUR', known: '10', adjustment: '0' },
    ];
    expect(pointsOf(closed, asked).map(({ value, known }) => [value, known])).toEqual([
      ['500', '400'],
      ['10', undefined],
      ['0', undefined],
    ]);
  });
});

describe('a chart in words', () => {
  const words = (points: Parameters<typeof pointsOf>[0]): string => inWords(pointsOf(points, asked), 'money', 'EUR');

  it('given values, then it says the highest and the lowest, and when they were', () => {
    expect(words(inCurrency(rows, 'EUR'))).toBe('Highest 5.70 EUR (2026-10-01), lowest -0.20 EUR (2026-10-03).');
    expect(words([])).toBe('0.00 EUR in every period.');
    expect(inWords([], 'money', 'EUR')).toBe('There is no value.');
  });

  it('given what is incomplete or known to be another number, then it says of how many periods', () => {
    const [first] = rows;
    expect(words([{ ...first!, known: '400', incomplete: true }])).toBe(
      'Highest 5.00 EUR (2026-10-01), lowest 0.00 EUR (2026-10-02). 1 period known to be another number now. 1 period incomplete.',
    );
  });
});
