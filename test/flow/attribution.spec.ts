import { rmSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { consentOf, createShop } from '../../examples/express-shop/shop.mjs';
import { snapshot, type SnapshotDeps } from '../../src/report/snapshot.js';
import { createLanding } from '../../src/landing/landing.js';
import {
  chargeSucceeded,
  checkoutStarted,
  cloudEvent,
  orderPlaced,
  signedUp,
  stripeEvent,
  touch,
  track,
} from '../fixtures/shop-events.js';
import { answersByDocument } from '../support/by-document.js';
import { type Json, RunningService, secrets } from '../support/running-service.js';
import { temporaryFolder } from '../support/test-cluster.js';

const DAY = '2026-10-05';
const RANGE = `from=${DAY}&to=${DAY}`;
const SEALED_DAY = '2026-09-02';
const SEALED_PAGE = 'https://shop.example/?utm_source=newsletter&email=ada@shop.example';
const at = (hour: number, day = DAY): string => `${day}T${String(hour).padStart(2, '0')}:00:00Z`;

const folder = temporaryFolder('truth-ledger-attribution-');
const rules = path.join(folder, 'channels.json');
let shop: RunningService;
beforeAll(async () => {
  writeFileSync(rules, JSON.stringify([{ channel: 'reseller', sources: ['partner'], media: ['affiliate'] }]));
  shop = await RunningService.start({ now: '2026-11-20T12:00:00Z', settings: { CHANNEL_RULES: rules } });
  const seen = { source: 'linkedin', medium: 'social' };
  await shop.events(
    touch('2026-10-01T10:00:00Z', { anonymous_id: 'a_1', source: 'google', medium: 'cpc' }),
    touch('2026-10-03T10:00:00Z', { anonymous_id: 'a_1', source: 'newsletter', medium: 'email' }),
    touch('2026-10-04T10:00:00Z', { anonymous_id: 'a_1' }),
    signedUp(at(9), 'u_1', { anonymous_id: 'a_1' }),
    touch('2026-08-01T10:00:00Z', { anonymous_id: 'a_2', source: 'bing', medium: 'cpc' }),
    signedUp(at(9), 'u_2', { anonymous_id: 'a_2' }),
    touch(at(8), { anonymous_id: 'a_3', fetch_site: 'cross-site' }),
    signedUp(at(9), 'u_3', { anonymous_id: 'a_3' }),
    touch(at(10), { anonymous_id: 'a_4', ...seen }),
    signedUp(at(9), 'u_4', { anonymous_id: 'a_4' }),
    signedUp(at(9), 'u_5', { anonymous_id: 'a_5' }),
    cloudEvent('consent.changed', at(9), { user_id: 'u_5', analytics: 'denied' }),
    signedUp(at(9), 'u_6'),
    touch('2026-09-01T08:00:00Z', { anonymous_id: 'a_7', landing_page: SEALED_PAGE, fetch_site: 'cross-site' }),
    signedUp(at(9, SEALED_DAY), 'u_7', { anonymous_id: 'a_7' }),
    ...['u_1', 'u_2', 'u_3'].map((user_id) => checkoutStarted(at(11), `c_${user_id}`, { user_id })),
    orderPlaced(at(11), 'o_1', 5000, {
      user_id: 'u_1',
      checkout_id: 'c_u_1',
      attribution: { source: 'Partner', medium: 'affiliate' },
    }),
    orderPlaced(at(11), 'o_2', 3000, { user_id: 'u_2', checkout_id: 'c_u_2' }),
    orderPlaced(at(11), 'o_4', 2000, { user_id: 'u_4' }),
  );
  const pays = (order: string, amount: number): Json =>
    chargeSucceeded(at(12), `ch_${order}`, amount, { metadata: { order_id: order } });
  await shop.stripeAll([pays('o_1', 5000), pays('o_2', 3000), pays('o_4', 2000)]);
  const browser = (name: string): Json => ({ userAgent: `Mozilla/5.0 (X11; Linux x86_64) ${name}` });
  const bought = (userId: string, order_id: string, total: number, campaign?: Json): Json =>
    track(at(12), 'Order Completed', {
      ...{ userId, properties: { order_id, total, currency: 'USD', checkout_id: `c_${userId}` } },
      context: { ...browser('Firefox/140.0'), ...(campaign ? { campaign } : {}) },
    });
  await shop.segment([
    track(at(9), 'Signed Up', { userId: 'u_1', context: browser('Firefox/140.0') }),
    track(at(9), 'Signed Up', { userId: 'u_4' }),
    track(at(11), 'Checkout Started', {
      userId: 'u_1',
      properties: { checkout_id: 'c_u_1' },
      context: browser('Firefox/140.0'),
    }),
    bought('u_1', 'o_1', 50),
    bought('u_4', 'o_4', 20, { source: 'LinkedIn.com' }),
  ]);
  await shop.catchUp();
});
afterAll(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a sign-up whose mark is in what is personal', () => {
  it('then its source is unknown because of that, and erasing the person changes no number', async () => {
    const told = async () =>
      (await shop.get(`/v1/attribution?metric=signups&from=${SEALED_DAY}&to=${SEALED_DAY}`)).sources;
    const sealed = [{ source: 'unknown', value: 1, share: 1, reasons: { mark_sealed: 1 } }];
    expect(await told()).toEqual(sealed);
    const erased = await shop.send('POST', '/v1/erasures', { customer: 'user:u_7', reason: 'asked for it' });
    expect([erased.status, erased.body.reached.entries]).toEqual([200, 1]);
    expect(await told()).toEqual(sealed);
    const touched = await shop.get('/v1/customers/user:u_7');
    expect(touched).toMatchObject({ erased_at: expect.any(String), first_touch: { unknown_reason: 'mark_sealed' } });
  });
});

