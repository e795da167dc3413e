import { describe, expect, it } from '@jest/globals';
import {
  domainEventSchemas,
  domainEvents,
  missingUpcasters,
  upcast,
} from '../../../src/catalog/domain-events/index.js';
import { dataOf, defineDomainEvent, id } from '../../../src/catalog/domain-events/domain-event.js';
import { mapTracked, snakeCase } from '../../../src/catalog/tracked-events.js';
import { validateDomainEvent } from '../../../src/catalog/validate.js';

describe('the catalog of domain events', () => {
  it('given the registry, when listed, then every type of the interface is in it', () => {
    expect([...domainEvents.keys()].sort()).toEqual([
      'checkout.started',
      'consent.changed',
      'order.cancelled',
      'order.completed',
      'order.fulfilled',
      'order.placed',
      'touch.recorded',
      'user.identified',
      'user.signed_up',
    ]);
  });

  it.each([...domainEvents.values()])(
    'given the example of $type, when checked, then it is valid',
    ({ type, example, version }) => {
      expect(validateDomainEvent(type, example)).toEqual({ schemaVersion: version });
    },
  );

  it('given members that nobody named, when checked, then they are welcome', () => {
    expect(validateDomainEvent('user.signed_up', { user_id: 7, plan: { tier: 'pro' } })).toEqual({ schemaVersion: 1 });
  });

  it.each([
    ['no.such', {}, /no such event/],
    ['user.signed_up', {}, /data\.user_id/],
    ['user.signed_up', null, /data: /],
    ['user.signed_up', [], /data: /],
    ['user.signed_up', { user_id: 'a\u0000' }, /data\.user_id/],
    ['user.signed_up', { user_id: 1.5 }, /data\.user_id/],
    ['user.identified', { user_id: 'u' }, /anonymous_id or provider_customer_id/],
    ['touch.recorded', { source: 'google' }, /anonymous_id or user_id/],
    ['consent.changed', { user_id: 'u', analytics: 'maybe' }, /data\.analytics/],
    ['order.placed', { order_id: 'o', total: { amount_minor: '12.5', currency: 'EUR' } }, /data\.total\.amount_minor/],
    ['order.placed', { order_id: 'o', total: { amount_minor: 12.5, currency: 'EUR' } }, /data\.total\.amount_minor/],
    [
      'order.placed',
      { order_id: 'o', total: { amount_minor: 9007199254740993, currency: 'EUR' } },
      /data\.total\.amount_minor/,
    ],
    ['order.placed', { order_id: 'o', total: { amount_minor: '1', currency: 'eur' } }, /data\.total\.currency/],
    ['order.placed', { order_id: 'o' }, /data\.total/],
  ])('given %s with %j, when checked, then the reason names the member', (type, data, reason) => {
    expect(validateDomainEvent(type, data).reasons?.join('\n')).toMatch(reason);
  });

  it('given a wrong value, when refused, then no reason repeats it', () => {
    const { reasons } = validateDomainEvent('user.signed_up', { user_id: { mail: 'ada@example.com' }, email: 5 });
    expect(JSON.stringify(reasons)).not.toContain('ada');
  });

  it('given members that are not there, when refused, then each is named as missing', () => {
    const total = { currency: 'EUR' };
    expect(validateDomainEvent('order.placed', { order_id: 'o1' }).reasons).toEqual(['data.total: is missing']);
    expect(validateDomainEvent('order.placed', { order_id: 'o1', total }).reasons).toEqual([
      'data.total.amount_minor: must be a whole number of minor units, 0 or more, as a string such as "1234"',
    ]);
  });

  it('given a version that never was, when checked or upcast, then it is refused', () => {
    expect(validateDomainEvent('user.signed_up', { user_id: 'u' }, 2).reasons).toHaveLength(1);
    expect(() => upcast('user.signed_up', 2, {})).toThrow(RangeError);
    expect(upcast('user.signed_up', 1, { user_id: 'u' })).toEqual({ user_id: 'u' });
  });

  it('given a second version without its upcaster, when the registry is checked, then the line to add is named', () => {
    const event = defineDomainEvent({
      type: 'x',
      meaning: 'x',
      version: 2,
      data: dataOf({ id }),
      example: { id: 'x' },
    });
    expect(missingUpcasters([event])).toEqual(['x needs the schema and the upcaster of version 1']);
    expect(missingUpcasters()).toEqual([]);
  });

  it('given the catalog as served, when read, then each type has a JSON Schema that keeps other members', () => {
    const catalog = domainEventSchemas();
    expect(catalog).toHaveLength(9);
    const identified = catalog.find(({ type }) => type === 'user.identified')!;
    expect(identified.data_schema).toMatchObject({
      type: 'object',
      required: ['user_id'],
      anyOf: [{ required: ['anonymous_id'] }, { required: ['provider_customer_id'] }],
    });
    expect(identified.data_schema['additionalProperties']).not.toBe(false);
  });
});

