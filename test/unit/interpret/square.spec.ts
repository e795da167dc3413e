import { describe, expect, it } from '@jest/globals';
import type { Fact } from '../../../src/catalog/facts.js';
import { createInterpret, interpret } from '../../../src/ingest/interpret.js';
import { moneyOf } from '../../../src/ingest/providers/square/interpret/amount.js';
import {
  anApproval,
  aPayment,
  aSquareDispute,
  aSquareInvoice,
  aSquareRefund,
  aSquareSubscription,
  DAY_MS,
  isoAt,
  type Json,
  squareEntry,
  T0,
  usd,
} from '../../fixtures/square-events.js';
import { sealedEmail } from '../../fixtures/stripe-events.js';
import { projected } from '../../support/memory-model.js';

const factsOf = (type: string, kind: string, object: Json, more = {}): readonly Fact[] =>
  interpret(squareEntry(type, kind, object, more))!;
const payment = (object: Json, type = 'payment.updated') => factsOf(type, 'payment', object)[0]!;

describe('a payment', () => {
  it('given a completed one, then its money is captured when the card says, with the tip, and joined with who and what', () => {
    expect(payment(aPayment())).toMatchObject({
      type: 'PaymentCaptured',
      subject: 'payment:PAY1',
      effect: 'captured',
      fields: { at: T0 + 900, amount: '4990', currency: 'USD', method: 'card', provisional: false },
      refs: ['intent:SALE1', 'order:o1'],
      nodes: ['square:CUST1', 'email:mailhash'],
    });
  });

  it('given one without a card, then the first that calls it completed dates it', () => {
    const cash = aPayment({ card_details: undefined, source_type: 'CASH' });
    expect(payment(cash).fields).toMatchObject({ at: T0 + 1_000, method: 'cash', customer_present: false });
  });

  it('given one that is approved, then no money moved', () => {
    expect(payment(anApproval(), 'payment.created')).toMatchObject({
      type: 'PaymentAuthorised',
      fields: { at: T0, amount: '4990', currency: 'USD' },
    });
  });

  it('given one that was approved and let go, then it is released', () => {
    const fact = payment(anApproval({ status: 'CANCELED', updated_at: isoAt(DAY_MS) }));
    expect(fact).toMatchObject({ type: 'PaymentAuthorised', fields: { at: T0, released_at: T0 + DAY_MS } });
  });

  it('given one that failed, then the reason is the first error', () => {
    const card_details = { errors: [{ code: 'INSUFFICIENT_FUNDS', category: 'PAYMENT_METHOD_ERROR' }] };
    expect(payment(aPayment({ status: 'FAILED', card_details }))).toMatchObject({
      type: 'PaymentFailed',
      effect: 'failed',
      fields: { at: T0 + 1_000, reason: 'INSUFFICIENT_FUNDS' },
    });
  });

  it.each([['PENDING'], ['SOMETHING_NEW'], [undefined]])('given the status %s, then it only links', (status) => {
    expect(payment(aPayment({ status, card_details: {} }))).toMatchObject({ type: 'Linked', fields: {} });
  });

  it.each([
    ['a card that was dipped', { card_details: { entry_method: 'EMV' } }],
    ['a till', { application_details: { square_product: 'SQUARE_POS' } }],
    ['money from elsewhere', { source_type: 'EXTERNAL' }],
  ])('given %s, then no browser could have seen it', (_what, over) => {
    expect(payment(aPayment(over)).fields['customer_present']).toBe(false);
    expect(payment(aPayment()).fields['customer_present']).toBeUndefined();
  });

  it('given the notification names another id, then the payment is itself', () => {
    const entry = squareEntry('payment.created', 'payment', anApproval());
    expect((entry.body as Json)['data'].id).not.toBe('PAY1');
    expect(interpret(entry)![0]!.subject).toBe('payment:PAY1');
  });

  it.each([
    ['no amount', { total_money: {}, amount_money: {} }, TypeError],
    ['a negative amount', { total_money: usd(-1) }, RangeError],
    ['a fraction', { total_money: usd(1.5) }, RangeError],
    ['no time', { updated_at: 'yesterday' }, RangeError],
  ] as const)('given %s, then it is parked', (_what, over, error) => {
    expect(() => payment(aPayment(over))).toThrow(error);
  });
});

