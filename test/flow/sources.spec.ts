import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { z } from 'zod';
import { defaultAliases, trackedMapper } from '../../src/catalog/tracked-events.js';
import type { JobContext } from '../../src/jobs/job.js';
import { pruneSnapshots as pruneSnapshotsJob } from '../../src/jobs/prune-snapshots.js';
import { Zone } from '../../src/kernel/day.js';
import { pageRequestDays, pageRequests } from '../../src/reconcile/tracked/page-requests.js';
import type { Concentration } from '../../src/reconcile/drift/concentration.js';
import type { ReconcileDeps } from '../../src/reconcile/create-reconcile.js';
import { createPulls, type Pulls } from '../../src/reconcile/pull/create-pulls.js';
import { Spool } from '../../src/reconcile/pull/spool.js';
import { readSources } from '../../src/reconcile/pull/source-settings.js';
import type { ConfiguredSource, Piece, SourceType } from '../../src/reconcile/source-type.js';
import { SourceFailure } from '../../src/reconcile/source.js';
import { sourceTypes } from '../../src/reconcile/sources/index.js';
import { FakeSource } from '../support/fake-source.js';
import { Shop, ZONE } from './reconcile-given.js';

const DAY = '2026-10-03';
const HOUR = 3_600_000;
const AT = Date.parse('2026-10-03T10:00:00Z');
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let shop: Shop;
/** What the tools answer to the next fetch, by name: pieces, or a failure. */
let told: Record<string, readonly Piece[] | Error>;
let asked: string[];
/** What the tools wait for before they answer. */
let gate: Promise<void>;

