import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problems } from '../../src/kernel/errors.js';
import { ADMIN_KEY, startApp, type RunningApp } from '../unit/app/fake-service.js';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const json = (response: Response): Promise<any> => response.json();

/** Sends bytes as they are and reads until the server ends the connection. */
function raw(...parts: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1', () =>
      parts.forEach((part) => socket.write(part)),
    );
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const bodyOf = (answer: string): any => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

describe('requests that are too large', () => {
  it('given a body of exactly 1 MiB, when it is sent, then it is taken', async () => {
    expect((await app.post('/webhooks/stripe', Buffer.alloc(1_048_576, 'a'))).status).toBe(202);
  });

  it('given one byte more, when it is sent, then 413', async () => {
    const before = app.service.seen.length;
    const reply = await app.post('/webhooks/stripe', Buffer.alloc(1_048_577, 'a'));
    expect([reply.status, (await json(reply)).code, reply.headers.get('connection')]).toEqual([
      413,
      'too_large',
      'close',
    ]);
    expect(app.service.seen.length).toBe(before);
  });

  it('given a body without a stated length, when it passes the limit, then 413 and the connection ends', async () => {
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const answer = await raw(
      'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n',
      ...Array<string>(20).fill(chunk),
    );
    expect(statusOf(answer)).toBe(413);
    expect(bodyOf(answer).code).toBe('too_large');
  });

  it('given headers over 16 KiB, when they are sent, then 431 as a problem', async () => {
    const answer = await raw(`GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`);
    expect(statusOf(answer)).toBe(431);
    expect(answer).toContain('application/problem+json');
    expect(bodyOf(answer)).toMatchObject({ code: 'headers_too_large', status: 431 });
  });
});

