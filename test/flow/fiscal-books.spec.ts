import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { weeks445 } from '../../src/close/fiscal-calendar.js';
import { chargeEvent, type KeptBooks, keptBooks, line, orderEvent } from '../support/books-given.js';

const CHARGED = '2026-07-02T10:00:00Z';
const USD = { currency: 'usd' };
const RECORDED = { base: 'USD', quote: 'EUR', source: 'ECB' };

let kept: KeptBooks;
beforeAll(async () => {
  kept = await keptBooks({ functionalCurrency: 'EUR', calendar: weeks445('2025-12-29') });
  await kept.books.setOpeningBalance(
    { provider: 'stripe', currency: 'USD', day: '2026-06-29', amount: 0n },
    kept.context,
  );
  await kept.books.recordRates([{ ...RECORDED, day: '2026-07-01', rate: '0.5' }], kept.context);
  await kept.tell(chargeEvent('ch_1', CHARGED, 1_000, line('txn_1', CHARGED, 'charge', 1_000, 0, USD), USD));
});
afterAll(() => kept.close());

describe('books in periods of 4, 4 and 5 weeks', () => {
  it('given no rate at the end of a period with foreign money, then that day is a problem, and no other', async () => {
    const missing = async () =>
      (await kept.books.problems({ from: '2026-06-29', to: '2026-08-23' }))
        .filter(({ kind }) => kind === 'fx_rate_missing')
        .map(({ object }) => object);
    expect(await missing()).toEqual(['USD 2026-07-26', 'USD 2026-08-23']);
    const rates = ['2026-07-26', '2026-08-23'].map((day) => ({ ...RECORDED, day, rate: '1' }));
    await kept.books.recordRates(rates, kept.context);
    await kept.books.catchUp();
    expect(await missing()).toEqual([]);
  });

  it('given a rate there, then what is held is measured on that day, in the period that it ends', async () => {
    const measured = (await kept.lines('2026-06-29', '2026-08-23')).filter(
      ({ kind, currency }) => kind === 'remeasurement' && currency === 'USD',
    );
    expect(measured.map(({ period, day, functional }) => [period, day, functional])).toEqual([
      ['2026-P07', '2026-07-26', 500n],
      ['2026-P08', '2026-07-27', -500n],
      ['2026-P08', '2026-08-23', 500n],
    ]);
  });

  it('given a sale that was paid in a currency without a rate and settled in that of the books, then its tax asks for none', async () => {
    const settled = line('txn_2', CHARGED, 'charge', 13_000, 0, { currency: 'eur' });
    await kept.tell(
      orderEvent('o1', CHARGED, 11_900, { tax: '1900', currency: 'GBP' }),
      chargeEvent('ch_2', CHARGED, 11_900, settled, { currency: 'gbp', metadata: { order_id: 'o1' } }),
      // Nothing of this one is in the currency of the books.
      chargeEvent('ch_3', CHARGED, 500, line('txn_3', CHARGED, 'charge', 500, 0, { currency: 'chf' }), {
        currency: 'chf',
      }),
    );
    const problems = await kept.books.problems({ from: '2026-06-29', to: '2026-07-26' });
    expect(problems.filter(({ kind }) => kind === 'fx_rate_missing').map(({ object }) => object)).toEqual([
      ...['CHF 2026-07-02', 'CHF 2026-07-26'],
    ]);
    const sale = (await kept.lines('2026-06-29', '2026-07-26')).filter(({ entry }) => entry === 'payment:ch_2');
    expect(sale.map(({ account, amount, currency, functional }) => [account, amount, currency, functional])).toEqual([
      ['1150', 13_000n, 'EUR', 13_000n],
      ['4000', -10_925n, 'EUR', -10_925n],
      ['2300', -1_900n, 'GBP', -2_075n],
      ['1900', -2_075n, 'EUR', -2_075n],
      ['1900', 1_900n, 'GBP', 2_075n],
    ]);
  });
});
