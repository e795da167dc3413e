import { describe, expect, it } from '@jest/globals';
import type { Fact, InterpretableEntry } from '../../../src/catalog/facts.js';
import { applyFact, type EffectRecord } from '../../../src/catalog/merge-facts.js';
import { interpret } from '../../../src/ingest/interpret.js';
import {
  aCharge,
  aDispute,
  anIntent,
  aRefund,
  aSession,
  aWithdrawal,
  DAY_S,
  invoiceVersions,
  stripeEntry,
  T0,
} from '../../fixtures/stripe-events.js';

const MONEY = new Set(['PaymentCaptured', 'RefundChanged', 'DisputeFundsWithdrawn', 'DisputeFundsReinstated']);

const factsOf = (entry: InterpretableEntry): readonly Fact[] => {
  const facts = interpret(entry);
  if (facts === undefined) throw new Error(`${entry.type} is unknown`);
  return facts;
};

/** Effects by subject and key, as projections keep them. */
function effectsOf(...entries: InterpretableEntry[]): Record<string, EffectRecord> {
  const effects: Record<string, EffectRecord> = {};
  for (const entry of entries) {
    for (const fact of factsOf(entry)) {
      const key = `${fact.subject} ${fact.effect}`;
      effects[key] = applyFact(effects[key], fact, entry.id).effect;
    }
  }
  return effects;
}

describe('what Stripe events may book', () => {
  it('given a charge captured at once, then its money, its day, its order and its people are known', () => {
    expect(factsOf(stripeEntry('charge.succeeded', aCharge({ created: T0 - 3 })))).toEqual([
      {
        type: 'PaymentCaptured',
        subject: 'payment:ch_a1',
        effect: 'captured',
        stamp: expect.stringContaining('5.') as unknown,
        fields: {
          at: (T0 - 3) * 1000,
          provisional: false,
          provider: 'stripe',
          amount: '4990',
          currency: 'EUR',
          method: 'card',
          country: 'DE',
        },
        refs: ['intent:pi_a1', 'order:o1'],
        nodes: ['user:u1', 'stripe:cus_a1', 'email:mailhash'],
      },
    ]);
  });

  it.each([
    ['payment_intent.succeeded', anIntent()],
    ['payment_intent.created', anIntent({ status: 'requires_payment_method' })],
    ['invoice.paid', invoiceVersions['2020-08-27']()],
    ['invoice.payment_succeeded', invoiceVersions['2025-03-31.basil']()],
    [
      'invoice_payment.paid',
      {
        id: 'inpay_1',
        invoice: 'in_a1',
        amount_paid: 2500,
        payment: { type: 'payment_intent', payment_intent: 'pi_a1' },
      },
    ],
    ['checkout.session.completed', aSession()],
    ['checkout.session.async_payment_succeeded', aSession()],
    ['charge.pending', aCharge({ status: 'pending', paid: false })],
    ['charge.failed', aCharge({ status: 'failed', paid: false, captured: false, failure_code: 'card_declined' })],
    ['charge.expired', aCharge({ captured: false })],
    ['charge.succeeded', aCharge({ captured: false, amount_captured: 0 })],
    ['charge.dispute.created', aDispute()],
    ['charge.dispute.closed', aDispute({ status: 'lost' })],
    ['charge.dispute.closed', aDispute({ status: 'warning_closed' })],
    ['charge.dispute.updated', aDispute({ status: 'prevented', balance_transactions: [aWithdrawal()] })],
  ])('given %s, then no money is booked', (type, object) => {
    const facts = factsOf(stripeEntry(type, object));
    expect(facts.length).toBeGreaterThan(0);
    expect(facts.filter((fact) => MONEY.has(fact.type))).toEqual([]);
  });

  it('given every event that restates one payment, then it is one effect', () => {
    const effects = effectsOf(
      stripeEntry('payment_intent.succeeded', anIntent()),
      stripeEntry('charge.succeeded', aCharge()),
      stripeEntry('charge.updated', aCharge({ balance_transaction: 'txn_1' }), { created: T0 + 50 }),
      stripeEntry('checkout.session.completed', aSession()),
      stripeEntry('charge.refunded', aCharge({ amount_refunded: 1000 }), { created: T0 + 60 }),
      stripeEntry('refund.created', aRefund(), { created: T0 + 60 }),
      stripeEntry('charge.refund.updated', aRefund(), { created: T0 + 61 }),
    );
    const money = Object.entries(effects).filter(([, effect]) => MONEY.has(effect.type));
    expect(money.map(([key, { fields }]) => [key, fields['amount']])).toEqual([
      ['payment:ch_a1 captured', '4990'],
      ['payment:ch_a1 refund:re_a1', '1000'],
    ]);
  });

  it('given a test mode event, then it is known and means nothing', () => {
    expect(interpret(stripeEntry('charge.succeeded', aCharge(), { livemode: false }))).toEqual([]);
  });
});

