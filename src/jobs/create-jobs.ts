import { Problem } from '../kernel/errors.js';
import { deliveryJob } from './alert-deliver.js';
import { backfillJob } from './backfill-hours.js';
import type { QueuedOnce } from './cancellations.js';
import { jobs as allJobs } from './index.js';
import type { JobsDeps, JobTally } from './jobs-deps.js';
import { jointQueue } from './joint-queue.js';
import type { Enqueued, Job, JobContext } from './job.js';
import { type Attempt, CANCELLED, JobCancelled, type JobQueue, openQueue, type QueuedJob } from './queue.js';
import { runJob } from './reconcile-run.js';
import { sealJob } from './seal.js';
import { verifyJob } from './verify-nightly.js';
import { evictionRisk } from './redis-eviction.js';

export type { JobsDeps, JobTally } from './jobs-deps.js';

const QUEUES = { short: 'truth-ledger', long: 'truth-ledger-long' };
const HEAL_MS = 60_000;
const HEAL_AGAIN_MS = 5_000; // after it failed: the queue is away
const SAME_ERROR_MS = 60_000; // an error that comes with every attempt to connect is told this often
const CONCURRENCY = 1; // of each queue: days of a run are judged by those before them, so they go one after the other

export interface Jobs {
  /** Starts taking jobs, schedules, and mends what a flush or a crash left behind. It does not wait for a queue that is away. */
  start(): void;
  enqueueRun(runId: string): Promise<void>;
  /** Has the hours of a provider that are due compared now. */
  enqueueBackfill(provider: string): Promise<void>;
  /** Has everything verified now. Resolves with the id of the job, also where it waits or runs already. */
  enqueueVerification(actor: string): Promise<string>;
  /** Has everything sealed, and the seal written into the ledger, now. Resolves likewise. */
  enqueueSeal(actor: string): Promise<string>;
  /** Puts a job that failed for the last time in again. Throws Problem `invalid_request` when this version has none of that name. */
  enqueueAgain(job: Enqueued): Promise<void>;
  /** Jobs that are in the queue, those that run first. */
  list(limit: number): Promise<QueuedJob[]>;
  /**
   * Takes a job out of the queue for good, or tells the one that runs to stop, which it does at its next step. Undefined: there is
   * none of that id. What was recorded stays. Throws Problem `wrong_state` for a turn of a schedule that only waits.
   */
  cancel(id: string, actor: string): Promise<{ id: string; outcome: 'removed' | 'stopping' } | undefined>;
  /** What runs every minute: schedulers are put in again, unfinished runs too, final failures become dead letters. */
  heal(): Promise<void>;
  health(): Promise<{ ok: boolean; detail?: string }>;
  /** Jobs of the queue by state. Throws when it does not answer. */
  counts(): Promise<Record<string, number>>;
  /** By the name of the job, since this process has started. */
  tallies(): ReadonlyMap<string, JobTally>;
  /** Waits for the jobs that run. */
  stop(): Promise<void>;
}

/** Opens the queue, and a second one for long jobs where there are some. Refuses a registry in which two jobs have one name. */
export async function createJobs(deps: JobsDeps): Promise<Jobs> {
  const jobs = new Map((deps.jobs ?? allJobs).map((job) => [job.name, job]));
  if (jobs.size !== (deps.jobs ?? allJobs).length) throw new Error('Two jobs have one name.');
  const log = deps.log ?? (() => undefined);
  const running = new Running(deps, jobs, log);
  const open = (name: string): Promise<JobQueue> =>
    openQueue({
      name,
      connection: deps.connection,
      redisUrl: deps.redisUrl,
      concurrency: deps.concurrency ?? CONCURRENCY,
      attempts: deps.attempts,
      backoffMs: deps.backoffMs,
      lockMs: deps.lockMs,
      run: (job, data, attempt) => running.run(job, data, attempt),
      deadlineMs: (job) => jobs.get(job)?.deadlineMs,
      onFailed: () => running.later(() => running.parkFailed()),
      onError: (error) => running.complain(error),
    });
  const isLong = (name: string): boolean => jobs.get(name)?.long ?? false;
  const short = await open(QUEUES.short);
  running.queue = [...jobs.keys()].some(isLong) ? jointQueue(short, await open(QUEUES.long), isLong) : short;
  return running;
}

