import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeEvent, line, refundEvent } from '../support/books-given.js';
import { ChartedCloses } from '../support/charted-closes.js';

/** What is in process for refunds stands by itself. */
const DIVIDED = {
  rules: [{ account: 'payments_in_process', kind: 'refund', code: '1151', name: 'Refunds in process' }],
};
const USD = { currency: 'usd' };
const rate = (day: string, text: string) => ({ source: 'ECB', base: 'USD', quote: 'EUR', day, rate: text });
const refundOf = (amount: number, transaction: unknown) =>
  refundEvent('re_1', '2026-07-05T10:00:00Z', 'ch_1', amount, { ...USD, balance_transaction: transaction });

let shop: ChartedCloses;
/** What each account is worth in euros after a month, and what of it stands there in dollars. */
async function worthOf(id: string): Promise<Record<string, [worth: string, dollars: string]>> {
  const { functional, trial_balance: trial } = (await shop.close.statements(id))!;
  const dollars = new Map(
    trial.filter(({ currency }) => currency === 'USD').map((row) => [row.account, row.closing_minor]),
  );
  return Object.fromEntries(
    functional!.trial_balance
      .filter((row) => row.closing_minor !== '0')
      .map((row) => [row.account, [row.closing_minor, dollars.get(row.account) ?? '0']]),
  );
}

describe('a monetary account that rules divide by kind, with a functional currency', () => {
  beforeAll(async () => {
    shop = await ChartedCloses.open({ functionalCurrency: 'EUR' });
    await shop.startedWith(DIVIDED);
    const { books, kept } = shop;
    await books.recordRates([rate('2026-07-02', '0.5'), rate('2026-07-05', '0.5')], kept.context);
    await shop.tell(chargeEvent('ch_1', '2026-07-02T10:00:00Z', 1_000, 'txn_1', USD), refundOf(400, 'txn_2'));
  });
  afterAll(() => shop.stop());

  it('given what is in process one way and the other, then the rate of the end of the month is wanted although both are told', async () => {
    await shop.tell(refundEvent('re_2', '2026-07-06T10:00:00Z', 'ch_1', 600, USD));
    const { books } = shop;
    const problems = await books.problems({ from: '2026-07-01', to: '2026-07-31' });
    expect(problems.filter(({ kind }) => kind === 'fx_rate_missing').map(({ object }) => object)).toEqual([
      'USD 2026-07-31',
    ]);
    await books.recordRates(
      [rate('2026-07-20', '1'), rate('2026-07-31', '1'), rate('2026-08-31', '2')],
      shop.kept.context,
    );
    await books.catchUp();
    expect(await worthOf('2026-07')).toMatchObject({ 1150: ['1000', '1000'], 1151: ['-1000', '-1000'] });
  });

  it('given the refunds were settled at another rate, then what stood there leaves whole: no worth is left where the amount is nil', async () => {
    await shop.tell(
      refundOf(400, line('txn_2', '2026-07-20T10:00:00Z', 'refund', -400, 0, USD)),
      refundEvent('re_2', '2026-07-06T10:00:00Z', 'ch_1', 600, {
        ...{ ...USD, told_at: Date.parse('2026-07-20T10:00:00Z') / 1000 },
        balance_transaction: line('txn_3', '2026-07-20T10:00:00Z', 'refund', -600, 0, USD),
      }),
    );
    const worth = await worthOf('2026-07');
    expect(worth).toMatchObject({ 1150: ['1000', '1000'], 1100: ['-1000', '-1000'] });
    expect(worth).not.toHaveProperty('1151');
    const sum = Object.values(worth).reduce((total, [each]) => total + BigInt(each), 0n);
    expect(sum).toBe(0n);
  });

  it('when the month is closed, then the next one takes back what was measured, in the account that it was measured in', async () => {
    await shop.closes('2026-07');
    const measured = (await shop.journal('2026-07')).filter(({ kind }) => kind === 'remeasurement');
    expect(measured.map(({ account, functional }) => [account, functional])).toContainEqual(['1150', 500n]);
    const taken = (await shop.journal('2026-08')).filter(({ memo }) => memo.endsWith('taken back'));
    expect(taken.map(({ account, functional }) => [account, -functional!])).toEqual(
      measured.map(({ account, functional }) => [account, functional]),
    );
    expect((await worthOf('2026-08'))['1150']).toEqual(['2000', '1000']);
  });

  it('when the rules are taken out, then the closed month is gone through, and each code is left with nothing or the whole', async () => {
    await shop.startedWith({});
    await shop.closes('2026-08');
    expect(await worthOf('2026-08')).toMatchObject({ 1150: ['2000', '1000'], 1100: ['-2000', '-1000'] });
  });
});
