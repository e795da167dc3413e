import { createRedisBackend, runMigrations, UnrecoverableError, withBackend, type Processor } from 'bullmq';
import pg from 'pg';
import { Problem } from '../kernel/errors.js';
import type { QueuedOnce } from './cancellations.js';
import type { Enqueued } from './job.js';
import { answered } from './answered.js';
import { createPatientBackend } from './patient-postgres.js';

const SCHEMA = 'bullmq';
const POOL_MAX = 3; // connections of the queue and of the worker each
const ATTEMPTS = 5;
const BACKOFF_MS = 2_000; // 2, 4, 8, 16 s: longer than a restart of PostgreSQL
const BULK_PRIORITY = 10; // jobs without one go first; of one priority, those that were put in first
const LOCK_MS = 60_000;
const SILENT_MS = 30_000; // a connection without an answer for so long is made anew; blocking reads of BullMQ last 10 s at most
const AWAY_MS = 2_000; // a queue that is silent for so long is not said goodbye to
const RECONNECT_MS = { step: 200, most: 2_000 };

export type Data = Record<string, string>;

export interface QueueOptions {
  /** Jobs of one name are not those of another. */
  name: string;
  /** Of PostgreSQL; not used with Redis. */
  connection: pg.ClientConfig;
  redisUrl?: string;
  concurrency: number;
  /** Attempts of a job before it is a dead letter, and the delay before the second. */
  attempts?: number;
  backoffMs?: number;
  /** A worker that has not said for so long that it lives has its job taken over. */
  lockMs?: number;
  run(name: string, data: Data, at: Attempt): Promise<void>;
  /** No attempt of a job of that name begins later than this after it was due. Milliseconds. */
  deadlineMs?(name: string): number | undefined;
  /** A job failed for the last time. */
  onFailed(): void;
  onError(error: Error): void;
}

/** The attempt that runs. */
export interface Attempt {
  job: QueuedOnce;
  progress(done: number, total: number): Promise<void>;
}

/** A job that is in the queue. */
export interface QueuedJob extends QueuedOnce {
  name: string;
  /** `active`, `waiting`, `delayed`, `failed`, … */
  state: string;
  /** When a job that waits for its time runs; null for any other, and between two attempts. */
  dueAt: Date | null;
  data: Data;
  attempts: number;
  progress: { done: number; total: number } | null;
  error: string | null;
}

export interface FailedJob {
  id: string;
  name: string;
  data: Data;
  error: string;
  /** Frees its id. */
  remove(): Promise<void>;
}

/** The queue of this process: BullMQ on the database we have, or on Redis. What it does not answer within seconds is an error. */
export interface JobQueue {
  add(job: Enqueued, how?: { attempts?: number; bulk?: boolean }): Promise<void>;
  /** Jobs that are there, those that run first. */
  list(limit: number): Promise<QueuedJob[]>;
  /** One of them; undefined when there is none. */
  find(id: string): Promise<QueuedJob | undefined>;
  /** Takes one out. False when it runs, was taken by a worker meanwhile, or is the next turn of a schedule. */
  remove(id: string): Promise<boolean>;
  /** Puts a schedule in unless it is there as it should be. */
  schedule(name: string, cron: string, zone: string): Promise<void>;
  /** Takes one out, with its next turn; nothing where there is none. */
  unschedule(name: string): Promise<void>;
  /** Jobs that failed for the last time and were not removed. */
  failed(): Promise<FailedJob[]>;
  /** Jobs by state: `waiting`, `active`, `delayed`, `failed`, … */
  counts(): Promise<Record<string, number>>;
  /** Whether this process takes jobs. */
  isRunning(): boolean;
  /** Starts taking jobs. */
  start(): void;
  /** Waits for the jobs that run, unless the queue is away. */
  close(): Promise<void>;
}