class Running implements Jobs {
  queue!: JobQueue;
  stopping = false;
  private timer: NodeJS.Timeout | undefined;
  private asked = false; // whether the Redis keeps what it has
  private readonly told = new Map<string, number>();
  private readonly done = new Map<string, JobTally>();
  private readonly pending = new Set<Promise<void>>();
  private parking: Promise<void> = Promise.resolve();

  constructor(
    private readonly deps: JobsDeps,
    private readonly jobs: ReadonlyMap<string, Job>,
    private readonly log: NonNullable<JobsDeps['log']>,
  ) {}

  start(): void {
    this.queue.start();
    this.healAndGoOn();
  }

  private healAndGoOn(): void {
    this.later(async () => {
      const { healMs = HEAL_MS } = this.deps;
      let next = Math.min(HEAL_AGAIN_MS, healMs);
      try {
        await this.warnOfEviction();
        await this.heal();
        next = healMs;
      } finally {
        if (!this.stopping) this.timer = setTimeout(() => this.healAndGoOn(), next).unref();
      }
    });
  }

  private async warnOfEviction(): Promise<void> {
    const { redisUrl } = this.deps;
    if (redisUrl === undefined || this.asked) return;
    const risk = await evictionRisk(redisUrl);
    this.asked = true;
    if (risk !== undefined) this.log(risk);
  }

  async run(name: string, data: Record<string, string>, { job: queued, progress }: Attempt): Promise<void> {
    const began = performance.now();
    const tally = this.done.get(name) ?? { completed: 0, failed: 0, seconds: 0 };
    this.done.set(name, tally);
    try {
      const job = this.jobs.get(name);
      if (!job) throw new Error(`There is no job "${name}" in this version.`);
      await this.stopIfCancelled(queued);
      await job.run(data, {
        ...this.context(),
        progress: async (done, total) => {
          await this.stopIfCancelled(queued);
          await progress(done, total);
        },
      });
      tally.completed += 1;
    } catch (error) {
      tally.failed += 1;
      throw error;
    } finally {
      tally.seconds += (performance.now() - began) / 1_000;
    }
  }

  private context(): Omit<JobContext, 'progress'> {
    const { reconcile, close, backfill, completion, imports, announced, tieOuts, seal, verification, ...rest } =
      this.deps;
    const { alerts, zone, clock } = rest;
    return {
      reconcile,
      close,
      backfill,
      completion,
      imports,
      announced,
      tieOuts,
      seal,
      verification,
      alerts,
      zone,
      clock,
      enqueue: (each) => this.add(each),
    };
  }

  private add(job: Enqueued): Promise<void> {
    const { attempts, bulk } = this.jobs.get(job.name) ?? {};
    return this.queue.add(job, { bulk, ...(this.deps.attempts === undefined ? { attempts } : {}) });
  }

  private async stopIfCancelled(job: QueuedOnce): Promise<void> {
    const by = await this.deps.cancellations.of(job);
    if (by !== undefined) throw new JobCancelled(`${CANCELLED}${by}`);
  }

  list(limit: number): Promise<QueuedJob[]> {
    return this.queue.list(limit);
  }

  async cancel(id: string, actor: string): Promise<{ id: string; outcome: 'removed' | 'stopping' } | undefined> {
    const found = await this.queue.find(id);
    if (!found) return undefined;
    const cancelled = async () => this.jobs.get(found.name)?.cancelled?.(found.data, this.context(), actor);
    if (await this.queue.remove(id)) {
      await cancelled();
      return { id, outcome: 'removed' };
    }
    // A worker was quicker, or the queue keeps it: the next turn of a schedule cannot be taken out.
    const kept = await this.queue.find(id);
    if (!kept) return undefined;
    if (kept.state !== 'active')
      throw new Problem(
        'wrong_state',
        `${found.name} waits for its turn by a schedule; it can be stopped while it runs.`,
      );
    await cancelled();
    await this.deps.cancellations.add(kept, actor);
    return { id, outcome: 'stopping' };
  }

