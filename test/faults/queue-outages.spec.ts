import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createJobs, type Jobs } from '../../src/jobs/create-jobs.js';
import { Zone } from '../../src/kernel/day.js';
import type { Reconcile } from '../../src/reconcile/create-reconcile.js';
import { Shop, ZONE } from '../flow/reconcile-given.js';
import { hasRedis, redisServer, type RedisServer } from '../support/redis.js';
import { sayFigures } from '../support/say.js';
import { until } from '../support/start-storage.js';
import { describeWhere } from '../support/where.js';
import { cancellationsInMemory, noAlerts } from '../support/job-parts.js';
import { noBackfill, noClose } from '../support/fake-stripe.js';

const DAYS = { from: '2026-09-01', to: '2026-09-30', metrics: ['signups'] };
const LOCK_MS = 1_000;

describeWhere(hasRedis)('Redis fails while jobs run', () => {
  let shop: Shop;
  let redis: RedisServer;
  let said: string[];
  const workers: Jobs[] = [];
  beforeEach(async () => {
    [shop, redis] = await Promise.all([Shop.open(), redisServer()]);
    said = [];
  });
  afterEach(async () => {
    for (const jobs of workers.splice(0)) await jobs.stop();
    await Promise.all([redis.close(), shop.close()]);
  });

  async function worker(): Promise<{ jobs: Jobs; reconcile: Reconcile }> {
    const holder: { jobs?: Jobs } = {};
    const reconcile = shop.reconcile({ enqueueRun: (runId) => holder.jobs!.enqueueRun(runId) });
    const jobs = await createJobs({
      ...{ backfill: noBackfill, close: noClose, alerts: noAlerts, cancellations: cancellationsInMemory() },
      ...{ connection: {}, redisUrl: redis.url, reconcile, zone: new Zone(ZONE), clock: () => shop.now },
      ...{ backoffMs: 1, lockMs: LOCK_MS, healMs: LOCK_MS },
      park: ({ jobId, error }) => Promise.resolve(void said.push(`parked ${jobId}: ${error}`)),
      log: (line) => said.push(line),
    });
    holder.jobs = jobs;
    workers.push(jobs);
    return { jobs, reconcile };
  }

  const compared = async (): Promise<number> =>
    (await shop.database.pool.query<{ n: number }>('select count(*)::int as n from reconcile.checks')).rows[0]!.n;

  /** Every day of the run is recorded, and none twice: neither in the ledger nor in the tables. */
  async function once(about: string, reconcile: Reconcile): Promise<void> {
    await until(async () => (await reconcile.unfinishedRuns()).length === 0);
    const { rows } = await shop.database.pool.query<{ rows: number; days: number }>(
      'select count(*)::int as rows, count(distinct day)::int as days from reconcile.recorded',
    );
    const streams = Array.from({ length: 30 }, (_, index) => `2026-09-${String(index + 1).padStart(2, '0')}`);
    const entries = await Promise.all(
      streams.map((day) => shop.ledger.readStream(`reconciliation-${day}.collector.signups`)),
    );
    const figures = { days: rows[0]!.days, doubled: rows[0]!.rows - rows[0]!.days };
    sayFigures(`Redis ${about}`, figures);
    expect(figures).toEqual({ days: 30, doubled: 0 });
    expect(entries.map(({ length }) => length)).toEqual(streams.map(() => 1));
    expect(said.filter((line) => line.startsWith('parked'))).toEqual([]);
  }

  /** A run under way, with some days compared and most of them not. */
  async function begin(): Promise<{ jobs: Jobs; reconcile: Reconcile }> {
    const both = await worker();
    both.jobs.start();
    await both.reconcile.run(DAYS, 'test');
    await until(async () => (await compared()) >= 3);
    return both;
  }

  it.each<[string, () => Promise<void>]>([
    [
      'killed and started again',
      async () => {
        await redis.kill();
        await redis.start();
      },
    ],
    [
      'killed and started again with nothing of what it had',
      async () => {
        await redis.kill();
        redis.forget();
        await redis.start();
      },
    ],
    ['flushed', async () => void (await redis.ask('FLUSHALL'))],
    [
      'flushed three times',
      async () => {
        for (let round = 0; round < 3; round++) {
          await redis.ask('FLUSHALL');
          const before = await compared();
          await until(async () => (await compared()) > before || (await compared()) === 30);
        }
      },
    ],
  ])(
    'given it is %s in the middle of a run, then the run is finished, and every day is recorded once',
    async (about, fault) => {
      const { reconcile } = await begin();
      await fault();
      await once(about, reconcile);
    },
  );

  it('given it is paused for longer than a job is locked, then the run is finished, and every day is recorded once', async () => {
    const { reconcile, jobs } = await begin();
    redis.signal('SIGSTOP');
    const paused = performance.now();
    // Two questions without an answer last longer than the lock.
    for (let asked = 0; asked < 2; asked++) expect((await jobs.health()).ok).toBe(false);
    expect(performance.now() - paused).toBeGreaterThan(LOCK_MS);
    redis.signal('SIGCONT');
    await once('paused', reconcile);
  });

  it('given it is down at the start, then nothing waits for it, and the jobs begin when it is there', async () => {
    await redis.kill();
    const { jobs, reconcile } = await worker();
    jobs.start();
    const { run_id: runId } = await reconcile.run({ ...DAYS, to: '2026-09-01' }, 'test');
    expect(await jobs.health()).toEqual({ ok: false, detail: 'the queue does not answer' });
    expect(await reconcile.unfinishedRuns()).toEqual([runId]);
    await redis.start();
    await until(async () => (await reconcile.unfinishedRuns()).length === 0);
    expect(await jobs.health()).toEqual({ ok: true });
    const complaints = said.filter((line) => line === 'The queue reported an error.');
    expect(complaints.length).toBeGreaterThan(0);
  });
});

describeWhere(hasRedis)('a Redis that may drop jobs', () => {
  it.each([
    [
      'allkeys-lru',
      ['Redis runs with maxmemory-policy allkeys-lru and may drop jobs when its memory is full; set it to noeviction.'],
    ],
    ['noeviction', []],
  ])('given the policy %s, when jobs start, then it says so or not', async (policy, sentences) => {
    const shop = await Shop.open();
    const redis = await redisServer(policy);
    const said: string[] = [];
    const jobs = await createJobs({
      ...{ backfill: noBackfill, close: noClose, alerts: noAlerts, cancellations: cancellationsInMemory() },
      ...{
        connection: {},
        redisUrl: redis.url,
        reconcile: shop.reconcile(),
        zone: new Zone(ZONE),
        clock: () => shop.now,
      },
      park: () => Promise.resolve(),
      log: (line) => said.push(line),
    });
    jobs.start();
    await until(async () => (await redis.ask('EXISTS', 'bull:truth-ledger:repeat')) === 1); // it has mended by now
    await jobs.stop();
    expect(said.filter((line) => line.startsWith('Redis'))).toEqual(sentences);
    await redis.close();
    await shop.close();
  });
});
