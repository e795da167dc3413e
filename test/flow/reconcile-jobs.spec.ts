import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Queue } from 'bullmq';
import type { AlertDelivery } from '../../src/alert/alert-store.js';
import { Zone } from '../../src/kernel/day.js';
import { cancellationsIn } from '../../src/jobs/cancellations.js';
import { createJobs, type Jobs, type JobsDeps } from '../../src/jobs/create-jobs.js';
import type { Enqueued, Job, JobContext } from '../../src/jobs/job.js';
import { reconcileDaily } from '../../src/jobs/reconcile-daily.js';
import { reconcileDay } from '../../src/jobs/reconcile-day.js';
import { reconcileDays } from '../../src/jobs/reconcile-days.js';
import { reconcileLate } from '../../src/jobs/reconcile-late.js';
import { reconcileRun } from '../../src/jobs/reconcile-run.js';
import { Problem } from '../../src/kernel/errors.js';
import { reconciledMetrics } from '../../src/reconcile/reconciled-metrics.js';
import type { Reconcile } from '../../src/reconcile/create-reconcile.js';
import { cancellationsInMemory, noAlerts } from '../support/job-parts.js';
import { noBackfill, noClose } from '../support/fake-stripe.js';
import { QUEUES, type QueuePlace } from '../support/queues.js';
import { describeWhere } from '../support/where.js';
import { Shop, ZONE } from './reconcile-given.js';

const DAY = '2026-10-03';
let shop: Shop;
let place: QueuePlace;
let parked: { jobId: string; name: string; data: Readonly<Record<string, string>>; error: string }[] = [];
const opened: { stop(): Promise<void> }[] = [];

const stopOpened = async (): Promise<void> => {
  for (const each of opened.splice(0).reverse()) await each.stop();
};

/** The queue as another process sees it. */
async function queueItself(): Promise<Queue> {
  const queue = await place.itself();
  opened.push({ stop: () => queue.close() });
  return queue;
}

async function open(given: Partial<JobsDeps> = {}): Promise<{ jobs: Jobs; reconcile: Reconcile }> {
  const holder: { jobs?: Jobs } = {};
  const reconcile = shop.reconcile({ enqueueRun: (runId) => holder.jobs!.enqueueRun(runId) });
  const jobs = await createJobs({
    connection: place.connection,
    redisUrl: place.redisUrl,
    reconcile,
    backfill: noBackfill,
    alerts: noAlerts,
    cancellations: cancellationsInMemory(),
    close: noClose,
    zone: new Zone(ZONE),
    clock: () => shop.now,
    jobs: [reconcileDaily, reconcileRun, reconcileDay, reconcileDays],
    park: (failed) => Promise.resolve(void parked.push(failed)),
    attempts: 2,
    backoffMs: 1,
    ...given,
  });
  holder.jobs = jobs;
  opened.push(jobs);
  return { jobs, reconcile };
}

/** Until it holds; the test's own time limit ends it otherwise. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
const finished = (reconcile: Reconcile): Promise<void> =>
  until(async () => (await reconcile.unfinishedRuns()).length === 0);
const jobContext = (reconcile: Reconcile, enqueued: (job: Enqueued) => unknown): JobContext => ({
  ...{ reconcile, backfill: noBackfill, close: noClose, alerts: noAlerts },
  zone: new Zone(ZONE),
  clock: () => shop.now,
  enqueue: (job) => Promise.resolve(void enqueued(job)),
  progress: () => Promise.resolve(),
});
/** Whether something ends although nothing was done for it but a hundred looks at the queue. */
async function isOverAfterLooks(work: Promise<void>): Promise<boolean> {
  let over = false;
  void work.then(() => (over = true));
  const queue = await queueItself();
  for (let look = 0; look < 100; look += 1) await queue.getJobCounts();
  return over;
}
const rows = async (reconcile: Reconcile) => (await reconcile.list({})).data;

