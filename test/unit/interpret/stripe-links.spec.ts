import { describe, expect, it } from '@jest/globals';
import type { Fact, InterpretableEntry } from '../../../src/catalog/facts.js';
import { applyFact, type EffectRecord } from '../../../src/catalog/merge-facts.js';
import { interpret } from '../../../src/ingest/interpret.js';
import {
  aCharge,
  anIntent,
  aSession,
  aSubscription,
  invoiceVersions,
  sealedEmail,
  stripeEntry,
  T0,
} from '../../fixtures/stripe-events.js';

const only = (entry: InterpretableEntry): Fact => {
  const facts = interpret(entry) ?? [];
  expect(facts).toHaveLength(1);
  return facts[0]!;
};

/** Of a subscription's facts the one that says what it is now. */
const changed = (entry: InterpretableEntry): Fact =>
  interpret(entry)!.find(({ type }) => type === 'SubscriptionChanged') ?? only(entry);

const folded = (...entries: InterpretableEntry[]): EffectRecord =>
  entries.reduce<EffectRecord | undefined>(
    (known, entry) => applyFact(known, changed(entry), entry.id).effect,
    undefined,
  )!;

describe('versions of one event', () => {
  it('given one paid invoice in three API versions, then the facts are the same', () => {
    const facts = Object.values(invoiceVersions).map((build) =>
      only(stripeEntry('invoice.paid', build(), { id: 'evt_same' })),
    );
    expect(facts[0]).toMatchObject({
      subject: 'invoice:in_a1',
      refs: ['payment:ch_a1', 'intent:pi_a1'],
      fields: { subscription: 'sub_a1', customer_present: false, status: 'paid', amount_paid: '2500' },
    });
    expect(facts[1]).toEqual(facts[0]);
    expect(facts[2]).toEqual(facts[0]);
  });

  it('given an intent with a list of charges or with its latest charge, then the links are the same', () => {
    const latest = only(stripeEntry('payment_intent.succeeded', anIntent(), { id: 'evt_same' }));
    const charges = { object: 'list', data: [aCharge()] };
    const listed = only(
      stripeEntry('payment_intent.succeeded', anIntent({ latest_charge: undefined, charges }), { id: 'evt_same' }),
    );
    const expanded = only(
      stripeEntry('payment_intent.succeeded', anIntent({ latest_charge: aCharge() }), { id: 'evt_same' }),
    );
    expect(listed).toEqual(latest);
    expect(expanded).toEqual(latest);
    expect(latest).toMatchObject({ type: 'Linked', refs: ['payment:ch_a1', 'order:o1'], nodes: ['stripe:cus_a1'] });
  });

  it('given a charge with its invoice and one without, then only the link differs', () => {
    const { refs: withInvoice, ...old } = only(
      stripeEntry('charge.succeeded', aCharge({ invoice: 'in_a1' }), { id: 'evt_same' }),
    );
    const { refs: without, ...basil } = only(stripeEntry('charge.succeeded', aCharge(), { id: 'evt_same' }));
    expect(old).toEqual(basil);
    expect(withInvoice).toEqual([...without!, 'invoice:in_a1']);
  });

  it('given a subscription with items, with a plan, or with neither, then its price is told as far as it can be', () => {
    const items = changed(stripeEntry('customer.subscription.updated', aSubscription()));
    const plan = { amount: 1250, currency: 'eur', interval: 'month', interval_count: 1 };
    const old = changed(
      stripeEntry('customer.subscription.updated', aSubscription({ items: undefined, plan, quantity: 2 })),
    );
    expect(items.fields).toMatchObject({ amount: '2500', currency: 'EUR', interval: 'month', interval_count: 1 });
    expect(old.fields).toEqual(items.fields);
    const bare = changed(stripeEntry('customer.subscription.updated', aSubscription({ items: undefined })));
    expect(bare.fields).toMatchObject({ amount: null, interval: null });
  });
});

