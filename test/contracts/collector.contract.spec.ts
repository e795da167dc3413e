import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collectors } from '../../src/ingest/collectors/index.js';
import { basic, clientFixture, clientsOf, problemOf, track } from '../support/client-events.js';
import { NOW, WRITE_KEY, openDoors, type Doors } from '../support/doors.js';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const { segment, stored, rejects } = clientsOf(() => doors);

describe.each(Object.values(collectors))('collector $name', (collector) => {
  it.each([null, 1, 'text'])('given %j as a body, when read, then it has not the shape of the protocol', (body) => {
    expect(collector.batch({ headers: {}, url: '/v1/batch' }, body)).toBeUndefined();
  });

  it.each([
    {},
    { event: '' },
    { type: 'track' },
    { event: 5, type: 'track' },
    { type: {} },
    JSON.parse('{"__proto__":{"event":"x"}}'),
  ])('given %j as an event, when read, then a reason comes back and nothing is thrown', (sent) => {
    expect(typeof collector.event(sent as Record<string, unknown>)).toBe('string');
  });
});

describe("Segment's protocol", () => {
  it('given a batch, when collected, then each event is kept in our words and in order', async () => {
    expect(await segment('/v1/batch', clientFixture('segment-batch.json'))).toEqual({
      accepted: 3,
      duplicates: 0,
      rejected: {},
    });
    const rows = await stored("message_id like 'seg-harbour-%'");
    expect(rows.map(({ event, kind }) => [event, kind])).toEqual([
      ['identify', null],
      ['page', null],
      ['Order Completed', 'order_completed'],
    ]);
    expect(rows[1]).toMatchObject({
      source: 'newsletter',
      medium: 'email',
      campaign: 'autumn',
      is_bot: false,
      device: 'mobile',
      browser: 'safari',
    });
    expect(rows[2]).toMatchObject({
      ...{ collector: 'segment', key_id: 'web', user_id: 'u_iris', anonymous_id: 'a_iris_phone', refs: ['order:5001'] },
      ...{
        value_minor: 4990n,
        value_basis: 'total',
        currency: 'EUR',
        value_problem: null,
        is_bot: null,
        lineage: 'client',
        deliveries: 1,
      },
      ...{ source: 'google', medium: 'cpc', campaign: 'autumn', received_at: NOW },
      // sent five seconds after it happened, received at NOW: the clock of the device cancels out
      occurred_at: new Date(NOW.getTime() - 5_000),
    });
    expect(rows[2].client_hash).not.toBe(rows[1].client_hash);
    const { rows: links } = await doors.database.pool.query(
      'select anonymous_id, user_id from ingest.sdk_links where user_id = $1',
      ['u_iris'],
    );
    expect(links).toEqual([{ anonymous_id: 'a_iris_phone', user_id: 'u_iris' }]);
  });

  it('given what is kept, when searched, then no personal data is in clear and the sent event comes back', async () => {
    const rows = await stored("message_id = 'seg-harbour-1'");
    expect(rows[0].body).not.toMatch(/iris\.lund@|Iris Lund/);
    expect(rows[0].subjects).toContain(doors.vault.subjectTag('u', 'u_iris'));
    expect(rows[0].subjects).toContain(doors.vault.subjectTag('e', 'iris.lund@example.com'));
    expect(JSON.parse(await doors.vault.unseal(rows[0].body, rows[0].body_key_id))).toEqual(
      clientFixture('segment-batch.json').batch[0],
    );
    const { rows: all } = await doors.database.pool.query(
      "select to_jsonb(t) - 'body' as row from ingest.tracked_events t",
    );
    expect(JSON.stringify(all)).not.toMatch(/203\.0\.113|198\.51\.100/);
  });

  it('given the retry of a batch, when collected, then it is counted on the row and not as a new one', async () => {
    const again = { ...clientFixture('segment-batch.json'), sentAt: '2026-11-01T10:00:09.000Z' };
    expect(await segment('/v1/batch', again)).toEqual({ accepted: 0, duplicates: 3, rejected: {} });
    expect((await stored("message_id like 'seg-harbour-%'")).map(({ deliveries }) => deliveries)).toEqual([2, 2, 2]);
  });

  it('given one event many times at once, when collected, then it is one row with all deliveries', async () => {
    const body = track({ messageId: 'm_many' });
    const replies = await Promise.all(Array.from({ length: 50 }, () => segment('/v1/track', body)));
    expect(replies.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1);
    expect(await stored("message_id = 'm_many'")).toMatchObject([{ deliveries: 50 }]);
  });

  it.each([
    ['/v1/track', { event: 'Signed Up', userId: 'u_t' }, 'Signed Up', 'signup'],
    ['/v1/identify', { userId: 'u_t', traits: { plan: 'pro' } }, 'identify', null],
    ['/v1/page', { userId: 'u_t', name: 'Order Completed' }, 'page', null],
  ])('given a single call to %s, when collected, then it is kept', async (url, body, event, kind) => {
    const messageId = `m_single_${event}`;
    expect(
      await segment(url, { ...body, messageId, writeKey: WRITE_KEY }, { 'content-type': 'text/plain' }),
    ).toMatchObject({ accepted: 1 });
    expect(await stored('message_id = $1', [messageId])).toMatchObject([{ event, kind, occurred_at: NOW }]);
  });

  it('given an alias, when collected, then the ids are linked for matching', async () => {
    await segment('/v1/batch', {
      batch: [track({ type: 'alias', userId: 'u_al', previousId: 'a_al', anonymousId: undefined })],
    });
    const { rows } = await doors.database.pool.query(
      "select anonymous_id from ingest.sdk_links where user_id = 'u_al'",
    );
    expect(rows).toEqual([{ anonymous_id: 'a_al' }]);
  });

  it('given good and bad events, when collected, then the good are kept and the bad counted by reason and sampled', async () => {
    const reply = await segment('/v1/batch', {
      batch: [
        track(),
        track({ event: ' ' }),
        track({ anonymousId: undefined }),
        track({ anonymousId: 'a\u0000' }),
        track({ timestamp: 'soon' }),
        track({ timestamp: '2031-01-01T00:00:00Z' }),
        track({ properties: { note: 'x'.repeat(33 * 1024) } }),
        track({ event: 'Order Completed', properties: { total: 5, email: 'sam@example.com' } }),
        track({ event: 'Checkout Started' }),
        track({ type: 'vanish' }),
        'text',
        null,
      ],
    });
    expect(reply).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: {
        ...{ missing_name: 1, missing_id: 2, bad_time: 2, too_large: 1, missing_order_id: 1, missing_checkout_id: 1 },
        ...{ unknown_type: 1, not_an_object: 2 },
      },
    });
    expect(await rejects('bad_time')).toBe(2);
    const { rows } = await doors.database.pool.query(
      "select * from ingest.collector_reject_samples where reason = 'missing_order_id'",
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].body).not.toContain('sam@example.com');
    expect(await doors.ingest.deadLetters.counts()).toEqual([]);
  });

  it('given more rejects than samples are kept, when collected, then all are counted and the samples capped', async () => {
    for (let at = 0; at < 15; at++) await segment('/v1/batch', { batch: [track({ type: 'odd' })] });
    const { rows } = await doors.database.pool.query(
      "select count(*)::int as n from ingest.collector_reject_samples where reason = 'unknown_type'",
    );
    expect(rows).toEqual([{ n: 10 }]);
    expect(await rejects('unknown_type')).toBe(16);
  });

  it('given an event without an id of its own, when sent twice, then it is one by its content', async () => {
    const body = track({ messageId: undefined });
    expect(await segment('/v1/track', body)).toMatchObject({ accepted: 1 });
    expect(await segment('/v1/track', body)).toMatchObject({ duplicates: 1 });
  });

  it.each([
    ['an e-mail as user id', { userId: 'kim@example.com' }, { user_id: expect.stringMatching(/^h_/) }],
    ['an e-mail in the name', { event: 'mail to kim@example.com' }, { event: expect.stringMatching(/^h_/) }],
    ['a bot by its own user agent', { context: { userAgent: 'Googlebot/2.1' } }, { is_bot: true }],
    ['an empty user agent', { context: { userAgent: '' } }, { is_bot: null }],
    ['a mark of our own routing', { properties: { truth_ledger_origin: 'route' } }, { lineage: 'server' }],
    ['a library of servers', { context: { library: { name: '@segment/analytics-node' } } }, { lineage: 'server' }],
    ['a library of browsers', { context: { library: { name: 'analytics.js' } } }, { lineage: 'client' }],
    [
      'a currency nobody has',
      { event: 'purchase', properties: { order_id: 'o', value: 5, currency: 'XQX' } },
      { value_problem: 'unknown_currency', value_minor: null },
    ],
    [
      'a value that is none',
      { event: 'purchase', properties: { order_id: 'o', value: 'lots', currency: 'USD' } },
      { value_problem: 'not_a_number' },
    ],
  ])('given %s, when collected, then the row says so', async (_what, changes, expected) => {
    const body = track(changes);
    await segment('/v1/track', body, { ...basic(), 'user-agent': 'Googlebot/2.1' });
    expect(await stored('message_id = $1', [body.messageId])).toMatchObject([expected]);
  });

  it('given an unknown or missing write key, when collected, then it is refused', async () => {
    expect((await problemOf(segment('/v1/track', track(), basic('wk_other')))).code).toBe('unauthenticated');
    expect((await problemOf(segment('/v1/track', track(), { 'content-type': 'application/json' }))).code).toBe(
      'unauthenticated',
    );
  });
});

describe('what no client can do', () => {
  it('given everything above, when the ledger is looked at, then nothing of it is there', async () => {
    expect(await doors.ledger.head()).toBe(0);
  });
});
