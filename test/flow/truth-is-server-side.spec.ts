import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { segmentPaths, posthogPaths } from '../../src/app/http/doors.js';
import {
  capture,
  chargeSucceeded,
  checkoutStarted,
  orderPlaced,
  signedUp,
  touch,
  track,
} from '../fixtures/shop-events.js';
import { type Json, RunningService } from '../support/running-service.js';

// I8: no request at a collector door changes a true metric. The write key is public, so all of this may come from anybody.

const DAY = '2026-10-05';
const AT = `${DAY}T10:00:00Z`;

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({ zone: 'Europe/Berlin', now: '2026-11-08T12:00:00Z' });
  await shop.events(
    touch('2026-10-01T10:00:00Z', { anonymous_id: 'a_1', source: 'google', medium: 'cpc' }),
    touch('2026-10-01T11:00:00Z', { anonymous_id: 'a_other', source: 'linkedin', medium: 'social' }),
    signedUp(AT, 'u_1', { anonymous_id: 'a_1', email: 'ada@example.com' }),
    signedUp(AT, 'u_2'),
    checkoutStarted(AT, 'c_1', { user_id: 'u_1' }),
    orderPlaced(AT, 'o_1', 5000, { user_id: 'u_1', checkout_id: 'c_1' }),
    orderPlaced(AT, 'o_unpaid', 900, { user_id: 'u_2' }),
  );
  await shop.stripeAll([
    chargeSucceeded(AT, 'ch_1', 5000, { customer: 'cus_1', metadata: { order_id: 'o_1' } }),
    chargeSucceeded(AT, 'ch_2', 700, { customer: 'cus_2' }),
  ]);
});
afterAll(() => shop.stop());

/** All that is true, as the service tells it. */
async function truth(): Promise<Json> {
  const hash = await shop.stateHash();
  const { data } = await shop.get('/v1/metrics');
  const metrics: Json = {};
  for (const { name } of data as Json[])
    metrics[name as string] = await shop.metric(name as string, '2026-09-30', '2026-11-08');
  const customers = await Promise.all(
    ['u_1', 'u_2', 'cus_1', 'cus_2', 'a_1', 'a_other'].map((id) => shop.send('GET', `/v1/customers/${id}`)),
  );
  const attribution = await Promise.all(
    ['signups', 'revenue_gross'].map((metric) =>
      shop.get(`/v1/attribution?metric=${metric}&from=2026-09-30&to=2026-11-08`),
    ),
  );
  const bridge = await shop.get('/v1/funnel/bridge?from=2026-09-30&to=2026-11-08');
  const { actual } = await shop.get('/v1/funnel?from=2026-09-30&to=2026-11-08');
  const head = await shop.service.ledger.head();
  return {
    hash,
    metrics,
    actual,
    attribution,
    bridge,
    head,
    customers: customers.map(({ body }) => ({ ...body, correlation_id: undefined })),
  };
}

describe('given forged calls of SDKs with ids that are true', () => {
  const forged: [name: string, send: () => Promise<{ status: number }>][] = [
    [
      'identify links a device',
      () =>
        shop.segment([
          { type: 'identify', userId: 'u_2', anonymousId: 'a_other', traits: { email: 'ada@example.com' } },
        ]),
    ],
    ['identify takes over a user', () => shop.segment([{ type: 'identify', userId: 'u_2', anonymousId: 'a_1' }])],
    ['alias merges two users', () => shop.segment([{ type: 'alias', userId: 'u_2', previousId: 'u_1' }])],
    [
      '$identify',
      () =>
        shop.posthog([
          capture(AT, '$identify', 'u_2', { $anon_distinct_id: 'a_other', $set: { email: 'ada@example.com' } }),
        ]),
    ],
    ['$create_alias', () => shop.posthog([capture(AT, '$create_alias', 'u_1', { alias: 'u_2', distinct_id: 'u_1' })])],
    [
      'revenue of an order that was not paid',
      () =>
        shop.segment([
          track(AT, 'Order Completed', {
            userId: 'u_2',
            properties: { order_id: 'o_unpaid', total: 9, currency: 'USD' },
          }),
        ]),
    ],
    [
      'revenue of a payment that does not exist',
      () =>
        shop.posthog([capture(AT, 'purchase_completed', 'u_2', { payment_id: 'ch_9', amount: 1e9, currency: 'USD' })]),
    ],
    [
      'a sign-up that never was',
      () => shop.segment([track(AT, 'Signed Up', { userId: 'u_forged', anonymousId: 'a_1' })]),
    ],
    [
      'a refund',
      () =>
        shop.segment([
          track(AT, 'Order Refunded', { userId: 'u_1', properties: { order_id: 'o_1', total: 50, currency: 'USD' } }),
        ]),
    ],
    [
      'a domain event by its name',
      () => shop.segment([{ ...track(AT, 'user.signed_up', { userId: 'u_3' }), specversion: '1.0', source: '/auth' }]),
    ],
    [
      'a campaign',
      () =>
        shop.segment([
          {
            type: 'page',
            userId: 'u_2',
            context: { campaign: { source: 'forged', medium: 'cpc' } },
            timestamp: '2026-09-30T10:00:00Z',
          },
        ]),
    ],
  ];

  it.each(forged)('when it is %s, then it is kept and no true number changes', async (_name, send) => {
    const before = await truth();
    const reply = await send();
    expect([200, 202]).toContain(reply.status);
    expect(await truth()).toEqual(before);
  });

  it('then they show where they belong: in what was tracked', async () => {
    const rows = await shop.reconcile(DAY);
    const row = (metric: string): Json => rows.find((each) => each['metric'] === metric)!;
    expect(row('orders')).toMatchObject({
      actual: 1,
      tracked: 2,
      missing: 1,
      client_only: 2,
      causes: expect.objectContaining({ not_completed: 1 }),
    });
    expect(row('signups')).toMatchObject({ actual: 2, tracked: 1, missing: 2, client_only: 1 });
  });
});

