import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/kernel/errors.js';
import { ADMIN_KEY, ENTRY_ID, randomBody, startApp, type RunningApp } from '../unit/app/fake-service.js';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const json = (response: Response): Promise<any> => response.json();
const last = () => app.service.seen.at(-1)!;

describe('POST /webhooks/:provider', () => {
  it.each(['application/json', 'text/plain', 'application/octet-stream', 'application/x-www-form-urlencoded'])(
    'given a body of type %s, when it is sent, then ingest gets its bytes as they came',
    async (type) => {
      const body = Buffer.concat([Buffer.from('\ufeff{ "a":1,\n "a": 2 }  '), randomBody(64)]);
      const reply = await app.post('/webhooks/stripe', body, { 'content-type': type, 'stripe-signature': 't=1,v1=00' });
      expect(reply.status).toBe(202);
      expect(await json(reply)).toEqual({ outcome: 'recorded', status: 202, entry_id: ENTRY_ID });
      expect(last().door).toBe('webhook stripe');
      expect(last().request.body.equals(body)).toBe(true);
      expect(last().request.headers['stripe-signature']).toBe('t=1,v1=00');
    },
  );

  it('given an empty body without a type, when it is sent, then ingest decides', async () => {
    const reply = await fetch(`${app.url}/webhooks/stripe`, { method: 'POST' });
    expect(reply.status).toBe(202);
    expect(last().request.body.length).toBe(0);
  });

  it.each([['duplicate'], ['conflict']] as const)(
    'given a %s, when it is answered, then the provider has no reason to retry',
    async (outcome) => {
      app.service.webhook = () => Promise.resolve([{ outcome, entryId: ENTRY_ID }]);
      const reply = await app.post('/webhooks/stripe', '{}');
      expect([reply.status, await json(reply)]).toEqual([200, { outcome, status: 200, entry_id: ENTRY_ID }]);
    },
  );

  it('given several events in one delivery and one of them new, when it is answered, then 202 with one result each', async () => {
    app.service.webhook = () =>
      Promise.resolve([
        { outcome: 'duplicate', entryId: 'a' },
        { outcome: 'recorded', entryId: 'b' },
      ]);
    const reply = await app.post('/webhooks/stripe', '{}');
    expect(reply.status).toBe(202);
    expect((await json(reply)).results).toEqual([
      { outcome: 'duplicate', status: 200, entry_id: 'a' },
      { outcome: 'recorded', status: 202, entry_id: 'b' },
    ]);
  });

  it.each(['recorded', 'duplicate', 'conflict'] as const)(
    'given %s and a provider that waits for a text of its own, when it is answered, then with that text and 200',
    async (outcome) => {
      app.service.webhook = () => Promise.resolve([{ outcome, entryId: ENTRY_ID }]);
      const reply = await app.post('/webhooks/adyen', '{}');
      expect([reply.status, await reply.text()]).toEqual([200, '[accepted]']);
      expect(reply.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    },
  );

  it('given one event that is not genuine among others, when it is answered, then 401, which acknowledges nothing', async () => {
    app.service.webhook = () =>
      Promise.resolve([
        { outcome: 'recorded', entryId: 'a' },
        { outcome: 'rejected', code: 'bad_signature' },
      ]);
    const reply = await app.post('/webhooks/adyen', '{}');
    expect([reply.status, (await json(reply)).code]).toEqual([401, 'bad_signature']);
  });

  it.each([
    ['bad_signature', 401, null],
    ['stale_signature', 401, null],
    ['unreadable_body', 400, null],
    ['not_found', 404, null],
    ['too_large', 413, null],
    ['unavailable', 503, '5'],
  ] as const)(
    'given %s from ingest, when it is answered, then %d with a problem of its code',
    async (code, status, retryAfter) => {
      app.service.webhook = () => Promise.reject(new Problem(code));
      const reply = await app.post('/webhooks/stripe', '{"secret":"canary-body"}', { 'x-correlation-id': 'abc-1' });
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([status, retryAfter]);
      expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(await json(reply)).toMatchObject({ type: `/problems/${code}`, status, code, correlation_id: 'abc-1' });
      expect(app.logged()).not.toContain('canary-body');
    },
  );

  it('given a time to wait from ingest, when it is answered, then Retry-After has whole seconds', async () => {
    app.service.webhook = () => Promise.reject(new Problem('unavailable', undefined, { retryAfterS: 2.2 }));
    expect((await app.post('/webhooks/stripe', '{}')).headers.get('retry-after')).toBe('3');
  });

  it('given an error that nobody expected, when it is answered, then nothing of it goes out', async () => {
    app.service.webhook = () => Promise.reject(new Error('password=hunter2'));
    const reply = await app.post('/webhooks/stripe', '{}');
    const text = await reply.text();
    expect([reply.status, JSON.parse(text).code]).toEqual([500, 'internal']);
    expect(text).not.toContain('hunter2');
  });

  it('given an address with other methods, when GET is sent, then 405 names them', async () => {
    const reply = await app.get('/webhooks/stripe');
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await json(reply)).code).toBe('method_not_allowed');
  });
});

