import { describe, expect, it } from '@jest/globals';
import type { Fact } from '../../../src/catalog/facts.js';
import { interpret } from '../../../src/ingest/interpret.js';
import { canonical } from '../../../src/ingest/providers/stripe/interpret/canonical.js';
import { aCharge, anIntent, aSubscription, DAY_S, type Json, stripeEntry, T0 } from '../../fixtures/stripe-events.js';

const OLDEST = '2020-08-27';
const MIDDLE = '2024-06-20';
const NEWEST = '2026-10-28.endive';

const read = (type: string, apiVersion: string, object: Json, previous?: Json): readonly Fact[] =>
  interpret(stripeEntry(type, object, { id: 'evt_same', apiVersion, ...(previous ? { previous } : {}) }))!;

const recurring = { interval: 'year', interval_count: 1, usage_type: 'licensed' };
const price = { currency: 'eur', billing_scheme: 'per_unit', unit_amount: 12_000, recurring };
const plan = { currency: 'eur', billing_scheme: 'per_unit', amount: 12_000, ...recurring };
const items = (quantity: number, over: Json) => ({ object: 'list', data: [{ id: 'si_1', quantity, ...over }] });

interface Versions {
  type: string;
  /** The same event as each version writes it: its object, and what it was before. */
  written: Record<string, [object: Json, previous?: Json]>;
  expected: unknown;
}

const invoice = {
  ...{ id: 'in_v1', object: 'invoice', created: T0, currency: 'eur', customer: 'cus_a1', status: 'paid' },
  ...{ amount_due: 5000, amount_paid: 5000, amount_remaining: 0, billing_reason: 'subscription_cycle', metadata: {} },
};
const paidIntent = { type: 'payment_intent', payment_intent: 'pi_a1' };
const details = { subscription: 'sub_a1', metadata: { user_id: 'u1' } };

const note = { id: 'cn_1', object: 'credit_note', amount: 700, created: T0, currency: 'eur', invoice: 'in_v1' };

const cases: Versions[] = [
  {
    type: 'customer.subscription.updated',
    written: {
      '2018-01-23': [
        aSubscription({ items: undefined, plan, quantity: 3, start: T0, start_date: undefined, currency: undefined }),
        { quantity: 2 },
      ],
      [OLDEST]: [aSubscription({ items: items(3, { price, plan }) }), { items: items(2, { price, plan }) }],
      [MIDDLE]: [
        aSubscription({ items: items(3, { price, plan }) }),
        { items: items(2, { price, plan }), quantity: 2 },
      ],
      [NEWEST]: [aSubscription({ items: items(3, { price }) }), { items: items(2, { price }) }],
    },
    expected: [
      { type: 'SubscriptionChanged', fields: { amount: '36000', interval: 'year', started_at: T0 * 1000 } },
      { type: 'SubscriptionState', fields: { mrr: '3000', before: 'active false 2000 EUR false' } },
    ],
  },
  {
    type: 'invoice.paid',
    written: {
      [OLDEST]: [{ ...invoice, payment_intent: 'pi_a1', subscription: 'sub_a1', subscription_details: details }],
      [MIDDLE]: [
        { ...invoice, payment_intent: { id: 'pi_a1' }, subscription: 'sub_a1', subscription_details: details },
      ],
      [NEWEST]: [
        { ...invoice, parent: { subscription_details: details }, payments: { data: [{ payment: paidIntent }] } },
      ],
    },
    expected: [
      {
        fields: { status: 'paid', amount_paid: '5000', subscription: 'sub_a1', paid_elsewhere: false },
        refs: ['intent:pi_a1'],
        nodes: ['user:u1', 'stripe:cus_a1'],
      },
    ],
  },
  {
    type: 'invoice.paid',
    written: {
      [OLDEST]: [{ ...invoice, paid_out_of_band: true }],
      [MIDDLE]: [{ ...invoice, charge: null, payment_intent: null, paid_out_of_band: true }],
      [NEWEST]: [{ ...invoice, amount_paid_off_stripe: 5000 }],
    },
    expected: [{ fields: { status: 'paid', paid_elsewhere: true } }],
  },
  {
    type: 'payment_intent.succeeded',
    written: {
      [OLDEST]: [anIntent({ latest_charge: undefined, charges: { data: [aCharge(), aCharge({ id: 'ch_first' })] } })],
      [MIDDLE]: [anIntent()],
      [NEWEST]: [anIntent({ latest_charge: 'ch_a1' })],
    },
    expected: [{ type: 'Linked', refs: ['payment:ch_a1', 'order:o1'] }],
  },
  {
    type: 'credit_note.created',
    written: {
      [OLDEST]: [{ ...note, status: 'issued', type: 'post_payment', refund: 're_1', out_of_band_amount: null }],
      [MIDDLE]: [{ ...note, status: 'issued', type: 'post_payment', refund: 're_1' }],
      [NEWEST]: [
        {
          ...{ ...note, status: 'issued', pre_payment_amount: 0, post_payment_amount: 700 },
          refunds: [{ refund: 're_1', amount_refunded: 700 }],
        },
      ],
    },
    expected: [
      { fields: { amount: '700', amount_before_payment: '0', amount_after_payment: '700', status: 'issued' } },
    ],
  },
  {
    type: 'charge.succeeded',
    written: { [OLDEST]: [aCharge({ refunds: { data: [] } })], [MIDDLE]: [aCharge()], [NEWEST]: [aCharge()] },
    expected: [{ type: 'PaymentCaptured', fields: { amount: '4990', at: T0 * 1000 } }],
  },
];