for (const { name, there, open: openPlace } of QUEUES)
  describeWhere(there)(`jobs in ${name}`, () => {
    beforeAll(async () => {
      [shop, place] = await Promise.all([Shop.open(), openPlace()]);
    });
    afterEach(async () => {
      await stopOpened();
      const queue = await queueItself();
      await queue.obliterate({ force: true });
      await stopOpened();
      await shop.empty();
      parked = [];
    });
    afterAll(() => Promise.all([shop.close(), place.close()]));

    describe('the nightly job', () => {
      it('is scheduled at 02:15 of the reporting zone, once, however often it is put in', async () => {
        const { jobs } = await open();
        await jobs.heal();
        await jobs.heal();
        const schedulers = await (await queueItself()).getJobSchedulers();
        expect(schedulers.map(({ key, pattern, tz }) => [key, pattern, tz])).toEqual([
          ['reconcile-daily', '0 15 2 * * *', ZONE],
        ]);
      });

      it('given processes that start at once, then it is scheduled once, and none of them stumbles over another', async () => {
        const all = await Promise.all(Array.from({ length: 6 }, () => open()));
        await Promise.all(all.map(({ jobs }) => jobs.heal()));
        expect(await (await queueItself()).getJobSchedulersCount()).toBe(1);
      });

      it.each([
        ['an older version', '0 0 4 * * *', ZONE],
        ['another zone', '0 15 2 * * *', 'UTC'],
      ])('given a schedule of %s, then it is replaced', async (_whose, pattern, tz) => {
        const { jobs } = await open();
        const queue = await queueItself();
        await queue.upsertJobScheduler('reconcile-daily', { pattern, tz }, { name: 'reconcile-daily' });
        await jobs.heal();
        expect((await queue.getJobSchedulers()).map((each) => [each.pattern, each.tz])).toEqual([
          ['0 15 2 * * *', ZONE],
        ]);
      });

      it('given a turn that is overdue, when a process starts, then it is not put off until tomorrow', async () => {
        const { jobs } = await open();
        await jobs.heal();
        const queue = await queueItself();
        const [turn] = await queue.getDelayed();
        await jobs.heal();
        expect((await queue.getDelayed()).map(({ id, timestamp }) => [id, timestamp])).toEqual([
          [turn!.id, turn!.timestamp],
        ]);
      });

      it('given a queue that was flushed, when the minute comes, then schedule and unfinished runs are back', async () => {
        const { jobs, reconcile } = await open();
        await jobs.heal();
        await reconcile.run({ from: DAY, to: DAY, metrics: ['signups'] }, 'test');
        const queue = await queueItself();
        await queue.obliterate({ force: true });
        for (const { key } of await queue.getJobSchedulers()) await queue.removeJobScheduler(key);
        expect(await queue.getJobSchedulersCount()).toBe(0);
        jobs.start();
        await until(async () => (await queue.getJobSchedulersCount()) === 1);
        await finished(reconcile);
        expect(await rows(reconcile)).toHaveLength(1);
      });

      it('given a queue that was flushed, when the minute comes, then what is still to be told of alerts is back, once', async () => {
        const delivery: AlertDelivery = { alertId: 'a1', transition: 'raised', channel: 'webhook' };
        const due = { ...noAlerts, due: () => Promise.resolve([delivery]) };
        const { jobs } = await open({ alerts: due });
        await jobs.heal();
        await (await queueItself()).obliterate({ force: true });
        await jobs.heal();
        await jobs.heal();
        expect((await jobs.list(10)).filter(({ name }) => name === 'alert-deliver')).toEqual([
          expect.objectContaining({ id: 'alert-a1-raised-webhook', state: 'waiting' }),
        ]);
      });

      it('compares yesterday and the three days before, as a run of its own that repeats nothing', async () => {
        const { jobs, reconcile } = await open();
        jobs.start();
        const queue = await queueItself();
        const names = async () =>
          (await shop.database.pool.query<{ run_id: string }>('select run_id from reconcile.runs')).rows.map(
            ({ run_id }) => run_id,
          );
        await queue.add('reconcile-daily', {}, { jobId: 'tonight' });
        await until(async () => (await names()).length === 1);
        await finished(reconcile);
        expect(await names()).toEqual(['nightly-2026-10-19']);
        const days = (await rows(reconcile)).map((row) => row['day']);
        expect([...new Set(days)]).toEqual(['2026-10-16', '2026-10-17', '2026-10-18', '2026-10-19']);
        const head = await shop.ledger.head();
        await queue.add('reconcile-daily', {}, { jobId: 'tonight-again' });
        await until(async () => (await queue.getJobCounts())['completed'] === 2);
        expect([await names(), await shop.ledger.head()]).toEqual([['nightly-2026-10-19'], head]);
      });

      it('given nights without it, then it compares from the last day that was compared, and until then those days are told', async () => {
        const { reconcile } = await open();
        await reconcile.now({ from: '2026-09-01', to: '2026-09-01' }, 'test');
        await reconcile.requestNightly();
        expect(await reconcile.uncheckedDays(90)).toEqual([]); // what people compare says nothing of the nights
        for (const day of ['2026-10-16', '2026-10-17'])
          for (const metric of reconciledMetrics)
            await reconcile.reconcileOne(
              { day, source: 'collector', metric: metric.name },
              { runId: 'r', actor: 'test' },
            );
        const [before, weekLater] = [shop.now, new Date('2026-10-27T12:00:00Z')];
        expect(await reconcile.uncheckedDays(90)).toEqual(['2026-10-18']);
        shop.now = weekLater;
        await reconcile.requestNightly();
        const [told, due] = [await reconcile.uncheckedDays(90), await reconcile.due('nightly-2026-10-26')];
        shop.now = new Date('2026-12-20T12:00:00Z');
        await reconcile.requestNightly();
        const bounded = await reconcile.due('nightly-2026-12-19');
        shop.now = before;
        expect(told).toEqual(['18', '19', '20', '21', '22', '23', '24', '25'].map((day) => `2026-10-${day}`));
        expect([due!.due[0]!.day, due!.due.at(-1)!.day]).toEqual(['2026-10-18', '2026-10-26']);
        expect([bounded!.due[0]!.day, bounded!.due.at(-1)!.day]).toEqual(['2026-11-19', '2026-12-19']);
      });

      it('given a turn that is three days late because nobody ran, then it runs, once, and is no dead letter', async () => {
        let ran = 0;
        const { jobs } = await open({
          jobs: [{ ...reconcileDaily, name: 'nightly', run: () => Promise.resolve(void (ran += 1)) }],
        });
        const late = { jobId: 'nightly-turn', timestamp: Date.now() - 3 * 86_400_000 };
        await (await queueItself()).add('nightly', {}, late);
        jobs.start();
        await until(() => ran + parked.length > 0);
        expect([ran, parked]).toEqual([1, []]);
      });
    });

    describe('a run on demand', () => {
      it('given truth and events, then its rows appear and it is finished', async () => {
        await shop.signup('u1', '2026-10-04');
        await shop.tracks('signup', '2026-10-04T10:00:00Z', { user_id: 'u1' });
        const { jobs, reconcile } = await open();
        jobs.start();
        await reconcile.run({ from: '2026-10-04', to: '2026-10-04' }, 'key:test');
        await finished(reconcile);
        expect((await rows(reconcile)).find((row) => row['metric'] === 'signups')).toMatchObject({
          actual: 1,
          matched: 1,
        });
        const [entry] = await shop.ledger.readStream('reconciliation-2026-10-04.collector.signups');
        expect(entry!.actor).toBe('key:test');
        expect(await jobs.health()).toEqual({ ok: true });
      });

      it('given the same input, then one job waits; changed input is a new one', async () => {
        await shop.signup('u1', DAY);
        await shop.tracks('signup', `${DAY}T10:00:00Z`, { user_id: 'u1' });
        const { jobs, reconcile } = await open();
        const ids: string[] = [];
        const context = jobContext(reconcile, (job) => ids.push(job.id));
        const { run_id: runId } = await reconcile.run({ from: DAY, to: DAY, metrics: ['signups'] }, 'test');
        await reconcileRun.run({ run_id: runId }, context);
        await reconcileRun.run({ run_id: runId }, context);
        await shop.signup('u2', DAY);
        await reconcileRun.run({ run_id: runId }, context);
        expect(ids[0]).toMatch(/^reconcile-2026-10-03-collector-signups-[0-9a-f]{12}$/);
        expect(ids[1]).toBe(ids[0]);
        expect(ids[2]).not.toBe(ids[0]);
        const queue = await queueItself();
        await jobs.enqueueRun(runId);
        await jobs.enqueueRun(runId);
        expect((await queue.getJobCounts())['prioritized']).toBe(1);
      });

      it('given a run over days that are compared together, then it has one job for them, however far it is', async () => {
        const { reconcile } = await open();
        const { run_id: runId } = await reconcile.run(
          { from: '2026-09-03', to: '2026-09-05', metrics: ['signups'] },
          'test',
        );
        const ids: string[] = [];
        const context = jobContext(reconcile, ({ id }) => ids.push(id));
        await reconcileRun.run({ run_id: runId }, context);
        await reconcile.reconcileOne(
          { day: '2026-09-03', source: 'collector', metric: 'signups' },
          { runId, actor: 'test' },
        );
        await shop.signup('u1', '2026-09-04');
        await reconcileRun.run({ run_id: runId }, context);
        expect(ids).toEqual(Array.from({ length: 2 }, () => `reconcile-days-${runId}-collector-signups`));
        await reconcileDays.run({ run_id: runId, source: 'collector', metric: 'signups' }, context);
        expect(await reconcile.unfinishedRuns()).toEqual([]);
      });

      it('given a day whose events went while its job waited, then the job ends and compares nothing', async () => {
        const reconcile = shop.reconcile({ trackedRetentionDays: 120 });
        const data = { day: '2026-06-25', source: 'collector', metric: 'signups' };
        await reconcileDay.run(
          data,
          jobContext(reconcile, () => undefined),
        );
        expect(await rows(reconcile)).toEqual([]);
      });

      it('given a run that goes on for longer than a day, then it is given up only when nothing was compared for a day', async () => {
        const before = shop.now;
        const reconcile = shop.reconcile();
        const { run_id: runId } = await reconcile.run(
          { from: '2026-09-03', to: '2026-09-04', metrics: ['signups'] },
          'test',
        );
        const after = (hours: number) => (shop.now = new Date(before.getTime() + hours * 3_600_000));
        after(23);
        await reconcile.reconcileOne(
          { day: '2026-09-03', source: 'collector', metric: 'signups' },
          { runId, actor: 'test' },
        );
        after(46);
        const goingOn = [await reconcile.unfinishedRuns(), await reconcile.abandonedRuns()];
        after(47);
        const givenUp = [await reconcile.unfinishedRuns(), await reconcile.abandonedRuns()];
        shop.now = before;
        expect(goingOn).toEqual([[runId], []]);
        expect(givenUp).toMatchObject([[], [{ runId, reason: expect.stringContaining('1 of its comparisons') }]]);
      });

      it('given a run that waits with its days, then what is put in later and is not bulk goes first, and the days in their order', async () => {
        const ran: string[] = [];
        const says = (name: string, bulk: boolean): Job => ({
          ...{ name, bulk, meaning: 'x' },
          run: ({ n = '' }) => Promise.resolve(void ran.push(`${name} ${n}`)),
        });
        const { jobs } = await open({ jobs: [says('days', true), says('watch', false)] });
        for (const n of ['1', '2', '3']) await jobs.enqueueAgain({ name: 'days', id: `days-${n}`, data: { n } });
        await jobs.enqueueAgain({ name: 'watch', id: 'watch-1', data: { n: '1' } });
        jobs.start();
        await until(() => ran.length === 4);
        expect(ran).toEqual(['watch 1', 'days 1', 'days 2', 'days 3']);
      });

      it('given one that nothing went on with for a day, then it ends as failed, with a letter that says what is missing', async () => {
        const { jobs, reconcile } = await open();
        const { run_id: runId } = await reconcile.run({ from: DAY, to: DAY, metrics: ['signups'] }, 'key:test');
        await reconcile.requestNightly();
        await (await queueItself()).obliterate({ force: true });
        shop.now = new Date(shop.now.getTime() + 86_400_000);
        await jobs.heal();
        shop.now = new Date(shop.now.getTime() - 86_400_000);
        const error =
          'The run of 2026-10-03 to 2026-10-03 was asked for more than a day ago, and 1 of its comparisons were not made.';
        expect(parked.map(({ jobId }) => jobId).sort()).toEqual(
          [`reconcile-run-${runId}`, 'reconcile-run-nightly-2026-10-19'].sort(),
        );
        const letter = { name: 'reconcile-run', data: { run_id: runId }, error, blocks: true };
        expect(parked).toContainEqual(expect.objectContaining(letter));
        expect(parked).toContainEqual(
          expect.objectContaining({ data: { run_id: 'nightly-2026-10-19' }, blocks: false }),
        );
        const { rows: runs } = await shop.database.pool.query(
          'select failure, finished_at is not null as ended from reconcile.runs where run_id = $1',
          [runId],
        );
        expect([await reconcile.unfinishedRuns(), runs]).toEqual([[], [{ failure: error, ended: true }]]);
        // Its letter replayed makes what was left.
        jobs.start();
        await jobs.enqueueAgain({ name: 'reconcile-run', id: 'again', data: { run_id: runId } });
        await until(async () => (await rows(reconcile)).length === 1);
      });

      it('given two workers, then each day is recorded once', async () => {
        await shop.signup('u1', '2026-10-05');
        await shop.tracks('signup', '2026-10-05T10:00:00Z', { user_id: 'u1' });
        const [first, second] = [await open(), await open()];
        first.jobs.start();
        second.jobs.start();
        await first.reconcile.run({ from: '2026-10-05', to: '2026-10-06', metrics: ['signups'] }, 'test');
        await second.reconcile.run({ from: '2026-10-05', to: '2026-10-06', metrics: ['signups'] }, 'test');
        await finished(first.reconcile);
        for (const day of ['2026-10-05', '2026-10-06']) {
          expect(await shop.ledger.readStream(`reconciliation-${day}.collector.signups`)).toHaveLength(1);
        }
      });
    });

    describe('jobs that fail', () => {
      const failing = (error: () => Error, tries: string[] = []): Job => ({
        name: 'failing',
        meaning: 'Fails.',
        run: () => {
          tries.push('');
          return Promise.reject(error());
        },
      });

      it('given a job that fails every time, then it is tried again, becomes a dead letter and frees its id', async () => {
        const tries: string[] = [];
        const { jobs } = await open({ jobs: [failing(() => new Error('the disk is full'), tries)] });
        jobs.start();
        const queue = await queueItself();
        await queue.add('failing', { day: DAY }, { jobId: 'failing-1', attempts: 2 });
        await until(() => parked.length > 0);
        await until(async () => (await queue.getJob('failing-1')) === undefined);
        expect(parked).toEqual([
          { jobId: 'failing-1', name: 'failing', data: { day: DAY }, error: 'the disk is full', blocks: true },
        ]);
        expect(tries).toHaveLength(2);
        expect((await queue.getJobCounts())['failed']).toBe(0);
      });

      it('given a request that is wrong, then it is not tried again', async () => {
        const tries: string[] = [];
        const { jobs } = await open({
          jobs: [failing(() => new Problem('invalid_request', 'There is no source "x".'), tries)],
        });
        jobs.start();
        await (await queueItself()).add('failing', {}, { jobId: 'failing-2', attempts: 5 });
        await until(() => parked.length > 0);
        expect(tries).toHaveLength(1);
      });

      it('given a decision that another process was quicker with, then it is tried again and is no dead letter', async () => {
        let tries = 0;
        const losing: Job = {
          name: 'losing',
          meaning: 'Decides where somebody else did a moment ago.',
          run: () =>
            ++tries === 1 ? Promise.reject(new Problem('wrong_expected_revision', 'It moved.')) : Promise.resolve(),
        };
        const { jobs } = await open({ jobs: [losing] });
        jobs.start();
        await (await queueItself()).add('losing', {}, { jobId: 'losing-1', attempts: 2 });
        await until(() => jobs.tallies().get('losing')?.completed === 1 || parked.length > 0);
        expect([tries, parked]).toEqual([2, []]);
      });

      it('given a dead letter that could not be kept, then the job stays failed until it can', async () => {
        let refuse = true;
        const park: JobsDeps['park'] = (failed) =>
          refuse ? Promise.reject(new Error('down')) : Promise.resolve(void parked.push(failed));
        const { jobs } = await open({ jobs: [failing(() => new Error('no'))], park });
        jobs.start();
        const queue = await queueItself();
        await queue.add('failing', {}, { jobId: 'failing-3', attempts: 1 });
        await until(async () => (await queue.getJobCounts())['failed'] === 1);
        refuse = false;
        await jobs.heal();
        expect(parked.map(({ jobId }) => jobId)).toEqual(['failing-3']);
        expect((await queue.getJobCounts())['failed']).toBe(0);
      });

      it('given a job of another version, then it becomes a dead letter that names it', async () => {
        const { jobs } = await open();
        jobs.start();
        await (await queueItself()).add('from-the-future', {}, { jobId: 'future-1', attempts: 1 });
        await until(() => parked.length > 0);
        expect(parked[0]!.error).toBe('There is no job "from-the-future" in this version.');
      });
    });

    describe('late data', () => {
      const late = async (reconcile: Reconcile): Promise<string[]> => {
        const days: string[] = [];
        const context = jobContext(reconcile, ({ data }) => days.push(`${data['day']} ${data['metric']}`));
        await reconcileLate.run({}, context);
        return days;
      };

      it('given days that were compared, then only those whose inputs changed are compared again, and no others', async () => {
        const { reconcile } = await open();
        await shop.signup('late-1', '2026-10-18');
        await reconcile.now({ from: '2026-10-01', to: '2026-10-19' }, 'test');
        expect(await late(reconcile)).toEqual([]);
        await shop.tracks('signup', '2026-10-18T10:00:00Z', { user_id: 'late-1' });
        expect(await late(reconcile)).toEqual(
          ['signups', 'attribution_mismatch_pct'].flatMap((metric) =>
            ['15', '16', '17', '18', '19'].map((day) => `2026-10-${day} ${metric}`),
          ),
        );
        await shop.signup('too-late', '2026-10-02');
        await reconcile.now({ from: '2026-10-15', to: '2026-10-19' }, 'test');
        expect(await late(reconcile)).toEqual([]);
      });
    });

    describe('seen and stopped from outside', () => {
      const steps: { start?: () => void; go?: () => void } = {};
      const slow = (progressed: () => void): Job => ({
        name: 'slow',
        meaning: 'Goes in two steps.',
        async run(_, { progress }) {
          await progress(1, 2);
          progressed();
          await new Promise<void>((resolve) => (steps.go = resolve));
          await progress(2, 2);
        },
      });

      it('given a running job, then its progress is told; given that it is cancelled, then it stops at its next step and is no dead letter', async () => {
        const started = new Promise<void>((resolve) => (steps.start = resolve));
        const { jobs } = await open({ jobs: [slow(() => steps.start!())] });
        jobs.start();
        const queue = await queueItself();
        await queue.add('slow', {}, { jobId: 'slow-2' });
        await queue.add('slow', {}, { jobId: 'slow-3', delay: 3_600_000 });
        await started;
        expect((await jobs.list(10)).map(({ id, state, progress }) => [id, state, progress])).toEqual([
          ['slow-2', 'active', { done: 1, total: 2 }],
          ['slow-3', 'delayed', null],
        ]);
        expect(await jobs.cancel('slow-3', 'key:test')).toEqual({ id: 'slow-3', outcome: 'removed' });
        expect(await jobs.cancel('slow-2', 'key:test')).toEqual({ id: 'slow-2', outcome: 'stopping' });
        expect(await jobs.cancel('nothing', 'key:test')).toBeUndefined();
        steps.go!();
        await until(async () => (await jobs.list(10)).length === 0);
        expect(parked).toEqual([]);
        expect(jobs.tallies().get('slow')).toMatchObject({ completed: 0, failed: 1 });
      });

      it('given a cancellation that came too late for its job, then a later job of that id runs all the same', async () => {
        const runs: string[] = [];
        const go: (() => void)[] = [];
        const job: Job = {
          name: 'same',
          meaning: 'Has one step.',
          run: (data) => new Promise((resolve) => (runs.push(data['n']!), go.push(resolve))),
        };
        const cancellations = cancellationsIn(shop.database, () => shop.now);
        const { jobs } = await open({ jobs: [job], cancellations });
        jobs.start();
        const queue = await queueItself();
        await queue.add('same', { n: '1' }, { jobId: 'same-1', removeOnComplete: true });
        await until(() => go.length === 1);
        expect(await jobs.cancel('same-1', 'key:test')).toEqual({ id: 'same-1', outcome: 'stopping' });
        go[0]!();
        await until(async () => (await queue.getJob('same-1')) === undefined);
        await queue.add('same', { n: '2' }, { jobId: 'same-1', removeOnComplete: true });
        await until(() => runs.length === 2 || (jobs.tallies().get('same')?.failed ?? 0) > 0);
        go[1]?.();
        await until(() => jobs.tallies().get('same')?.completed === 2 || (jobs.tallies().get('same')?.failed ?? 0) > 0);
        expect([runs, jobs.tallies().get('same')]).toMatchObject([['1', '2'], { completed: 2, failed: 0 }]);
      });

      it('given the next turn of a schedule, when it is cancelled, then that is refused, and the turn comes', async () => {
        const cancellations = cancellationsIn(shop.database, () => shop.now);
        const ran: string[] = [];
        const nightly: Job = {
          name: 'nightly',
          meaning: 'Runs every night.',
          schedule: '0 15 2 * * *',
          run: () => Promise.resolve(void ran.push('nightly')),
          cancelled: () => Promise.resolve(void ran.push('cancelled')),
        };
        const { jobs } = await open({ jobs: [nightly], cancellations });
        await jobs.heal();
        const queue = await queueItself();
        const [turn] = await queue.getDelayed();
        const cancelling = jobs.cancel(turn!.id!, 'key:test');
        await expect(cancelling).rejects.toMatchObject({
          code: 'wrong_state',
          detail: expect.stringMatching(/^nightly waits/),
        });
        await turn!.promote();
        jobs.start();
        await until(
          () => (jobs.tallies().get('nightly')?.completed ?? 0) + (jobs.tallies().get('nightly')?.failed ?? 0) > 0,
        );
        expect(ran).toEqual(['nightly']);
      });

      it('given a run that is cancelled, then it is over and not put in again', async () => {
        const { jobs, reconcile } = await open();
        const { run_id: runId } = await reconcile.run({ from: DAY, to: DAY, metrics: ['signups'] }, 'test');
        expect(await jobs.cancel(`reconcile-run-${runId}`, 'key:test')).toMatchObject({ outcome: 'removed' });
        await jobs.heal();
        expect(await jobs.list(10)).not.toContainEqual(expect.objectContaining({ name: 'reconcile-run' }));
        expect(await reconcile.unfinishedRuns()).toEqual([]);
      });

      it('given a job whose deadline has passed, then it is not tried any more and its dead letter says why', async () => {
        const job: Job = {
          name: 'tardy',
          meaning: 'x',
          deadlineMs: 60_000,
          blocks: false,
          run: () => Promise.resolve(),
        };
        const { jobs } = await open({ jobs: [job] });
        await (await queueItself()).add('tardy', {}, { jobId: 'tardy-1', timestamp: Date.now() - 120_000 });
        jobs.start();
        await until(() => parked.length > 0);
        expect(parked[0]).toMatchObject({
          jobId: 'tardy-1',
          error: 'The deadline of 1 minutes has passed.',
          blocks: false,
        });
      });

      it('given a turn of a schedule that waited for longer than its deadline until it was due, then it runs', async () => {
        const WEEK_MS = 7 * 86_400_000;
        let ran = 0;
        const job: Job = {
          name: 'weekly',
          meaning: 'x',
          schedule: '0 30 3 * * 1',
          deadlineMs: 60_000,
          run: () => Promise.resolve(void (ran += 1)),
        };
        const { jobs } = await open({ jobs: [job] });
        const queue = await queueItself();
        jobs.start();
        await until(async () => (await queue.getDelayed()).length > 0);
        const [turn] = await queue.getDelayed();
        const due = turn!.timestamp + turn!.opts.delay!;
        expect(new Date(due + 500).toISOString()).toMatch(/T\d\d:30:00/); // of a millisecond nobody can be sure
        // The same turn when its time has come: it was put in a week ago, as the last one began.
        await queue.add('weekly', {}, { jobId: 'turn-1', timestamp: Date.now() - WEEK_MS, delay: WEEK_MS });
        await until(() => ran > 0 || parked.length > 0);
        expect([ran, parked]).toEqual([1, []]);
      });
    });

    it('given a long job that runs, then a job of another kind is done meanwhile, and both are listed', async () => {
      const release: { long(): void } = { long: () => undefined };
      const held = new Promise<void>((resolve) => (release.long = resolve));
      const done: string[] = [];
      const long: Job = { name: 'long', meaning: '', long: true, run: () => held.then(() => void done.push('long')) };
      const quick: Job = { name: 'quick', meaning: '', run: () => Promise.resolve(void done.push('quick')) };
      const { jobs } = await open({ jobs: [long, quick] });
      for (const { name } of [long, quick]) await jobs.enqueueAgain({ name, id: name, data: {} });
      jobs.start();
      const listed = async () => (await jobs.list(5)).map(({ name, state }) => `${name} ${state}`).join();
      await until(async () => done.includes('quick') && (await listed()) === 'long active').finally(() =>
        release.long(),
      );
      await until(() => done.length === 2);
      expect(done).toEqual(['quick', 'long']);
    });

    describe('starting and stopping', () => {
      it('given two jobs of one name, then it refuses to open', async () => {
        const job: Job = { name: 'x', meaning: 'x', run: () => Promise.resolve() };
        await expect(open({ jobs: [job, job] })).rejects.toThrow('Two jobs have one name.');
      });

      it('given a running job, when it stops, then the job is finished first', async () => {
        let done = false;
        const steps: { start?: () => void; end?: () => void } = {};
        const started = new Promise<void>((resolve) => (steps.start = resolve));
        const mayEnd = new Promise<void>((resolve) => (steps.end = resolve));
        const job: Job = {
          name: 'slow',
          meaning: 'Waits.',
          run: async () => (steps.start!(), await mayEnd, void (done = true)),
        };
        const { jobs } = await open({ jobs: [job] });
        jobs.start();
        await (await queueItself()).add('slow', {}, { jobId: 'slow-1' });
        await started;
        const stopped = jobs.stop();
        expect(await jobs.health()).toEqual({ ok: false, detail: 'stopping' });
        expect(await isOverAfterLooks(stopped)).toBe(false);
        steps.end!();
        await stopped;
        expect(done).toBe(true);
        // Nobody does it again.
        expect(await (await queueItself()).getJobCounts('active', 'completed')).toEqual({ active: 0, completed: 1 });
      });

      it('given that mending fails, then it is tried again without being asked', async () => {
        let asked = 0;
        const failsFirst = () => (++asked === 1 ? Promise.reject(new Error('down')) : Promise.resolve([]));
        const { jobs } = await open({ alerts: { ...noAlerts, due: failsFirst }, healMs: 10 });
        jobs.start();
        await until(() => asked > 1);
        expect(asked).toBeGreaterThan(1);
      });

      it('given a dead letter that is being kept, when it stops, then that is kept first', async () => {
        const failing: Job = { name: 'failing', meaning: 'Fails.', run: () => Promise.reject(new Error('no')) };
        const steps: { kept?: () => void } = {};
        const keeping = new Promise<void>((resolve) => (steps.kept = resolve));
        const park: JobsDeps['park'] = (failed) => (parked.push(failed), keeping);
        const { jobs } = await open({ jobs: [failing], park });
        jobs.start();
        await (await queueItself()).add('failing', {}, { jobId: 'failing-4', attempts: 1 });
        await until(() => parked.length > 0);
        const stopped = jobs.stop();
        expect(await isOverAfterLooks(stopped)).toBe(false);
        steps.kept!();
        await stopped;
        expect(await (await queueItself()).getJob('failing-4')).toBeUndefined();
      });

      it('before the start, says that it does not run', async () => {
        const { jobs } = await open();
        expect(await jobs.health()).toEqual({ ok: false, detail: 'jobs are not running' });
      });
    });
  });
