import { describe, expect, it } from '@jest/globals';
import type { InterpretableEntry } from '../../../src/catalog/facts.js';
import { createInterpret } from '../../../src/ingest/interpret.js';
import { adyenEntry, aModification, anAuthorisation, eur } from '../../fixtures/adyen-items.js';
import { aPayment, isoAt, squareEntry, usd } from '../../fixtures/square-events.js';
import { DAY_S, type Json, stripeEntry, T0 } from '../../fixtures/stripe-events.js';
import { projected } from '../../support/memory-model.js';
import { moneyTold as told } from '../../support/money-told.js';

const interpret = createInterpret();
const [DAY1, DAY2, DAY3] = ['2026-10-03', '2026-10-04', '2026-10-05'];
const charge = (over: Json = {}): Json => ({
  ...{ id: 'ch_1', object: 'charge', amount: 1_000, amount_captured: 1_000, amount_refunded: 0, captured: true },
  ...{ currency: 'usd', status: 'succeeded', created: T0, refunded: false, ...over },
});
const refundOf = (id: string, amount: number, over: Json = {}): Json => ({
  ...{
    id,
    object: 'refund',
    charge: 'ch_1',
    amount,
    currency: 'usd',
    status: 'succeeded',
    created: T0 + DAY_S,
    ...over,
  },
});
const at = (days: number): { created: number } => ({ created: T0 + days * DAY_S });