describe('one event in the shapes of several API versions', () => {
  it.each(cases)('given $type, then every version gives the same facts', ({ type, written, expected }) => {
    const facts = Object.entries(written).map(([version, [object, previous]]) => read(type, version, object, previous));
    expect(facts.at(-1)).toMatchObject(expected as object);
    for (const each of facts) expect(each).toEqual(facts.at(-1));
  });

  it('given a version that is wrong or absent, then what is in its new place already stays', () => {
    const newest = {
      ...invoice,
      parent: { subscription_details: details },
      payments: { data: [{ payment: paidIntent }] },
    };
    for (const version of ['2014-01-31', 'soon', undefined, 7])
      expect(canonical('invoice', newest, version)).toMatchObject(newest);
    expect(canonical('invoice', invoice, '2027-02-03.later')).toBe(invoice);
  });

  it('given an old charge, then it also names its invoice, which later ones do not', () => {
    const refs = (version: string, over: Json) => read('charge.succeeded', version, aCharge(over))[0]?.refs;
    expect(refs(OLDEST, { invoice: 'in_v1' })).toEqual([...refs(NEWEST, {})!, 'invoice:in_v1']);
  });
});

describe('words that nobody knows yet', () => {
  const types: [string, Json][] = [
    ['charge.updated', aCharge({ status: 'half_succeeded', outcome: { type: 'new_one' } })],
    ['refund.updated', { id: 're_1', charge: 'ch_a1', amount: 1, currency: 'eur', created: T0, status: 'on_its_way' }],
    ['charge.dispute.updated', { id: 'dp_1', charge: 'ch_a1', amount: 1, currency: 'eur', created: T0, status: 'x' }],
    ['customer.subscription.updated', aSubscription({ status: 'hibernating' })],
    ['invoice.updated', { ...invoice, status: 'half_paid', billing_reason: 'because' }],
    ['credit_note.updated', { ...note, status: 'pending_review', type: 'mixed' }],
    ['payout.updated', { id: 'po_1', amount: 1, currency: 'eur', created: T0, status: 'resting', method: 'pigeon' }],
    [
      'checkout.session.completed',
      { id: 'cs_1', created: T0, status: 'done', mode: 'barter', payment_status: 'maybe' },
    ],
    ['payment_intent.payment_failed', anIntent({ status: 'unsure', last_payment_error: { code: 'brand_new' } })],
  ];

  it.each(types)('given %s with them, then it is understood all the same', (type, object) => {
    expect(read(type, NEWEST, object).length).toBeGreaterThan(0);
  });
});

describe('what later events tell of one payment', () => {
  it('given a debit that bounced after it had succeeded, then its money is taken back, once', () => {
    const bounced = aCharge({
      status: 'failed',
      paid: false,
      failure_balance_transaction: 'txn_f',
      failure_code: 'nsf',
    });
    const entry = stripeEntry('charge.failed', bounced, { created: T0 + 3 * DAY_S });
    expect(interpret(entry)).toMatchObject([
      { type: 'PaymentFailed' },
      { type: 'PaymentReturned', fields: { at: (T0 + 3 * DAY_S) * 1000, amount: '4990', reason: 'nsf' } },
    ]);
    const never = aCharge({ status: 'failed', paid: false, captured: false, failure_balance_transaction: null });
    expect(interpret(stripeEntry('charge.failed', never))).toHaveLength(1);
  });

  it('given a partial capture that counts the rest as refunded, then that part is told as released', () => {
    const partial = aCharge({ amount_captured: 3000, amount_refunded: 1990 });
    const field = (type: string) => interpret(stripeEntry(type, partial))![0]?.fields['amount_released'];
    expect(field('charge.captured')).toBe('1990');
    expect(field('charge.refunded')).toBeUndefined();
  });
});
