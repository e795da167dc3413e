import { readFileSync } from 'node:fs';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
  traces,
} from '../support/hostile.js';
import {
  call,
  dataFolder,
  KEYS,
  read,
  removeFolder,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { bearer, cloudEvent, nowS, signature, signed } from '../support/traffic.js';

const dataDir = dataFolder();
let service: ServiceProcess;
let url: string;
beforeAll(async () => {
  service = startService(dataDir);
  url = await service.listening;
  await webhook(stripeText());
});
afterAll(() => removeFolder(dataDir, [service]));

const webhook = (body: string | Buffer, headers: Record<string, string> = signed(body)) =>
  post(`${url}/webhooks/stripe`, headers, body);

/** Runs the work and fails when it left anything behind. */
async function leavesNothing<T>(work: () => Promise<T>): Promise<T> {
  const before = await traces(dataDir);
  const result = await work();
  expect(await traces(dataDir)).toEqual(before);
  return result;
}

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
      raw(url, [
        `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nStripe-Signature: ${good()}\r\nStripe-Signature: ${good()}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ]),
    );
    expect(statusOf(answer)).toBe(401);
  });

  it('given another provider that is not configured, then 404', async () => {
    for (const name of ['square', 'adyen', '__proto__', 'constructor', '%00', 'stripe%2f..', 'a'.repeat(500)])
      expect(asRefusal(await leavesNothing(() => post(`${url}/webhooks/${name}`, signed(body), body))).status).toBe(
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
    const before = await traces(dataDir);
    expect((await webhook(stripeText({}, {}, id))).status).toBe(202);
    const answer = await webhook(stripeText({}, { amount: 99_999 }, id));
    expect([answer.status, JSON.parse(answer.text).status]).toEqual([200, 'conflict']);
    const after = await traces(dataDir);
    expect([
      Number(after['head']) - Number(before['head']),
      Number(after['letters']) - Number(before['letters']),
    ]).toEqual([1, 1]);
  });
});

describe('S8: too much, too slow, never ending', () => {
  const post = (path: string, more: string): string => `POST ${path} HTTP/1.1\r\nHost: x\r\n${more}`;
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;

  it('given 1 GB in chunks, then it is 413 long before, and the connection ends', async () => {
    const { answer, sent } = await leavesNothing(() =>
      endless(post('/webhooks/stripe', 'Transfer-Encoding: chunked\r\n\r\n'), chunk, 1e9),
    );
    expect(statusOf(answer)).toBe(413);
    expect(sent).toBeLessThan(200e6);
  });

  it.each<[string, number, string[]]>([
    ['a length over the limit, and no body', 413, [post('/webhooks/stripe', 'Content-Length: 1073741824\r\n\r\n')]],
    ['headers of 17 KiB', 431, [post('/v1/events', `X-Long: ${'a'.repeat(17_000)}\r\n\r\n`)]],
    [
      '5,000 headers',
      431,
      [post('/v1/events', `${Array.from({ length: 5_000 }, (_, at) => `X-${at}: b\r\n`).join('')}\r\n`)],
    ],
    ['an address of 20 KiB', 431, [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`]],
    [
      'a length and chunks',
      400,
      [post('/v1/events', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')],
    ],
    ['two lengths', 400, [post('/v1/events', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde')]],
    ['a negative length', 400, [post('/v1/events', 'Content-Length: -1\r\n\r\n')]],
    ['an unknown transfer encoding', 400, [post('/v1/events', 'Transfer-Encoding: chunked, cow\r\n\r\n0\r\n\r\n')]],
    ['bare line feeds', 400, ['GET /health/live HTTP/1.1\nHost: x\n\n']],
    ['a folded header', 400, [post('/v1/events', 'X-A: b\r\n c: d\r\nContent-Length: 0\r\n\r\n')]],
    ['a space before the colon', 400, [post('/v1/events', 'Content-Length : 0\r\n\r\n')]],
    ['NUL in a header', 400, [post('/v1/events', 'X-A: \u0000\r\n\r\n')]],
    ['two hosts', 400, ['GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n']],
    ['no host', 400, ['GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n']],
    ['a chunk size that is none', 400, [post('/v1/events', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n')]],
    ['TLS', 400, ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003']],
    ['a method that nobody knows', 400, ['BREW /v1/events HTTP/1.1\r\nHost: x\r\n\r\n']],
  ])('given %s, then %i as a problem, and nothing is written', async (_, status, parts) => {
    const answer = await leavesNothing(() => raw(url, parts));
    expect([statusOf(answer), answer.includes('application/problem+json')]).toEqual([status, true]);
  });

  it('given senders that drip, stop in the middle or lie about the length, then each is told 408, while others are served', async () => {
    const body = stripeText();
    const head = `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nStripe-Signature: ${signature(body)}\r\n`;
    const slow = leavesNothing(() =>
      Promise.all([
        raw(url, ['POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nX-Never']),
        raw(url, [`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`]),
        raw(url, [`${head}Content-Length: ${body.length + 1}\r\n\r\n${body}`]),
        raw(url, [`${head}Transfer-Encoding: chunked\r\n\r\n5\r\n${body.slice(0, 5)}\r\n`]),
        dripping(`${head}Content-Length: ${body.length}\r\n\r\n`, body),
      ]),
    );
    expect((await call(`${url}/health/live`, { method: 'GET' })).status).toBe(200);
    expect((await slow).map(statusOf)).toEqual([408, 408, 408, 408, 408]);
  }, 120_000);

  it('given a length shorter than the body, then the rest is not taken for a request', async () => {
    const body = stripeText();
    const rest = `${body}GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n`;
    const answer = await leavesNothing(() =>
      raw(url, [post('/webhooks/stripe', `Content-Length: 10\r\nConnection: close\r\n\r\n${rest}`)]),
    );
    expect(statusOf(answer)).toBe(401);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('given gzip bombs at the collector, then 413, and memory stays where it was', async () => {
    const bomb = gzipSync(Buffer.alloc(200e6, ' '));
    const nested = gzipSync(bomb);
    for (const body of [bomb, nested, gzipSync(`[${' '.repeat(20e6)}]`)])
      for (const path of ['/v1/batch', '/batch/', '/e/?compression=gzip-js']) {
        const answer = await leavesNothing(() =>
          call(url + path, { headers: { ...basicAuth, 'content-encoding': 'gzip' }, body }),
        );
        expect([400, 413]).toContain(asRefusal(answer).status);
      }
    expect(residentMB()).toBeLessThan(800);
  });

  it('given 2,000 connections that say nothing, then a delivery is taken all the same', async () => {
    const idle = await Promise.all(Array.from({ length: 2_000 }, () => connected()));
    expect((await webhook(stripeText())).status).toBe(202);
    for (const socket of idle) socket.destroy();
  }, 120_000);

  it('given 500 requests in one breath on one connection, then all are answered in order', async () => {
    const one = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await raw(url, [`${one.repeat(499)}${one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`]);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(500);
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
        const answer = await post(url + path, headers(body), body);
        if (answer.status >= 400) asRefusal(answer);
      }
  }, 120_000);

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
        expect((await post(`${url}/v1/events`, bearer(), JSON.stringify({ ...event, ...more }))).status).toBeLessThan(
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
      expect((await post(`${url}/v1/batch`, basicAuth, JSON.stringify({ batch, sentAt: text }))).status).toBeLessThan(
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
        (await post(`${url}/batch/`, basicAuth, JSON.stringify({ api_key: KEYS.write, batch: posthog }))).status,
      ).toBeLessThan(500);
    },
  );

  it('given members called __proto__ and constructor, then no object inherits from them', async () => {
    const poison =
      '{"__proto__":{"status":"polluted","livemode":false},"constructor":{"prototype":{"polluted":1}},"id":"evt_proto","type":"charge.succeeded","data":{"object":{"__proto__":{"amount":1}}}}';
    expect((await webhook(poison)).status).toBe(202);
    for (const { path, headers } of DOORS.slice(1)) await post(url + path, headers(poison), poison);
    expect((await read(url, '/health/ready')).status).not.toBe('polluted');
    expect(
      asRefusal(
        await call(`${url}/v1/reconciliations`, {
          headers: bearer('application/json'),
          body: '{"__proto__":{},"from":"2026-10-01","to":"2026-10-01"}',
        }),
      ).status,
    ).toBe(400);
  });
});

describe('S27: questions that cost too much, and addresses that are none', () => {
  const get = (where: string) => call(url + where, { method: 'GET', headers: { authorization: `Bearer ${KEYS.api}` } });
  it.each([
    '/v1/metrics/orders?from=1926-01-01&to=2026-01-01',
    '/v1/metrics/orders?from=2026-10-02&to=2026-10-01',
    '/v1/metrics/orders?from=2026-02-30&to=2026-03-01',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&group_by=source,source,source,source,source,source,source',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&group_by=email',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&group_by=*',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&interval=second',
    '/v1/metrics/orders?from=2026-10-01&from=2026-10-01&to=2026-10-02',
    '/v1/metrics/orders?from[$gt]=2026-10-01&to=2026-10-02',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&as_of=99999999999999999999',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&currency=%27%20or%201=1',
    '/v1/metrics/orders/contributions?from=1926-01-01&to=2026-01-01',
    '/v1/ledger/entries?limit=1000000000',
    '/v1/ledger/entries?limit=0',
    '/v1/ledger/entries?limit=-1',
    '/v1/ledger/entries?limit=1e9',
    '/v1/ledger/entries?cursor=%00',
    '/v1/ledger/entries?cursor=x%27%3B--',
    '/v1/ledger/entries?cursor=99999999999999999999999',
    '/v1/dead-letters?limit=1000000000',
    '/v1/dead-letters?cursor=abc',
    '/v1/dead-letters?resolved=perhaps',
    '/v1/reconciliations?from=1926-01-01&to=2026-01-01',
    '/v1/reconciliations?cursor=%7B%7D',
    '/v1/reconciliations/2026-13-01/collector/orders',
    '/v1/attribution?metric=signups&from=1926-01-01&to=2026-01-01',
    '/v1/funnel?from=2026-10-01',
    '/v1/ledger/entries/not-an-id',
  ])('given GET %s, then 400', async (where) => {
    expect(asRefusal(await get(where)).status).toBe(400);
  });

  it.each(
    NASTY.filter((text) => text.isWellFormed()).map((text) => [encodeURIComponent(text).slice(0, 40), text] as const),
  )('given %s in every place of every question, then a 4xx or an answer', async (_, text) => {
    const value = encodeURIComponent(text);
    for (const where of [
      ...[
        `/v1/metrics/${value}?from=2026-10-01&to=2026-10-02`,
        `/v1/metrics/orders?from=${value}&to=${value}`,
        `/v1/customers/${value}`,
      ],
      ...[
        `/v1/metrics/orders?from=2026-10-01&to=2026-10-02&currency=${value}`,
        `/v1/metrics/orders/contributions?day=${value}`,
      ],
      ...[
        `/v1/ledger/entries?type=${value}&origin=${value}&stream=${value}`,
        `/v1/ledger/entries?cursor=${value}`,
        `/v1/ledger/entries/${value}`,
      ],
      ...[
        `/v1/ledger/entries/${value}/proof`,
        `/v1/dead-letters?reason=${value}`,
        `/v1/dead-letters?cursor=${value}`,
        `/problems/${value}`,
      ],
      ...[
        `/v1/reconciliations?source=${value}&metric=${value}`,
        `/v1/reconciliations?cursor=${value}`,
        `/v1/reconciliations/${value}/${value}/${value}`,
      ],
      ...[
        `/v1/reconciliations/2026-10-01/${value}/orders?currency=${value}`,
        `/v1/attribution?metric=${value}&from=2026-10-01&to=2026-10-02`,
      ],
      ...[`/${value}`, `/v1/${value}`, `/health/ready?${value}=${value}`, `/array/${value}/config`],
    ]) {
      const answer = await get(where);
      expect([where, answer.status < 500]).toEqual([where, true]);
      if (answer.status >= 400) asRefusal(answer);
    }
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'])(
    'given %s at a door for POST and at no address, then 404 or 405',
    async (method) => {
      for (const path of [
        '/webhooks/stripe',
        '/v1/events',
        '/nowhere',
        '/v1/nowhere',
        '//',
        '/..%2f',
        '/v1/events/../events/x',
      ]) {
        const { status } = await leavesNothing(() =>
          call(url + path, { method, headers: { authorization: `Bearer ${KEYS.api}` } }),
        );
        expect([method, path, status, status >= 404 && status <= 405]).toEqual([method, path, status, true]);
      }
    },
  );

  it('given POST with bodies that are no questions, then 4xx', async () => {
    for (const body of [
      '',
      '[]',
      'null',
      '{}',
      '{"from":1}',
      '{"from":"1926-01-01","to":"2026-01-01"}',
      '{"from":"2026-10-01","to":"2026-10-01","metrics":[]}',
      '{"from":"2026-10-01","to":"2026-10-01","sql":"x"}',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    ])
      expect(
        asRefusal(
          await leavesNothing(() => call(`${url}/v1/reconciliations`, { headers: bearer('application/json'), body })),
        ).status,
      ).toBe(400);
  });
});

describe('after all of that', () => {
  it('the process is the same, it has written no error, and the read model follows the ledger', async () => {
    let ready = await read(url, '/health/ready');
    while (ready.lag.events > 0 && ready.lag.ok) ready = await read(url, '/health/ready');
    expect(ready).toMatchObject({ status: 'ready', lag: { events: 0 } });
    expect(service.output()).not.toMatch(/"level":"(error|fatal)"/);
    expect(
      service
        .output()
        .split('\n')
        .filter((line) => line.includes('forged')),
    ).toEqual([]);
  });
});

const residentMB = (): number => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) / 1_024;
  } catch {
    return 0; // a system without /proc
  }
};

const connected = (): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });

/** Writes one part again and again until the server has had enough, or so many bytes are sent. */
async function endless(head: string, part: string, bytesMax: number): Promise<{ answer: string; sent: number }> {
  const socket = await connected();
  socket.on('error', () => undefined);
  let answer = '';
  let sent = 0;
  socket.on('data', (chunk) => (answer += chunk.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(head);
  while (!socket.destroyed && socket.writable && sent < bytesMax && answer === '') {
    sent += part.length;
    if (!socket.write(part)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  await closed;
  return { answer, sent };
}

/** One byte at a time, for as long as it is allowed to. */
async function dripping(head: string, body: string): Promise<string> {
  const socket = await connected();
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(head);
  let at = 0;
  const drip = setInterval(() => socket.writable && socket.write(body[at++] ?? ''), 500);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(drip);
  return answer;
}
