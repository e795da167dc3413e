import {
  createPostgresBackend,
  createRedisBackend,
  runMigrations,
  UnrecoverableError,
  withBackend,
  type Processor,
} from 'bullmq';
import pg from 'pg';
import { Problem } from '../kernel/errors.js';
import type { Enqueued } from './job.js';

const QUEUE = 'truth-ledger';
const SCHEMA = 'bullmq';
const POOL_MAX = 3; // connections of the queue and of the worker each
const ATTEMPTS = 5;
const BACKOFF_MS = 2_000; // 2, 4, 8, 16 s: longer than a restart of PostgreSQL
const LOCK_MS = 60_000;

export type Data = Record<string, string>;

export interface QueueOptions {
  /** Of PostgreSQL; not used with Redis. */
  connection: pg.ClientConfig;
  redisUrl?: string;
  concurrency: number;
  /** Attempts of a job before it is a dead letter, and the delay before the second. */
  attempts?: number;
  backoffMs?: number;
  run(name: string, data: Data): Promise<void>;
  /** A job failed for the last time. */
  onFailed(): void;
  onError(error: Error): void;
}

export interface FailedJob {
  id: string;
  name: string;
  data: Data;
  error: string;
  /** Frees its id. */
  remove(): Promise<void>;
}

/** The queue of this process: BullMQ on the database we have, or on Redis. */
export interface JobQueue {
  add(job: Enqueued): Promise<void>;
  /** Puts a schedule in unless it is there as it should be. */
  schedule(name: string, cron: string, zone: string): Promise<void>;
  /** Jobs that failed for the last time and were not removed. */
  failed(): Promise<FailedJob[]>;
  /** Throws when the queue does not answer. */
  counts(): Promise<Record<string, number>>;
  isRunning(): boolean;
  /** Starts taking jobs. */
  start(): void;
  /** Waits for the jobs that run. */
  close(): Promise<void>;
}

/** Opens it without taking jobs yet. BullMQ's own tables are brought to this version first. */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  if (options.redisUrl !== undefined) {
    const connection = { url: options.redisUrl, maxRetriesPerRequest: null };
    return build(withBackend(createRedisBackend), connection, options);
  }
  await migrateQueue(options.connection);
  return build(withBackend(createPostgresBackend), { ...options.connection, schema: SCHEMA, max: POOL_MAX }, options);
}

async function migrateQueue(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  await runMigrations(client, SCHEMA).finally(() => client.end());
}

type Classes<C> = Pick<ReturnType<typeof withBackend<never, C>>, 'Queue' | 'Worker'>;

function build<C>(classes: unknown, connection: unknown, options: QueueOptions): JobQueue {
  const { Queue, Worker } = classes as Classes<C>;
  const backoff = { type: 'exponential', delay: options.backoffMs ?? BACKOFF_MS, jitter: 0.5 };
  // A finished job leaves its id free: what makes a result unique is the result.
  const defaultJobOptions = {
    attempts: options.attempts ?? ATTEMPTS,
    backoff,
    removeOnComplete: true,
    removeOnFail: false,
  };
  const queue = new Queue<Data>(QUEUE, { connection: connection as C, defaultJobOptions });
  const worker = new Worker<Data>(QUEUE, processorOf(options), {
    connection: connection as C,
    concurrency: options.concurrency,
    lockDuration: LOCK_MS,
    autorun: false,
  });
  queue.on('error', (error) => options.onError(error));
  worker.on('error', (error) => options.onError(error));
  worker.on('failed', (job, error) => {
    if (!job || job.attemptsMade >= (job.opts.attempts ?? 1) || error instanceof UnrecoverableError) options.onFailed();
  });
  return {
    add: async ({ name, id, data }) => void (await queue.add(name, data, { jobId: id })),
    async schedule(name, pattern, tz) {
      const isThere = async (): Promise<boolean> => {
        const there = await queue.getJobScheduler(name);
        return there?.pattern === pattern && there.tz === tz;
      };
      // Putting it in anew would drop a turn that is overdue because nobody ran at its time.
      if (await isThere()) return;
      try {
        await queue.upsertJobScheduler(name, { pattern, tz }, { name, data: {} });
      } catch (error) {
        if (!(await isThere())) throw error; // another process was first
      }
    },
    async failed() {
      const jobs = await queue.getFailed(0, 999);
      return jobs.map((job) => ({
        id: job.id ?? '',
        name: job.name,
        data: job.data,
        error: job.failedReason,
        remove: () => job.remove(),
      }));
    },
    counts: () => queue.getJobCounts(),
    isRunning: () => worker.isRunning() && !worker.isPaused(),
    start: () => void worker.run().catch((error: unknown) => options.onError(error as Error)),
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}

/** A request that is wrong stays wrong: it is not tried again. */
function processorOf({ run }: QueueOptions): Processor<Data> {
  return async ({ name, data }) => {
    try {
      await run(name, data);
    } catch (error) {
      if (error instanceof Problem && error.status < 500 && error.code !== 'wrong_expected_revision')
        throw new UnrecoverableError(error.message);
      throw error;
    }
  };
}