describe('given a reconciliation that the forged links would help to match', () => {
  it('then a link of a browser matches tracked events, and the truth stays as it was', async () => {
    const day = '2026-10-07';
    await shop.events(signedUp(`${day}T10:00:00Z`, 'u_sdk'));
    const before = await truth();
    await shop.segment([
      { type: 'identify', userId: 'u_sdk', anonymousId: 'a_sdk', timestamp: `${day}T10:00:01Z` },
      track(`${day}T10:00:01Z`, 'Signed Up', { anonymousId: 'a_sdk' }),
    ]);
    expect(await truth()).toEqual(before);
    const row = (await shop.reconcile(day)).find(({ metric }) => metric === 'signups');
    expect(row).toMatchObject({ actual: 1, tracked: 1, matched: 1, missing: 0, client_only: 0 });
    expect((await shop.send('GET', '/v1/customers/a_sdk')).status).toBe(404);
  });
});

const knownId = fc.constantFrom(
  'u_1',
  'u_2',
  'a_1',
  'a_other',
  'cus_1',
  'o_1',
  'o_unpaid',
  'c_1',
  'ch_1',
  'pi_1',
  'ada@example.com',
);
const anyId = fc.oneof(knownId, fc.string({ maxLength: 20 }), fc.integer(), fc.constant(null));
const anyTime = fc.oneof(
  fc.constantFrom(AT, '2026-10-01T00:00:00Z', 'yesterday', null),
  fc.integer({ min: -1e13, max: 1e13 }),
);
const anyName = fc.oneof(
  fc.constantFrom(
    'Signed Up',
    'signup_completed',
    'Order Completed',
    'purchase',
    'checkout_started',
    '$identify',
    '$create_alias',
    'user.signed_up',
    '$set',
  ),
  fc.string({ maxLength: 12 }),
);
const properties = fc.oneof(
  fc
    .dictionary(
      fc.constantFrom(
        'order_id',
        'checkout_id',
        'payment_id',
        'payment_intent_id',
        'transaction_id',
        'alias',
        '$anon_distinct_id',
        '$device_id',
        '$user_id',
        'distinct_id',
        'email',
        'truth_ledger_origin',
      ),
      anyId,
    )
    .chain((ids) =>
      fc
        .record({
          total: fc.oneof(fc.double(), fc.string(), fc.integer()),
          currency: fc.constantFrom('USD', 'usd', 'XXX', '', null),
        })
        .map((money) => ({ ...ids, ...money })),
    ),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue()),
);
const segmentEvent = fc.record(
  {
    type: fc.constantFrom('track', 'identify', 'alias', 'page', 'group', 'screen', 'delete'),
    ...{
      event: anyName,
      userId: anyId,
      anonymousId: anyId,
      previousId: anyId,
      groupId: anyId,
      properties,
      traits: properties,
    },
    ...{ timestamp: anyTime, messageId: fc.oneof(fc.string({ maxLength: 4 }), fc.integer()), context: fc.jsonValue() },
  },
  { requiredKeys: ['type'] },
);
const posthogEvent = fc.record(
  {
    event: anyName,
    distinct_id: anyId,
    properties,
    timestamp: anyTime,
    uuid: fc.string({ maxLength: 4 }),
    offset: fc.integer(),
    $set: fc.jsonValue(),
  },
  { requiredKeys: ['event'] },
);
const anyBatch = <T>(event: fc.Arbitrary<T>) =>
  fc.array(fc.oneof({ arbitrary: event, weight: 5 }, { arbitrary: fc.jsonValue(), weight: 1 }), { maxLength: 6 });
const anyRequest = fc.oneof(
  fc.record({
    door: fc.constant('segment' as const),
    path: fc.constantFrom(...segmentPaths),
    batch: anyBatch(segmentEvent),
  }),
  fc.record({
    door: fc.constant('posthog' as const),
    path: fc.constantFrom(...posthogPaths),
    batch: anyBatch(posthogEvent),
  }),
);

describe('given whatever may come to a collector door', () => {
  it('when it is sent, then it is answered, and no true number changes', async () => {
    const before = await truth();
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(anyRequest, async ({ door, path, batch }) => {
        const { status } = await shop[door](batch.length === 0 ? [{}] : batch, path);
        statuses.add(status);
        expect([200, 202, 400]).toContain(status);
        expect(await shop.stateHash()).toBe(before['hash']);
      }),
      { numRuns: 150 },
    );
    expect([...statuses].sort()).toEqual([200, 202, 400]);
    expect(await truth()).toEqual(before);
    const [kept] = await shop.sql('select count(*)::int as events from ingest.tracked_events');
    expect(kept!['events']).toBeGreaterThan(50);
  });
});
