import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/kernel/errors.js';
import type { LedgerHealth } from '../../src/ledger/ledger.js';
import { ADMIN_KEY, ENTRY_ID, startApp, type RunningApp } from '../unit/app/fake-service.js';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const json = (response: Response): Promise<any> => response.json();
/** The page as it is once what was read for the last one is no longer kept. */
const figures = async (key?: string) => {
  app.advance(2_000);
  return (await app.get('/metrics', key)).text();
};

describe('the page', () => {
  const root = path.resolve(import.meta.dirname, '../../dist/web');

  it('given the dashboard, then nothing from elsewhere, nothing inline and no frame is allowed in it', async () => {
    const headers = (await app.get('/')).headers;
    const policy = new Map(
      headers
        .get('content-security-policy')!
        .split('; ')
        .map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]),
    );
    expect(Object.fromEntries(policy)).toMatchObject({
      ...{ 'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'connect-src': "'self'" },
      'frame-ancestors': "'none'",
    });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('given its scripts, then they are at most 250 kB together when they are sent', () => {
    const scripts = readdirSync(path.join(root, 'assets')).filter((name) => name.endsWith('.js'));
    const sent = scripts.map((name) => gzipSync(readFileSync(path.join(root, 'assets', name))).length);
    expect(scripts.length).toBeGreaterThan(0);
    expect(sent.reduce((sum, size) => sum + size)).toBeLessThan(250_000);
  });
});

describe('health', () => {
  it('given a process, when asked whether it lives, then 200', async () => {
    expect(await json(await app.get('/health/live'))).toEqual({ status: 'live' });
  });

  it('given all parts well, when asked whether it is ready, then each part says so', async () => {
    const reply = await app.get('/health/ready');
    expect([reply.status, await json(reply)]).toEqual([
      200,
      {
        status: 'ready',
        ledger: { ok: true, head: 7 },
        read_model: { ok: true },
        jobs: { ok: true },
        lag: { ok: true, events: 2, ms: 0 },
        projector: { ok: true, active: true },
        seal: { ok: true, size: 4, lag: 3 },
        process: { ok: true, roles: ['api', 'projector', 'worker'] },
      },
    ]);
  });

  it.each([
    [
      'ledger',
      () => (app.service.head = () => Promise.reject(new Error('password in here'))),
      { ok: false, detail: 'no answer' },
    ],
    ['ledger', () => (app.service.waiting = 10), { ok: false, detail: 'the append queue is full' }],
    [
      'read_model',
      () => (app.service.query = () => Promise.reject(new Error('x'))),
      { ok: false, detail: 'no answer' },
    ],
  ])(
    'given a %s in trouble, when asked, then 503 says so and the process still lives',
    async (part, breakIt, expected) => {
      const { head, query } = app.service;
      breakIt();
      const reply = await app.get('/health/ready');
      Object.assign(app.service, { head, query, waiting: 0 });
      const body = await json(reply);
      expect([reply.status, body.status]).toEqual([503, 'unready']);
      expect(body[part]).toMatchObject(expected);
      expect((await app.get('/health/live')).status).toBe(200);
    },
  );

  it.each([
    ['jobs', { jobs: () => Promise.resolve({ ok: false, detail: 'no worker' }) }, 'no worker'],
    ['lag', { lagMs: 90_000 }, 'the read model is 90 s behind'],
  ])('given %s in trouble, when asked, then it is degraded and the doors stay open', async (part, trouble, detail) => {
    const { jobs, lagMs } = app.service;
    Object.assign(app.service, trouble);
    const reply = await app.get('/health/ready');
    Object.assign(app.service, { jobs, lagMs });
    const body = await json(reply);
    expect([reply.status, body.status, body[part].ok, body[part].detail]).toEqual([200, 'degraded', false, detail]);
  });

  it('given a ledger that stands alone, when the read model is away, then the doors stay open and the ledger says what it has', async () => {
    const { query, ledgerHealth } = app.service;
    const detail = 'the index of the feed does not answer';
    app.service.query = () => Promise.reject(new Error('x'));
    app.service.ledgerHealth = async () => ({ ok: true, standsAlone: true, detail, indexLagMs: 40_000 });
    app.service.keysLeft = 12;
    const reply = await app.get('/health/ready');
    Object.assign(app.service, { query, ledgerHealth, keysLeft: undefined });
    expect([reply.status, await json(reply)]).toMatchObject([
      200,
      {
        status: 'degraded',
        ledger: { ok: true, detail, stands_alone: true, index_lag_ms: 40_000, keys_left: 12 },
        read_model: { ok: false },
      },
    ]);
  });
});

describe('the figure of the index of a ledger in KurrentDB', () => {
  it.each<[string, object, string]>([
    ['it is behind', { standsAlone: true, indexLagMs: 90_000 }, 'truth_ledger_ledger_index_lag_seconds 90\n'],
    ['there is none', { standsAlone: false }, 'truth_ledger_ledger_index_lag_seconds 0\n'],
    ['it does not answer', { standsAlone: true }, 'truth_ledger_scrape_errors_total{part="ledger_index"} 1\n'],
  ])('given %s, when scraped, then it is shown', async (_, health, line) => {
    const { ledgerHealth } = app.service;
    app.service.ledgerHealth = () => Promise.resolve({ ok: true, ...health } as LedgerHealth);
    const page = await figures();
    app.service.ledgerHealth = ledgerHealth;
    expect(page).toContain(line);
  });
});

describe('the figure of the index of a ledger in KurrentDB that does not answer any more', () => {
  it.each<[string, LedgerHealth | Error]>([
    ['is not read', { ok: true, standsAlone: true }],
    ['fails', new Error('x')],
  ])('given its lag %s, when scraped again, then it grows with the time since it was read', async (_, health) => {
    const { ledgerHealth } = app.service;
    app.service.ledgerHealth = () => Promise.resolve({ ok: true, standsAlone: true, indexLagMs: 1_000 });
    await figures();
    app.service.ledgerHealth = () => (health instanceof Error ? Promise.reject(health) : Promise.resolve(health));
    app.advance(60_000);
    const page = await figures();
    app.service.ledgerHealth = ledgerHealth;
    expect(page).toContain('truth_ledger_ledger_index_lag_seconds 63\n');
  });
});

describe('health and figures while the read model of another version is rebuilt', () => {
  afterEach(() => void Object.assign(app.service, { superseded: false, rebuilding: undefined, failed: undefined }));

  it('given it is under way, when asked, then 200: rebuilding, how far, and as of when the numbers are', async () => {
    Object.assign(app.service, { superseded: true, rebuilding: { position: 3, head: 7 } });
    const reply = await app.get('/health/ready');
    const body = await json(reply);
    expect([reply.status, body.status]).toEqual([200, 'rebuilding']);
    expect(body.read_model).toMatchObject({ ok: true, superseded: true, rebuilding: { position: 3, head: 7 } });
    expect(body.read_model.detail).toContain('as of position 5');
    const text = await figures();
    expect(text).toContain('truth_ledger_projection_superseded 1\n');
    expect(text).toContain('truth_ledger_projection_rebuild_position 3\n');
  });

  it('given it cannot be rebuilt, when asked, then it is degraded, and says why', async () => {
    Object.assign(app.service, { superseded: true, failed: 'restart this process' });
    const reply = await app.get('/health/ready');
    const body = await json(reply);
    expect([reply.status, body.status, body.lag.detail]).toEqual([200, 'degraded', 'restart this process']);
  });

  it('given it is over, when asked, then ready, and the figures say none', async () => {
    expect((await json(await app.get('/health/ready'))).status).toBe('ready');
    expect(await figures()).toContain('truth_ledger_projection_superseded 0\n');
  });

  it('given the ledger is down meanwhile, when asked, then 503', async () => {
    app.service.superseded = true;
    const { head } = app.service;
    app.service.head = () => Promise.reject(new Error('x'));
    const reply = await app.get('/health/ready');
    app.service.head = head;
    expect([reply.status, (await json(reply)).status]).toEqual([503, 'unready']);
  });
});

describe('figures', () => {
  it('given deliveries with each outcome, when scraped, then they are counted by door, origin and outcome', async () => {
    await app.post('/webhooks/stripe', '{}');
    app.service.webhook = () => Promise.reject(new Problem('bad_signature'));
    await app.post('/webhooks/stripe', '{}');
    app.service.webhook = () => Promise.reject(new Problem('not_found'));
    await app.post('/webhooks/guess-1', '{}');
    await app.post('/webhooks/guess-2', '{}');
    app.service.collect = () => Promise.resolve({ accepted: 3, duplicates: 2, rejected: { no_name: 1 } });
    await app.post('/v1/batch', '{}');
    await app.post('/v1/events', '{}', { authorization: `Bearer ${ADMIN_KEY}` });
    const text = await figures();
    for (const line of [
      'truth_ledger_ingest_events_total{door="webhooks",origin="stripe",outcome="recorded"} 1',
      'truth_ledger_ingest_events_total{door="webhooks",origin="stripe",outcome="bad_signature"} 1',
      'truth_ledger_ingest_events_total{door="webhooks",origin="unknown",outcome="not_found"} 2',
      'truth_ledger_ingest_events_total{door="collector",origin="segment",outcome="recorded"} 3',
      'truth_ledger_ingest_events_total{door="collector",origin="segment",outcome="duplicate"} 2',
      'truth_ledger_ingest_events_total{door="collector",origin="segment",outcome="no_name"} 1',
      'truth_ledger_ingest_events_total{door="events",origin="admin",outcome="recorded"} 1',
      'truth_ledger_append_duration_seconds_count{door="webhooks"} 1',
      'truth_ledger_http_request_duration_seconds_count{method="POST",route="/webhooks/:provider",status="404"} 2',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain('guess');
  });

  it('given the state of the stages, when scraped, then queue, lag, seal and dead letters are there', async () => {
    const text = await figures();
    for (const line of [
      'append_queue_waiting 0',
      'append_queue_limit 10',
      'projection_lag_events 2',
      'projection_unknown_entries 6',
      'ledger_head_position 7',
      'seal_lag_events 3',
      'dead_letters_unresolved{reason="conflict"} 3',
    ]) {
      expect(text).toContain(`truth_ledger_${line}`);
    }
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('given reconciled days, when scraped with a key that may read, then the gap of each metric and source is there', async () => {
    app.service.reconciliations = [
      { metric: 'signups', source: 'collector', currency: '', gap: 4, gap_pct: 12.5 },
      { metric: 'revenue_gross', source: 'collector', currency: 'USD', gap: '1234', gap_pct: null },
    ];
    const { token } = await app.keys.create({ name: 'prometheus', scopes: ['read'] });
    const text = await figures(token);
    expect(text).toContain('truth_ledger_gap{metric="signups",source="collector",currency=""} 4');
    expect(text).toContain('truth_ledger_gap_pct{metric="signups",source="collector",currency=""} 12.5');
    expect(text).toContain('truth_ledger_gap{metric="revenue_gross",source="collector",currency="USD"} 1234');
    expect(text).not.toContain('truth_ledger_gap_pct{metric="revenue_gross"');
    expect(text).toContain('truth_ledger_drift_alarming{');
    expect(text).toContain('truth_ledger_append_queue_limit 10');
  });

  it('given nobody in particular, when scraped, then nothing tells of the business, and nothing was asked for it', async () => {
    app.service.queries.length = 0;
    const text = await figures();
    expect(text).toContain('truth_ledger_append_queue_limit 10');
    expect(text).not.toMatch(/source="|USD|truth_ledger_(gap|drift)/);
    expect(app.service.queries).toEqual([]);
  });

  it.each([
    [401, () => Promise.resolve('wrong')],
    [403, async () => (await app.keys.create({ name: 'sender', scopes: ['events:write'] })).token],
  ])(
    'given a key that may not read, when scraped, then %i, so that it is not taken for the whole',
    async (status, key) => {
      expect((await app.get('/metrics', await key())).status).toBe(status);
    },
  );

  it('given a key that cannot be checked because the database is away, when scraped, then the process is seen all the same', async () => {
    const { token } = await app.keys.create({ name: 'prometheus', scopes: ['read'] });
    app.keyStore.down = true;
    const text = await figures(token);
    app.keyStore.down = false;
    expect(text).toContain('truth_ledger_append_queue_limit 10');
    expect(text).not.toContain('truth_ledger_gap');
  });

  it('given a key that is asked for and no answer comes, when scraped, then the process is seen all the same', async () => {
    const { token } = await app.keys.create({ name: 'prometheus', scopes: ['read'] });
    const { find } = app.keyStore;
    app.keyStore.find = () => new Promise(() => undefined);
    const text = await figures(token);
    app.keyStore.find = find;
    expect(text).toContain('truth_ledger_append_queue_limit 10');
    expect(text).not.toContain('truth_ledger_gap');
  });

  it('given what a proxy asks its own callers for, when scraped, then it is no key, and the page is that for nobody in particular', async () => {
    const authorization = `Basic ${Buffer.from('grafana:secret').toString('base64')}`;
    const reply = await app.get('/metrics', undefined, { authorization });
    expect([reply.status, (await reply.text()).includes('truth_ledger_gap')]).toEqual([200, false]);
  });

  it('given scrapes at once and one right after, when they are answered, then all are whole, and it was read once', async () => {
    app.service.queries.length = 0;
    const pages = await Promise.all([figures(ADMIN_KEY), (await app.get('/metrics', ADMIN_KEY)).text()]);
    pages.push(await (await app.get('/metrics', ADMIN_KEY)).text());
    for (const page of pages) expect(page).toContain('truth_ledger_gap{');
    expect(app.service.queries.map(({ name }) => name)).toEqual(['drift']);
  });

  it('given a part that cannot be read, when scraped, then the rest is there, the failure is counted, and it is read again at once', async () => {
    const dead = Object.getOwnPropertyDescriptor(app.service, 'reconciliations')!;
    Object.defineProperty(app.service, 'reconciliations', {
      configurable: true,
      get: () => {
        throw new Error('down');
      },
    });
    const text = await figures(ADMIN_KEY);
    Object.defineProperty(app.service, 'reconciliations', dead);
    expect(text).toContain('truth_ledger_append_queue_limit 10');
    const next = await (await app.get('/metrics', ADMIN_KEY)).text();
    expect(next).toContain('truth_ledger_scrape_errors_total{part="gap"} 1');
    expect(next).toContain('truth_ledger_gap{metric="signups"');
  });
});

describe('correlation ids', () => {
  it('given a good one, when a delivery is sent, then ingest gets it and the answer has it', async () => {
    app.service.webhook = () => Promise.resolve([{ outcome: 'recorded', entryId: ENTRY_ID }]);
    const reply = await app.post('/webhooks/stripe', '{}', { 'x-correlation-id': 'job:2026-10-03.a_1' });
    expect(reply.headers.get('x-correlation-id')).toBe('job:2026-10-03.a_1');
    expect(app.service.seen.at(-1)!.request.correlationId).toBe('job:2026-10-03.a_1');
  });

  it.each([['has spaces'], ['x'.repeat(129)], ['"}{"'], ['']])(
    'given the bad one %p, when a request is sent, then it gets a new one',
    async (given) => {
      const reply = await app.get('/health/live', undefined, { 'x-correlation-id': given });
      expect(reply.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('what is logged', () => {
  it('given requests full of personal data, when they are answered, well or not, then no line has any of it', async () => {
    const canary = 'canary.person@example.org';
    const encoded = encodeURIComponent(canary);
    const headers = {
      authorization: `Bearer ${ADMIN_KEY}`,
      'x-forwarded-for': canary,
      cookie: canary,
      'user-agent': canary,
    };
    await app.get(`/v1/customers/${encoded}?name=${encoded}`, ADMIN_KEY, headers);
    await app.get(`/v1/metrics/signups?from=${encoded}`, ADMIN_KEY, headers);
    await app.get(`/nothing/${encoded}`, ADMIN_KEY, headers);
    await app.post(`/v1/track?email=${encoded}`, canary, headers);
    await app.post('/v1/reconciliations', `{"email":"${canary}"`, headers);
    app.service.events = () =>
      Promise.reject(
        Object.assign(new Error(`insert of "${canary}" failed`), {
          detail: `Key (email)=(${canary})`,
          parameters: [canary],
          severity: 'ERROR',
          code: '23505',
        }),
      );
    expect((await app.post('/v1/events', canary, headers)).status).toBe(500);
    const logged = app.logged();
    for (const word of [canary, encoded, 'canary', ADMIN_KEY]) expect(logged).not.toContain(word);
    expect(logged).toContain('"route":"/v1/customers/:id"');
    expect(logged).toContain('insert of \\"…\\" failed');
  });

  it('given a door, when it is used, then no line at info', async () => {
    const before = app.logged().length;
    await app.post('/webhooks/stripe', '{}');
    const lines = app
      .logged()
      .slice(before)
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ level }) => level !== 'debug' && level !== 'trace')).toEqual([]);
  });
});

describe('operator commands', () => {
  const authorization = `Bearer ${ADMIN_KEY}`;
  const audit = () =>
    app
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((line) => line.audit);

  it('given a reconciliation is asked for, when it is accepted, then 202 with the run, and one audit line', async () => {
    const before = audit().length;
    const reply = await app.post(
      '/v1/reconciliations',
      '{"from":"2026-10-01","to":"2026-10-02","metrics":["signups"]}',
      { authorization, 'x-correlation-id': 'c-1' },
    );
    expect([reply.status, await json(reply)]).toEqual([202, { run_id: 'run-1' }]);
    expect(app.service.queries.at(-1)).toEqual({
      name: 'run',
      args: [{ from: '2026-10-01', to: '2026-10-02', metrics: ['signups'] }, 'key:admin'],
    });
    expect(audit().slice(before)).toMatchObject([
      { command: 'RunReconciliation', actor: 'key:admin', correlation_id: 'c-1', outcome: 'done' },
    ]);
  });

  it('given a dead letter, when it is replayed, then its outcome; given none, then 404; each with an audit line', async () => {
    const before = audit().length;
    const path = `/v1/dead-letters/${ENTRY_ID}/replay`;
    expect((await app.post(path, '{}', { authorization })).status).toBe(404);
    app.service.deadLetter = { id: ENTRY_ID };
    const reply = await app.post(path, '{}', { authorization });
    expect([reply.status, await json(reply)]).toEqual([200, { outcome: 'recorded', status: 202, entry_id: ENTRY_ID }]);
    expect(
      audit()
        .slice(before)
        .map(({ command, outcome }) => [command, outcome]),
    ).toEqual([
      ['ReplayDeadLetter', 'not_found'],
      ['ReplayDeadLetter', 'done'],
    ]);
  });
});

describe('the documents', () => {
  it('given the document, when it is read, then every operation says what it is and which problems it answers', async () => {
    const document = await json(await app.get('/openapi.json'));
    for (const [path, item] of Object.entries<any>(document.paths)) {
      for (const operation of Object.values<any>(item)) {
        expect([path, operation.summary?.length > 5, operation.tags?.length]).toEqual([path, true, 1]);
      }
    }
    const metric = document.paths['/v1/metrics/{name}'].get;
    expect(metric.parameters.map(({ name }: any) => name).sort()).toEqual([
      'as_of',
      'currency',
      'from',
      'group_by',
      'interval',
      'name',
      'to',
      'view',
    ]);
    expect(metric.responses['400'].content['application/problem+json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
    expect(metric.responses['200'].content['application/json'].schema.$ref).toBe('#/components/schemas/Metric');
  });

  it('given every reference of the document, when it is followed, then it leads somewhere', async () => {
    const text = await (await app.get('/openapi.json')).text();
    const names = Object.keys(JSON.parse(text).components.schemas);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(names).toContain(name);
  });

  it.each(['/docs', '/'])('given a browser, when it opens %s, then a page', async (path) => {
    const reply = await app.get(path);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});
