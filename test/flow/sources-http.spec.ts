import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CliContext } from '../../src/cli/context.js';
import { runCli } from '../../src/cli/program.js';
import { openService } from '../../src/service.js';
import { FakeSource } from '../support/fake-source.js';
import { type Json, RunningService } from '../support/running-service.js';

const DAY = '2026-10-03';
const AT = Date.parse(`${DAY}T10:00:00Z`);

let posthog: FakeSource;
let umami: FakeSource;
let shop: RunningService;

const terms = { signups: { owner: 'growth desk', tolerance_pct: 40 } };
const sources = () => [
  {
    name: 'product',
    type: 'posthog',
    host: posthog.url,
    project_id: 1,
    api_key: { env: 'POSTHOG_KEY' },
    events: { signup: ['Joined'] },
  },
  { name: 'site', type: 'umami', host: umami.url, website_id: 'w', token: { env: 'UMAMI_TOKEN' } },
];
const settings = (given: object = { sources: sources(), metrics: terms }): Record<string, string> => ({
  SOURCES: JSON.stringify(given),
  POSTHOG_KEY: 'phx_1',
  UMAMI_TOKEN: 't',
});

beforeAll(async () => {
  [posthog, umami] = await Promise.all([FakeSource.start(), FakeSource.start()]);
  shop = await RunningService.start({
    now: `2026-10-20T12:00:00Z`,
    settings: settings(),
  });
});
afterAll(async () => {
  await shop.stop();
  await Promise.all([posthog.stop(), umami.stop()]);
});

/** A command beside the running service, with settings of its own. */
async function cli(args: string[], given: object): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const context: CliContext = {
    env: { DATA_DIR: shop.service.config.dataDir, REPORTING_TIME_ZONE: 'UTC', ...settings(given) },
    ...{ open: openService, clock: shop.time.now, exitCode: 0 },
    out: (line) => void lines.push(line),
    err: () => undefined,
    serve: () => Promise.reject(new Error('not here')),
    script: () => Promise.reject(new Error('not here')),
  };
  return { code: await runCli(args, context), lines };
}

const signup = (user: string): Json => ({
  ...{ specversion: '1.0', id: `s-${user}`, source: '/auth', type: 'user.signed_up', time: `${DAY}T10:00:00Z` },
  data: { user_id: user },
});