const short = (rows: Json[], name: string): unknown[] => rows.map((row) => [row[name], row['value'], row['bounds']]);

describe('sign-ups by touch', () => {
  it('then first and last touch stand side by side, with channels and bounds, and every unknown has its reason', async () => {
    const answer = await shop.get(`/v1/attribution?metric=signups&${RANGE}`);
    const reasons = { consent_withheld: 1, no_touch: 1, stripped_utm: 1, touch_after_signup: 1 };
    expect(short(answer.sources as Json[], 'source')).toEqual([
      ['unknown', 4, undefined],
      ['bing', 1, [0.166, 0.834]],
      ['google', 1, [0.166, 0.834]],
    ]);
    expect(short(answer.channels as Json[], 'channel')).toEqual([
      ['unknown', 4, undefined],
      ['paid_search', 2, [0.333, 1]],
    ]);
    expect(answer.sources[0].reasons).toEqual(reasons);
    expect(answer.first_touch_lookback_days).toBeNull();
    const { lookback_days, channels, sources } = answer.last_touch;
    expect([lookback_days, short(channels as Json[], 'channel')]).toEqual([
      30,
      [
        ['unknown', 5, undefined],
        ['email', 1, [0.166, 1]],
      ],
    ]);
    expect(sources[0].reasons).toEqual({ ...reasons, window_expired: 1 });
    expect(answer.order_says).toBeUndefined();
  });

  it('then channel is a group of every number, and it sums', async () => {
    const rows = await shop.metric('signups', DAY, DAY, '&group_by=channel');
    expect(rows.map(({ group, value }) => [(group as Json)['channel'], value])).toEqual([
      ['paid_search', 2],
      ['unknown', 4],
    ]);
  });

  it.each(['source', 'medium', 'campaign', 'channel', 'customer_kind', 'unknown_reason'])(
    'then the rows under each group by %s are those of the group, and sum to its value',
    async (dimension) => {
      for (const [metric, parts] of [
        ['signups', 6],
        ['revenue_gross', 3],
      ] as const) {
        const groups = await shop.metric(metric, DAY, DAY, `&group_by=${dimension}`);
        const subjects = new Set<unknown>();
        for (const { group, value } of groups) {
          const name = (group as Json)[dimension] as string;
          const found = await shop.all(`/v1/metrics/${metric}/contributions?day=${DAY}&${dimension}=${name}&limit=2`);
          expect([name, found.reduce((sum, { delta }) => sum + Number(delta), 0)]).toEqual([name, Number(value)]);
          for (const { subject } of found) subjects.add(subject);
        }
        expect(subjects.size).toBe(parts);
      }
    },
  );

  it('then a group that nothing is of has no rows, and one with control characters is refused', async () => {
    const path = `/v1/metrics/signups/contributions?day=${DAY}`;
    for (const group of ['source=nobody', 'channel=nobody', 'medium=cpc&source=linkedin'])
      expect([group, (await shop.get(`${path}&${group}`)).data]).toEqual([group, []]);
    expect((await shop.send('GET', `${path}&channel=%00`)).status).toBe(400);
  });

  it('then the contract states the lookback', async () => {
    const { data } = await shop.get('/v1/metrics');
    const of = (name: string): Json => (data as Json[]).find((metric) => metric['name'] === name)!;
    const lookback = { first_touch: { lookback_days: null }, last_touch: { lookback_days: 30 } };
    expect([of('signups')['attribution'], of('mrr')['attribution']]).toEqual([lookback, undefined]);
  });

  it('then the catalog has the rules, those of the operator first, and answers by channel name their version', async () => {
    const { channels, channel_rules: version, time_zone } = await shop.get('/v1/catalog');
    expect(time_zone).toBe('UTC');
    expect(channels.slice(0, 2).map(({ channel }: Json) => channel)).toEqual(['reseller', 'affiliates']);
    expect(channels).toContainEqual({ channel: 'social', media_beginning: ['social'] });
    for (const path of [
      `attribution?metric=signups&${RANGE}`,
      `attribution/confusion?metric=signups&${RANGE}`,
      `metrics/signups?${RANGE}&group_by=channel`,
    ])
      expect(await shop.get(`/v1/${path}`)).toMatchObject({ channel_rules: version });
    expect(await shop.get(`/v1/metrics/signups?${RANGE}`)).not.toHaveProperty('channel_rules');
  });

  it('of the past, then the first touch is told as it was, and why the last is not', async () => {
    const answer = await shop.get(`/v1/attribution?metric=signups&${RANGE}&as_of=2`);
    expect(answer).toMatchObject({
      data: [],
      last_touch: null,
      last_touch_omitted: expect.stringContaining('present'),
    });
  });

  it('when a touch is told late, then the sign-up is of its source, and the one that it was of has no row of zero', async () => {
    const day = '2026-09-10';
    const groups = () => shop.metric('signups', day, day, '&group_by=source');
    await shop.events(signedUp(at(9, day), 'u_told', { anonymous_id: 'a_told' }));
    expect(await groups()).toEqual([{ period: day, value: 1, group: { source: 'unknown' } }]);
    await shop.events(touch(at(8, day), { anonymous_id: 'a_told', source: 'google', medium: 'cpc' }));
    expect(await groups()).toEqual([{ period: day, value: 1, group: { source: 'google' } }]);
  });
});

