import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ClosingStore } from '../../src/close/period/closing-store.js';
import type { TrialRow } from '../../src/close/period/period-statements.js';
import { chargeEvent, line, orderEvent, refundEvent } from '../support/books-given.js';
import { ChartedCloses } from '../support/charted-closes.js';

/** As July is closed: dollars in accounts of their own. */
const DIVIDED = {
  revenue: { code: '8400', name: 'Sales' },
  rules: [
    { account: 'revenue', currency: 'USD', code: '8420', name: 'Sales in dollars' },
    { account: 'clearing.stripe', currency: 'USD', code: '1362', name: 'Stripe in dollars' },
  ],
};
/** The rules are taken out before August is closed, and what was called so gets another name. */
const WHOLE = { revenue: { code: '8400', name: 'All sales' } };
/** Somebody had the two codes the wrong way round. */
const SWAPPED = {
  revenue: { code: '1776', name: 'Sales' },
  tax_payable: { code: '8400', name: 'Tax' },
};
const MENDED = { revenue: { code: '8400', name: 'Sales' }, tax_payable: { code: '1776', name: 'Tax' } };

const usd = { currency: 'usd' };
const charge = (id: string, day: string, amount: number) => {
  const time = `${day}T10:00:00Z`;
  return chargeEvent(`ch_${id}`, time, amount, line(`txn_${id}`, time, 'charge', amount, 100, usd), usd);
};

let shop: ChartedCloses;
const statements = async (id: string) => (await shop.close.statements(id))!;
const rowOf = (rows: readonly TrialRow[], account: string) => rows.find((row) => row.account === account);

describe('a chart of accounts that changes after a close', () => {
  beforeAll(async () => {
    shop = await ChartedCloses.open();
    await shop.startedWith(DIVIDED);
    await shop.tell(charge('1', '2026-07-03', 4_000));
    await shop.closes('2026-07');
    await shop.startedWith(WHOLE);
    await shop.tell(charge('2', '2026-08-04', 3_000));
  });
  afterAll(() => shop.stop());

  it('given rules that a close has and that were taken out, when the next month is closed, then moving a balance to another code is no revenue', async () => {
    await shop.closes('2026-08');
    const { trial_balance: trial, bridge, revenue, stored } = await statements('2026-08');
    expect(stored).toBe(true);
    expect(bridge).toEqual([{ step: 'revenue_gross', currency: 'USD', amount_minor: '3000', count: 1 }]);
    expect(revenue).toEqual([
      { currency: 'USD', bridged_minor: '3000', journal_minor: '3000', unexplained_minor: '0' },
    ]);
    expect(rowOf(trial, '8420')).toMatchObject({ opening_minor: '-4000', debit_minor: '4000', closing_minor: '0' });
    expect(rowOf(trial, '8400')).toMatchObject({ opening_minor: '0', credit_minor: '7000', closing_minor: '-7000' });
  });

  it('then the roll-forward leads from what every code stood at to what it stands at, also of the one that was given up', async () => {
    const { roll_forward: rolls } = await statements('2026-08');
    const { roll_forward: before } = await statements('2026-07');
    expect(before.map((row) => [row.account, row.closing_minor])).toEqual([['1362', '3900']]);
    expect(
      rolls.map((row) => [
        row.account,
        row.opening_minor,
        row.adjustments_minor,
        row.closing_minor,
        row.activity.length,
      ]),
    ).toEqual([
      ['1100', '0', '3900', '6800', 1],
      ['1362', '3900', '-3900', '0', 0],
    ]);
  });

  it('then a file names the codes that a month corrects as they were called when they were closed, whatever the chart is now', async () => {
    const [july, august] = [await shop.file('2026-07', 'hledger'), await shop.file('2026-08', 'hledger')];
    expect(july).toContain('revenues:8420 Sales in dollars');
    expect(august).toContain('revenues:8420 Sales in dollars');
    expect(august).toContain('assets:1362 Stripe in dollars');
    expect(august).toContain('revenues:8400 All sales');
    await shop.startedWith({ revenue: { code: '8420', name: 'Something else' } });
    expect([await shop.file('2026-07', 'hledger'), await shop.file('2026-08', 'hledger')]).toEqual([july, august]);
    await shop.startedWith(WHOLE);
  });

  it('given a close from before statements were stored, then its revenue is added up by what its own accounts say a code is of', async () => {
    const { revenue } = await statements('2026-08');
    const notStored = jest.spyOn(ClosingStore.prototype, 'statements').mockResolvedValue(undefined);
    await shop.startedWith({ revenue: { code: '8499', name: 'Sales anew' } });
    expect(await statements('2026-08')).toMatchObject({ stored: false, revenue });
    notStored.mockRestore();
    await shop.startedWith(WHOLE);
  });

  it('given money that comes late for it, then the month after counts it as revenue once, in the codes of now', async () => {
    await shop.tell(refundEvent('re_1', '2026-07-20T10:00:00Z', 'ch_1', 500, usd), charge('3', '2026-07-30', 700));
    const { bridge, revenue } = await statements('2026-09');
    expect(bridge).toEqual([{ step: 'adjustments_of_2026-07', currency: 'USD', amount_minor: '700', count: 1 }]);
    expect(revenue).toMatchObject([{ currency: 'USD', journal_minor: '700', unexplained_minor: '0' }]);
    expect(new Set((await shop.journal('2026-09')).map(({ account }) => account))).not.toContain('8420');
  });

  it('given the first month is closed anew without its rules, then nothing is in their codes, and the closes from before say what they said', async () => {
    const then = await shop.file('2026-08', 'hledger', 1);
    await shop.reopens('2026-07');
    await shop.closes('2026-07');
    await shop.closes('2026-08');
    expect(await shop.file('2026-08', 'hledger')).not.toContain('8420');
    expect(await shop.file('2026-08', 'hledger', 1)).toBe(then);
  });
});

describe('two codes that were the wrong way round when a month was closed', () => {
  beforeAll(async () => {
    shop = await ChartedCloses.open();
    await shop.startedWith(SWAPPED);
    const time = '2026-07-03T10:00:00Z';
    const invoice = { currency: 'usd', metadata: { order_id: 'o1' } };
    await shop.tell(
      orderEvent('o1', time, 11_900, { tax: '1900', currency: 'USD' }),
      chargeEvent('ch_1', time, 11_900, line('txn_1', time, 'charge', 11_900, 0, usd), invoice),
    );
    await shop.closes('2026-07');
    await shop.startedWith(MENDED);
  });
  afterAll(() => shop.stop());

  it('then the next month moves both balances, and no revenue', async () => {
    await shop.closes('2026-08');
    const { trial_balance: trial, bridge, revenue } = await statements('2026-08');
    expect(rowOf(trial, '8400')).toMatchObject({ opening_minor: '-1900', closing_minor: '-10000' });
    expect(rowOf(trial, '1776')).toMatchObject({ opening_minor: '-10000', closing_minor: '-1900' });
    expect([bridge, revenue]).toEqual([
      [],
      [{ currency: 'USD', bridged_minor: '0', journal_minor: '0', unexplained_minor: '0' }],
    ]);
  });

  it('then the month after has nothing left to move', async () => {
    expect(await shop.journal('2026-09')).toEqual([]);
  });
});
