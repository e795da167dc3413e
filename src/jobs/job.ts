import type { Backfill } from '../ingest/backfill.js';
import type { TieOutStage } from '../close/create-tie-outs.js';
import type { Imports } from '../ingest/import-objects.js';
import type { Clock } from '../kernel/clock.js';
import type { Zone } from '../kernel/day.js';
import type { Reconcile } from '../reconcile/create-reconcile.js';

/** What jobs work with. */
export interface JobContext {
  reconcile: Reconcile;
  backfill: Backfill;
  imports?: Pick<Imports, 'providers' | 'sweep'> | undefined;
  tieOuts?: Pick<TieOutStage, 'state' | 'run'> | undefined;
  zone: Zone;
  clock: Clock;
  /** Puts a job into the queue; nothing happens while one of that id waits or runs. */
  enqueue(job: Enqueued): Promise<void>;
}

export interface Enqueued {
  name: string;
  /** Letters, digits, dots and dashes, and not a number. */
  id: string;
  data: Record<string, string>;
}

/** One kind of work in the queue. It may be killed anywhere and run again, also twice at once: it must be idempotent. */
export interface Job {
  readonly name: string;
  readonly meaning: string;
  /** Cron with seconds, in the reporting time zone. */
  readonly schedule?: string;
  run(data: Readonly<Record<string, string>>, context: JobContext): Promise<void>;
}