beforeAll(async () => {
  shop = await Shop.open();
});
beforeEach(async () => {
  await shop.empty();
  await shop.database.pool.query(
    'truncate reconcile.pulls, reconcile.pull_states, reconcile.pulled_events, reconcile.pulled_seen, reconcile.pulled_links, reconcile.pulled_names, reconcile.pulled_counts, reconcile.page_requests',
  );
  [told, asked, gate] = [{}, [], Promise.resolve()];
  shop.now = new Date('2026-10-20T12:00:00Z');
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => shop.close());

function tool(name: string, gives: SourceType['gives']): ConfiguredSource {
  const type: SourceType = {
    ...{ name: 'tool', meaning: 'A tool.', gives, settlesHours: () => 24, settings: z.unknown() },
    async *fetch(_, { day }) {
      asked.push(`${name} ${day}`);
      await gate;
      const pieces = told[name] ?? [];
      if (pieces instanceof Error) throw pieces;
      yield* pieces as Piece[];
    },
  };
  return {
    name,
    type,
    settings: {},
    settlesMs: 24 * HOUR,
    keepDays: 30,
    mapper: trackedMapper(),
    aliases: defaultAliases,
    fingerprint: 'f1',
  };
}

const vault = {
  safeId: (id: string) => (id.includes('@') ? 'h_hidden' : id),
  contentMac: (value: unknown) => Buffer.from(JSON.stringify(value).padEnd(32, '.')),
};
const TOOLS = [tool('tool', 'events'), tool('counter', 'counts'), tool('log', 'page_requests')];

function open(sources: readonly ConfiguredSource[] = TOOLS, given: Partial<ReconcileDeps> = {}) {
  const pulls = pullsOf(sources);
  return shop.reconcile({ pulls, sources: pulls.sources, ...given });
}
const pullsOf = (sources: readonly ConfiguredSource[]): Pulls =>
  createPulls({
    ...{ database: shop.database, vault, clock: () => shop.now, zone: new Zone(ZONE), sources },
    spoolFolder: tmpdir(),
  });
const order = (id: string, more: object = {}): Piece => ({
  event: {
    ...{ name: 'Order Completed', named: true, messageId: `m-${id}`, at: AT, userId: 'u1', links: [] },
    properties: { order_id: id, total: 10, currency: 'EUR' },
    ...more,
  },
});
const stored = async (table: string): Promise<number> =>
  (await shop.database.pool.query<{ n: number }>(`select count(*)::int as n from reconcile.${table}`)).rows[0]!.n;
const rowOf = async (source: string, metric: string) =>
  (await open().now({ from: DAY, to: DAY, source, metrics: [metric] }, 'test')).data[0]!;

/** Until it holds; the test's own time limit ends it otherwise. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
const sessions = async (where: string): Promise<number> =>
  (await shop.database.pool.query(`select from pg_stat_activity where datname = current_database() and ${where}`))
    .rowCount ?? 0;
/** Days are asked again after a quarter of an hour, while they have not settled. */
const later = (): void => void (shop.now = new Date(shop.now.getTime() + 16 * 60_000));

describe('a pull', () => {
  it('given the same answer in another order, then nothing is added; given a new one, then a snapshot beside the old', async () => {
    shop.now = new Date('2026-10-04T01:00:00Z');
    told['tool'] = [order('o1'), order('o2'), { name: 'Page Viewed', count: 3 }];
    const statuses = [(await open().pull('tool', DAY)).status];
    told['tool'] = [{ name: 'Page Viewed', count: 3 }, order('o2'), order('o1')];
    later();
    statuses.push((await open().pull('tool', DAY)).status);
    expect([await stored('pulls'), await stored('pulled_events')]).toEqual([1, 2]);
    told['tool'] = [order('o1'), order('o2'), order('o3')];
    later();
    statuses.push((await open().pull('tool', DAY)).status);
    expect([statuses, await stored('pulls'), await stored('pulled_events')]).toEqual([
      ['changed', 'unchanged', 'changed'],
      2,
      5,
    ]);
  });

  it('given a day that was fetched a moment ago or has settled, then nobody is asked again, unless the settings changed', async () => {
    await open().pull('tool', DAY);
    expect((await open().pull('tool', DAY)).status).toBe('fresh');
    shop.now = new Date('2026-10-28T12:00:00Z');
    expect((await open().pull('tool', DAY)).status).toBe('fresh');
    expect((await open([{ ...TOOLS[0]!, fingerprint: 'f2' }]).pull('tool', DAY)).status).toBe('unchanged');
    expect(asked).toEqual([`tool ${DAY}`, `tool ${DAY}`]);
  });

  it('given a day that has not settled, then it is asked again after a while', async () => {
    shop.now = new Date('2026-10-04T01:00:00Z');
    await open().pull('tool', DAY);
    shop.now = new Date('2026-10-04T01:16:00Z');
    expect((await open().pull('tool', DAY)).status).toBe('unchanged');
  });

  it('given a source that wants to be left alone, then it is, and asked again after that', async () => {
    told['tool'] = new SourceFailure('busy', { retryAt: new Date('2026-10-20T13:00:00Z') });
    expect(await open().pull('tool', DAY)).toMatchObject({
      status: 'failed',
      error: 'busy',
      retryAt: new Date('2026-10-20T13:00:00Z'),
    });
    shop.now = new Date('2026-10-20T12:59:00Z');
    expect((await open().pull('tool', DAY)).status).toBe('waiting');
    shop.now = new Date('2026-10-20T13:00:00Z');
    told['tool'] = [];
    expect((await open().pull('tool', DAY)).status).toBe('changed');
  });

  it('given failures without a time, then the pauses grow', async () => {
    told['tool'] = new SourceFailure('broken');
    const pauses: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { retryAt } = await open().pull('tool', DAY);
      pauses.push((retryAt!.getTime() - shop.now.getTime()) / 60_000);
      shop.now = retryAt!;
    }
    expect(pauses).toEqual([5, 10, 20]);
  });

  it('given one that is asked for while the same is under way, then it waits, and finds it done; and no transaction is open meanwhile', async () => {
    let answer: () => void = () => undefined;
    gate = new Promise((resolve) => (answer = resolve));
    const first = open().pull('tool', DAY);
    await until(() => asked.length === 1);
    const second = open().pull('tool', DAY);
    await until(
      async () => asked.length > 1 || (await sessions("query like '%pg_try_advisory_lock%' and state = 'idle'")) > 0,
    );
    expect(await sessions("state like 'idle in transaction%'")).toBe(0);
    answer();
    expect([(await first).status, (await second).status, asked.length]).toEqual(['changed', 'fresh', 1]);
  });

  it('given our own collector or a day to come, then there is nothing to fetch; given an unknown source, then a clear refusal', async () => {
    expect((await open().pull('collector', DAY)).status).toBe('not_pulled');
    expect((await open().pull('tool', '2027-01-01')).status).toBe('not_pulled');
    await expect(open().pull('nobody', DAY)).rejects.toThrow('There is no source "nobody"');
  });

  it('given nothing new, then a comparison would read the same; given a snapshot, a neighbour or a failure, then not', async () => {
    shop.now = new Date('2026-10-04T01:00:00Z');
    const { sources } = pullsOf(TOOLS);
    const inputs = () => sources['tool']!.inputs!(shop.database.pool, DAY);
    const seen = [await inputs()];
    const after = async (pieces: readonly Piece[] | SourceFailure, day = DAY) => {
      told['tool'] = pieces;
      later();
      await open().pull('tool', day);
      seen.push(await inputs());
    };
    await after([order('o1')]);
    await after([order('o1')]);
    expect(seen[2]).toBe(seen[1]);
    await after([order('o1'), order('o2')]);
    await after([], '2026-10-04');
    await after(new SourceFailure('down'));
    expect(new Set(seen).size).toBe(5);
  });

  it('given late data of a day that was compared, when looked for what changed, then that day', async () => {
    const LAST = '2026-10-30'; // nothing was recorded of it before
    shop.now = new Date('2026-10-31T01:00:00Z');
    await open().now({ from: LAST, to: LAST, source: 'tool', metrics: ['orders'] }, 'test');
    expect(await open().changedDays()).toEqual([]);
    shop.now = new Date('2026-10-31T02:00:00Z');
    told['tool'] = [order('o1', { at: Date.parse('2026-10-30T10:00:00Z') })];
    const [changed] = await open().changedDays();
    expect(changed).toMatchObject({ day: LAST, source: 'tool', metric: 'orders' });
  });

  it('given code that breaks or rows that the database does not take, then that source fails, without a word of what came, and the others go on', async () => {
    told['tool'] = new TypeError('jane@shop.example is not iterable');
    told['counter'] = [{ counted: { name: 'sign_up', count: 1.5 } }];
    const { data } = await open().now({ from: DAY, to: DAY, metrics: ['signups'] }, 'test');
    expect(data.map(({ source, status, reasons }) => [source, status, reasons[0]])).toEqual([
      ['collector', 'not_mapped', expect.any(String)],
      ['tool', 'failed', 'source_failed: reading it broke: TypeError'],
      ['counter', 'failed', 'source_failed: reading it broke: error 22P02'],
    ]);
    const listed = (await open().sources()).data.flatMap(({ failures }) => failures.map(({ error }) => error));
    expect(listed.map((error) => error.split(': at ')[0])).toEqual([
      'reading it broke: TypeError',
      'reading it broke: error 22P02',
    ]);
    expect([JSON.stringify(listed).includes('jane'), await stored('pulled_counts')]).toEqual([false, 0]);
  });

  it('given a source that takes longer to settle than is agreed, then it is asked once more after that; else as long as is agreed', async () => {
    shop.now = new Date('2026-10-31T12:00:00Z');
    await open().now({ from: '2026-10-24', to: '2026-10-30', source: 'tool', metrics: ['orders'] }, 'test');
    const changed = async (allowedLatenessHours: number, settlesMs = HOUR): Promise<(string | undefined)[]> => {
      const terms = { orders: { tolerancePct: null, allowedLatenessHours } };
      const days = (await open([{ ...TOOLS[0]!, settlesMs }], { terms }).changedDays()).map(({ day }) => day);
      return [days[0], days.at(-1)];
    };
    await shop.database.pool.query("update reconcile.checks set inputs = 'older'");
    expect(await changed(48)).toEqual(['2026-10-29', '2026-10-30']);
    expect(await changed(120)).toEqual(['2026-10-26', '2026-10-30']);
    expect(await changed(48, 72 * HOUR)).toEqual(['2026-10-27', '2026-10-30']);
  });

  it('keeps no e-mail address in clear', async () => {
    told['tool'] = [
      order('o1', {
        userId: 'jane@shop.example',
        anonymousId: 'a1',
        links: [{ userId: 'jane@shop.example', anonymousId: 'a1' }],
      }),
    ];
    await open().pull('tool', DAY);
    const { rows } = await shop.database.pool.query(
      `select (select jsonb_agg(e) from reconcile.pulled_events e) || (select jsonb_agg(s) from reconcile.pulled_seen s) || (select jsonb_agg(l) from reconcile.pulled_links l) as all`,
    );
    expect(JSON.stringify(rows)).not.toContain('jane@');
  });
});

