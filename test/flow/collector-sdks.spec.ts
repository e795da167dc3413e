import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Analytics } from '@segment/analytics-node';
import { PostHog } from 'posthog-node';
import { signedUp, track } from '../fixtures/shop-events.js';
import { type Json, RunningService, secrets } from '../support/running-service.js';

/** What stands between an SDK and the service: it passes requests on, and may lose one or its answer. */
class Road {
  /** Requests of the SDK, with what it was told. */
  seen: { path: string; status: number; body: Json; headers: http.IncomingHttpHeaders }[] = [];
  /** Statuses to answer the next requests with; `kept`: the service gets the request all the same. */
  next: { status: number; kept: boolean }[] = [];
  onAnswer: (status: number) => void = () => undefined;
  private readonly server = http.createServer((request, reply) => void this.pass(request, reply));

  constructor(private readonly target: string) {}

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: http.IncomingMessage, reply: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const lost = this.next.shift();
    let answer = { status: lost?.status ?? 0, text: '{}', retryAfter: null as string | null };
    if (!lost || lost.kept) {
      const {
        host: _host,
        connection: _connection,
        'content-length': _length,
        'transfer-encoding': _coding,
        ...headers
      } = request.headers;
      const method = request.method!;
      const given = { method, headers: headers as Record<string, string>, ...(method === 'GET' ? {} : { body }) };
      const told = await fetch(this.target + request.url!, given);
      answer = {
        status: lost?.status ?? told.status,
        text: await told.text(),
        retryAfter: told.headers.get('retry-after'),
      };
    }
    const read =
      request.headers['content-encoding'] === undefined && body.length > 0 ? (JSON.parse(body.toString()) as Json) : {};
    this.seen.push({ path: request.url!, status: answer.status, body: read, headers: request.headers });
    this.onAnswer(answer.status);
    reply.writeHead(answer.status, {
      'content-type': 'application/json',
      ...(answer.retryAfter ? { 'retry-after': answer.retryAfter } : {}),
    });
    reply.end(answer.text);
  }
}

let shop: RunningService;
let road: Road;
let host: string;
beforeAll(async () => {
  shop = await RunningService.start();
});
afterAll(() => shop.stop());
beforeEach(async () => {
  road = new Road(shop.url);
  host = await road.open();
});
afterEach(() => road.close());

const stored = (where: string, ...values: unknown[]): Promise<Json[]> =>
  shop.sql(
    `select message_id, event, kind, user_id, anonymous_id, refs, value_minor::text, currency, deliveries from ingest.tracked_events where ${where} order by id`,
    values,
  );

interface Client {
  signUp(user: string): void;
  buy(user: string, order: string): void;
  link(user: string, anonymous: string): void;
  /** Sends all and waits for the answers. */
  flush(): Promise<void>;
}

const sdks: [name: string, accepted: number, open: (writeKey?: string) => Client, idsOf: (body: Json) => string[]][] = [
  [
    '@segment/analytics-node',
    202,
    (writeKey = secrets.writeKey) => {
      const analytics = new Analytics({ writeKey, host, flushInterval: 60_000, maxRetries: 5 });
      analytics.on('error', () => undefined);
      return {
        signUp: (userId) => analytics.track({ userId, event: 'Signed Up' }),
        buy: (userId, order_id) =>
          analytics.track({
            userId,
            event: 'Order Completed',
            properties: { order_id, total: 19.99, currency: 'EUR' },
          }),
        link: (userId, anonymousId) => {
          analytics.identify({ userId, anonymousId, traits: { plan: 'pro' } });
          analytics.alias({ userId, previousId: `${anonymousId}_before` });
        },
        flush: () => analytics.closeAndFlush(),
      };
    },
    (body) => (body['batch'] as Json[]).map(({ messageId }) => messageId as string),
  ],
  [
    'posthog-node',
    200,
    (writeKey = secrets.writeKey) => {
      const posthog = new PostHog(writeKey, {
        host,
        flushInterval: 60_000,
        fetchRetryDelay: 5,
        disableCompression: true,
      });
      return {
        signUp: (distinctId) => posthog.capture({ distinctId, event: 'signup_completed' }),
        buy: (distinctId, order_id) =>
          posthog.capture({
            distinctId,
            event: 'purchase_completed',
            properties: { order_id, amount: 19.99, currency: 'EUR' },
          }),
        link: (distinctId, anonymous) => {
          posthog.identify({ distinctId, properties: { plan: 'pro', $anon_distinct_id: anonymous } });
          posthog.alias({ distinctId, alias: `${anonymous}_before` });
        },
        flush: () => posthog.shutdown(),
      };
    },
    (body) => (body['batch'] as Json[]).map(({ uuid }) => uuid as string),
  ],
];