describe('revenue by touch', () => {
  it('then what orders say themselves is a third answer, and all three have one sum', async () => {
    const answer = await shop.get(`/v1/attribution?metric=revenue_gross&${RANGE}`);
    expect(
      answer.order_says.data.map(({ source, channel, value, reasons }: Json) => [source, channel, value, reasons]),
    ).toEqual([
      ['partner', 'reseller', '5000', undefined],
      ['unknown', 'unknown', '5000', { order_says_none: '5000' }],
    ]);
    for (const { data } of [answer, answer.last_touch, answer.order_says])
      expect(data.reduce((sum: number, { value }: Json) => sum + Number(value), 0)).toBe(10_000);
    expect(answer.last_touch.sources.map(({ source, value }: Json) => [source, value])).toEqual([
      ['newsletter', '5000'],
      ['unknown', '3000'],
      ['linkedin', '2000'],
    ]);
  });

  it('then it says how much paid revenue the dashboard calls direct, and how much it never saw', async () => {
    const { data, totals } = await shop.get(`/v1/attribution/confusion?metric=revenue_gross&${RANGE}`);
    expect(data.map(({ server, client, verdict, value }: Json) => [server, client, verdict, value])).toEqual([
      ['google', 'direct', 'server_only', '5000'],
      ['bing', 'not_seen', 'not_seen', '3000'],
      ['unknown', 'linkedin', 'client_only', '2000'],
    ]);
    expect(totals).toEqual([
      expect.objectContaining({
        ...{ currency: 'USD', value: '10000', agreed: '0', server_only: '5000', not_seen: '3000', client_only: '2000' },
        paid: { value: '8000', called_direct: '5000', not_seen: '3000' },
      }),
    ]);
  });

  it.each([
    ['metric=mrr', 400],
    ['metric=attribution_mismatch_pct', 400],
    ['metric=orders&from=2026-01-01&to=2026-10-05', 400],
  ])('when asked for %s, then it says what it takes', async (query, status) => {
    const range = query.includes('from') ? '' : `&${RANGE}`;
    expect((await shop.send('GET', `/v1/attribution/confusion?${query}${range}`)).status).toBe(status);
  });
});

