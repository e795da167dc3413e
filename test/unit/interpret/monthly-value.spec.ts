import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { monthlyValue, periodValue } from '../../../src/ingest/providers/stripe/interpret/monthly-value.js';
import type { Json } from '../../fixtures/stripe-events.js';

const item = (unit: unknown, over: Json = {}, price: Json = {}): Json => ({
  quantity: 1,
  price: { currency: 'usd', unit_amount: unit, recurring: { interval: 'month', interval_count: 1 }, ...price },
  ...over,
});
const per = (interval: string, count = 1): Json => ({ recurring: { interval, interval_count: count } });
const of = (...items: Json[]): Json => ({ currency: 'usd', items: { data: items } });
const worth = (...items: Json[]): string => String(monthlyValue(of(...items)).value);

describe('the monthly value of a subscription', () => {
  it.each<[string, string, Json[]]>([
    ['quantity times price', '3750', [item(1250, { quantity: 3 })]],
    ['a twelfth of a year', '1000', [item(12_000, {}, per('year'))]],
    ['a third of a quarter', '1000', [item(3000, {}, per('month', 3))]],
    ['52 weeks in 12 months', '4333', [item(1000, {}, per('week'))]],
    ['365 days in 12 months', '3042', [item(100, {}, per('day'))]],
    ['parts of a cent', '38', [item(null, { quantity: 300 }, { unit_amount_decimal: '0.125' })]],
    [
      'packages, begun ones whole',
      '3000',
      [item(1000, { quantity: 21 }, { transform_quantity: { divide_by: 10, round: 'up' } })],
    ],
    [
      'packages, full ones only',
      '2000',
      [item(1000, { quantity: 29 }, { transform_quantity: { divide_by: 10, round: 'down' } })],
    ],
    [
      'nothing for metered usage',
      '500',
      [item(500), item(7, {}, { recurring: { interval: 'month', usage_type: 'metered' } })],
    ],
    ['nothing for a deleted item', '500', [item(500), item(700, { deleted: true })]],
  ])('given %s, then %s', (_what, expected, items) => {
    expect(worth(...items)).toBe(expected);
    expect(monthlyValue(of(...items)).unpriced).toBe(false);
  });

  it('given halves of a cent, then each item goes to its even neighbour, so that many go neither way', () => {
    const half = (sent: number) => item(sent, {}, per('month', 2));
    expect([1, 3, 5, 7].map((sent) => worth(half(sent)))).toEqual(['0', '2', '2', '4']);
    expect(worth(half(1), half(3), half(5), half(7))).toBe('8');
  });

  it('given taxes within the price, then they are not revenue; taxes on top are not in the price', () => {
    const vat = { inclusive: true, percentage: 19 };
    const taxed = (...rates: Json[]) => worth(item(11_900, { tax_rates: rates }));
    expect([taxed(vat), taxed({ ...vat, inclusive: false }), taxed()]).toEqual(['10000', '11900', '11900']);
    expect(taxed({ inclusive: true, percentage: 7.5 }, { inclusive: true, percentage: 11.5 })).toBe('10000');
    const whole = { ...of(item(11_900, { tax_rates: [] })), default_tax_rates: [vat] };
    expect(String(monthlyValue(whole).value)).toBe('10000');
  });

  it.each<[string, Json]>([
    ['tiers', item(null, {}, { billing_scheme: 'tiered' })],
    ['a price in another currency', item(900, {}, { currency: 'eur' })],
    ['no price', { quantity: 1 }],
    ['an interval that nobody knows yet', item(900, {}, per('fortnight'))],
    ['a quantity that is none', item(900, { quantity: -1 })],
    ['a value beyond all numbers', item(9_007_199_254_740_991, { quantity: 2 })],
  ])('given %s, then it is left out and told to be', (_what, unpriced) => {
    expect(monthlyValue(of(unpriced))).toMatchObject({ value: 0n, unpriced: true });
  });

  it('given its own price in another currency, then that one counts', () => {
    const options = { currency: 'eur', currency_options: { usd: { unit_amount: 700 } } };
    expect(worth(item(900, {}, options))).toBe('700');
  });

  it.each([
    ['jpy', 1200, '100'],
    ['bhd', 12_340, '1028'],
    ['isk', 120_000, '100'],
    ['ugx', 1_200_000, '1000'],
  ])('given %s, then its minor units are those of facts', (currency, sent, expected) => {
    const subscription = { currency, items: { data: [item(sent, {}, { currency, ...per('year') })] } };
    expect(monthlyValue(subscription)).toEqual({
      value: BigInt(expected),
      currency: currency.toUpperCase(),
      unpriced: false,
    });
  });

  it('given any prices, then a year is worth within half a unit per item of twelve months', () => {
    const prices = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(prices, (units) => {
        const subscription = of(...units.map((unit) => item(unit, {}, per('year'))));
        const difference = 12n * monthlyValue(subscription).value - periodValue(subscription).value;
        expect(difference <= 6n * BigInt(units.length) && difference >= -6n * BigInt(units.length)).toBe(true);
      }),
    );
  });
});