describe('two sources over HTTP', () => {
  it('given three sign-ups, of which one tool knows two by id and another counts one, when reconciled, then each says how far it is off', async () => {
    await shop.events(signup('u1'), signup('u2'), signup('u3'));
    posthog.answer = ({ body }) => {
      const event = (id: string, user: string, name = 'Joined', properties: object = {}) => {
        const at = name === 'Joined' ? AT : AT + 60_000;
        return [id, name, user, at, at, JSON.stringify(properties)];
      };
      const client = { $browser: 'Firefox', utm_source: 'google' };
      const bought = [
        event('c', 'u1', 'begin_checkout', { checkout_id: 'k1', ...client }),
        event('d', 'u1', 'purchase', { order_id: 'o1', ...client }),
      ];
      const isEvents = (body.query.query as string).startsWith('SELECT uuid');
      const names = (body.query.query as string).startsWith('SELECT event');
      return {
        body: {
          results: isEvents
            ? [event('a', 'u1', 'Joined', client), event('b', 'u2'), ...bought]
            : names
              ? [['$pageview', 12]]
              : [],
        },
      };
    };
    umami.answer = () => ({
      body: [
        { x: 'sign_up', y: 1 },
        { x: 'begin_checkout', y: 3 },
      ],
    });
    const rows = (await shop.reconcile(DAY)).filter(({ metric }) => metric === 'signups');
    const found = new Map(rows.map((row) => [row['source'], row]));
    expect(found.get('product')).toMatchObject({
      matched_by: 'id',
      actual: 3,
      tracked: 2,
      gap: 1,
      matched: 2,
      missing: 1,
      status: 'ok',
    });
    expect(found.get('site')).toMatchObject({
      ...{
        matched_by: 'count',
        actual: 3,
        tracked: 1,
        gap: 2,
        gap_pct: 66.7,
        matched: null,
        missing: null,
        status: 'failed',
      },
      reasons: ['tolerance: gap_pct is 66.7, the contract allows 40 either way'],
    });
    expect(found.get('collector')).toMatchObject({ status: 'not_mapped', gap: null });
    const detail = await shop.get(`/v1/reconciliations/${DAY}/product/signups`);
    expect(detail.ids.missing).toEqual([expect.objectContaining({ id: 'user:u3' })]);
  });

  it('lists the sources, and what their events are taken for', async () => {
    const { data } = await shop.get('/v1/sources');
    expect((data as Json[]).map(({ name, type, matched_by }) => [name, type, matched_by])).toEqual([
      ['collector', 'collector', 'id'],
      ['product', 'posthog', 'id'],
      ['site', 'umami', 'count'],
    ]);
    expect((await shop.get(`/v1/sources/product/events?from=${DAY}&to=${DAY}`)).data).toEqual([
      { event: '$pageview', kind: null, count: 12 },
      { event: 'Joined', kind: 'signup', count: 2 },
      { event: 'begin_checkout', kind: 'checkout_started', count: 1 },
      { event: 'purchase', kind: 'order_completed', count: 1 },
    ]);
    expect((await shop.send('GET', `/v1/sources/site/page-requests?from=${DAY}&to=${DAY}`)).status).toBe(404);
    expect((await shop.send('GET', `/v1/sources/nobody/events?from=${DAY}&to=${DAY}`)).status).toBe(404);
  });

  it('then a range is summed by source, with steps that lead from what was tracked to what is true', async () => {
    const { data } = await shop.get(`/v1/reconciliations/summary?metric=signups&from=${DAY}&to=2026-10-04`);
    const left_out = { '2026-10-04': 'not compared' };
    expect(data).toMatchObject([
      {
        ...{ source: 'collector', days: 0, actual: null, tracked: null, gap: null, bridge: [] },
        left_out: { [DAY]: expect.stringContaining('not_mapped') },
      },
      {
        ...{ source: 'product', days: 1, actual: 3, tracked: 2, gap: 1, gap_pct: 33.3, loss_pct: 33.3, left_out },
        bridge: [
          { step: 'tracked', amount: 2 },
          { step: 'missing', amount: 1 },
        ],
      },
      { source: 'site', gap: 2, bridge: [{ step: 'tracked' }, { step: 'not_told', amount: 2 }] },
    ]);
    const wide = '/v1/reconciliations/summary?from=2024-01-01&to=2026-10-04';
    expect((await shop.send('GET', wide)).status).toBe(400);
  });

  it('then the tracked side of the funnels is of any of them, and days that were not fetched are told', async () => {
    const range = `from=${DAY}&to=2026-10-04`;
    const started = (count: number, completed: number, rate: number | null): Json => ({
      started: count,
      completed,
      rate,
    });
    const funnel = (query: string): Promise<Json> => shop.get(`/v1/funnel?${range}${query}`) as Promise<Json>;
    expect(await funnel('')).toMatchObject({ source: 'collector', not_fetched: [], tracked: started(0, 0, null) });
    const today = (await shop.get('/v1/funnel?from=2026-10-19&to=2026-10-21'))['doubtful'];
    expect(today).toEqual({ '2026-10-20': ['provisional: events may arrive for 2 hours after they happened'] });
    const browsers = await funnel('&source=product&dimension=browser');
    expect(browsers).toMatchObject({ source: 'product', not_fetched: ['2026-10-04'], tracked: started(1, 1, 1) });
    expect(browsers['by'].data).toEqual([{ value: 'firefox', actual: started(0, 0, null), tracked: started(1, 1, 1) }]);
    expect(browsers['doubtful']).toEqual({});
    expect(await funnel('&source=site')).toMatchObject({ source: 'site', tracked: started(3, 0, 0) });
    const at = (source: string, time: string, flags: string) =>
      shop.sql(
        `with s as (update reconcile.pull_states set checked_at = $2 where source = $1 and day = $4)
         update reconcile.pulls set flags = $3, fetched_at = $2 where source = $1 and day = $4 returning id`,
        [source, time, flags, DAY],
      );
    await at('product', `${DAY}T20:00:00Z`, '{"revenue: none was told"}');
    await at('site', '2026-10-04T01:00:00Z', '{"sampled: a tenth"}');
    expect((await funnel('&source=product'))['doubtful']).toEqual({
      [DAY]: ['partial: last fetched before the day was over'],
    });
    expect((await funnel('&source=site'))['doubtful']).toEqual({
      [DAY]: ['sampled: a tenth', 'provisional: events may arrive for 2 hours after they happened'],
    });
    for (const source of ['product', 'site']) await at(source, '2026-10-20T12:00:00Z', '{}');
    const signups = await shop.get(`/v1/funnel/signups?${range}&source=product&dimension=browser`);
    expect(signups).toMatchObject({ source: 'product', tracked: started(2, 1, 0.5) });
    expect(
      (signups.by.data as Json[]).map(({ value, actual, tracked }) => [value, actual.started, tracked.started]),
    ).toEqual([
      ['unknown', 2, 1],
      ['firefox', 1, 1],
    ]);
    for (const path of [
      `funnel?${range}&source=site&dimension=browser`,
      `funnel/signups?${range}&source=site`,
      `funnel?${range}&source=nobody`,
    ])
      expect([path, (await shop.send('GET', `/v1/${path}`)).status]).toEqual([path, 400]);
  });

  it('then what they claim stands against the server, where they tell of single events', async () => {
    const of = (source: string) =>
      shop.send('GET', `/v1/attribution/confusion?metric=signups&source=${source}&from=${DAY}&to=${DAY}`);
    const { status, body } = await of('product');
    expect([status, body.source, body.mapped, body.left_out]).toEqual([200, 'product', true, {}]);
    expect(body.data.map(({ client, verdict, value }: Json) => [client, verdict, value])).toEqual([
      ['direct', 'neither_knows', 1],
      ['google', 'client_only', 1],
      ['not_seen', 'not_seen', 1],
    ]);
    expect([(await of('site')).status, (await of('nobody')).status]).toEqual([400, 400]);
  });

  it('given other names for an event, when shadowed by the command beside the service, then it shows what they would change, and records nothing', async () => {
    const head = async (): Promise<unknown> =>
      (await shop.sql('select count(*)::int as n from reconcile.recorded'))[0]!['n'];
    const before = [await head(), await shop.service.ledger.head()];
    const changed = [{ ...sources()[0]!, events: { signup: ['Signed Up'] } }, sources()[1]!];
    const { code, lines } = await cli(['contract', '--shadow', '--days', '17'], { sources: changed, metrics: terms });
    expect(code).toBe(0);
    expect(lines.find((line) => line.startsWith('Changed:'))).toBe('Changed: signups.');
    const [row] = lines.filter((line) => /^2026-10-03 +product +signups/.test(line));
    expect(row).toMatch(/tracked 2 → \d/);
    expect([await head(), await shop.service.ledger.head()]).toEqual(before);
    expect((await cli(['contract', '--days', 'x'], { sources: sources() })).code).toBe(2);
  });

  it('serves the contract with what the operator set, and has recorded it once', async () => {
    const { data, contract } = await shop.get('/v1/metrics');
    expect((data as Json[]).find(({ name }) => name === 'signups')).toMatchObject({
      ...{ owner: 'growth desk', tolerance_pct: 40, time_zone: 'UTC' },
      named: {
        collector: expect.arrayContaining(['signed_up']),
        product: ['Joined'],
        site: expect.arrayContaining(['sign_up']),
      },
    });
    const entries = (await shop.get('/v1/ledger/entries?type=ContractChanged')).data as Json[];
    expect(entries.map(({ body }) => [body.digest, body.previous])).toEqual([[contract.digest, null]]);
  });
});
