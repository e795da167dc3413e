import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { adyenEntry, aModification, anAuthorisation, eur } from '../fixtures/adyen-items.js';
import { aPayment, isoAt, squareEntry, usd, type Json } from '../fixtures/square-events.js';
import { balancesOf, keptBooks, type KeptBooks } from '../support/books-given.js';
import { reportEntries as entriesOf } from '../support/report-entries.js';

const HOUR_MS = 3_600_000;
let kept: KeptBooks;

beforeEach(async () => void (kept = await keptBooks()));
afterEach(() => kept.close());

/** Balances after all days, by account, and what keeps October from being closed but for opening balances, which nobody set here. */
async function booksAfter(...entries: readonly InterpretableEntry[]) {
  const upTo = await kept.tell(...entries);
  const problems = await kept.books.problems({ from: '2026-10-01', to: '2026-10-31', upTo });
  return {
    balances: balancesOf(await kept.lines('2026-10-01', '2026-10-31')),
    blockers: problems
      .filter(({ kind }) => kind !== 'opening_balance_missing')
      .map(({ kind, object }) => [kind, object]),
  };
}

describe('what Square pays out', () => {
  const sale = squareEntry('payment.updated', 'payment', aPayment());
  const entry = (id: string, type: string, gross: number, fee: number, details = {}): Json => ({
    ...{ id, payout_id: 'po_1', effective_at: isoAt(HOUR_MS), type, ...details },
    ...{ gross_amount_money: usd(gross), fee_amount_money: usd(fee), net_amount_money: usd(gross - fee) },
  });
  const charged = entry('poe_1', 'CHARGE', 4990, 160, { type_charge_details: { payment_id: 'PAY1' } });
  const taxed = entry('poe_2', 'TAX_ON_FEE', -30, 0);
  const entries = (...of: readonly Json[]) =>
    entriesOf('square', 'payout_entries', JSON.stringify({ payout_entries: of }));
  const payout = (status: string, over: Json = {}) =>
    squareEntry(`payout.${status.toLowerCase()}`, 'payout', {
      ...{ id: 'po_1', status, type: 'BATCH', created_at: isoAt(2 * HOUR_MS), updated_at: isoAt(3 * HOUR_MS) },
      ...{ version: status === 'SENT' ? 1 : 2, amount_money: usd(4800), arrival_date: '2026-10-05', ...over },
    });
  const earned = { 'revenue USD': '-4990', 'fees USD': '160', 'input_tax USD': '30' };

  it('given a charge, its entries and the payout of both, then clearing is empty, and nothing is in process or in the way', async () => {
    const told = [sale, ...(await entries(charged, taxed)), payout('SENT'), payout('PAID')];
    expect(await booksAfter(...told)).toEqual({ balances: { ...earned, 'bank USD': '4800' }, blockers: [] });
  });

  it('given payouts by webhook and no entries of them, then a sale in process keeps nothing from being closed', async () => {
    expect((await booksAfter(sale, payout('SENT'), payout('PAID'))).blockers).toEqual([]);
    // One line of the balance is there: now each sale should have its own.
    const other = entry('poe_9', 'TAX_ON_FEE', -30, 0);
    expect((await booksAfter(...(await entries(other)))).blockers).toEqual([
      ['without_balance_transaction', 'payment:PAY1'],
    ]);
  });

  it('given the same in another order, then the books are the same', async () => {
    const told = [payout('PAID'), ...(await entries(taxed, charged)), payout('SENT'), sale];
    expect(await booksAfter(...told)).toEqual({ balances: { ...earned, 'bank USD': '4800' }, blockers: [] });
  });

  it('given one that failed, then it is in transit until its return is an entry of the next, which is paid', async () => {
    const told = [sale, ...(await entries(charged, taxed)), payout('SENT'), payout('FAILED')];
    expect(await booksAfter(...told)).toEqual({ balances: { ...earned, 'bank_in_transit USD': '4800' }, blockers: [] });
    const returned = { ...entry('poe_3', 'RETURNED_PAYOUT', 4800, 0), payout_id: 'po_2' };
    expect(await booksAfter(...(await entries(returned)))).toEqual({
      ...{ balances: { ...earned, 'clearing.square USD': '4800' }, blockers: [] },
    });
    expect(await booksAfter(payout('PAID', { id: 'po_2' }))).toEqual({
      ...{ balances: { ...earned, 'bank USD': '4800' }, blockers: [] },
    });
  });

  it('given one by hand, then it leaves clearing by the entry of the batch after it, once', async () => {
    const byHand = payout('PAID', { id: 'po_0', type: 'SIMPLE', amount_money: usd(1000) });
    const left = entry('poe_4', 'PAYOUT', -1000, 0);
    const batch = payout('PAID', { amount_money: usd(3800) });
    const told = [sale, byHand, ...(await entries(charged, taxed, left)), batch];
    expect(await booksAfter(...told)).toEqual({ balances: { ...earned, 'bank USD': '4800' }, blockers: [] });
  });
});

describe('what Adyen pays out', () => {
  const HEAD =
    'Merchant Account,Psp Reference,Creation Date,TimeZone,Type,Modification Reference,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number';
  const batchOf = (account: string, psp: string) => [
    `${account},${psp},2026-10-03 11:00:00,CEST,Settled,${psp}S,EUR,,49.00,1.00,,,,7`,
    `${account},,2026-10-04 11:00:00,CEST,MerchantPayout,TX payout,EUR,49.00,,,,,,7`,
  ];
  const sale = (account: string, psp: string) => {
    const of = { merchantAccountCode: account, amount: eur(5000) };
    const captured = aModification('CAPTURE', `${psp}S`, { ...of, originalReference: psp });
    return [adyenEntry(anAuthorisation({ ...of, pspReference: psp })), adyenEntry(captured)];
  };

  it('given two accounts with a batch of the same number, then both are whole, and in the bank on their day', async () => {
    const rows = [...batchOf('HarbourECOM', 'PSP1'), ...batchOf('HarbourPOS', 'PSP2')];
    const settled = await entriesOf('adyen', 'settlement_details', [HEAD, ...rows, ''].join('\n'));
    const told = [...sale('HarbourECOM', 'PSP1'), ...sale('HarbourPOS', 'PSP2'), ...settled];
    expect(await booksAfter(...told)).toEqual({
      ...{ balances: { 'revenue EUR': '-10000', 'fees EUR': '200', 'bank EUR': '9800' }, blockers: [] },
    });
    const arrived = (await kept.lines('2026-10-01', '2026-10-31')).filter(({ kind }) => kind === 'payout_arrival');
    expect(new Set(arrived.map(({ day }) => day))).toEqual(new Set(['2026-10-04']));
  });
});
