import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { weeks445 } from '../../src/close/fiscal-calendar.js';
import { chargeEvent, type KeptBooks, keptBooks, line } from '../support/books-given.js';

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
});