describe('links', () => {
  it('given an invoice payment, then it joins invoice and intent', () => {
    const object = {
      id: 'inpay_1',
      invoice: 'in_a1',
      payment: { type: 'payment_intent', payment_intent: { id: 'pi_a1' } },
      ...{ amount_paid: 1500, currency: 'eur' },
    };
    expect(only(stripeEntry('invoice_payment.paid', object))).toMatchObject({
      type: 'InvoicePaymentMade',
      subject: 'invoice:in_a1',
      effect: 'payment:inpay_1',
      fields: { at: T0 * 1000, amount: '1500', currency: 'EUR', paid_elsewhere: false },
      refs: ['intent:pi_a1'],
    });
  });

  it('given an invoice paid outside Stripe, then that is told and nothing is joined', () => {
    const object = { id: 'inpay_1', invoice: 'in_a1', payment: { type: 'payment_record', payment_record: 'pr_1' } };
    const fact = only(stripeEntry('invoice_payment.paid', { ...object, amount_paid: 1500, currency: 'eur' }));
    expect(fact.fields['paid_elsewhere']).toBe(true);
    expect(fact.refs).toBeUndefined();
  });

  it('given anything of a subscription, then no purchase is joined through it', () => {
    const metadata = { order_id: 'o1', user_id: 'u1' };
    const parent = { subscription_details: { subscription: 'sub_a1', metadata } };
    const invoice = only(stripeEntry('invoice.paid', { ...invoiceVersions['2025-03-31.basil'](), parent }));
    expect(invoice.refs).toEqual(['payment:ch_a1', 'intent:pi_a1']);
    expect(invoice.nodes).toEqual(['user:u1', 'stripe:cus_a1', 'email:mailhash']);
    expect(changed(stripeEntry('customer.subscription.created', aSubscription({ metadata }))).refs).toBeUndefined();
    expect(only(stripeEntry('checkout.session.completed', aSession({ subscription: 'sub_a1' }))).refs).not.toContain(
      'subscription:sub_a1',
    );
  });

  it('given a session, then its reference is our user and its links are kept', () => {
    expect(only(stripeEntry('checkout.session.completed', aSession()))).toMatchObject({
      subject: 'session:cs_a1',
      fields: {
        completed_at: T0 * 1000,
        status: 'complete',
        payment_status: 'paid',
        amount: '4990',
        customer_present: true,
      },
      refs: ['intent:pi_a1', 'checkout:c1'],
      nodes: ['user:u1', 'stripe:cus_a1', 'email:mailhash'],
    });
  });

  it('given a session too old to have a status, then the event tells it', () => {
    expect(only(stripeEntry('checkout.session.completed', aSession({ status: undefined }))).fields['status']).toBe(
      'complete',
    );
    expect(only(stripeEntry('checkout.session.expired', aSession({ status: undefined }))).fields).not.toHaveProperty(
      'completed_at',
    );
  });

  it('given a connected account, then its customers and its money are not ours', () => {
    expect(interpret(stripeEntry('charge.succeeded', aCharge(), { account: 'acct_9' }))).toEqual([]);
    const customer = { id: 'cus_a1', created: T0, email: sealedEmail('x') };
    expect(interpret(stripeEntry('customer.created', customer, { account: 'acct_9' }))).toEqual([]);
    expect(only(stripeEntry('customer.created', customer)).subject).toBe('stripe:cus_a1');
  });

  it('given a customer account instead of a customer, then it is the identifier', () => {
    const object = aCharge({
      customer: null,
      customer_account: 'acct_c1',
      metadata: {},
      billing_details: {},
      receipt_email: null,
    });
    expect(only(stripeEntry('charge.succeeded', object)).nodes).toEqual(['stripe:acct_c1']);
  });

  it('given an e-mail address as the user id, then its keyed hash is the id', () => {
    const object = aCharge({ metadata: { userId: sealedEmail('idhash'), orderId: 'o2' } });
    expect(only(stripeEntry('charge.succeeded', object))).toMatchObject({
      refs: ['intent:pi_a1', 'order:o2'],
      nodes: ['user:h_idhash', 'stripe:cus_a1', 'email:mailhash'],
    });
  });

  it('given a failed attempt told by charge and intent, then it is one effect', () => {
    const failed = aCharge({ status: 'failed', paid: false, failure_code: 'card_declined' });
    const error = { charge: 'ch_a1', code: 'card_declined' };
    const facts = [
      ...interpret(stripeEntry('charge.failed', failed))!,
      ...interpret(
        stripeEntry('payment_intent.payment_failed', anIntent({ latest_charge: null, last_payment_error: error })),
      )!,
    ].filter(({ type }) => type === 'PaymentFailed');
    expect(facts.map(({ subject, effect }) => `${subject} ${effect}`)).toEqual([
      'payment:ch_a1 failed',
      'payment:ch_a1 failed',
    ]);
  });

  it.each([
    ['subscription_cycle', false],
    ['subscription_threshold', false],
    ['automatic_pending_invoice_item_invoice', false],
    ['manual', false],
    ['subscription_create', undefined],
    ['subscription_update', undefined],
    ['something_new', undefined],
  ])('given an invoice for %s, then customer_present is %s', (billing_reason, expected) => {
    const invoice = { ...invoiceVersions['2020-08-27'](), billing_reason };
    expect(only(stripeEntry('invoice.paid', invoice)).fields['customer_present']).toBe(expected);
  });

  it('given a card that was present, then no browser could have seen it', () => {
    const payment_method_details = { type: 'card_present', card_present: { country: 'de' } };
    expect(only(stripeEntry('charge.succeeded', aCharge({ payment_method_details }))).fields).toMatchObject({
      customer_present: false,
      country: 'DE',
    });
  });

  it('given the preview of an invoice, then it means nothing', () => {
    expect(interpret(stripeEntry('invoice.upcoming', { ...invoiceVersions['2020-08-27'](), id: undefined }))).toEqual(
      [],
    );
  });
});