describe('which version of an object counts', () => {
  const stamps = (...entries: [type: string, kind: string, object: Json, id?: string][]) =>
    entries.map(([type, kind, object, id]) => factsOf(type, kind, object, { id })[0]!.stamp);

  it('given versions, then the higher is later, whatever the times and ids say', () => {
    const [low, high] = stamps(
      ['refund.updated', 'refund', aSquareRefund({ version: 9, updated_at: isoAt(5 * DAY_MS) }), 'z'],
      ['refund.updated', 'refund', aSquareRefund({ version: 10, updated_at: isoAt(4 * DAY_MS) }), 'a'],
    );
    expect(high! > low!).toBe(true);
  });

  it('given no versions, then the later change is later', () => {
    const [first, second] = stamps(
      ['payment.updated', 'payment', aPayment({ updated_at: isoAt(999) }), 'z'],
      ['payment.updated', 'payment', aPayment({ updated_at: isoAt(1_000) }), 'a'],
    );
    expect(second! > first!).toBe(true);
  });

  it('given one instant, then the state that comes later in its life is later', () => {
    const states = ['SOMETHING_NEW', 'PENDING', 'COMPLETED', 'FAILED'];
    const all = stamps(
      ...states.map((status, at): [string, string, Json, string] => [
        'refund.updated',
        'refund',
        aSquareRefund({ status }),
        String(9 - at),
      ]),
    );
    expect([...all].sort()).toEqual(all);
  });
});

describe('a refund', () => {
  it.each([
    ['PENDING', 'pending', undefined],
    ['COMPLETED', 'succeeded', undefined],
    ['REJECTED', 'failed', T0 + 2 * DAY_MS],
    ['FAILED', 'failed', T0 + 2 * DAY_MS],
    ['SOMETHING_NEW', 'something_new', undefined],
  ])('given the status %s, then it is %s', (status, word, failedAt) => {
    const [fact] = factsOf('refund.updated', 'refund', aSquareRefund({ status, updated_at: isoAt(2 * DAY_MS) }));
    expect(fact).toMatchObject({ type: 'RefundChanged', subject: 'payment:PAY1', effect: 'refund:PAY1_R1' });
    expect(fact!.fields).toMatchObject({ at: T0 + DAY_MS, amount: '1000', currency: 'USD', status: word });
    expect(fact!.fields['failed_at']).toBe(failedAt);
  });

  it('given one of no payment, then it is money of its own sale', () => {
    const [fact] = factsOf('refund.created', 'refund', aSquareRefund({ payment_id: undefined }));
    expect(fact!.subject).toBe('intent:REFUNDSALE1');
    const [alone] = factsOf('refund.created', 'refund', aSquareRefund({ payment_id: null, order_id: null }));
    expect(alone!.subject).toBe('intent:PAY1_R1');
  });
});

describe('a dispute', () => {
  const types = (object: Json, type = 'dispute.state.updated') =>
    factsOf(type, 'dispute', object).map((fact) => [fact.type, fact.effect, fact.fields['at']]);
  const opened = T0 + 2 * DAY_MS;
  const closed = { updated_at: isoAt(9 * DAY_MS), version: 6 };
  const changed = ['DisputeChanged', 'dispute:DISP1', opened];

  it('given a chargeback, then the money is held from its beginning', () => {
    expect(types(aSquareDispute(), 'dispute.created')).toEqual([
      changed,
      ['DisputeFundsWithdrawn', 'dispute:DISP1:withdrawn', opened],
    ]);
  });

  it.each(['INQUIRY_EVIDENCE_REQUIRED', 'INQUIRY_PROCESSING', 'INQUIRY_CLOSED', 'SOMETHING_NEW'])(
    'given the state %s, then no money moved',
    (state) => expect(types(aSquareDispute({ state }))).toEqual([changed]),
  );

  it('given it was won, then the money is back on that day', () => {
    expect(types(aSquareDispute({ state: 'WON', ...closed }))).toEqual([
      changed,
      ['DisputeFundsWithdrawn', 'dispute:DISP1:withdrawn', T0 + 9 * DAY_MS],
      ['DisputeFundsReinstated', 'dispute:DISP1:reinstated', T0 + 9 * DAY_MS],
    ]);
  });

  it.each(['LOST', 'ACCEPTED'])('given it was %s, then nothing comes back', (state) => {
    expect(types(aSquareDispute({ state, ...closed })).map(([type]) => type)).toEqual([
      'DisputeChanged',
      'DisputeFundsWithdrawn',
    ]);
  });

  it.each(['added', 'created', 'removed', 'deleted'])(
    'given that evidence was %s, then it is read as it stands',
    (what) => {
      expect(types(aSquareDispute(closed), `dispute.evidence.${what}`)).toEqual([
        changed,
        ['DisputeFundsWithdrawn', 'dispute:DISP1:withdrawn', T0 + 9 * DAY_MS],
      ]);
    },
  );

  it('given the older form, then its id and its payment are found all the same', () => {
    const old = { ...aSquareDispute(), id: undefined, dispute_id: 'DISP1' };
    const [fact] = factsOf('dispute.state.changed', 'dispute', old);
    expect([fact!.effect, fact!.subject]).toEqual(['dispute:DISP1', 'payment:PAY1']);
  });
});

