import { describe, expect, it } from '@jest/globals';
import { defaultChannels } from '../../src/catalog/channels.js';
import { interpret } from '../../src/ingest/interpret.js';
import { Zone } from '../../src/kernel/day.js';
import { exponentOf, formatMajor, parseMajor, rescale } from '../../src/kernel/money.js';
import { metrics } from '../../src/metrics/index.js';
import { createReport } from '../../src/report/create-report.js';
import { aCharge, stripeEntry } from '../fixtures/stripe-events.js';

/** Currency, decimals, what Stripe sends for 1,000 units, and the minor units of that. */
const table: [string, number, number, string][] = [
  ['USD', 2, 100_000, '100000'],
  ['EUR', 2, 100_000, '100000'],
  ['JPY', 0, 1_000, '1000'],
  ['CLP', 0, 1_000, '1000'],
  ['KRW', 0, 1_000, '1000'],
  ['ISK', 0, 100_000, '1000'],
  ['UGX', 0, 100_000, '1000'],
  ['BHD', 3, 1_000_000, '1000000'],
  ['KWD', 3, 1_000_000, '1000000'],
];

const captured = (currency: string, amount: number) =>
  interpret(
    stripeEntry('charge.succeeded', aCharge({ amount, amount_captured: amount, currency: currency.toLowerCase() })),
  )!.find(({ type }) => type === 'PaymentCaptured')!.fields;

describe('one table of minor units', () => {
  it.each(table)('given %s, then it has %i decimals', (currency, decimals) =>
    expect(exponentOf(currency)).toBe(decimals),
  );

  it.each(table)(
    'given 1,000 %s at Stripe, then the fact has its minor units and names it',
    (currency, _, sent, minor) => {
      expect(captured(currency, sent)).toMatchObject({ amount: minor, currency });
    },
  );

  it.each(table)(
    'given 1,000 %s in a file, then they are the same minor units',
    (currency, _decimals, _sent, minor) => {
      expect(parseMajor('1000', currency)).toBe(BigInt(minor));
      expect(parseMajor(formatMajor(BigInt(minor), currency), currency)).toBe(BigInt(minor));
    },
  );

  it('given the catalog, then it serves that very table', () => {
    const report = createReport({
      ...{ metrics, modelVersion: 'UTC 0', domainEvents: () => ({}), channels: defaultChannels },
      zone: new Zone('UTC'),
      ...({} as Pick<
        Parameters<typeof createReport>[0],
        'database' | 'ledger' | 'vault' | 'completeness' | 'closings' | 'clock'
      >),
    });
    const served = new Map(report.catalog().currencies.map(({ currency, exponent }) => [currency, exponent]));
    for (const [currency, decimals] of table) expect([currency, served.get(currency)]).toEqual([currency, decimals]);
  });
});

describe('what cannot be said in minor units', () => {
  it('given a hundredth of a currency without decimals, then it is parked and not rounded', () => {
    expect(() => captured('ISK', 100_001)).toThrow(RangeError);
    expect(() => rescale(100_001n, 2, 0)).toThrow(RangeError);
  });

  it.each(['1.005', '1,00', '1e3', '', '0x10', '1.'])('given %j as an amount of USD, then it is none', (text) =>
    expect(parseMajor(text, 'USD')).toBeUndefined(),
  );

  it('given an amount with a million decimals, then it is none, and costs nothing', () =>
    expect(parseMajor(`1.${'0'.repeat(1_000_000)}1`, 'USD')).toBeUndefined());

  it('given amounts beyond what a float holds, then they are exact', () => {
    expect(parseMajor('90071992547409.93', 'USD')).toBe(9_007_199_254_740_993n);
    expect(formatMajor(-9_007_199_254_740_993n, 'USD')).toBe('-90071992547409.93');
    expect(formatMajor(-5n, 'BHD')).toBe('-0.005');
  });
});