describe('what client-side events mean', () => {
  const safe = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  const meaning = (name: string, properties: Record<string, unknown>) => mapTracked(name, properties, safe);

  it.each([
    ['Signed Up', 'signup'],
    ['sign_up', 'signup'],
    ['signup_completed', 'signup'],
    ['Checkout Started', 'checkout_started'],
    ['begin_checkout', 'checkout_started'],
    ['checkout_started', 'checkout_started'],
    ['Order Completed', 'order_completed'],
    ['purchase', 'order_completed'],
    ['purchase_completed', 'order_completed'],
    ['order-completed', 'order_completed'],
    ['Product Viewed', undefined],
    ['__proto__', undefined],
  ])('given %s, when mapped, then it is %s', (name, kind) => {
    expect(meaning(name, { order_id: 'o', checkout_id: 'c' }).kind).toBe(kind);
  });

  it.each([
    [{ order_id: 'o1' }, ['order:o1']],
    [{ orderId: 'o1', checkoutId: 'c1' }, ['order:o1', 'checkout:c1']],
    [{ transaction_id: 'ch_9' }, ['order:ch_9', 'payment:ch_9']],
    [{ payment_intent: 'pi_9' }, ['intent:pi_9']],
    [{ checkout_session_id: 'cs_9', invoice_id: 'in_9' }, ['session:cs_9', 'invoice:in_9']],
  ])('given %j, when mapped, then the refs are %j', (properties, refs) => {
    expect(meaning('purchase', properties).refs).toEqual(refs);
  });

  it('given no id that makes it countable, when mapped, then the catalog refuses it', () => {
    expect(meaning('Order Completed', { total: 5 }).violation).toBe('missing_order_id');
    expect(meaning('Checkout Started', {}).violation).toBe('missing_checkout_id');
    expect(meaning('Signed Up', {}).violation).toBeUndefined();
  });

  it.each([
    [
      { total: 49.9, revenue: 30, currency: 'eur' },
      { valueMinor: 4990n, valueBasis: 'total', currency: 'EUR' },
    ],
    [
      { revenue: '25', currency: 'USD' },
      { valueMinor: 2500n, valueBasis: 'net', currency: 'USD' },
    ],
    [
      { value: 0.1 + 0.2, currency: 'USD' },
      { valueMinor: 30n, valueBasis: 'net', currency: 'USD' },
    ],
    [{ value: 19.99 * 3, currency: 'USD' }, { valueMinor: 5997n }],
    [{ value: 1.005, currency: 'USD' }, { valueMinor: 101n }],
    [{ value: -5.5, currency: 'USD' }, { valueMinor: -550n }],
    [
      { amount: 1000, currency: 'JPY' },
      { valueMinor: 1000n, valueBasis: 'total' },
    ],
    [{ value: 1.2345, currency: 'KWD' }, { valueMinor: 1235n }],
    [{ value: 0, currency: 'USD' }, { valueMinor: 0n }],
    [{ value: 5 }, { valueProblem: 'missing_currency' }],
    [{ value: 5, currency: 'XQX' }, { valueProblem: 'unknown_currency' }],
    [{ value: 5, currency: 'dollars' }, { valueProblem: 'unknown_currency' }],
    [
      { value: '$5', currency: 'USD' },
      { valueProblem: 'not_a_number', currency: 'USD' },
    ],
    [{ value: 1e400, currency: 'USD' }, { valueProblem: 'not_a_number' }],
    [{ value: { n: 1 }, currency: 'USD' }, { valueProblem: 'not_a_number' }],
  ])('given %j, when mapped, then the value is as stated', (properties, expected) => {
    expect(meaning('purchase', { order_id: 'o', ...properties })).toMatchObject(expected);
  });

  it('given no amount at all, when mapped, then there is no value and no problem', () => {
    expect(meaning('purchase', { order_id: 'o', currency: 'USD' })).toEqual({
      kind: 'order_completed',
      refs: ['order:o'],
      currency: 'USD',
    });
  });

  it('given a name in any spelling, when normalised, then it is snake_case', () => {
    expect(snakeCase('  Order  Completed ')).toBe('order_completed');
  });
});