describe('requests that could mean two things', () => {
  const post = 'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\n';
  it.each([
    ['a length and chunks', `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
    ['an unknown transfer encoding', `${post}Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n`],
    ['a folded header', `${post}X-A: b\r\n c: d\r\nContent-Length: 0\r\n\r\n`],
    ['a space before the colon', `${post}Content-Length : 4\r\n\r\nabcd`],
    ['no HTTP at all', 'hello\r\n\r\n'],
  ])('given %s, when they are sent, then 400 and nothing reaches ingest', async (_, request) => {
    const before = app.service.seen.length;
    const answer = await raw(request);
    expect(statusOf(answer)).toBe(400);
    expect(bodyOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(app.service.seen.length).toBe(before);
  });

  it('given no Host, when it is sent, then 400', async () => {
    expect(statusOf(await raw('GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400);
  });
});

describe('the limits of the server', () => {
  it('given the settings, when it listens, then every limit is on', () => {
    const { server } = app.http;
    expect(server).toMatchObject({
      requestTimeout: 10_000,
      headersTimeout: 5_000,
      keepAliveTimeout: 65_000,
      timeout: 30_000,
      maxRequestsPerSocket: 10_000,
      maxConnections: 16_000,
    });
  });

  it('given a request that Node timed out, when its socket is answered, then 408 as a problem', async () => {
    const answer = await new Promise<string>((resolve) => {
      const chunks: Buffer[] = [];
      app.http.server.once('connection', (socket) => {
        app.http.server.emit(
          'clientError',
          Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
          socket,
        );
      });
      const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    });
    expect(statusOf(answer)).toBe(408);
    expect(bodyOf(answer).code).toBe('request_timeout');
  });
});

describe('addresses and parameters', () => {
  const ask = async (path: string) => {
    const reply = await app.get(path, ADMIN_KEY);
    return { status: reply.status, body: await json(reply) };
  };

  it.each([
    '/nothing',
    '/v1/nothing',
    '/v1/metrics/none?from=2026-10-01&to=2026-10-02',
    '/v1/ledger/entries/6f1c0a52-2b5e-5c6a-9a39-0a5d3c1f7e10/proof',
    '/problems/none',
  ])('given %s, which does not exist, when it is asked, then 404', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each([
    ['/v1/nothing', 404, 'not_found'],
    ['/v1/metrics', 405, 'method_not_allowed'],
  ])(
    'given a form posted to %s, when nothing there takes it, then %i, whatever its type is',
    async (path, status, code) => {
      const reply = await app.post(path, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' });
      expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([status, code]);
    },
  );

  it.each([
    ['/v1/metrics/signups', 'from is needed'],
    ['/v1/metrics/signups?from=2026-10-01&to=2026-13-01', 'to must be a calendar day'],
    ['/v1/metrics/signups?from=2026-10-02&to=2026-10-01', 'from must not be after to'],
    ['/v1/metrics/signups?from=2000-01-01&to=2026-10-01', '3700 days'],
    ['/v1/metrics/signups?from=2026-10-01&to=2026-10-02&intervall=day', 'no parameter "intervall"'],
    ['/v1/metrics/signups?from=2026-10-01&to=2026-10-02&interval=year', 'interval must be day, week or month'],
    ['/v1/metrics/signups?from=2026-10-01&to=2026-10-02&group_by=email', 'group_by'],
    ['/v1/metrics/signups?from=2026-10-01&from=2026-10-01&to=2026-10-02', 'from'],
    ['/v1/metrics?limit=3', 'no parameter "limit"'],
    ['/v1/metrics/signups/contributions', 'Give day'],
    ['/v1/metrics/signups/contributions?day=2026-10-01&from=2026-10-01', 'either day'],
    ['/v1/ledger/entries?limit=0', 'limit must be a number from 1 to 1000'],
    ['/v1/ledger/entries?limit=1001', 'limit must be a number from 1 to 1000'],
    ['/v1/ledger/entries?limit=ten', 'limit must be a number from 1 to 1000'],
    ['/v1/ledger/entries/not-an-id', 'must be the id or the position'],
    ['/v1/ledger/entries/not-an-id/proof', 'the id must be a UUID'],
    ['/v1/reconciliations/yesterday/collector/signups', 'calendar day'],
    ['/v1/dead-letters?resolved=maybe', 'resolved must be true or false'],
    ['/v1/attribution?from=2026-10-01&to=2026-10-02&as_of=yesterday', 'as_of must be a ledger position'],
  ])('given %s, when it is asked, then 400 says: %s', async (path, sentence) => {
    const { status, body } = await ask(path);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors.join(' ')).toContain(sentence);
  });

  it('given good parameters, when they are read, then the report gets them typed', async () => {
    expect(
      (await ask('/v1/metrics/signups?from=2026-10-01&to=2026-10-02&group_by=source,medium&as_of=12')).status,
    ).toBe(200);
    expect(app.service.queries.at(-1)).toEqual({
      name: 'metric',
      args: [
        'signups',
        { from: '2026-10-01', to: '2026-10-02', interval: 'day', group_by: ['source', 'medium'], as_of: '12' },
      ],
    });
  });

  it.each([
    ['{"from":', 'application/json', 400, 'unreadable_body'],
    ['\ufeff{}', 'application/json', 400, 'unreadable_body'],
    ['{"from":"2026-10-01","to":"2026-10-02","__proto__":{}}', 'application/json', 400, 'unreadable_body'],
    ['{"from":"2026-10-01","to":"2026-10-02","all":true}', 'application/json', 400, 'invalid_request'],
    ['[]', 'application/json', 400, 'invalid_request'],
    ['from=2026-10-01', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
  ])('given the body %s as %s, when a reconciliation is asked for, then %d', async (body, type, status, code) => {
    const reply = await app.post('/v1/reconciliations', body, {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': type,
    });
    expect([reply.status, (await json(reply)).code]).toEqual([status, code]);
  });

  it('given every code of the table, when its page is asked, then it says what to do', async () => {
    for (const [code, [status, title, remedy]] of Object.entries(problems)) {
      expect(await ask(`/problems/${code}`)).toEqual({ status: 200, body: { code, status, title, remedy } });
    }
  });
});