describe('the funnels', () => {
  it('then checkouts are told by browser too, and what no event named is unknown', async () => {
    const { actual, tracked, by } = await shop.get(`/v1/funnel?${RANGE}&dimension=browser`);
    expect([actual, tracked]).toEqual([
      { started: 3, completed: 2, rate: 0.667 },
      { started: 1, completed: 2, rate: 2 },
    ]);
    expect([by.lossy, by.data]).toEqual([
      true,
      [
        {
          value: 'unknown',
          actual: { started: 2, completed: 1, rate: 0.5 },
          tracked: { started: 0, completed: 0, rate: null },
        },
        {
          value: 'firefox',
          actual: { started: 1, completed: 1, rate: 1 },
          tracked: { started: 1, completed: 2, rate: 2 },
        },
      ],
    ]);
    expect((await shop.send('GET', `/v1/funnel?${RANGE}&dimension=shoe_size`)).status).toBe(400);
  });

  it('then sign-ups that paid within the window are told side by side, and which may still', async () => {
    const cohort = await shop.get(`/v1/funnel/signups?${RANGE}`);
    expect(cohort).toMatchObject({
      ...{ window_days: 30, actual: { started: 6, completed: 3, rate: 0.5, open: 0 } },
      tracked: { started: 2, completed: 2, rate: 1 },
    });
    expect(cohort.by).toBeUndefined();
  });

  it('then they are told by browser too, and a sign-up of which no event told it is unknown', async () => {
    const { actual, tracked, by } = await shop.get(`/v1/funnel/signups?${RANGE}&dimension=browser`);
    expect([actual.started, tracked.started, by.dimension, by.lossy]).toEqual([6, 2, 'browser', true]);
    expect(by.data).toEqual([
      {
        value: 'unknown',
        actual: { started: 5, completed: 2, rate: 0.4, open: 0 },
        tracked: { started: 1, completed: 1, rate: 1 },
      },
      {
        value: 'firefox',
        actual: { started: 1, completed: 1, rate: 1, open: 0 },
        tracked: { started: 1, completed: 1, rate: 1 },
      },
    ]);
    expect((await shop.send('GET', `/v1/funnel/signups?${RANGE}&dimension=shoe_size`)).status).toBe(400);
    expect((await shop.get(`/v1/funnel/signups?${RANGE}&window_days=60`)).actual).toMatchObject({ open: 3 });
    expect((await shop.send('GET', `/v1/funnel/signups?${RANGE}&window_days=0`)).status).toBe(400);
  });

  it('given no days, then attribution, funnel and completeness are of the last 30, and say so', async () => {
    const lately = { from: '2026-10-22', to: '2026-11-20' };
    for (const path of ['attribution', 'funnel', 'completeness'])
      expect(await shop.get(`/v1/${path}`)).toMatchObject(lately);
    expect(await shop.get('/v1/funnel?from=2025-10-15&to=2025-10-31')).toMatchObject({ tracked_since: '2025-10-16' });
    expect(await shop.get('/v1/funnel')).not.toHaveProperty('tracked_since');
    const half = await shop.send('GET', '/v1/funnel?from=2026-10-22');
    expect(half.body).toMatchObject({ status: 400, errors: ['Give both from and to, or neither.'] });
  });

  it('given a read that takes longer than anybody waits, then it is refused and its query is cancelled', async () => {
    const { database, ledger, projections } = shop.service;
    const deps = { database, ledger, modelVersion: projections.modelVersion, readMs: 50 } as unknown as SnapshotDeps;
    const read = (sql: string, readMs?: number) =>
      snapshot(deps, { position: undefined, closings: [] }, ({ client }) => client.query(sql), readMs);
    await expect(read('select pg_sleep(600)')).rejects.toMatchObject({ code: 'too_slow', status: 503 });
    const asleep = "select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'";
    expect((await database.pool.query(asleep)).rowCount).toBe(0);
    // A close reads as long as it takes.
    expect((await read('select pg_sleep(0.2)', 0)).rowCount).toBe(1);
  });

  it('then the rows from sign-ups to new subscriptions sum to the metric', async () => {
    const subscribes = (id: string, when: string, user?: string): Json => {
      const start = Date.parse(when) / 1000;
      const price = {
        currency: 'usd',
        unit_amount: 1000,
        recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
      };
      return stripeEvent('customer.subscription.created', when, {
        ...{ id, object: 'subscription', currency: 'usd', status: 'active', created: start, start_date: start },
        ...{ customer: `cus_${id}`, metadata: user ? { user_id: user } : {} },
        ...{ items: { data: [{ id: 'si', quantity: 1, price }] }, pause_collection: null, ended_at: null },
      });
    };
    await shop.events(signedUp('2026-09-01T10:00:00Z', 'u_old'), signedUp('2026-10-20T10:00:00Z', 'u_late'));
    await shop.stripeAll([
      ...[
        subscribes('sub_1', at(15), 'u_1'),
        subscribes('sub_1b', at(16), 'u_1'),
        subscribes('sub_2', at(15, '2026-10-09'), 'u_2'),
      ],
      ...[subscribes('sub_3', at(15, '2026-10-01'), 'u_3'), subscribes('sub_old', at(15), 'u_old')],
      ...[subscribes('sub_late', at(15), 'u_late'), subscribes('sub_guest', at(15))],
    ]);
    await shop.catchUp();
    const { signups, rows, new_subscriptions } = await shop.get(`/v1/funnel/bridge?${RANGE}`);
    expect(Object.fromEntries(rows.map(({ step, count }: Json) => [step, count]))).toEqual({
      ...{ signups: 6, subscribed_later: -1, had_subscribed_before: -1, not_subscribed_yet: -3 },
      ...{ further_subscriptions: 1, of_earlier_signups: 1, of_later_signups: 1, without_signup: 1 },
    });
    expect([signups, new_subscriptions]).toEqual([
      await shop.count('signups', DAY),
      await shop.count('new_subscriptions', DAY),
    ]);
    expect(rows.reduce((sum: number, { count }: Json) => sum + (count as number), 0)).toBe(new_subscriptions);
  });
});