describe('old snapshots', () => {
  it('given some that newer ones replaced and pages of long ago, then those go after their time; the newest of each day stays', async () => {
    shop.now = new Date('2026-10-04T01:00:00Z');
    for (const pieces of [[order('o1')], [order('o1'), order('o2')]]) {
      told['tool'] = pieces;
      await open().pull('tool', DAY);
      later();
    }
    const hit = { requestId: 'r1', at: AT, target: '/', ip: '203.0.113.9', userAgent: CHROME, anonymousId: 'a1' };
    told['log'] = [{ page: hit }];
    await open().pull('log', DAY);
    const kept = async () => [await stored('pulls'), await stored('pulled_events'), await stored('page_requests')];
    const prunedAt = async (now: string, tools = TOOLS) => {
      shop.now = new Date(now);
      await pruneSnapshotsJob.run({}, { reconcile: open(tools) } as unknown as JobContext);
      return kept();
    };
    expect(await prunedAt('2026-11-02T00:00:00Z')).toEqual([3, 3, 1]);
    expect(await prunedAt('2026-11-03T12:00:00Z', [])).toEqual([3, 3, 1]); // not set up any more: 90 days
    expect(await prunedAt('2026-11-03T12:00:00Z')).toEqual([1, 2, 0]);
    expect(await prunedAt('2027-11-03T12:00:00Z')).toEqual([1, 2, 0]);
    expect((await open().sourceEvents('tool', { from: DAY, to: DAY }))!.data).toMatchObject([{ count: 2 }]);
  });

  const page: Piece = {
    page: { requestId: 'r1', at: AT, target: '/', ip: '203.0.113.9', userAgent: CHROME, anonymousId: 'a1' },
  };

  it('given an access log that is not set up any more, then its pages go all the same, and no numbers of another source', async () => {
    [told['log'], told['tool']] = [[page], [order('o1')]];
    for (const name of ['log', 'tool']) await open().pull(name, DAY);
    const left = async (now: string) => {
      shop.now = new Date(now);
      await open([]).pruneSnapshots();
      return [await stored('page_requests'), await stored('pulled_events')];
    };
    expect(await left('2027-01-01T12:00:00Z')).toEqual([1, 1]);
    expect(await left('2027-01-02T12:00:00Z')).toEqual([0, 1]);
  });

  it('given pages that went, then their day is fetched again where it is compared again', async () => {
    [told['log'], told['tool']] = [[page], [order('o1')]];
    for (const name of ['log', 'tool']) await open().pull(name, DAY);
    shop.now = new Date('2026-11-03T12:00:00Z');
    expect([await open().pruneSnapshots(), await stored('page_requests'), await stored('pull_states')]).toEqual([
      1, 0, 1,
    ]);
    await rowOf('tool', 'orders');
    expect([asked, await stored('page_requests')]).toEqual([[`log ${DAY}`, `tool ${DAY}`, `log ${DAY}`], 1]);
  });

  it('given a day that is being fetched, then nothing of it goes until that is done', async () => {
    told['log'] = [page];
    await open().pull('log', DAY);
    shop.now = new Date('2026-11-03T12:00:00Z');
    let answer: () => void = () => undefined;
    gate = new Promise((resolve) => (answer = resolve));
    const pull = open([{ ...TOOLS[2]!, fingerprint: 'f2' }]).pull('log', DAY);
    await until(() => asked.length === 2);
    const during = [await open().pruneSnapshots(), await stored('page_requests')];
    answer();
    expect([during, (await pull).status, await stored('page_requests')]).toEqual([[0, 1], 'unchanged', 1]);
    expect([await open().pruneSnapshots(), await stored('page_requests')]).toEqual([1, 0]);
  });
});

