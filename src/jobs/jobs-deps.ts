import type pg from 'pg';
import type { Cancellations } from './cancellations.js';
import type { Job, JobContext } from './job.js';

/** What the jobs work with, and where they are kept. */
export interface JobsDeps extends Omit<JobContext, 'enqueue' | 'progress'> {
  /** Connection of the database, for BullMQ on PostgreSQL. */
  connection: pg.ClientConfig;
  redisUrl?: string;
  /** Keeps a job that failed for the last time as a dead letter; the same one again is the same letter. */
  park(failed: {
    jobId: string;
    name: string;
    data: Record<string, string>;
    error: string;
    /** Whether it keeps a month from being closed. */
    blocks: boolean;
  }): Promise<void>;
  /** Which running jobs were told to stop. */
  cancellations: Cancellations;
  log?: (line: string, error?: Error, level?: 'warn' | 'debug') => void;
  jobs?: readonly Job[];
  concurrency?: number;
  attempts?: number;
  backoffMs?: number;
  lockMs?: number;
  healMs?: number;
}

/** What became of the runs of one job in this process. */
export interface JobTally {
  completed: number;
  failed: number;
  seconds: number;
}