describe('the day of a capture', () => {
  const later = T0 + 3 * DAY_S;
  const authorised = stripeEntry('charge.succeeded', aCharge({ captured: false, amount_captured: 0 }));
  const captured = stripeEntry('charge.captured', aCharge({ amount_captured: 3000 }), { created: later });
  const updated = stripeEntry('charge.updated', aCharge({ amount_captured: 3000 }), { created: later + 60 });
  const refunded = stripeEntry('charge.refunded', aCharge({ amount_captured: 3000 }), { created: later + 99 });

  it('given a later capture, then in every order its day is that of the capture, for the captured part only', () => {
    for (const entries of [
      [authorised, captured, updated, refunded],
      [refunded, updated, captured, authorised],
      [updated, captured, refunded],
    ]) {
      expect(effectsOf(...entries)['payment:ch_a1 captured']?.fields).toMatchObject({
        at: later * 1000,
        provisional: false,
        amount: '3000',
      });
    }
  });

  it('given only later snapshots, then the day is provisional, and the money is not lost', () => {
    const { fields } = effectsOf(updated)['payment:ch_a1 captured']!;
    expect(fields).toMatchObject({ provisional_at: T0 * 1000, provisional: true, amount: '3000' });
    expect(fields).not.toHaveProperty('at');
  });

  it('given a snapshot of the second in which the charge was made, or of its change to captured, then it is dated', () => {
    expect(effectsOf(stripeEntry('charge.updated', aCharge()))['payment:ch_a1 captured']?.fields['at']).toBe(T0 * 1000);
    const change = stripeEntry('charge.updated', aCharge(), { created: later, previous: { captured: false } });
    expect(effectsOf(change)['payment:ch_a1 captured']?.fields['at']).toBe(later * 1000);
  });
});

describe('refunds', () => {
  it('given two partial refunds of one charge, then both count', () => {
    const effects = effectsOf(
      stripeEntry('refund.created', aRefund()),
      stripeEntry('refund.created', aRefund({ id: 're_a2', amount: 500 })),
    );
    expect(Object.keys(effects)).toEqual(['payment:ch_a1 refund:re_a1', 'payment:ch_a1 refund:re_a2']);
  });

  it('given refunds embedded in a charge, then they restate those of their own events', () => {
    const old = aCharge({
      amount_refunded: 1000,
      refunds: { object: 'list', data: [aRefund({ payment_intent: undefined })] },
    });
    const both = effectsOf(
      stripeEntry('refund.created', aRefund()),
      stripeEntry('charge.refunded', old, { created: T0 + 60 }),
    );
    expect(Object.keys(both)).toEqual(['payment:ch_a1 refund:re_a1', 'payment:ch_a1 captured']);
  });

  it('given states of one second in any order, then the one that ends it stays', () => {
    const pending = stripeEntry('refund.created', aRefund({ status: 'pending' }), { id: 'evt_z' });
    const succeeded = stripeEntry('refund.updated', aRefund({ status: 'succeeded' }), { id: 'evt_y' });
    const failed = stripeEntry('refund.failed', aRefund({ status: 'failed' }), { id: 'evt_x' });
    for (const entries of [
      [pending, succeeded, failed],
      [failed, succeeded, pending],
      [succeeded, failed, pending],
    ]) {
      expect(effectsOf(...entries)['payment:ch_a1 refund:re_a1']?.fields).toMatchObject({
        status: 'failed',
        failed_at: T0 * 1000,
      });
    }
  });

  it('given a refund that names only the intent, then it belongs to the intent; one that names neither belongs to nobody', () => {
    expect(factsOf(stripeEntry('refund.created', aRefund({ charge: null })))[0]?.subject).toBe('intent:pi_a1');
    expect(factsOf(stripeEntry('refund.created', aRefund({ charge: null, payment_intent: null })))).toEqual([]);
  });

  it('given a status that nobody knows yet, then it is kept', () => {
    expect(factsOf(stripeEntry('refund.updated', aRefund({ status: 'on_its_way' })))[0]?.fields['status']).toBe(
      'on_its_way',
    );
  });
});