describe('a source with ids', () => {
  it('given three orders of which it saw two, one of them twice, then matched, missing and resent', async () => {
    for (const id of ['o1', 'o2', 'o3']) {
      await shop.purchase([`order:${id}`]);
      await shop.contributes('orders', `order:${id}`, DAY);
    }
    told['tool'] = [order('o1'), order('o1'), order('o2')];
    expect(await rowOf('tool', 'orders')).toMatchObject({
      ...{
        matched_by: 'id',
        actual: 3,
        tracked: 2,
        matched: 2,
        missing: 1,
        duplicates: 0,
        comparable: true,
        status: 'ok',
      },
      reasons: ['resent: 1 repeated deliveries of the same messages are counted once'],
    });
  });

  it('given events outside of the day in our zone, then they are of another day', async () => {
    told['tool'] = [
      order('o1', { at: Date.parse('2026-10-02T21:59:59.999Z') }),
      order('o2', { at: Date.parse('2026-10-03T21:59:59.999Z') }),
    ];
    expect((await rowOf('tool', 'orders')).tracked).toBe(1);
  });

  it('given events that servers sent or that we routed, then none counts, and they are told', async () => {
    const orderOf = (id: string, properties: object) => order(id, { properties: { order_id: id, ...properties } });
    told['tool'] = [
      order('o1'),
      orderOf('o2', { $lib: 'posthog-node' }),
      orderOf('o3', { $is_server: true }),
      order('o4', { library: '@segment/analytics-node' }),
      orderOf('o5', { truth_ledger_origin: 'route' }),
    ];
    const { tracked, reasons } = await rowOf('tool', 'orders');
    expect([tracked, reasons]).toEqual([1, ['server_side: 4 events that servers sent are not counted as tracked']]);
  });

  it('given a source that has nothing but what we sent it, then it is refused', async () => {
    told['tool'] = [order('o1', { properties: { order_id: 'o1', truth_ledger_origin: 'route' } })];
    expect(await rowOf('tool', 'orders')).toMatchObject({
      status: 'failed',
      reasons: [expect.stringContaining('one_lineage: all 1 events of tool were sent by this ledger itself')],
    });
  });

  it('given a source that did not answer, then the day failed; given an older answer, then its figures, told to be old', async () => {
    told['tool'] = new SourceFailure('down');
    expect(await rowOf('tool', 'orders')).toMatchObject({
      status: 'failed',
      tracked: null,
      reasons: ['source_failed: down'],
    });
    shop.now = new Date('2026-10-20T13:00:00Z');
    told['tool'] = [order('o1')];
    expect((await rowOf('tool', 'orders')).tracked).toBe(1);
    told['tool'] = new SourceFailure('down again', { said: 'request 4711' });
    await open([{ ...TOOLS[0]!, fingerprint: 'f2' }]).pull('tool', DAY);
    expect(await rowOf('tool', 'orders')).toMatchObject({
      tracked: 1,
      reasons: ['stale: fetched earlier; the last attempt failed: down again'],
    });
  });

  it('given a day that was last fetched before it was over, then it must not be compared', async () => {
    told['tool'] = [order('o1')];
    shop.now = new Date('2026-10-03T12:00:00Z');
    await open().pull('tool', DAY);
    shop.now = new Date('2026-10-20T12:00:00Z');
    told['tool'] = new SourceFailure('down');
    const { comparable, reasons } = await rowOf('tool', 'orders');
    expect([comparable, reasons]).toEqual([
      false,
      ['partial: last fetched before the day was over; the last attempt failed: down'],
    ]);
  });

  it('given that it could not be read any more on that day, then what is missing after the last answer fell into an outage', async () => {
    const LOST = '2026-10-05'; // nothing was recorded of it before
    for (const [id, at] of [
      ['o1', `${LOST}T10:00:00Z`],
      ['o2', `${LOST}T15:00:00Z`],
    ] as const) {
      await shop.purchase([`order:${id}`]);
      await shop.contributes('orders', `order:${id}`, LOST, { at });
    }
    told['tool'] = [order('o9', { userId: 'u9', at: Date.parse(`${LOST}T09:00:00Z`) })];
    shop.now = new Date(`${LOST}T12:00:00Z`);
    await open().pull('tool', LOST);
    shop.now = new Date('2026-10-20T12:00:00Z');
    told['tool'] = new SourceFailure('down');
    const { data } = await open().now({ from: LOST, to: LOST, source: 'tool', metrics: ['orders'] }, 'test');
    expect(data[0]!.causes_by_part).toMatchObject({
      missing: { source_outage: 1, client_never_seen: 1 },
    });
    const detail: object | undefined = await open().detail(LOST, 'tool', 'orders', { part: 'missing' });
    expect((detail as { ids: { missing: object[] } }).ids.missing).toContainEqual({
      ...{ id: 'order:o2', cause: 'source_outage', confidence: 'likely' },
      evidence: { from: `${LOST}T12:00:00.000Z`, to: `${LOST}T22:00:00.000Z`, why: 'not read: down' },
    });
  });

  it('given a person whose pages a log shows and whom it never heard of, then its script was blocked', async () => {
    await shop.signup('u1', DAY, { devices: ['a1'] });
    told['tool'] = [
      { event: { name: 'sign_up', named: true, messageId: 's', at: AT, userId: 'u9', links: [], properties: {} } },
    ];
    const hit = { requestId: 'r1', at: AT, target: '/', ip: '203.0.113.9', userAgent: CHROME, anonymousId: 'a1' };
    told['log'] = [{ page: hit }];
    expect(await rowOf('tool', 'signups')).toMatchObject({ causes_by_part: { missing: { script_blocked: 1 } } });
    const detail: object | undefined = await open().detail(DAY, 'tool', 'signups', { part: 'missing' });
    expect(detail).toMatchObject({
      ids: { missing: [{ confidence: 'likely', evidence: { heard_by_collector: 0, log_lines: ['log/r1'] } }] },
    });
  });

  it('given a client that was seen by something else, and a browser that linked ids, then both are found', async () => {
    await shop.signup('u1', DAY, { devices: ['a1'] });
    told['tool'] = [
      { seen: { anonymousId: 'a1', at: AT } },
      order('o9', { userId: 'u2', anonymousId: 'a2', links: [{ userId: 'u2', anonymousId: 'a2' }] }),
      { event: { name: 'sign_up', named: true, messageId: 's', at: AT, userId: 'u9', links: [], properties: {} } },
    ];
    expect(await rowOf('tool', 'signups')).toMatchObject({
      missing: 1,
      causes_by_part: { missing: { lost_event: 1 } },
    });
  });
});