  tallies(): ReadonlyMap<string, JobTally> {
    return this.done;
  }

  counts(): Promise<Record<string, number>> {
    return this.queue.counts();
  }

  enqueueRun(runId: string): Promise<void> {
    return this.add(runJob(runId));
  }

  enqueueBackfill(provider: string): Promise<void> {
    return this.add(backfillJob(provider, 'asked'));
  }

  enqueueVerification(actor: string): Promise<string> {
    return this.addAsked(verifyJob(actor));
  }

  enqueueSeal(actor: string): Promise<string> {
    return this.addAsked(sealJob(actor));
  }

  private async addAsked(job: Enqueued): Promise<string> {
    await this.add(job);
    return job.id;
  }

  async enqueueAgain(job: Enqueued): Promise<void> {
    if (!this.jobs.has(job.name))
      throw new Problem('invalid_request', `There is no job "${job.name}" in this version.`);
    await this.add(job);
  }

  async heal(): Promise<void> {
    for (const { name, schedule } of this.jobs.values()) {
      if (schedule !== undefined) await this.queue.schedule(name, schedule, this.deps.zone.name);
    }
    await this.parkFailed();
    await this.parkAbandoned();
    for (const runId of await this.deps.reconcile.unfinishedRuns()) await this.enqueueRun(runId);
    for (const delivery of await this.deps.alerts.due()) await this.add(deliveryJob(delivery));
    await this.deps.reconcile.recordPendingMarkers();
  }

  /** One after the other, so that two of them do not remove the same job. */
  parkFailed(): Promise<void> {
    const parking = this.parking.then(() => this.parkEach());
    this.parking = parking.catch(() => undefined);
    return parking;
  }

  /** First kept, then removed: a crash between the two parks it again, which changes nothing. */
  private async parkEach(): Promise<void> {
    for (const { id, name, data, error, remove } of await this.queue.failed()) {
      if (error.startsWith(CANCELLED)) await this.deps.cancellations.remove(id);
      else await this.deps.park({ jobId: id, name, data, error, blocks: this.jobs.get(name)?.blocks ?? true });
      // Another process may have removed it, or still hold it; what is left is seen to the next time.
      await remove().catch((refused: unknown) => this.log('A failed job could not be removed.', refused as Error));
    }
  }

  /** A run that nothing goes on with any more ends here, where people look. First kept, then ended, like a failed job. */
  private async parkAbandoned(): Promise<void> {
    const { reconcile, park } = this.deps;
    for (const { runId, actor, reason } of await reconcile.abandonedRuns()) {
      const { id: jobId, name, data } = runJob(runId);
      // Of the nightly run the next one does what was left.
      await park({ jobId, name, data, error: reason, blocks: actor !== 'system' });
      await reconcile.failRun(runId, reason);
    }
  }

  async health(): Promise<{ ok: boolean; detail?: string }> {
    if (this.stopping) return { ok: false, detail: 'stopping' };
    if (!this.queue.isRunning()) return { ok: false, detail: 'jobs are not running' };
    try {
      await this.queue.counts();
      return { ok: true };
    } catch {
      return { ok: false, detail: 'the queue does not answer' };
    }
  }

  /** While the queue is away every attempt to reach it fails in the same words: they are told once a minute. */
  complain(error: Error, line = 'The queue reported an error.'): void {
    if (this.stopping) return this.log('The queue closed a connection.', error, 'debug');
    const words = `${line} ${error.message || (error as { code?: string }).code}`;
    const now = performance.now();
    for (const [each, at] of this.told) if (now - at >= SAME_ERROR_MS) this.told.delete(each);
    const often = this.told.has(words);
    if (!often) this.told.set(words, now);
    this.log(line, error, often ? 'debug' : 'warn');
  }

  /** Work beside the queue that nobody waits for, except `stop`. */
  later(work: () => Promise<void>): void {
    if (this.stopping) return;
    const done = work().catch((error: unknown) =>
      this.complain(error as Error, 'The jobs could not be mended; that is tried again.'),
    );
    this.pending.add(done);
    void done.finally(() => this.pending.delete(done));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await Promise.all(this.pending);
    await this.queue.close();
  }
}