describe('events of one second', () => {
  it.each([
    ['customer.subscription.created', { status: 'incomplete' }, 'customer.subscription.updated', { status: 'active' }],
    ['customer.subscription.updated', { status: 'active' }, 'customer.subscription.updated', { status: 'past_due' }],
    ['customer.subscription.updated', { status: 'past_due' }, 'customer.subscription.deleted', { status: 'canceled' }],
    ['customer.subscription.updated', { status: 'brand_new' }, 'customer.subscription.updated', { status: 'active' }],
  ])('given %s %j and %s %j, then in any order the second stays', (firstType, first, secondType, second) => {
    // The event ids would order them the other way round.
    const a = stripeEntry(firstType, aSubscription(first), { id: 'evt_b' });
    const b = stripeEntry(secondType, aSubscription(second), { id: 'evt_a' });
    expect(folded(a, b).fields['status']).toBe(second.status);
    expect(folded(b, a)).toEqual(folded(a, b));
  });

  it('given an invoice finalised and paid within a second, then it is paid', () => {
    const open = stripeEntry(
      'invoice.finalized',
      { ...invoiceVersions['2020-08-27'](), status: 'open' },
      { id: 'evt_b' },
    );
    const paid = stripeEntry('invoice.paid', invoiceVersions['2020-08-27'](), { id: 'evt_a' });
    expect(folded(paid, open).fields['status']).toBe('paid');
    expect(folded(open, paid)).toEqual(folded(paid, open));
  });

  it('given a stale event of an earlier second, then the later one stays whatever their states', () => {
    const active = stripeEntry('customer.subscription.updated', aSubscription(), { created: T0 + 1 });
    const stale = stripeEntry('customer.subscription.updated', aSubscription({ status: 'past_due' }), { created: T0 });
    expect(folded(active, stale).fields['status']).toBe('active');
  });
});