describe('what a source tells of its clients', () => {
  it('given events of a staging host and of a test, then those are the causes of what nobody bought', async () => {
    told['tool'] = [
      order('o1', { pageUrl: 'https://staging.shop.io/thanks' }),
      order('o2', { properties: { order_id: 'o2', test: true } }),
      order('o3', { pageUrl: 'https://shop.io/thanks' }),
    ];
    expect(await rowOf('tool', 'orders')).toMatchObject({
      client_only: 3,
      causes_by_part: { client_only: { staging_host: 1, test_order: 1 } },
      unexplained: 1,
    });
  });

  it('given one browser that loses its events, then the loss concentrates in it, though only other events of it came', async () => {
    const pieces: Piece[] = [];
    for (let n = 0; n < 60; n += 1) {
      const [userId, isFirefox] = [`u${n}`, n % 4 === 0];
      await shop.signup(userId, DAY);
      const client = { name: 'page', named: false, links: [], properties: {}, userAgent: isFirefox ? FIREFOX : CHROME };
      if (n % 2 === 0) pieces.push({ seen: { userId, at: AT, client } });
      else pieces.push({ event: { ...client, messageId: `p${n}`, at: AT, userId } });
      if (!isFirefox)
        pieces.push({ event: { ...client, name: 'sign_up', named: true, messageId: `s${n}`, at: AT, userId } });
    }
    told['tool'] = pieces;
    expect(await rowOf('tool', 'signups')).toMatchObject({ matched: 45, missing: 15 });
    const detail = (await open().detail(DAY, 'tool', 'signups', {})) as unknown as { concentration: Concentration };
    expect(detail.concentration.findings[0]).toMatchObject({
      dimension: 'browser',
      value: 'firefox',
      lost: 15,
      of: 15,
    });
  });
});

