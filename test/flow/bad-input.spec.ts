import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  asRefusal,
  basicAuth,
  DOORS,
  NASTY,
  nextNumber,
  post,
  raw,
  statusOf,
  stripeText,
  victim,
} from '../support/hostile.js';
import { call, KEYS, read } from '../support/service-process.js';
import { bearer, cloudEvent, nowS, signature, signed } from '../support/traffic.js';

const { url, webhook, leavesNothing, traces, isUnharmed } = victim();

describe('S1: signatures that are none', () => {
  const body = stripeText();
  const good = (): string => signature(body);
  const digest = (): string => good().split('v1=')[1]!;
  const cases: [string, () => string | undefined][] = [
    ['missing', () => undefined],
    ['empty', () => ''],
    ['garbage', () => 'garbage'],
    ['of another secret', () => signature(body, nowS(), 'whsec_other')],
    ['of the empty secret', () => signature(body, nowS(), '')],
    ['of another body', () => signature(`${body} `)],
    ['cut short', () => good().slice(0, -2)],
    ['one digit longer', () => `${good()}0`],
    ['in upper case', () => `t=${nowS()},v1=${digest().toUpperCase()}`],
    ['of another scheme', () => good().replace('v1=', 'v0=')],
    ['empty of v1', () => `t=${nowS()},v1=`],
    ['all zeros', () => `t=${nowS()},v1=${'0'.repeat(64)}`],
    ['without a time', () => `v1=${digest()}`],
    ['with two times', () => `t=1,${good()}`],
    ['with a time that goes on', () => good().replace(/t=(\d+)/, 't=$1abc')],
    ['with a signed time', () => good().replace('t=', 't=+')],
    ['with spaces', () => good().replace(',', ', ')],
    ['after ten wrong ones', () => `t=${nowS()},${`v1=${'a'.repeat(64)},`.repeat(10)}v1=${digest()}`],
    ['in a header of 8 KiB and more', () => `${good()},${'v1=a,'.repeat(2_000)}v1=b`],
  ];
  it.each(cases)('given a signature %s, then 401, and nothing is written', async (_, header) => {
    const value = header();
    const answer = await leavesNothing(() =>
      webhook(body, {
        'content-type': 'application/json',
        ...(value === undefined ? {} : { 'stripe-signature': value }),
      }),
    );
    expect(asRefusal(answer)).toEqual({ status: 401, code: 'bad_signature' });
  });

  it('given the header twice, then it is not good because one of them is', async () => {
    const answer = await leavesNothing(() =>
      raw(url(), [
        `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nStripe-Signature: ${good()}\r\nStripe-Signature: ${good()}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ]),
    );
    expect(statusOf(answer)).toBe(401);
  });

  it('given another provider that is not configured, then 404', async () => {
    for (const name of ['square', 'adyen', '__proto__', 'constructor', '%00', 'stripe%2f..', 'a'.repeat(500)])
      expect(asRefusal(await leavesNothing(() => post(`${url()}/webhooks/${name}`, signed(body), body))).status).toBe(
        404,
      );
  });
});

describe('S2: the same delivery again', () => {
  it('given it comes inside of its window, then it is a duplicate', async () => {
    const body = stripeText();
    const headers = signed(body);
    expect((await webhook(body, headers)).status).toBe(202);
    expect((await leavesNothing(() => webhook(body, headers))).status).toBe(200);
  });
  it.each([-301, -86_400, -1_700_000_000, 310, 315_360_000])(
    'given a good signature of %i seconds from now, then 401 stale',
    async (offset) => {
      const body = stripeText();
      const headers = {
        'content-type': 'application/json',
        'stripe-signature': signature(body, Math.max(0, nowS() + offset)),
      };
      expect(asRefusal(await leavesNothing(() => webhook(body, headers)))).toEqual({
        status: 401,
        code: 'stale_signature',
      });
    },
  );
});

describe('S3: bytes that read alike', () => {
  const plain = stripeText();
  const header = signed(plain);
  it.each<[string, string | Buffer]>([
    ['a byte order mark', `\ufeff${plain}`],
    ['a space at the end', `${plain} `],
    ['CR LF', plain.replace('{', '{\r\n')],
    [
      'members in another order',
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(plain) as object).reverse())),
    ],
    ['gzip', gzipSync(plain)],
    ['UTF-16', Buffer.from(plain, 'utf16le')],
  ])('given %s that the signature did not cover, then 401', async (_, body) => {
    expect(asRefusal(await leavesNothing(() => webhook(body, header)))).toEqual({ status: 401, code: 'bad_signature' });
  });
  it.each<[string, string | Buffer]>([
    ['a byte order mark', `\ufeff${plain}`],
    ['a byte that is no UTF-8', Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}')])],
    ['gzip', gzipSync(plain)],
    ['UTF-16', Buffer.from(plain, 'utf16le')],
    ['no body', ''],
    ['no JSON', '{"id": evt_1}'],
    ['a number too many', '{"id":01}'],
    ['depth 10,000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['depth 500,000', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['NaN', '{"id":NaN}'],
  ])('given %s with a signature of its own, then 400', async (_, body) => {
    expect(asRefusal(await leavesNothing(() => webhook(body)))).toEqual({ status: 400, code: 'unreadable_body' });
  });
  it('given other content under a known id, then both are kept, and Stripe is not made to try again', async () => {
    const id = `evt_twice_${nextNumber()}`;
    const before = await traces();
    expect((await webhook(stripeText({}, {}, id))).status).toBe(202);
    const answer = await webhook(stripeText({}, { amount: 99_999 }, id));
    expect([answer.status, JSON.parse(answer.text).outcome]).toEqual([200, 'conflict']);
    const after = await traces();
    expect([
      Number(after['head']) - Number(before['head']),
      Number(after['letters']) - Number(before['letters']),
    ]).toEqual([1, 1]);
  });
});

describe('S9: JSON that is valid and hostile', () => {
  it('given 1 MiB of it through each door, then it is taken or refused clearly', async () => {
    const filler = 'x'.repeat(1_048_576 - 400);
    const many = Array.from({ length: 60_000 }, (_, at) => `"k${at}":${at}`).join();
    for (const { path, headers } of DOORS)
      for (const body of [
        `{"id":"evt_big","type":"x.y","data":{"object":{"a":"${filler}"}}}`,
        `{"id":"evt_many","type":"x.y",${many}}`,
        `[${'0,'.repeat(500_000)}0]`,
        `{"${filler}":1}`,
      ]) {
        const answer = await post(url() + path, headers(body), body);
        // A refused domain event is told its outcome, which has the code and the reasons too.
        if (answer.status >= 400 && !answer.text.startsWith('{"status":"rejected"')) asRefusal(answer);
      }
  });

  it.each(NASTY.map((text) => [JSON.stringify(text).slice(0, 40), text] as const))(
    'given ids, types and times of %s, then each door keeps, parks or refuses it',
    async (_, text) => {
      const unique = nextNumber();
      const stripe = [
        { id: text },
        { id: text, type: text },
        { type: text },
        { account: text },
        { api_version: text },
        { created: text },
        { data: { object: text } },
        { data: text },
        { livemode: text },
      ];
      for (const more of stripe) expect((await webhook(stripeText({ n: unique, ...more }))).status).toBeLessThan(300);
      const objects = ['id', 'customer', 'currency', 'amount', 'payment_intent', 'status', 'created', 'invoice'];
      for (const name of objects) expect((await webhook(stripeText({}, { [name]: text }))).status).toBe(202);
      expect(
        (
          await webhook(
            stripeText({}, { metadata: { user_id: text, order_id: text, checkout_id: text, [text]: text } }),
          )
        ).status,
      ).toBe(202);
      const event = cloudEvent('/auth', `n_${unique}`, 'user.signed_up', { user_id: `u_${unique}` });
      const data = {
        user_id: text,
        anonymous_id: text,
        email: text,
        attribution: { source: text, landing_page: text },
      };
      for (const more of [
        { id: text },
        { source: text },
        { type: text },
        { time: text },
        { data: text },
        { data },
        { [text]: text },
        { dataversion: text },
        { specversion: text },
        { subject: text },
      ])
        expect((await post(`${url()}/v1/events`, bearer(), JSON.stringify({ ...event, ...more }))).status).toBeLessThan(
          500,
        );
      const track = { type: 'track', event: 'Signed Up', anonymousId: `a_${unique}`, messageId: `m_${unique}` };
      const batch = [
        ...[
          { event: text },
          { type: text },
          { anonymousId: text },
          { userId: text },
          { messageId: text },
          { timestamp: text },
        ],
        ...[
          { context: { ip: text, userAgent: text, page: { url: text }, campaign: { source: text } } },
          { properties: { user_id: text, total: text, currency: text, [text]: text } },
        ],
      ].map((more) => ({ ...track, ...more }));
      expect((await post(`${url()}/v1/batch`, basicAuth, JSON.stringify({ batch, sentAt: text }))).status).toBeLessThan(
        500,
      );
      const posthog = batch.map((one, at) => ({
        uuid: `p_${unique}_${at}`,
        event: text,
        distinct_id: text,
        timestamp: text,
        properties: { $ip: text, $device_id: text, ...one },
      }));
      expect(
        (await post(`${url()}/batch/`, basicAuth, JSON.stringify({ api_key: KEYS.write, batch: posthog }))).status,
      ).toBeLessThan(500);
    },
  );

  it('given members called __proto__ and constructor, then no object inherits from them', async () => {
    const poison =
      '{"__proto__":{"status":"polluted","livemode":false},"constructor":{"prototype":{"polluted":1}},"id":"evt_proto","type":"charge.succeeded","data":{"object":{"__proto__":{"amount":1}}}}';
    expect((await webhook(poison)).status).toBe(202);
    for (const { path, headers } of DOORS.slice(1)) await post(url() + path, headers(poison), poison);
    expect((await read(url(), '/health/ready')).status).not.toBe('polluted');
    expect(
      asRefusal(
        await call(`${url()}/v1/reconciliations`, {
          headers: bearer('application/json'),
          body: '{"__proto__":{},"from":"2026-10-01","to":"2026-10-01"}',
        }),
      ).status,
    ).toBe(400);
  });
});

describe('after all of that', () => {
  it('the same process serves on, has written no error, and its read model follows the ledger', () => isUnharmed());
});