describe('lives of a charge of Stripe', () => {
  it('given a partial capture whose rest is told as a refund, of which the capture never arrived, then its line of the balance tells that no money went back', async () => {
    const rest = refundOf('re_rest', 400, {
      balance_transaction: {
        ...{ id: 'txn_rest', object: 'balance_transaction', amount: -400, fee: 0, net: -400, currency: 'usd' },
        ...{ created: T0 + DAY_S, reporting_category: 'partial_capture_reversal', source: 're_rest' },
      },
    });
    expect(
      await told([
        stripeEntry('charge.succeeded', charge({ captured: false, amount_captured: 0 })),
        stripeEntry('object.refund', rest, at(1)),
        stripeEntry('charge.updated', charge({ amount_captured: 600, amount_refunded: 400 }), {
          ...at(1),
          previous: { captured: false },
        }),
        stripeEntry('refund.created', refundOf('re_1', 400, { created: T0 + 2 * DAY_S }), at(2)),
        stripeEntry('refund.created', refundOf('re_2', 100, { created: T0 + 2 * DAY_S }), at(2)),
      ]),
    ).toEqual([`${DAY2} revenue_gross USD 600`, `${DAY3} refunds USD 500`]);
  });

  it('given an authorisation that is captured in parts, then what was captured counts before the last of them', async () => {
    const parts = [
      stripeEntry('charge.succeeded', charge({ captured: false, amount_captured: 0 })),
      stripeEntry('charge.updated', charge({ captured: false, amount_captured: 300 }), {
        ...at(1),
        previous: { amount_captured: 0 },
      }),
      stripeEntry('charge.updated', charge({ captured: false, amount_captured: 700 }), {
        ...at(2),
        previous: { amount_captured: 300 },
      }),
    ];
    expect(await told(parts)).toEqual([`${DAY2} revenue_gross USD 700`]);
    const last = stripeEntry('charge.captured', charge(), at(2));
    expect(await told([...parts, last])).toEqual([`${DAY2} revenue_gross USD 1000`]);
  });

  it.each<[string, Json, string]>([
    ['more than was authorised is captured', { amount: 1_000, amount_captured: 1_200 }, '1200'],
    ['the authorisation is raised before', { amount: 1_500, amount_captured: 1_500 }, '1500'],
  ])('given that %s, then what was captured counts', async (_, over, amount) => {
    expect(
      await told([
        stripeEntry('charge.succeeded', charge({ captured: false, amount_captured: 0 })),
        stripeEntry('charge.captured', charge(over), at(1)),
      ]),
    ).toEqual([`${DAY2} revenue_gross USD ${amount}`]);
  });

  it.each<[string, InterpretableEntry]>([
    ['expires', stripeEntry('charge.expired', charge({ captured: false, amount_captured: 0 }), at(7))],
    [
      'is cancelled',
      stripeEntry(
        'charge.refunded',
        charge({ captured: false, amount_captured: 0, amount_refunded: 1_000, refunded: true }),
        at(1),
      ),
    ],
  ])('given an authorisation that %s, then no money moved, and it is known to be released', async (_, end) => {
    const entries = [stripeEntry('charge.succeeded', charge({ captured: false, amount_captured: 0 })), end];
    expect(await told([...entries, stripeEntry('refund.created', refundOf('re_1', 1_000), at(1))])).toEqual([]);
    const model = await projected([entries.map((entry, index) => ({ id: index + 1, facts: interpret(entry)! }))]);
    expect(await model.parts(['payment:ch_1'])).toMatchObject([{ columns: { status: 'released' } }]);
  });

  const dispute = (over: Json = {}): Json => ({
    ...{ id: 'dp_1', object: 'dispute', charge: 'ch_1', amount: 1_000, currency: 'usd', created: T0 + 2 * DAY_S },
    ...{ status: 'needs_response', balance_transactions: [], ...over },
  });
  it('given a dispute after a full refund, and one that is won back, then each moves its own money on its own day', async () => {
    const entries = [
      stripeEntry('charge.succeeded', charge()),
      stripeEntry('refund.created', refundOf('re_1', 1_000), at(1)),
      stripeEntry('charge.dispute.created', dispute(), at(2)),
      stripeEntry('charge.dispute.funds_withdrawn', dispute(), at(2)),
    ];
    expect(await told(entries)).toEqual([
      `${DAY1} revenue_gross USD 1000`,
      `${DAY2} refunds USD 1000`,
      `${DAY3} disputes USD 1000`,
    ]);
    const won = stripeEntry('charge.dispute.funds_reinstated', dispute({ status: 'won' }), at(3));
    expect(await told([...entries, won])).toEqual([
      ...[
        `${DAY1} revenue_gross USD 1000`,
        `${DAY2} refunds USD 1000`,
        `${DAY3} disputes USD 1000`,
        '2026-10-06 disputes USD -1000',
      ],
    ]);
  });

  it('given a debit that bounces after it succeeded, with its refund on the way, then the money is back once', async () => {
    const failed = charge({
      status: 'failed',
      failure_code: 'insufficient_funds',
      failure_balance_transaction: 'txn_back',
    });
    expect(
      await told([stripeEntry('charge.succeeded', charge()), stripeEntry('charge.failed', failed, at(2))]),
    ).toEqual([...[`${DAY1} revenue_gross USD 1000`, `${DAY3} refunds USD 1000`]]);
  });
});

describe('bills of Stripe', () => {
  const invoice = (over: Json): Json => ({
    ...{
      id: 'in_1',
      object: 'invoice',
      status: 'paid',
      currency: 'ugx',
      created: T0,
      total: 1_234_500,
      amount_due: 1_234_500,
    },
    ...{ starting_balance: 0, ending_balance: 67, lines: { data: [] }, ...over },
  });
  it('given lines and a balance in parts of a unit that the currency does not have, then the bill is read, each to the nearest', () => {
    const lines = [1_234_567, -50, 150].map((amount, nth) => ({
      amount,
      period: { start: T0 + nth, end: T0 + (nth + 2) * DAY_S },
    }));
    const facts = interpret(stripeEntry('invoice.paid', invoice({ lines: { data: lines } })))!;
    expect(facts[0]!.fields).toMatchObject({ total: '12345', balance_applied: '1', currency: 'UGX' });
    expect(facts.slice(1).map(({ fields }) => fields['net'])).toEqual(['12346', '0', '2']);
  });

  it('given a total that cannot be paid, then it is refused', () => {
    expect(() => interpret(stripeEntry('invoice.paid', invoice({ amount_due: 1_234_567 })))).toThrow(/part smaller/);
  });
});