/** Opens it without taking jobs yet. BullMQ's own tables are brought to this version first; Redis is connected to when it is needed. */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  if (options.redisUrl !== undefined) {
    const connection = {
      url: options.redisUrl,
      maxRetriesPerRequest: null,
      socketTimeout: SILENT_MS,
      retryStrategy: (times: number) => Math.min(times * RECONNECT_MS.step, RECONNECT_MS.most),
    };
    return new BullQueue(withBackend(createRedisBackend), connection, options);
  }
  await migrateQueue(options.connection);
  const connection = { ...options.connection, schema: SCHEMA, max: POOL_MAX, query_timeout: SILENT_MS };
  return new BullQueue(withBackend(createPatientBackend), connection, options);
}

async function migrateQueue(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  await runMigrations(client, SCHEMA).finally(() => client.end());
}

type Classes<C> = Pick<ReturnType<typeof withBackend<never, C>>, 'Queue' | 'Worker'>;
type Queue = InstanceType<Classes<unknown>['Queue']>;
type Worker = InstanceType<Classes<unknown>['Worker']>;

/** Both halves connect at first use, so that a process which only adds jobs, or none, holds no connection it does not need. */
class BullQueue<C> implements JobQueue {
  private made: Queue | undefined;
  private worker: Worker | undefined;
  private counting: Promise<Record<string, number>> | undefined;

  constructor(
    private readonly classes: unknown,
    private readonly connection: C,
    private readonly options: QueueOptions,
  ) {}

  private get queue(): Queue {
    return (this.made ??= this.makeQueue());
  }

  private makeQueue(): Queue {
    const { attempts = ATTEMPTS, backoffMs = BACKOFF_MS } = this.options;
    const { Queue: Made } = this.classes as Classes<C>;
    const queue = new Made(this.options.name, {
      connection: this.connection,
      // A finished job leaves its id free: what makes a result unique is the result.
      defaultJobOptions: {
        attempts,
        backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
        removeOnComplete: true,
        removeOnFail: false,
      },
    });
    queue.on('error', (error) => this.options.onError(error));
    return queue as unknown as Queue;
  }

  start(): void {
    const { name, concurrency, lockMs = LOCK_MS, onError, onFailed } = this.options;
    const { Worker: Made } = this.classes as Classes<C>;
    const worker = new Made<Data>(name, processorOf(this.options), {
      connection: this.connection,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      // A job whose worker died is tried as often as one that failed: a deployment may end several workers in a row.
      maxStalledCount: this.options.attempts ?? ATTEMPTS,
      autorun: false,
    });
    worker.on('error', (error) => onError(error));
    worker.on('failed', (job, error) => {
      if (!job || job.attemptsMade >= (job.opts.attempts ?? 1) || error instanceof UnrecoverableError) onFailed();
    });
    this.worker = worker as unknown as Worker;
    void worker.run().catch((error: unknown) => onError(error as Error));
  }

  isRunning(): boolean {
    return this.worker !== undefined && this.worker.isRunning() && !this.worker.isPaused();
  }

  async add(
    { name, id, data }: Enqueued,
    { attempts, bulk = false }: { attempts?: number; bulk?: boolean } = {},
  ): Promise<void> {
    const options = {
      ...(attempts === undefined ? {} : { attempts }),
      ...(bulk ? { priority: BULK_PRIORITY } : {}),
    };
    await answered(this.queue.add(name, data, { jobId: id, ...options }));
  }

  async list(limit: number): Promise<QueuedJob[]> {
    const found: QueuedJob[] = [];
    for (const state of STATES) {
      const jobs = await answered(this.queue.getJobs([state], 0, Math.max(0, limit - found.length - 1), true));
      for (const job of jobs) if (found.length < limit) found.push(queuedJob(job, state));
    }
    return found;
  }

  async find(id: string): Promise<QueuedJob | undefined> {
    const job = (await answered(this.queue.getJob(id))) as QueueJob | undefined;
    return job && queuedJob(job, await answered(job.getState()));
  }

  async remove(id: string): Promise<boolean> {
    const job = await answered(this.queue.getJob(id));
    if (!job || (await answered(job.isActive()))) return false;
    return answered(job.remove()).then(
      () => true,
      () => false,
    );
  }