describe('invoices, subscriptions, customers', () => {
  it('given an invoice of two parts, then it is billed and paid their sum, and joins its sale', () => {
    expect(factsOf('invoice.payment_made', 'invoice', aSquareInvoice())[0]).toMatchObject({
      type: 'InvoiceChanged',
      subject: 'invoice:inv:0-1',
      fields: { at: T0, status: 'partially_paid', amount_due: '4990', amount_paid: '3000', currency: 'USD' },
      refs: ['intent:SALE1'],
      nodes: ['square:CUST1', 'email:mailhash'],
    });
  });

  it('given an invoice of a subscription, then nobody looked at a page', () => {
    const [fact] = factsOf('invoice.created', 'invoice', aSquareInvoice({ subscription_id: 'SUB1' }));
    expect(fact!.fields).toMatchObject({ customer_present: false, subscription: 'SUB1' });
  });

  it('given a deleted invoice, of which only the id is told, then it is deleted', () => {
    const entry = squareEntry('invoice.deleted', 'invoice', {});
    (entry.body as Json)['data'] = { id: 'inv:0-1', type: 'invoice', deleted: true };
    expect(interpret(entry)![0]).toMatchObject({ subject: 'invoice:inv:0-1', fields: { status: 'deleted' } });
  });

  it('given a subscription, then its days begin where it lives', () => {
    expect(factsOf('subscription.created', 'subscription', aSquareSubscription())[0]).toMatchObject({
      type: 'SubscriptionChanged',
      subject: 'subscription:SUB1',
      fields: {
        ...{ at: T0, status: 'active', started_at: Date.UTC(2026, 9, 3, 4), ended_at: null, cancel_at: null },
        ...{ amount: null, currency: null, interval: null },
      },
      nodes: ['square:CUST1'],
    });
  });

  it('given a subscription that will end, and then has, then first it is an intent and then the end', () => {
    const canceled_date = '2026-11-03';
    const end = Date.UTC(2026, 10, 3, 5); // standard time again
    const fields = (status: string) =>
      factsOf('subscription.updated', 'subscription', aSquareSubscription({ status, canceled_date }))[0]!.fields;
    expect(fields('ACTIVE')).toMatchObject({ status: 'active', cancel_at: end, ended_at: null });
    expect(fields('CANCELED')).toMatchObject({ status: 'canceled', cancel_at: null, ended_at: end });
  });

  it('given its life, then it counts as new, active and churned, its value as not told, and as nothing in money', async () => {
    const told = [
      squareEntry('subscription.created', 'subscription', aSquareSubscription({ status: 'PENDING', version: 1 })),
      squareEntry(
        'subscription.updated',
        'subscription',
        aSquareSubscription({ updated_at: isoAt(DAY_MS), version: 2 }),
      ),
      squareEntry(
        'subscription.updated',
        'subscription',
        aSquareSubscription({ status: 'CANCELED', canceled_date: '2026-11-03', version: 3 }),
      ),
    ];
    for (const order of [told, [...told].reverse()]) {
      const model = await projected([order.map((entry, id) => ({ id: id + 1, facts: interpret(entry)! }))]);
      const sums = (metric: string) =>
        model.contributions.filter((each) => each.metric === metric).reduce((sum, { delta }) => sum + Number(delta), 0);
      expect(['new_subscriptions', 'churned_subscriptions', 'unpriced_subscriptions'].map(sums)).toEqual([1, 1, 0]);
      expect(model.contributions.filter(({ metric, delta }) => metric.startsWith('mrr') && delta !== '0')).toEqual([]);
    }
  });

  it('given one that ended before its first day, then it was never active', () => {
    const [, ended] = factsOf(
      'subscription.updated',
      'subscription',
      aSquareSubscription({ status: 'CANCELED', canceled_date: '2026-10-03' }),
    );
    expect(ended).toMatchObject({ type: 'SubscriptionEnded', fields: { mrr: null } });
  });

  it.each([['Mars/Olympus'], [undefined], [7]])(
    'given the time zone %s, then its days are those of UTC',
    (timezone) => {
      const [fact] = factsOf('subscription.created', 'subscription', aSquareSubscription({ timezone }));
      expect(fact!.fields['started_at']).toBe(Date.UTC(2026, 9, 3));
    },
  );

  it('given a customer, then it is a person whom we may know, and whoever it was merged from', () => {
    const object = { id: 'CUST1', created_at: isoAt(0), reference_id: 'u1', email_address: sealedEmail('mailhash') };
    const entry = squareEntry('customer.created', 'customer', object);
    const data = (entry.body as Json)['data'];
    data.object.event_context = { merge: { from_customer_ids: ['CUST0'], to_customer_id: 'CUST1' } };
    expect(interpret(entry)).toMatchObject([
      {
        ...{ type: 'PersonSeen', subject: 'square:CUST1', fields: { at: T0 } },
        nodes: ['user:u1', 'email:mailhash', 'square:CUST0'],
      },
    ]);
  });

  it.each(['order.created', 'order.updated', 'order.fulfillment.updated'])(
    'given %s, then it is understood and moves nothing',
    (type) => expect(factsOf(type, type.replaceAll('.', '_'), { id: 'x' })).toEqual([]),
  );
});