describe('subscriptions of Stripe', () => {
  const price = (unit_amount: number, interval: string, over: Json = {}): Json => ({
    price: {
      currency: 'usd',
      unit_amount,
      recurring: { interval, interval_count: 1, usage_type: 'licensed' },
      ...over,
    },
    quantity: 1,
  });
  const subscription = (items: readonly Json[], over: Json = {}): Json => ({
    ...{ id: 'sub_1', object: 'subscription', status: 'active', currency: 'usd', created: T0, start_date: T0 },
    ...{ items: { data: items }, ...over },
  });
  const begun = (object: Json): InterpretableEntry => stripeEntry('customer.subscription.created', object);
  const changed = (object: Json, days: number, previous: Json): InterpretableEntry =>
    stripeEntry('customer.subscription.updated', object, { ...at(days), previous });

  it('given items of several intervals, one metered, one with tiers, then those that have a price count', async () => {
    const items = [price(1_000, 'month'), price(12_000, 'year')];
    const metered = price(5, 'month', { recurring: { interval: 'month', interval_count: 1, usage_type: 'metered' } });
    expect(await told([begun(subscription([...items, metered]))])).toEqual([
      `${DAY1} mrr_new USD 2000`,
      `${DAY1} new_subscriptions 1`,
    ]);
    const tiered = price(0, 'month', { billing_scheme: 'tiered', unit_amount: null });
    expect(await told([begun(subscription([...items, tiered]))])).toEqual([
      ...[`${DAY1} mrr_new USD 2000`, `${DAY1} new_subscriptions 1`, `${DAY1} unpriced_subscriptions_change 1`],
    ]);
  });

  it('given coupons for once, some months or ever, then the value is before all of them', async () => {
    for (const coupon of [
      { duration: 'once' },
      { duration: 'repeating', duration_in_months: 3 },
      { duration: 'forever' },
    ])
      expect(
        await told([
          begun(subscription([price(1_000, 'month')], { discounts: [{ coupon: { percent_off: 50, ...coupon } }] })),
        ]),
      ).toContain(`${DAY1} mrr_new USD 1000`);
  });

  it('given a tax within the price and one beside it, then the value is without either', async () => {
    const item = price(1_190, 'month');
    const rate = { percentage: 19 };
    expect(await told([begun(subscription([{ ...item, tax_rates: [{ ...rate, inclusive: true }] }]))])).toContain(
      `${DAY1} mrr_new USD 1000`,
    );
    expect(await told([begun(subscription([{ ...item, tax_rates: [{ ...rate, inclusive: false }] }]))])).toContain(
      `${DAY1} mrr_new USD 1190`,
    );
  });

  it.each(['keep_as_draft', 'mark_uncollectible', 'void'])(
    'given that collection is paused (%s) and resumed, then it is not active between',
    async (behavior) => {
      const item = price(1_000, 'month');
      const paused = { pause_collection: { behavior, resumes_at: null } };
      expect(
        await told([
          begun(subscription([item])),
          changed(subscription([item], paused), 1, { pause_collection: null }),
          changed(subscription([item]), 2, paused),
        ]),
      ).toEqual([
        ...[
          `${DAY1} mrr_new USD 1000`,
          `${DAY1} new_subscriptions 1`,
          `${DAY2} churned_subscriptions 1`,
          `${DAY2} mrr_churn USD 1000`,
        ],
        ...[`${DAY3} mrr_reactivation USD 1000`, `${DAY3} reactivated_subscriptions 1`],
      ]);
    },
  );

  it('given a trial that ends unpaid, then it never was active; given one that is paid late, then from that day on', async () => {
    const item = price(1_000, 'month');
    const trial = { status: 'trialing', trial_end: T0 + DAY_S };
    const begins = begun(subscription([item], trial));
    const unpaid = changed(subscription([item], { ...trial, status: 'unpaid' }), 1, { status: 'trialing' });
    expect(await told([begins, unpaid])).toEqual([]);
    const paid = changed(subscription([item], { ...trial, status: 'active' }), 2, { status: 'unpaid' });
    expect(await told([begins, unpaid, paid])).toEqual([`${DAY3} mrr_new USD 1000`, `${DAY3} new_subscriptions 1`]);
  });
});