describe('where clients say that it came from', () => {
  const asked = (given: object = {}) =>
    open().confusion({ from: DAY, to: DAY, metric: 'orders', source: 'tool', ...given });
  const cells = async (given: object = {}) =>
    (await asked(given)).data.map(({ server, client, verdict, value }) => [server, client, verdict, value]);

  it('given a tool that is fetched, then its claims stand against the server; days that say nothing are left out', async () => {
    for (const id of ['o1', 'o2', 'o3', 'o4']) {
      await shop.purchase([`order:${id}`]);
      await shop.contributes('orders', `order:${id}`, DAY, { source: 'google' });
    }
    told['tool'] = [
      order('o1', { source: 'Google', medium: 'cpc' }),
      order('o2', { referrer: 'https://www.google.com/', pageUrl: 'https://shop.example/' }),
      order('o3', { referrer: 'https://shop.example/cart', pageUrl: 'https://shop.example/thanks' }),
    ];
    await expect(asked()).resolves.toMatchObject({
      data: [],
      left_out: { [DAY]: 'nothing was fetched of this day yet' },
    });
    await open().pull('tool', DAY);
    expect(await cells()).toEqual([
      ['google', 'google', 'agreed', 2],
      ['google', 'direct', 'server_only', 1],
      ['google', 'not_seen', 'not_seen', 1],
    ]);
    expect(await asked()).toMatchObject({ source: 'tool', mapped: true, left_out: {} });
  });

  it('given a source that counts, or none of that name, then it says what can be asked', async () => {
    await expect(asked({ source: 'counter' })).rejects.toThrow('/v1/sources/counter/events');
    await expect(asked({ source: 'heap' })).rejects.toThrow('There is no source "heap"');
  });

  it('given a source that never had such an event, then it says so', async () => {
    await open().pull('tool', DAY);
    expect(await asked()).toMatchObject({ mapped: false });
  });
});

describe('a source that only counts', () => {
  const counted = (name: string, count: number, value?: { amount: string; currency: string }): Piece => ({
    counted: { name, count, ...(value ? { value: { basis: 'total' as const, ...value } } : {}) },
  });

  it('given three orders and a count of two, then the gap, and no part of it', async () => {
    for (const id of ['o1', 'o2', 'o3']) await shop.contributes('orders', `order:${id}`, DAY);
    await shop.contributes('orders', 'order:o4', DAY, { present: false });
    told['counter'] = [counted('purchase', 2)];
    expect(await rowOf('counter', 'orders')).toMatchObject({
      ...{
        matched_by: 'count',
        actual: 3,
        tracked: 2,
        gap: 1,
        gap_pct: 33.3,
        not_trackable: 1,
        comparable: true,
        status: 'ok',
      },
      ...{
        matched: null,
        missing: null,
        client_only: null,
        duplicates: null,
        expected: null,
        loss_pct: null,
        overcount_pct: null,
      },
    });
  });

  it('given revenue in its one currency and truth in two, then neither may be compared', async () => {
    await shop.contributes('revenue_gross', 'payment:p1', DAY, { delta: 1000, currency: 'EUR' });
    told['counter'] = [counted('purchase', 0, { amount: '9.5', currency: 'EUR' })];
    expect(await rowOf('counter', 'revenue_gross')).toMatchObject({
      actual: '1000',
      tracked: '950',
      gap: '50',
      comparable: true,
    });
    await shop.contributes('revenue_gross', 'payment:p2', DAY, { delta: 500, currency: 'USD' });
    expect(await rowOf('counter', 'revenue_gross')).toMatchObject({
      comparable: false,
      reasons: [expect.stringContaining('converted: ')],
    });
  });

  it('given numbers that are flagged, then they are told, not compared, and judged by nothing', async () => {
    await shop.contributes('signups', 'user:u1', DAY);
    told['counter'] = [counted('sign_up', 0), { flag: 'sampled: a part was counted' }];
    expect(await rowOf('counter', 'signups')).toMatchObject({
      comparable: false,
      status: 'ok',
      drift: null,
      reasons: ['sampled: a part was counted'],
    });
  });

  it('given a flag of its amounts alone, then those are not compared, and counts are', async () => {
    await shop.purchase(['order:o1', 'payment:p1']);
    await shop.contributes('orders', 'order:o1', DAY);
    await shop.contributes('revenue_gross', 'payment:p1', DAY, { delta: 1000, currency: 'EUR' });
    told['counter'] = [
      counted('purchase', 1, { amount: '10', currency: 'EUR' }),
      counted('purchase', 1),
      { flag: 'revenue: told of some goals alone' },
    ];
    expect(await rowOf('counter', 'orders')).toMatchObject({ comparable: true, reasons: [] });
    expect(await rowOf('counter', 'revenue_gross')).toMatchObject({
      comparable: false,
      reasons: ['revenue: told of some goals alone'],
    });
  });

  it('given a kind that never came, or attribution, then it is not mapped, and no gap', async () => {
    expect(await rowOf('counter', 'signups')).toMatchObject({ status: 'not_mapped', gap: null });
    expect(await rowOf('counter', 'attribution_mismatch_pct')).toMatchObject({
      status: 'not_mapped',
      reasons: [expect.stringContaining('by_count')],
    });
  });

  it('given a day within its time to settle, then it is provisional', async () => {
    shop.now = new Date('2026-10-04T12:00:00Z');
    told['counter'] = [counted('sign_up', 1)];
    expect(await rowOf('counter', 'signups')).toMatchObject({ provisional: true, status: 'provisional' });
  });
});

