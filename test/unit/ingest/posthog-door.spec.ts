import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { networkOf } from '../../../src/ingest/tracked-event.js';
import { capture, clientFixture, clientsOf, problemOf } from '../../support/client-events.js';
import { NOW, WRITE_KEY, openDoors, type Doors } from '../../support/doors.js';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const { posthog, stored } = clientsOf(() => doors);

describe("PostHog's protocol", () => {
  it('given a batch, when collected, then devices and users are told apart and linked', async () => {
    expect(await posthog(clientFixture('posthog-batch.json'))).toMatchObject({ accepted: 3 });
    const rows = await stored("collector = 'posthog' and message_id like '0199c2aa%'");
    const device = '0199c2aa-aaaa-7000-8000-00000000000d';
    expect(rows).toMatchObject([
      {
        user_id: null,
        anonymous_id: device,
        kind: null,
        source: 'bing',
        medium: 'cpc',
        browser: 'chrome',
        device: 'desktop',
        is_bot: false,
      },
      { user_id: 'u_noor', anonymous_id: device },
      {
        user_id: 'u_noor',
        kind: 'order_completed',
        refs: ['order:o_77'],
        value_minor: 12000n,
        currency: 'USD',
        value_basis: 'total',
      },
    ]);
    const { rows: links } = await doors.database.pool.query(
      "select anonymous_id from ingest.sdk_links where user_id = 'u_noor'",
    );
    expect(links).toEqual([{ anonymous_id: device }]);
    expect(rows[1].body).not.toContain('noor@example.org');
  });

  it('given addresses of a visitor, when collected, then not even who has the key reads more than the network', async () => {
    const ip = '203.0.113.77';
    const network = '203.0.113.0/24';
    const event = capture(
      {},
      {
        ...{
          $ip: ip,
          client_ip: '2001:db8:1:2::3',
          clientIp: ip,
          remoteAddress: `${ip}:443`,
          'x-forwarded-for': `${ip}, ${ip}`,
        },
        ...{
          $set: { ipAddress: ip },
          ip: 'for=203.0.113.77;by=x',
          anywhere: ['2001:db8:1:2::3', '[2001:db8:1:2::3]:443'],
        },
        ...{ app_version: '24.1.0.3', chip: 'm4', time: '10:30', ship: 'fast' },
      },
    );
    expect(await posthog(JSON.stringify({ api_key: WRITE_KEY, batch: [event] }))).toMatchObject({ accepted: 1 });
    const [row] = await stored(`message_id = '${event.uuid}'`);
    const { properties } = JSON.parse(await doors.vault.unseal(row.body, row.body_key_id));
    expect(properties).toEqual({
      ...{
        $ip: network,
        client_ip: '2001:db8:1::/48',
        clientIp: network,
        remoteAddress: network,
        'x-forwarded-for': `${network}, ${network}`,
      },
      ...{ $set: { ipAddress: network }, ip: '[address]', anywhere: ['2001:db8:1::/48', '2001:db8:1::/48'] },
      ...{ app_version: '24.1.0.3', chip: 'm4', time: '10:30', ship: 'fast' },
    });
    expect(row.client_hash).toBe(networkOf(doors.vault, ip));
  });

  const one = () => JSON.stringify({ api_key: WRITE_KEY, batch: [capture()] });
  const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

  it.each([
    ['gzip by header', () => posthog(gzipSync(one()), { 'content-encoding': 'gzip' })],
    [
      'gzip by query',
      () => posthog(gzipSync(one()), { 'content-type': 'text/plain' }, '/e/?compression=gzip-js&ver=1'),
    ],
    ['gzip by its first bytes', () => posthog(gzipSync(one()), { 'content-type': 'text/plain' }, '/e/')],
    ['a gzip header that a proxy already honoured', () => posthog(one(), { 'content-encoding': 'gzip' })],
    ['JSON as plain text', () => posthog(one(), { 'content-type': 'text/plain' }, '/e/')],
    [
      'a form with base64',
      () =>
        posthog(
          `data=${encodeURIComponent(base64(one()))}`,
          { 'content-type': 'application/x-www-form-urlencoded' },
          '/e/?compression=base64',
        ),
    ],
    [
      'a form with an unescaped plus',
      () => posthog(`data=${base64(one())}`, { 'content-type': 'application/x-www-form-urlencoded' }, '/e/'),
    ],
    [
      'a form with JSON',
      () =>
        posthog(`data=${encodeURIComponent(one())}`, { 'content-type': 'application/x-www-form-urlencoded' }, '/e/'),
    ],
    [
      'a form with gzip in base64',
      () =>
        posthog(
          `data=${encodeURIComponent(base64(gzipSync(one())))}`,
          { 'content-type': 'application/x-www-form-urlencoded' },
          '/e/',
        ),
    ],
    ['one event with its key', () => posthog({ ...capture(), api_key: WRITE_KEY }, {}, '/capture/')],
    ['an array with a token in the properties', () => posthog([capture({}, { token: WRITE_KEY })], {}, '/e/')],
  ])('given %s, when collected, then it is read', async (_what, sendIt) => {
    expect(await sendIt()).toMatchObject({ accepted: 1 });
  });

  it('given an alias of the server SDK, when collected, then the ids are linked for matching', async () => {
    await posthog({
      api_key: WRITE_KEY,
      batch: [capture({ event: '$create_alias', distinct_id: 'u_px' }, { distinct_id: 'u_px', alias: 'a_px' })],
    });
    const { rows } = await doors.database.pool.query(
      "select anonymous_id from ingest.sdk_links where user_id = 'u_px'",
    );
    expect(rows).toEqual([{ anonymous_id: 'a_px' }]);
  });

  it('given offsets instead of times, when collected, then it happened that long ago', async () => {
    const body = capture({ timestamp: undefined, offset: 3_000 });
    await posthog({ api_key: WRITE_KEY, batch: [body] });
    expect(await stored('message_id = $1', [body.uuid])).toMatchObject([
      { occurred_at: new Date(NOW.getTime() - 3_000), client_at: null },
    ]);
  });

  it.each([
    ['a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), { 'content-encoding': 'gzip' }, 'too_large'],
    [
      'more than 8 MiB of text',
      gzipSync(JSON.stringify({ api_key: WRITE_KEY, pad: Array.from({ length: 900_000 }, (_, at) => `${at}xy`) })),
      {},
      'too_large',
    ],
    ['broken gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from('nonsense')]), {}, 'unreadable_body'],
    ['another compression', Buffer.from('x'), { 'content-encoding': 'br' }, 'unreadable_body'],
    ['no JSON', Buffer.from('{'), {}, 'unreadable_body'],
    ['nothing', Buffer.alloc(0), {}, 'unreadable_body'],
    ['a depth of 10,000', Buffer.from('['.repeat(10_000)), {}, 'unreadable_body'],
    [
      'a form without data',
      Buffer.from('a=b'),
      { 'content-type': 'application/x-www-form-urlencoded' },
      'unreadable_body',
    ],
    ['more than 1 MiB', Buffer.alloc(1024 * 1024 + 1, 0x20), {}, 'too_large'],
    [
      'too many events',
      Buffer.from(JSON.stringify({ api_key: WRITE_KEY, batch: Array(2_501).fill(0) })),
      {},
      'too_large',
    ],
    ['an unknown token', Buffer.from(JSON.stringify({ api_key: 'other', batch: [] })), {}, 'unauthenticated'],
  ])('given %s, when collected, then it is refused as a whole', async (_what, body, headers, code) => {
    const before = (await stored()).length;
    expect((await problemOf(posthog(body, headers))).code).toBe(code);
    expect(await stored()).toHaveLength(before);
  });
});