describe('lives of payments at Square and Adyen', () => {
  it('given a payment of Square that fails after it was completed, then its money went back on that day', async () => {
    const payment = (status: string, version: number, days: number): InterpretableEntry =>
      squareEntry('payment.updated', 'payment', {
        ...aPayment(),
        status,
        version,
        updated_at: isoAt(days * DAY_S * 1_000),
      });
    expect(await told([payment('COMPLETED', 1, 0), payment('FAILED', 2, 2)])).toEqual([
      ...[`${DAY1} revenue_gross USD 4990`, `${DAY3} refunds USD 4990`],
    ]);
    expect(await told([payment('PENDING', 1, 0), payment('FAILED', 2, 2)])).toEqual([]);
  });

  it('given refunds of a sale with a tip, in parts, one of which is refused, then those that were made count', async () => {
    const refund = (id: string, amount: number, status: string): InterpretableEntry =>
      squareEntry('refund.updated', 'refund', {
        ...{ id, payment_id: 'PAY1', amount_money: usd(amount), status, version: 1 },
        ...{ created_at: isoAt(DAY_S * 1_000), updated_at: isoAt(DAY_S * 1_000) },
      });
    const completed = squareEntry('payment.updated', 'payment', {
      ...aPayment(),
      status: 'COMPLETED',
      version: 3,
      updated_at: isoAt(0),
    });
    expect(
      await told([
        completed,
        refund('R1', 490, 'COMPLETED'),
        refund('R2', 1_000, 'COMPLETED'),
        refund('R3', 3_500, 'REJECTED'),
      ]),
    ).toEqual([...[`${DAY1} revenue_gross USD 4990`, `${DAY2} refunds USD 1490`]]);
  });

  it('given captures of Adyen in parts, one that fails later, and a refund that comes back, then what is left counts', async () => {
    const day = 86_400_000;
    const item = (code: string, reference: string, value: number, days: number): InterpretableEntry =>
      adyenEntry(aModification(code, reference, { amount: eur(value) }), { afterMs: days * day });
    expect(
      await told([
        adyenEntry(anAuthorisation()),
        item('CAPTURE', 'C1', 2_000, 1),
        item('CAPTURE', 'C2', 1_000, 2),
        item('CAPTURE_FAILED', 'C2', 1_000, 2),
        item('REFUND', 'R1', 500, 2),
        item('REFUNDED_REVERSED', 'R1', 500, 2),
      ]),
    ).toEqual([`${DAY2} revenue_gross EUR 2000`]);
  });

  it('given a dispute of Adyen through all its events, then the three that move money do, on their days', async () => {
    const day = 86_400_000;
    const steps = [
      'NOTIFICATION_OF_FRAUD',
      'NOTIFICATION_OF_CHARGEBACK',
      'CHARGEBACK',
      'CHARGEBACK_REVERSED',
      'PREARBITRATION_LOST',
      'SECOND_CHARGEBACK',
    ];
    const events = steps.map((code, nth) =>
      adyenEntry(aModification(code, 'D1'), { afterMs: Math.floor(nth / 2) * day }),
    );
    expect(
      await told([
        adyenEntry(anAuthorisation()),
        adyenEntry(aModification('CAPTURE', 'C1'), { afterMs: 0 }),
        ...events,
      ]),
    ).toEqual([...[`${DAY1} revenue_gross EUR 4990`, `${DAY3} disputes EUR 4990`]]);
  });
});