describe('POST /v1/events', () => {
  const send = (body = '{}') =>
    app.post('/v1/events', body, {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/cloudevents+json',
    });

  it('given a key, when an event is sent, then ingest learns who it is', async () => {
    const reply = await send('{"id": "1" }');
    expect([reply.status, await json(reply)]).toEqual([202, { outcome: 'recorded', status: 202, entry_id: ENTRY_ID }]);
    expect(last().principal).toMatchObject({ account: 'admin', origins: '*' });
    expect(last().request.body.toString()).toBe('{"id": "1" }');
  });

  it.each([
    ['duplicate', 200, undefined],
    ['conflict', 409, 'conflict'],
    ['rejected', 400, 'invalid_event'],
  ] as const)(
    'given one event and the outcome %s, when it is answered, then status %d',
    async (outcome, status, code) => {
      app.service.events = () =>
        Promise.resolve({
          batch: false,
          outcomes: [{ outcome, errors: outcome === 'rejected' ? ['data.user_id is needed'] : undefined }],
        });
      const reply = await send();
      expect(reply.status).toBe(status);
      const body = await json(reply);
      expect(body).toMatchObject({
        outcome,
        status,
        ...(code && { code, type: `/problems/${code}`, correlation_id: expect.any(String) }),
        ...(outcome === 'rejected' && { errors: ['data.user_id is needed'] }),
      });
      expect(reply.headers.get('content-type')).toContain(code ? 'application/problem+json' : 'application/json');
    },
  );

  it('given a batch, when all are new, then 202, else 200, with a result each', async () => {
    app.service.events = () => Promise.resolve({ batch: true, outcomes: [{ outcome: 'recorded', entryId: 'a' }] });
    const allNew = await send('[]');
    expect([allNew.status, (await json(allNew)).results]).toEqual([
      202,
      [{ outcome: 'recorded', status: 202, entry_id: 'a' }],
    ]);
    app.service.events = () =>
      Promise.resolve({ batch: true, outcomes: [{ outcome: 'recorded', entryId: 'a' }, { outcome: 'rejected' }] });
    const mixed = await send('[]');
    expect(mixed.status).toBe(200);
    expect((await json(mixed)).results[1]).toEqual({ outcome: 'rejected', status: 400, code: 'invalid_event' });
  });

  it('given no key, when an event is sent, then 401 and ingest never sees it', async () => {
    const before = app.service.seen.length;
    const reply = await app.post('/v1/events', '{}');
    expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(app.service.seen.length).toBe(before);
  });
});

describe('the collector', () => {
  it.each(['/v1/track', '/v1/identify', '/v1/page', '/v1/batch', '/v1/batch/', '/v1/t', '/v1/b'])(
    'given Segment, when %s is posted, then 202 from any origin',
    async (path) => {
      const reply = await app.post(path, '{}', { origin: 'https://shop.example' });
      expect([reply.status, reply.headers.get('access-control-allow-origin'), last().door]).toEqual([
        202,
        '*',
        'segment',
      ]);
      expect(await json(reply)).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: {} });
    },
  );

  it.each(['/batch/', '/batch', '/e/', '/e', '/capture/', '/i/v0/e/'])(
    'given PostHog, when %s is posted, then 200 with its body',
    async (path) => {
      const reply = await app.post(`${path}?ip=1&compression=gzip-js`, randomBody(20), {
        'content-type': 'text/plain',
      });
      expect([reply.status, (await json(reply)).status, last().door]).toEqual([200, 'Ok', 'posthog']);
      expect(last().request.url).toBe(`${path}?ip=1&compression=gzip-js`);
    },
  );

  it('given a page, when it asks first, then the preflight is answered', async () => {
    const headers = {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,authorization',
    };
    const reply = await fetch(`${app.url}/v1/batch`, { method: 'OPTIONS', headers });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('access-control-allow-headers')).toBe('content-type,authorization');
    expect(reply.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
  });

  it('given a route that is not for browsers, when a page asks first, then nothing is allowed', async () => {
    const reply = await fetch(`${app.url}/v1/events`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect(reply.status).toBe(405);
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('given too many events, when they are refused, then 429 says when, readable by the page', async () => {
    app.service.collect = () => Promise.reject(new Problem('rate_limited', undefined, { retryAfterS: 7 }));
    const reply = await app.post('/v1/track', '{}');
    expect([reply.status, reply.headers.get('retry-after'), reply.headers.get('access-control-allow-origin')]).toEqual([
      429,
      '7',
      '*',
    ]);
    expect(reply.headers.get('access-control-expose-headers')).toContain('retry-after');
  });

  it.each([
    ['POST', '/flags/?v=2'],
    ['POST', '/decide/?v=3'],
    ['GET', '/array/phc_key/config'],
  ])('given PostHog, when it sends %s %s, then it is told there are no flags', async (method, path) => {
    const reply = await fetch(app.url + path, { method, ...(method === 'POST' && { body: '{}' }) });
    expect(reply.status).toBe(200);
    expect((await json(reply)).supportedCompression).toContain('gzip-js');
  });
});
