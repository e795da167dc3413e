import { describe, expect, it } from '@jest/globals';
import type { InterpretableEntry } from '../../../src/catalog/facts.js';
import { domainEvents } from '../../../src/catalog/domain-events/index.js';
import { createInterpret, interpret, interpreterVersion } from '../../../src/ingest/interpret.js';
import { aCharge, domainEntry, sealedEmail, sealedText, stripeEntry, T0 } from '../../fixtures/stripe-events.js';

const AT = T0 * 1000;
const factsOf = (entry: InterpretableEntry) => interpret(entry)!.map(({ stamp: _, ...fact }) => fact);

describe('domain events', () => {
  it('given a sign-up with attribution, then the user signed up and was touched', () => {
    const entry = domainEntry(
      'user.signed_up',
      {
        user_id: 'u1',
        email: sealedEmail('mailhash'),
        anonymous_id: 'a1',
        attribution: { source: 'Google', medium: 'cpc' },
      },
      { id: 'e1' },
    );
    expect(factsOf(entry)).toMatchObject([
      {
        type: 'UserSignedUp',
        subject: 'user:u1',
        effect: 'signed_up',
        fields: { at: AT },
        nodes: ['email:mailhash', 'anonymous:a1'],
      },
      {
        type: 'TouchRecorded',
        subject: 'user:u1',
        effect: 'touch:entry-e1',
        fields: { at: AT, source: 'google', medium: 'cpc' },
      },
    ]);
  });

  it('given a sign-up without attribution, then there is no touch', () => {
    expect(factsOf(domainEntry('user.signed_up', { user_id: 'u1' }))).toEqual([
      { type: 'UserSignedUp', subject: 'user:u1', effect: 'signed_up', fields: { at: AT } },
    ]);
  });

  it.each([
    ['cus_1', 'stripe:cus_1'],
    ['stripe:acct_1/cus_1', 'stripe:acct_1/cus_1'],
    ['square:CUST', 'square:CUST'],
  ])('given the provider customer %s, then the user is linked with %s', (id, node) => {
    const entry = domainEntry('user.identified', { user_id: 'u1', anonymous_id: 'a1', provider_customer_id: id });
    expect(factsOf(entry)).toEqual([
      { type: 'Linked', subject: 'user:u1', effect: 'linked', fields: {}, nodes: ['anonymous:a1', node] },
    ]);
  });

  it('given a touch, then it is the device’s, or the user’s and linked', () => {
    const [device] = factsOf(
      domainEntry('touch.recorded', { anonymous_id: 'a1', referrer: 'https://www.linkedin.com/' }),
    );
    expect(device).toMatchObject({ subject: 'anonymous:a1', fields: { source: 'linkedin', medium: 'social' } });
    const [user] = factsOf(domainEntry('touch.recorded', { anonymous_id: 'a1', user_id: 'u1', source: 'x' }));
    expect(user).toMatchObject({ subject: 'user:u1', nodes: ['anonymous:a1'] });
  });

  it('given a touch without a marker, then it is kept, its source unknown', () => {
    const [fact] = factsOf(domainEntry('touch.recorded', { anonymous_id: 'a1', landing_page: '/' }));
    expect(fact?.fields).toMatchObject({ at: AT, source: null, landing_page: '/' });
  });

  it('given consent, then it is what was said', () => {
    const [fact] = factsOf(domainEntry('consent.changed', { anonymous_id: 'a1', analytics: 'denied' }));
    expect(fact).toEqual({
      type: 'ConsentChanged',
      subject: 'anonymous:a1',
      effect: 'consent',
      fields: { at: AT, analytics: 'denied' },
    });
  });

  it('given a retried checkout, then both are one effect', () => {
    const data = {
      checkout_id: 'c1',
      user_id: 'u1',
      anonymous_id: 'a1',
      total: { amount_minor: '0100', currency: 'EUR' },
    };
    const [first, second] = [
      factsOf(domainEntry('checkout.started', data)),
      factsOf(domainEntry('checkout.started', data)),
    ];
    expect(first).toEqual(second);
    expect(first).toMatchObject([
      {
        subject: 'checkout:c1',
        effect: 'started',
        fields: { amount: '100', currency: 'EUR' },
        nodes: ['user:u1', 'anonymous:a1'],
      },
    ]);
  });

  it('given an order, then total and parts, links and its own attribution are known', () => {
    const [fact] = factsOf(
      domainEntry('order.placed', {
        order_id: 'o1',
        user_id: 7,
        checkout_id: 'c1',
        payment_id: 'pi_1',
        total: { amount_minor: 4990, currency: 'EUR', tax: '797', shipping: { amount_minor: '490', currency: 'EUR' } },
        attribution: { source: 'FB', campaign: 'Autumn' },
      }),
    );
    expect(fact).toEqual({
      type: 'OrderPlaced',
      subject: 'order:o1',
      effect: 'placed',
      fields: {
        at: AT,
        amount: '4990',
        currency: 'EUR',
        tax: '797',
        shipping: '490',
        source: 'facebook',
        medium: null,
        campaign: 'autumn',
      },
      refs: ['checkout:c1', 'intent:pi_1'],
      nodes: ['user:7'],
    });
  });

  it('given an order with parts in another currency, then it is parked', () => {
    const total = { amount_minor: '1', currency: 'EUR', tax: { amount_minor: '1', currency: 'USD' } };
    expect(() => interpret(domainEntry('order.placed', { order_id: 'o1', total }))).toThrow(RangeError);
  });

  it.each([
    ['order.completed', 'OrderCompleted', 'completed'],
    ['order.fulfilled', 'OrderFulfilled', 'fulfilled'],
    ['order.cancelled', 'OrderCancelled', 'cancelled'],
  ])('given %s, then %s', (event, type, effect) => {
    expect(factsOf(domainEntry(event, { order_id: 'o1', reason: sealedText }))).toEqual([
      { type, subject: 'order:o1', effect, fields: { at: AT } },
    ]);
  });
});