describe('an access log', () => {
  const page = (id: string, more: object = {}): Piece => ({
    page: {
      requestId: id,
      at: AT,
      target: '/thanks?order_id=o1',
      ip: '203.0.113.9',
      userAgent: CHROME,
      anonymousId: 'a1',
      ...more,
    },
  });
  const window = { from: AT - HOUR, to: AT + HOUR };

  it('given requests of people, bots and nobody, then those of people are evidence, with hashes for addresses', async () => {
    told['log'] = [page('r1'), page('r2', { userAgent: 'Googlebot/2.1' }), page('r3', { userAgent: '' }), page('r1')];
    await open().pull('log', DAY);
    const found = await pageRequests(shop.database.pool, ['order:o1', 'user:u7'], window);
    expect(found).toEqual([
      { key: 'order:o1', at: AT, path: '/thanks', beacon: false, stored: null, log: 'log', requestId: 'r1' },
    ]);
    expect(await pageRequests(shop.database.pool, ['anonymous:a1'], window)).toHaveLength(1);
    expect(await pageRequestDays(shop.database.pool, DAY, DAY)).toEqual([
      { day: DAY, source: 'log', requests: 1, visitors: 1, without_beacon: 1, bots: 1, no_user_agent: 1 },
    ]);
    const { rows } = await shop.database.pool.query('select client_hash, path from reconcile.page_requests');
    expect(JSON.stringify(rows)).not.toContain('203.0.113.9');
  });

  it('given an event of the collector from the same network and browser, then the script had run', async () => {
    told['log'] = [page('r1')];
    await open().pull('log', DAY);
    await shop.tracks(null, '2026-10-03T10:10:00Z', { anonymous_id: 'a9' });
    await shop.database.pool.query(
      "update ingest.tracked_events set client_hash = (select client_hash from reconcile.page_requests), browser = 'firefox'",
    );
    const beacon = async () => (await pageRequests(shop.database.pool, ['order:o1'], window))[0]!.beacon;
    expect(await beacon()).toBe(false);
    await shop.database.pool.query("update ingest.tracked_events set browser = 'chrome'");
    expect(await beacon()).toBe(true);
  });

  it('is fetched before anything is compared, and is nothing to compare with', async () => {
    await rowOf('tool', 'orders');
    expect(asked.sort()).toEqual([`log ${DAY}`, `tool ${DAY}`]);
    await expect(open().run({ from: DAY, to: DAY, source: 'log' }, 'test')).rejects.toThrow('There is no source "log"');
  });
});

describe('what is known of the sources', () => {
  it('lists each with its last fetch and its failures', async () => {
    told['counter'] = new SourceFailure('quota', { said: 'Ask Jane@Shop.example' });
    await open().pull('tool', DAY);
    await open().pull('counter', DAY);
    const { data } = await open().sources();
    expect(data.map(({ name, matched_by }) => [name, matched_by])).toEqual([
      ['collector', 'id'],
      ['tool', 'id'],
      ['counter', 'count'],
      ['log', null],
    ]);
    expect(data[1]!.last_fetch).toMatchObject({ day: DAY, time_zone: ZONE, fetched_at: '2026-10-20T12:00:00.000Z' });
    expect(data[2]!.failures).toEqual([
      { day: DAY, error: 'quota: Ask (address)', failures: 1, retry_at: '2026-10-20T12:05:00.000Z' },
    ]);
  });

  it('tells the newest day that was compared with each', async () => {
    await rowOf('tool', 'orders');
    const { data } = await open().sources();
    expect(data.map(({ name, newest_compared: day }) => [name, day])).toEqual([
      ...[
        ['collector', null],
        ['tool', DAY],
        ['counter', null],
        ['log', null],
      ],
    ]);
  });

  it('lists event names, those that mean nothing first', async () => {
    told['tool'] = [
      order('o1'),
      { name: 'Page Viewed', count: 3 },
      { event: { name: 'Clicked', named: true, at: AT, userId: 'u1', links: [], properties: {} } },
    ];
    await open().pull('tool', DAY);
    await shop.tracks(null, '2026-10-03T10:00:00Z');
    expect((await open().sourceEvents('tool', { from: DAY, to: DAY }))!.data).toEqual([
      { event: 'Page Viewed', kind: null, count: 3 },
      { event: 'Clicked', kind: null, count: 1 },
      { event: 'Order Completed', kind: 'order_completed', count: 1 },
    ]);
    expect((await open().sourceEvents('collector', { from: DAY, to: DAY }))!.data).toEqual([
      { event: 'e', kind: null, count: 1 },
    ]);
    expect(await open().sourceEvents('nobody', { from: DAY, to: DAY })).toBeUndefined();
    told['counter'] = [
      { counted: { name: 'purchase', count: 3 } },
      { counted: { name: 'purchase', count: 2, firstUserSource: 'google' } },
    ];
    await open().pull('counter', DAY);
    expect(await open().sourceEvents('counter', { from: DAY, to: DAY })).toMatchObject({
      data: [{ event: 'purchase', kind: 'order_completed', count: 3 }],
      first_touch: [{ kind: 'order_completed', source: 'google', count: 2 }],
    });
  });
});