describe('disputes', () => {
  const at = T0 + DAY_S;
  const money = (...entries: InterpretableEntry[]) =>
    Object.fromEntries(
      Object.entries(effectsOf(...entries))
        .filter(([, { type }]) => MONEY.has(type))
        .map(([key, { fields }]) => [key, [fields['at'], fields['amount'], fields['currency']]]),
    );
  const WITHDRAWN = 'payment:ch_a1 dispute:dp_a1:withdrawn';
  const REINSTATED = 'payment:ch_a1 dispute:dp_a1:reinstated';

  it('given withdrawn funds told by an event or by a balance transaction, then it is one effect, without the fee', () => {
    const told = stripeEntry('charge.dispute.funds_withdrawn', aDispute(), { created: at + 5 });
    const listed = stripeEntry('charge.dispute.updated', aDispute({ balance_transactions: [aWithdrawal()] }), {
      created: at + 9,
    });
    expect(money(told, listed)).toEqual({ [WITHDRAWN]: [at * 1000, '4990', 'EUR'] });
    expect(money(listed, told)).toEqual(money(told, listed));
  });

  it('given a dispute that was won, then withdrawal and return are two effects, whichever event tells of them', () => {
    const back = aWithdrawal({ id: 'txn_r1', amount: 4990, created: at + DAY_S });
    const closed = stripeEntry(
      'charge.dispute.closed',
      aDispute({ status: 'won', balance_transactions: [aWithdrawal(), back] }),
      {
        created: at + DAY_S + 3,
      },
    );
    expect(money(closed)).toEqual({
      [WITHDRAWN]: [at * 1000, '4990', 'EUR'],
      [REINSTATED]: [(at + DAY_S) * 1000, '4990', 'EUR'],
    });
  });

  it('given settlement in another currency, then the disputed amount counts', () => {
    const listed = aDispute({ balance_transactions: [aWithdrawal({ amount: -5600, currency: 'usd' })] });
    expect(money(stripeEntry('charge.dispute.funds_withdrawn', listed, { created: at }))[WITHDRAWN]?.[1]).toBe('4990');
  });

  it('given a part that came back, then only that part counts', () => {
    const back = aWithdrawal({ amount: 1200 });
    const entry = stripeEntry('charge.dispute.funds_reinstated', aDispute({ balance_transactions: [back] }), {
      created: at,
    });
    expect(money(entry)[REINSTATED]?.[1]).toBe('1200');
  });
});

describe('units', () => {
  it.each([
    ['jpy', 5000, '5000'],
    ['clp', 1000, '1000'],
    ['isk', 50000, '500'],
    ['ugx', 3700000, '37000'],
    ['kwd', 12340, '12340'],
    ['usd', 1, '1'],
    ['huf', 250000, '250000'],
  ])('given %s %i of Stripe, then it is %s of ours', (currency, amount, expected) => {
    const [fact] = factsOf(stripeEntry('charge.succeeded', aCharge({ currency, amount, amount_captured: amount })));
    expect(fact?.fields).toMatchObject({ amount: expected, currency: currency.toUpperCase() });
  });

  it.each([
    ['usd', 12.5],
    ['usd', -1],
    ['usd', 2 ** 53],
    ['usd', '4990'],
    ['usd', undefined],
    ['isk', 550],
    ['', 100],
    [undefined, 100],
  ])('given %s %p, then the entry is parked', (currency, amount) => {
    const object = aCharge({ currency, amount, amount_captured: amount });
    expect(() => interpret(stripeEntry('charge.succeeded', object))).toThrow();
  });
});