describe('picking an interpreter', () => {
  it('given every event of the catalog, then an interpreter reads it', () => {
    for (const { type, example } of domainEvents.values()) {
      expect(interpret(domainEntry(type, { ...example }))?.length).toBeGreaterThan(0);
    }
  });

  it('given a type that nobody reads, then it is unknown', () => {
    expect(interpret(stripeEntry('product.created', { id: 'prod_1' }))).toBeUndefined();
    expect(interpret(domainEntry('lunch.eaten', {}))).toBeUndefined();
  });

  it('given a provider’s type from another sender, then it means nothing to us', () => {
    expect(interpret({ ...stripeEntry('charge.succeeded', aCharge()), origin: '/shop' })).toBeUndefined();
    expect(interpret({ ...domainEntry('order.completed', { order_id: 'o1' }), origin: 'stripe' })).toBeUndefined();
  });

  it('given a decision of our own, then it is no unknown entry', () => {
    expect(interpret({ ...domainEntry('DayReconciled', {}), origin: 'truth-ledger' })).toEqual([]);
  });

  it('given a thin event, then it means nothing beside its snapshot, and is unknown without one', () => {
    const thin = { ...stripeEntry('v1.charge.succeeded', {}), body: { related_object: { id: 'ch_a1' } } };
    const named = { envelope: 'v2.core.event', livemode: 'true', snapshot_event: 'evt_1' };
    expect(interpret({ ...thin, attributes: named })).toEqual([]);
    const { snapshot_event: _, ...unnamed } = named;
    expect(interpret({ ...thin, attributes: unnamed })).toBeUndefined();
    expect(interpret({ ...thin, attributes: named, origin: '/shop' })).toBeUndefined();
  });

  it('given two interpreters of one type, then the registry is refused', () => {
    const one = { name: 'one', version: 1, reads: ['a.b'], interpret: () => [] };
    expect(() => createInterpret([one, { ...one, name: 'two' }])).toThrow('one and two both read a.b');
  });

  it('given a body that cannot be what its type says, then it throws', () => {
    expect(() => interpret(stripeEntry('charge.succeeded', {}))).toThrow(TypeError);
    expect(() => interpret({ ...stripeEntry('charge.succeeded', aCharge()), body: null })).toThrow(TypeError);
    expect(() => interpret(domainEntry('order.placed', {}))).toThrow(TypeError);
    expect(() => interpret({ ...domainEntry('order.completed', { order_id: 'o1' }), schemaVersion: 9 })).toThrow(
      RangeError,
    );
    expect(() => interpret(stripeEntry('charge.succeeded', aCharge({ created: 'yesterday' })))).toThrow(RangeError);
  });

  it('then the version of all interpreters is told', () => {
    expect(interpreterVersion).toMatch(/^[0-9a-f]{8}$/);
  });
});