describe('a shadow run', () => {
  // Days that nothing was recorded of before: the ledger is not emptied between the tests.
  const [FIRST, LAST] = ['2026-10-23', '2026-10-24'];
  const at = Date.parse('2026-10-23T10:00:00Z');

  it('given a source that is read by other names, then it shows what would differ, and keeps none of it', async () => {
    shop.now = new Date('2026-10-25T12:00:00Z');
    await shop.contributes('signups', 'user:u1', FIRST);
    told['tool'] = [
      { event: { name: 'Joined', named: true, messageId: 'j', at, userId: 'u1', links: [], properties: {} } },
    ];
    await open().now({ from: FIRST, to: LAST }, 'test');
    expect(await open().shadow(2)).toEqual([]);
    const kept = async () => [await stored('pulls'), await stored('recorded'), await shop.ledger.head()];
    const before = await kept();
    const mapper = trackedMapper({ ...defaultAliases, names: { ...defaultAliases.names, signup: ['joined'] } });
    asked = [];
    const differences = await open([{ ...TOOLS[0]!, mapper, fingerprint: 'f2' }, TOOLS[1]!, TOOLS[2]!]).shadow(2);
    expect(differences.find(({ day, metric }) => day === FIRST && metric === 'signups')).toMatchObject({
      source: 'tool',
      recorded: { status: 'not_mapped', comparable: false, tracked: null, missing: null },
      computed: { status: 'ok', comparable: true, tracked: 1, missing: 0, matched: 1 },
    });
    expect(differences.every(({ source }) => source === 'tool')).toBe(true);
    expect(asked).toEqual([`tool ${FIRST}`, `tool ${LAST}`]);
    expect(await kept()).toEqual(before);
  });

  it('given a source whose row the database does not take, then that is its failure, and the others are shown', async () => {
    shop.now = new Date('2026-10-25T12:00:00Z');
    const [opened, closed] = [jest.spyOn(Spool, 'open'), jest.spyOn(Spool.prototype, 'close')];
    told['tool'] = [
      { event: { name: 'Sign Up', named: true, messageId: 'j', at, userId: 'u1', links: [], properties: {} } },
    ];
    told['counter'] = [{ counted: { name: 'sign_up', count: 1.5 } }];
    const differences = await open().shadow(2);
    const shown = (source: string) =>
      differences.find((each) => each.day === FIRST && each.metric === 'signups' && each.source === source)?.computed;
    expect(shown('counter')).toMatchObject({ status: 'failed' });
    expect(shown('tool')).toMatchObject({ tracked: 1 });
    expect(await stored('pull_states')).toBe(0);
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([4, 4]);
  });

  it('given a database that cannot begin, then it is thrown, and the rows on their way are given up', async () => {
    const closed = jest.spyOn(Spool.prototype, 'close');
    const database = { ...shop.database, transaction: () => Promise.reject(new Error('gone')) };
    const sources = { tool: pullsOf(TOOLS).sources['tool']! };
    await expect(open(TOOLS, { database, sources }).shadow(1)).rejects.toThrow('gone');
    expect(closed).toHaveBeenCalledTimes(1);
  });
});

describe('an interface that is asked over the network', () => {
  it('given Amplitude, when an event is uploaded a day and a half later, then it is still fetched', async () => {
    const fake = await FakeSource.start();
    const event = {
      event_type: 'purchase',
      event_time: `${DAY} 10:00:00`,
      uuid: 'e1',
      event_properties: { order_id: 'o1' },
    };
    // By hours of upload; the event came at 08:00 on the fifth.
    fake.answer = ({ query }) =>
      query.get('end')! < '20261005T08'
        ? { status: 404 }
        : { body: Buffer.from(zipSync({ 'a.json.gz': gzipSync(JSON.stringify(event)) })) };
    const settings = {
      name: 'amplitude',
      type: 'amplitude',
      host: fake.url,
      api_key: { env: 'K' },
      secret_key: { env: 'S' },
    };
    const { sources } = readSources({ SOURCES: JSON.stringify([settings]), K: 'k', S: 's' }, sourceTypes).settings;
    const statuses: string[] = [];
    for (const now of [
      '2026-10-04T03:00:00Z',
      '2026-10-05T11:00:00Z',
      '2026-10-06T03:00:00Z',
      '2026-10-09T00:00:00Z',
    ]) {
      shop.now = new Date(now);
      statuses.push((await open(sources).pull('amplitude', DAY)).status);
    }
    await fake.stop();
    expect([statuses, await stored('pulled_events')]).toEqual([['changed', 'changed', 'unchanged', 'fresh'], 1]);
  });

  it('given PostHog, then its orders are matched and kept as one snapshot', async () => {
    const fake = await FakeSource.start();
    fake.answer = ({ body }) => ({
      body: {
        results: body.query.query.startsWith('SELECT uuid')
          ? [['e1', 'order_completed', 'u1', AT, AT, '{"order_id":"o1"}']]
          : [],
      },
    });
    const settings = JSON.stringify([
      { name: 'posthog', type: 'posthog', host: fake.url, project_id: 1, api_key: { env: 'KEY' } },
    ]);
    const { settings: read, mistakes } = readSources({ SOURCES: settings, KEY: 'phx' }, sourceTypes);
    expect(mistakes).toEqual([]);
    await shop.purchase(['order:o1']);
    await shop.contributes('orders', 'order:o1', DAY);
    const { data } = await open(read.sources).now(
      { from: DAY, to: DAY, source: 'posthog', metrics: ['orders'] },
      'test',
    );
    await fake.stop();
    expect(data[0]).toMatchObject({ actual: 1, tracked: 1, matched: 1, matched_by: 'id' });
  });
});