describe.each(sdks)('given the real client %s', (name, accepted, open, idsOf) => {
  const short = name.includes('segment') ? 's' : 'p';
  const sent = () => road.seen.filter(({ path }) => path.startsWith('/v1/batch') || path.startsWith('/batch'));

  it('when it sends events, then they are accepted and mean what they say', async () => {
    const client = open();
    client.signUp(`${short}_u1`);
    client.buy(`${short}_u1`, `${short}_o1`);
    await client.flush();
    expect(sent().map(({ status }) => status)).toEqual([accepted]);
    const rows = await stored('user_id = $1', `${short}_u1`);
    expect(rows.map(({ kind }) => kind as string)).toEqual(['signup', 'order_completed']);
    expect(rows[1]).toMatchObject({ refs: [`order:${short}_o1`], value_minor: '1999', currency: 'EUR', deliveries: 1 });
    expect(rows.map(({ message_id }) => message_id as string)).toEqual(idsOf(sent()[0]!.body));
  });

  it('when it sends events from a server, then they show nothing that a browser saw, and no count of tracked has them', async () => {
    const at = new Date(shop.time.now().getTime() - 60_000).toISOString();
    await shop.events(signedUp(at, `${short}_server`));
    const client = open();
    client.signUp(`${short}_server`);
    await client.flush();
    await shop.segment([track(at, 'Signed Up', { userId: `${short}_browser` })]);
    expect(await shop.sql('select lineage from ingest.tracked_events where user_id = $1', [`${short}_server`])).toEqual(
      [{ lineage: 'server' }],
    );
    shop.time.pass(3 * 3_600_000); // nothing of that time is expected any more
    await shop.reconcile(at.slice(0, 10));
    const { ids, reasons } = await shop.detail(at.slice(0, 10), 'signups');
    expect(JSON.stringify(ids)).toContain(`${short}_browser`);
    expect(ids.missing).toContainEqual(expect.objectContaining({ id: `user:${short}_server` }));
    expect(reasons).toContainEqual(expect.stringMatching(/^server_side: \d+ events that servers sent/));
  });

  it.each([
    ['503 and the request was lost', 503, false],
    ['503 although it was kept', 503, true],
    ['429 and the request was lost', 429, false],
    ['500 although it was kept', 500, true],
  ])('when it is told %s, then it sends the same ids again, and they count once', async (what, status, kept) => {
    const user = `${short}_${status}${kept ? 'k' : 'l'}`;
    road.next = [{ status, kept }];
    const client = open();
    client.signUp(user);
    client.buy(user, `o_${user}`);
    await client.flush();
    expect(what).toContain(String(status));
    expect(sent().map((request) => request.status)).toEqual([status, accepted]);
    const ids = idsOf(sent()[0]!.body);
    expect(ids).toHaveLength(2);
    expect(idsOf(sent()[1]!.body)).toEqual(ids);
    const rows = await stored('user_id = $1', user);
    expect(rows.map(({ message_id }) => message_id as string)).toEqual(ids);
    expect(rows.map(({ deliveries }) => deliveries as number)).toEqual(kept ? [2, 2] : [1, 1]);
  });

  it('when the service itself limits it, then it waits and sends the same ids again', async () => {
    const user = `${short}_hasty`;
    shop.time.stop();
    const many = Array.from({ length: 1_000 }, () =>
      track(shop.time.now().toISOString(), 'Scrolled', { userId: user }),
    );
    expect((await shop.segment(many)).status).toBe(202); // a whole burst; the time stands still, so nothing flows back
    road.onAnswer = (status) => {
      if (status === 429) shop.time.pass(10_000);
    };
    const client = open();
    client.signUp(user);
    await client.flush();
    expect(sent().map(({ status }) => status)).toEqual([429, accepted]);
    expect(await stored(`user_id = $1 and kind = 'signup'`, user)).toHaveLength(1);
    const [refused] = await shop.sql(
      `select sum(count)::int as count from ingest.collector_rejects where reason = 'rate_limited_client' and collector = $1`,
      [name.includes('segment') ? 'segment' : 'posthog'],
    );
    expect(refused).toEqual({ count: 1 });
  });

  it('when it identifies and aliases, then that matches tracked events and changes no true number', async () => {
    const user = `${short}_linked`;
    const device = `${short}_device`;
    const at = new Date(shop.time.now().getTime() - 60_000).toISOString();
    const day = at.slice(0, 10);
    await shop.events(signedUp(at, user));
    const hash = await shop.stateHash();
    const client = open();
    client.link(user, device);
    await client.flush();
    expect(sent().map(({ status }) => status)).toEqual([accepted]);
    const links = await shop.sql('select anonymous_id from ingest.sdk_links where user_id = $1 order by 1', [user]);
    expect(links.map(({ anonymous_id }) => anonymous_id as string)).toEqual([device, `${device}_before`]);
    await shop.segment([track(at, 'Signed Up', { anonymousId: device })]);
    expect(await shop.stateHash()).toBe(hash);
    await shop.reconcile(day);
    const { ids } = await shop.detail(day, 'signups', '&part=matched');
    expect(ids.matched).toContainEqual(expect.objectContaining({ id: `user:${user}` }));
  });

  it('when its key is unknown, then it is told so and nothing is kept', async () => {
    const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined); // the client complains there
    const before = await stored('true');
    const client = open('wk_of_somebody_else');
    client.signUp(`${short}_refused`);
    await client.flush();
    quiet.mockRestore();
    expect(new Set(sent().map(({ status }) => status))).toEqual(new Set([401]));
    expect(await stored('true')).toEqual(before);
  });
});
