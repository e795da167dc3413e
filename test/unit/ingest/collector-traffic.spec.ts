import { existsSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { limitedTagsByHour } from '../../../src/ingest/limited-tags.js';
import type { IngestLimits } from '../../../src/ingest/limits.js';
import { basic, clientFixture, clientsOf, problemOf, readJson, track } from '../../support/client-events.js';
import { NOW, WRITE_KEY, clientRequest, openDoors, type Doors } from '../../support/doors.js';

const wire = path.join(
  process.env['TRUTH_LEDGER_FIXTURES'] ?? path.join(import.meta.dirname, '../../../../shared/fixtures'),
  'analytics/wire',
);

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const { segment, stored } = clientsOf(() => doors);

describe('the clock of a device', () => {
  it.each([
    ['two hours ahead', 2 * 3_600_000],
    ['ten years behind', -10 * 365 * 86_400_000],
  ])(
    'given a clock %s, when an event is sent a minute after it happened, then that is when it happened',
    async (_what, error) => {
      const at = (ms: number): string => new Date(ms + error).toISOString();
      const body = track({ timestamp: at(NOW.getTime() - 60_000) });
      await segment('/v1/batch', { batch: [body], sentAt: at(NOW.getTime()) });
      expect(await stored('message_id = $1', [body.messageId])).toMatchObject([
        {
          occurred_at: new Date(NOW.getTime() - 60_000),
          client_at: new Date(body.timestamp),
          sent_at: new Date(at(NOW.getTime())),
        },
      ]);
    },
  );
});

describe('where an event came from', () => {
  it('given a page, a user agent and a release, then host, system, release and the mark of a test are kept', async () => {
    const agent =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36';
    const context = {
      userAgent: agent,
      page: { url: 'https://staging.shop.io/thanks?order=1' },
      app: { version: '1.5.0' },
    };
    const body = { ...track({ context }), properties: { is_test: true } };
    await segment('/v1/batch', { batch: [body] });
    expect(await stored('message_id = $1', [body.messageId])).toMatchObject([
      { os: 'windows', browser: 'chrome', host: 'staging.shop.io', release: '1.5.0', is_test: true },
    ]);
  });
});

describe('rate limits', () => {
  const tight: Partial<IngestLimits> = { client: { perSecond: 1, burst: 5 }, key: { perSecond: 10, burst: 12 } };
  let small: Doors;
  beforeAll(async () => {
    small = await openDoors(tight);
  });
  afterAll(() => small.close());
  const sendTo = (anonymousId: string, count: number) =>
    small.ingest.collect(
      'segment',
      clientRequest('/v1/batch', { batch: Array.from({ length: count }, () => track({ anonymousId })) }, basic()),
    );

  it('given one client, when it sends too much, then it waits, others go on, and every refusal is counted', async () => {
    await sendTo('a_busy', 5);
    const refused = await problemOf(sendTo('a_busy', 3));
    expect(refused).toMatchObject({ code: 'rate_limited', extra: { retryAfterS: 3 } });
    expect(await sendTo('a_calm', 5)).toMatchObject({ accepted: 5 });
    expect(await problemOf(sendTo('a_third', 5))).toMatchObject({ code: 'rate_limited', extra: { retryAfterS: 1 } });
    small.setNow(new Date(NOW.getTime() + 3_000));
    expect(await sendTo('a_busy', 3)).toMatchObject({ accepted: 3 });
    const { rows } = await small.database.pool.query(
      'select reason, count::int from ingest.collector_rejects order by reason',
    );
    expect(rows).toEqual([
      { reason: 'rate_limited_client', count: 3 },
      { reason: 'rate_limited_key', count: 5 },
    ]);
    expect(small.counts.filter(({ outcome }) => outcome === 'rate_limited').map(({ count }) => count)).toEqual([3, 5]);
  });

  it('given refused requests, then it is known whose they were and in which hour, without their ids', async () => {
    const { rows } = await small.database.pool.query(
      'select hour, tag, events::int from ingest.collector_limited order by hour, tag',
    );
    const hour = new Date(Math.floor(NOW.getTime() / 3_600_000) * 3_600_000);
    const tags = ['a_busy', 'a_third'].map((id) => small.vault.subjectTag('a', id)).sort();
    expect(rows).toEqual(tags.map((tag) => ({ hour, tag, events: 1 })));
  });

  it('given ever new names, then an hour remembers ten thousand of them and no more', () => {
    const count = limitedTagsByHour();
    const names = Array.from({ length: 12_000 }, (_, n) => `a.${n}`);
    const refused = { day: '2026-10-03', collector: 'segment', keyId: 'k', reason: 'rate_limited_key', count: 1 };
    const at = (time: string) => [{ ...refused, limited: names, receivedAt: new Date(`2026-10-03T${time}Z`) }];
    expect(count(at('10:00:00'))).toHaveLength(10_000);
    expect(count(at('10:59:59'))).toHaveLength(10_000);
    expect(count(at('11:00:00')).filter(({ hour }) => hour !== '2026-10-03T11:00:00.000Z')).toEqual([]);
  });
});

describe('bodies captured from the official clients', () => {
  if (!existsSync(wire)) {
    it('given no captures beside the repository, when looked for, then the copies above stand for them', () => {
      expect(clientFixture('segment-batch.json').batch.length + clientFixture('posthog-batch.json').batch.length).toBe(
        6,
      );
    });
    return;
  }

  const requests = (name: string): any[] =>
    readJson(path.join(wire, name)).filter((one: any) => typeof one.body === 'object');
  const fresh = async (): Promise<Doors> => openDoors();
  const play = async (target: Doors, protocol: 'segment' | 'posthog', name: string) => {
    for (const { url, headers, body } of requests(name)) {
      const keyed = JSON.parse(JSON.stringify(body).replaceAll('wk_test', WRITE_KEY).replaceAll('phc_test', WRITE_KEY));
      const gzip = headers?.['content-encoding'] === 'gzip';
      const sent = { ...headers, authorization: headers?.authorization && basic().authorization };
      target.setNow(new Date(keyed.sentAt ?? keyed.sent_at));
      await target.ingest.collect(protocol, clientRequest(url, gzip ? gzipSync(JSON.stringify(keyed)) : keyed, sent));
    }
  };

  it('given the retries of Segment after 500s, when collected, then one order with three deliveries remains', async () => {
    const target = await fresh();
    await play(target, 'segment', 'segment-node-3.1.0-retry-after-500.json');
    const { rows } = await target.database.pool.query(
      'select message_id, deliveries, refs, value_minor, occurred_at from ingest.tracked_events',
    );
    await target.close();
    expect(rows).toEqual([
      {
        message_id: 'seg-1',
        deliveries: 3,
        refs: ['order:o_1'],
        value_minor: 2500n,
        occurred_at: new Date('2026-11-01T10:05:00.000Z'),
      },
    ]);
  });

  it('given the browser and the server SDK of PostHog, when collected, then every event is kept once', async () => {
    const target = await fresh();
    await play(target, 'posthog', 'posthog-node-5.70.0.json');
    await play(target, 'posthog', 'posthog-js-1.430.0-jsdom.json');
    await play(target, 'posthog', 'posthog-node-retry-after-500.json');
    const { rows } = await target.database.pool.query(
      'select event, kind, deliveries, user_id is null as anonymous from ingest.tracked_events order by id',
    );
    const { rows: links } = await target.database.pool.query('select user_id from ingest.sdk_links order by user_id');
    await target.close();
    expect(rows).toEqual([
      { event: 'signup_completed', kind: 'signup', deliveries: 1, anonymous: false },
      { event: 'order_completed', kind: 'order_completed', deliveries: 1, anonymous: false },
      { event: '$create_alias', kind: null, deliveries: 1, anonymous: false },
      { event: '$pageview', kind: null, deliveries: 1, anonymous: true },
      { event: '$identify', kind: null, deliveries: 1, anonymous: false },
      { event: 'order_completed', kind: 'order_completed', deliveries: 1, anonymous: true },
      { event: 'order_completed', kind: 'order_completed', deliveries: 3, anonymous: false },
    ]);
    expect(links).toEqual([{ user_id: 'u1' }, { user_id: 'user_1' }]);
  });
});