  async schedule(name: string, pattern: string, tz: string): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      const there = await answered(this.queue.getJobScheduler(name));
      return there?.pattern === pattern && there.tz === tz;
    };
    // Putting it in anew would drop a turn that is overdue because nobody ran at its time.
    if (await isThere()) return;
    try {
      await answered(this.queue.upsertJobScheduler(name, { pattern, tz }, { name, data: {} }));
    } catch (error) {
      if (!(await isThere())) throw error; // another process was first
    }
  }

  async unschedule(name: string): Promise<void> {
    await answered(this.queue.removeJobScheduler(name));
  }

  async failed(): Promise<FailedJob[]> {
    const jobs = await answered(this.queue.getFailed(0, 999));
    return jobs.map((job) => ({
      id: job.id ?? '',
      name: job.name,
      data: job.data as Data,
      error: job.failedReason,
      remove: () => answered(job.remove()),
    }));
  }

  /** Those who ask at the same time share one question, so that probes do not heap them up while the queue is away. */
  counts(): Promise<Record<string, number>> {
    this.counting ??= this.queue.getJobCounts().finally(() => (this.counting = undefined));
    return answered(this.counting);
  }

  async close(): Promise<void> {
    if (await this.answers()) {
      await this.worker?.close();
      await this.made?.close();
      return;
    }
    // A goodbye would wait until the queue is back. One of these ends a connection that never was, another one that is lost.
    const left = [this.worker?.close(true), this.made?.disconnect(), this.made?.close()];
    for (const each of left) each?.catch(() => undefined);
  }

  private async answers(): Promise<boolean> {
    if (!this.made && !this.worker) return true;
    return answered(this.counts(), AWAY_MS).then(
      () => true,
      () => false,
    );
  }
}

/** States in which jobs are listed, in this order. */
export const STATES = ['active', 'waiting', 'prioritized', 'delayed', 'failed'] as const;

interface QueueJob {
  id?: string;
  name: string;
  data: unknown;
  attemptsMade: number;
  timestamp: number;
  delay?: number;
  progress: unknown;
  failedReason?: string;
  getState(): Promise<string>;
}

function queuedJob(job: QueueJob, state: string): QueuedJob {
  const { done, total } = (typeof job.progress === 'object' ? job.progress : {}) as { done?: number; total?: number };
  return {
    id: job.id ?? '',
    name: job.name,
    state,
    data: job.data as Data,
    attempts: job.attemptsMade,
    enqueuedAt: new Date(job.timestamp),
    dueAt: state === 'delayed' && job.attemptsMade === 0 ? new Date(job.timestamp + (job.delay ?? 0)) : null,
    progress: done === undefined || total === undefined ? null : { done, total },
    error: job.failedReason ?? null,
  };
}

/** Somebody cancelled the job: it is not tried again and is no dead letter. */
export class JobCancelled extends UnrecoverableError {}

/** What the reason of a cancelled job begins with. */
export const CANCELLED = 'cancelled by ';

/** A request that is wrong stays wrong, and a deadline that has passed stays passed: such a job is not tried again. */
function processorOf({ run, deadlineMs }: QueueOptions): Processor<Data> {
  return async (job) => {
    const { id = '', name, data, timestamp, opts } = job;
    const limit = deadlineMs?.(name);
    // The next turn of a schedule is put in when the last begins, to wait for a day or a week.
    const due = timestamp + (opts.delay ?? 0);
    if (limit !== undefined && Date.now() - due > limit)
      throw new UnrecoverableError(
        `The deadline of ${limit / 60_000} minutes has passed. ${job.failedReason ?? ''}`.trim(),
      );
    try {
      const enqueuedAt = new Date(timestamp);
      await run(name, data, {
        job: { id, enqueuedAt },
        progress: (done, total) => job.updateProgress({ done, total }),
      });
    } catch (error) {
      if (error instanceof Problem && error.status < 500 && error.code !== 'wrong_expected_revision')
        throw new UnrecoverableError(error.message);
      throw error;
    }
  };
}