describe('the example shop, whose visitors land with a campaign', () => {
  const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0';
  let server: http.Server;
  let url: string;
  const landing = () =>
    createLanding({
      ...{ url: shop.url, key: secrets.admin, consent: consentOf, now: shop.time.now },
      onDropped: (reason) => void lost.push(reason),
    });
  let used: ReturnType<typeof landing>;
  const lost: string[] = [];
  beforeAll(async () => {
    used = landing();
    const tell = (type: string, id: string, data: object): Promise<unknown> =>
      shop.events({ ...cloudEvent(type, shop.time.now().toISOString(), data), id });
    const app = createShop({ landing: used, tell });
    server = await new Promise<http.Server>((resolve) => {
      const opened = app.listen(0, '127.0.0.1', () => resolve(opened));
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const post = (path: string, body: Json, cookie = ''): Promise<Response> =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': AGENT, cookie },
      body: JSON.stringify(body),
    });
  const cookiesOf = (answer: Response): string =>
    answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');

  it('when one consents and signs up, then the campaign is the source of that customer', async () => {
    const path = '/?utm_source=google&utm_medium=cpc&utm_campaign=autumn';
    const page = await fetch(url + path, { headers: { accept: 'text/html', 'user-agent': AGENT } });
    expect([page.status, page.headers.getSetCookie()]).toEqual([200, []]);
    const said = await post('/consent', { analytics: 'granted', page: { url: url + path, referrer: '' } });
    expect((await post('/sign-up', { user_id: 'u_visitor' }, cookiesOf(said))).status).toBe(201);
    await used.flush();
    await shop.catchUp();
    expect([lost, used.state()]).toEqual([[], { waiting: 0, sent: 1, dropped: 0 }]);
    expect(await shop.get('/v1/customers/u_visitor')).toMatchObject({
      first_touch: { source: 'google', medium: 'cpc', campaign: 'autumn', channel: 'paid_search' },
    });
  });

  it('when one refuses and signs up, then the source is unknown because of that', async () => {
    const said = await post('/consent', { analytics: 'denied' });
    expect(cookiesOf(said)).toBe('analytics=denied');
    await post('/sign-up', { user_id: 'u_private' }, cookiesOf(said));
    await shop.catchUp();
    expect(await shop.get('/v1/customers/u_private')).toMatchObject({
      first_touch: { source: 'unknown', unknown_reason: 'consent_withheld' },
    });
  });
});

describe('the OpenAPI document', () => {
  it('given a service with data, when everything is read that needs no id, then each answer is as the document says', async () => {
    const asked: string[] = [];
    const wrong = await answersByDocument(shop, 'from=2026-10-01&to=2026-10-31', (address) => asked.push(address));
    expect(wrong).toEqual([]);
    expect(asked).toEqual(expect.arrayContaining(['/v1/metrics', '/v1/attribution', '/v1/funnel', '/v1/books/lines']));
  });
});