describe('a payout', () => {
  const aPayout = (over: Json): Json => ({
    ...{ id: 'po_1', status: 'SENT', type: 'BATCH', created_at: isoAt(0), updated_at: isoAt(5_000), version: 1 },
    ...{ amount_money: { amount: 457, currency_code: 'EUR' }, arrival_date: '2026-10-05', ...over },
  });

  it('given one that is on its way, then its money, its arrival and how it goes are known', () => {
    expect(factsOf('payout.sent', 'payout', aPayout({}))).toMatchObject([
      {
        ...{ type: 'PayoutChanged', subject: 'payout:po_1', effect: 'changed' },
        fields: {
          ...{ at: T0, status: 'in_transit', amount: '457', currency: 'EUR', automatic: true, method: 'batch' },
          arrival_at: Date.UTC(2026, 9, 5),
        },
      },
    ]);
  });

  it('given one that failed, or that collects what is owed, then it says so', () => {
    const [failed] = factsOf('payout.failed', 'payout', aPayout({ status: 'FAILED', version: 2 }));
    expect(failed!.fields).toMatchObject({ status: 'failed', failed_at: T0 + 5_000 });
    const owed = aPayout({ amount_money: { amount: -457, currency_code: 'EUR' } });
    expect(factsOf('payout.sent', 'payout', owed)[0]!.fields['amount']).toBe('-457');
    expect(failed!.stamp > factsOf('payout.sent', 'payout', aPayout({}))[0]!.stamp).toBe(true);
  });
});

describe('what never counts', () => {
  it('given the sandbox, then it states no fact', () => {
    expect(factsOf('payment.updated', 'payment', aPayment(), { livemode: 'false' })).toEqual([]);
  });

  it('given a type nobody reads, then it is unknown', () => {
    expect(factsOf('loyalty.event.created', 'loyalty_event', { id: 'x' })).toBeUndefined();
  });

  it('given the same type from another sender, then it is not Square', () => {
    const entry = { ...squareEntry('payment.updated', 'payment', aPayment()), origin: '/shop' };
    expect(createInterpret()(entry)).toBeUndefined();
  });
});

describe('units of Square', () => {
  it.each([
    ['USD', 12_345, '12345'],
    ['JPY', 1_000, '1000'],
    ['KWD', 1_234, '1234'],
    ['ISK', 1_000, '1000'],
    ['MGA', 100_000, '1000'],
  ])('given %s %i, then %s of ours', (currency, amount, minor) =>
    expect(moneyOf({ amount, currency })).toEqual({ amount: minor, currency }),
  );
  it('given what has no such part with us, then it is parked and not rounded', () => {
    expect(() => moneyOf({ amount: 1, currency: 'BTC' })).toThrow(RangeError);
    expect(moneyOf({ amount: 457, currency_code: 'EUR' })).toEqual({ amount: '457', currency: 'EUR' });
  });
});
