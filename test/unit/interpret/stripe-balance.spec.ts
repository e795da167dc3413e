import { describe, expect, it } from '@jest/globals';
import { interpret } from '../../../src/ingest/interpret.js';
import { applyFact, type EffectRecord } from '../../../src/catalog/merge-facts.js';
import { aCharge, aDispute, aRefund, DAY_S, type Json, stripeEntry, T0 } from '../../fixtures/stripe-events.js';

const line = (over: Json = {}): Json => ({
  ...{ id: 'txn_1', object: 'balance_transaction', created: T0 + 1, available_on: T0 + 5 * DAY_S, currency: 'usd' },
  ...{ amount: 5390, fee: 190, net: 5200, exchange_rate: 1.08, reporting_category: 'charge', type: 'charge' },
  fee_details: [
    { type: 'stripe_fee', amount: 120, currency: 'usd' },
    { type: 'application_fee', amount: 30, currency: 'usd' },
    { type: 'tax', amount: 25, currency: 'usd' },
    { type: 'fee_that_nobody_knows_yet', amount: 15, currency: 'usd' },
  ],
  ...over,
});

const moved = (type: string, object: Json) =>
  interpret(stripeEntry(type, object))!.filter((fact) => fact.type === 'BalanceMoved');

describe('lines of the balance', () => {
  it('given one within a charge, then settlement, dates, rate and every fee are told, and the fees sum', () => {
    const [fact, ...others] = moved('charge.updated', aCharge({ balance_transaction: line() }));
    expect(others).toEqual([]);
    expect(fact).toMatchObject({
      ...{ subject: 'payment:ch_a1', effect: 'balance:txn_1' },
      fields: {
        ...{ at: (T0 + 1) * 1000, available_at: (T0 + 5 * DAY_S) * 1000, gross: '5390', fee: '190', net: '5200' },
        ...{ currency: 'USD', exchange_rate: '1.08', category: 'charge', kind: 'charge' },
        ...{ fee_processing: '120', fee_application: '30', fee_tax: '25', fee_other: '15' },
      },
    });
  });

  it('given only its id, then the payment or refund names it, and nothing is made up', () => {
    const [charge, ...rest] = interpret(stripeEntry('charge.updated', aCharge({ balance_transaction: 'txn_9' })))!;
    expect([charge!.fields['balance_transaction'], rest]).toEqual(['txn_9', []]);
    const refund = interpret(stripeEntry('refund.updated', aRefund({ balance_transaction: 'txn_8' })))!;
    expect(refund.map(({ fields }) => fields['balance_transaction'])).toEqual(['txn_8']);
  });

  it('given what goes out, then it is negative; given a currency in hundredths it does not have, then it is whole', () => {
    const out = line({ amount: -4990, fee: 1500, net: -6490, currency: 'eur', exchange_rate: null, fee_details: [] });
    const dispute = aDispute({ balance_transactions: [out] });
    expect(moved('charge.dispute.funds_withdrawn', dispute)[0]?.fields).toMatchObject({
      ...{ gross: '-4990', fee: '1500', net: '-6490', exchange_rate: null },
    });
    const isk = line({ currency: 'isk', amount: 100_000, fee: 0, net: 100_000, fee_details: [] });
    expect(moved('charge.updated', aCharge({ balance_transaction: isk }))[0]?.fields['gross']).toBe('1000');
  });
});

describe('payouts', () => {
  const payout = (over: Json): Json => ({
    ...{ id: 'po_1', object: 'payout', amount: 1100, currency: 'eur', created: T0, arrival_date: T0 + 2 * DAY_S },
    ...{ automatic: true, method: 'standard', balance_transaction: 'txn_p', failure_code: null, ...over },
  });

  it('given one that failed after it was said to be paid, then in any order it has failed', () => {
    const paid = stripeEntry('payout.paid', payout({ status: 'paid' }), { created: T0 + 2 * DAY_S, id: 'evt_z' });
    const failure = payout({ status: 'failed', failure_code: 'account_closed' });
    const failed = stripeEntry('payout.failed', failure, { created: T0 + 2 * DAY_S, id: 'evt_a' });
    for (const entries of [
      [paid, failed],
      [failed, paid],
    ]) {
      const effect = entries
        .flatMap((entry) => interpret(entry)!)
        .reduce<EffectRecord | undefined>((known, fact) => applyFact(known, fact, 'entry').effect, undefined);
      expect(effect!.fields).toMatchObject({
        ...{ status: 'failed', failure: 'account_closed', amount: '1100', currency: 'EUR', automatic: true },
        ...{ at: T0 * 1000, arrival_at: (T0 + 2 * DAY_S) * 1000, failed_at: (T0 + 2 * DAY_S) * 1000 },
      });
    }
  });

  it('given one that collects what we owe, then its amount is negative', () => {
    const [fact] = interpret(stripeEntry('payout.created', payout({ amount: -250, status: 'pending' })))!;
    expect(fact).toMatchObject({ type: 'PayoutChanged', subject: 'payout:po_1', fields: { amount: '-250' } });
  });
});

describe('disputes whose money moves more than once', () => {
  it('given an appeal that takes the money a second time, then both withdrawals count', () => {
    const back = (id: string, amount: number) => line({ id, amount, currency: 'eur', fee_details: [] });
    const transactions = [back('txn_a', -4990), back('txn_b', 4990), back('txn_c', -4990)];
    const facts = interpret(
      stripeEntry('charge.dispute.updated', aDispute({ status: 'lost', balance_transactions: transactions })),
    )!;
    const amountOf = (type: string) => facts.find((fact) => fact.type === type)?.fields['amount'];
    expect([amountOf('DisputeFundsWithdrawn'), amountOf('DisputeFundsReinstated')]).toEqual(['9980', '4990']);
  });
});
