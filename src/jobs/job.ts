import type { Alerts } from '../alert/create-alerts.js';
import type { AnnouncedReports } from '../close/tie-out/announced-reports.js';
import type { Backfill } from '../ingest/backfill.js';
import type { Completion } from '../ingest/completion.js';
import type { TieOutStage } from '../close/create-tie-outs.js';
import type { Imports } from '../ingest/import-objects.js';
import type { Clock } from '../kernel/clock.js';
import type { Zone } from '../kernel/day.js';
import type { Close } from '../close/create-close.js';
import type { Verification } from '../close/verification.js';
import type { Seal } from '../ledger/open-seal.js';
import type { Reconcile } from '../reconcile/create-reconcile.js';

/** What jobs work with. */
export interface JobContext {
  reconcile: Reconcile;
  close: Pick<Close, 'softCloseEnded' | 'lastEnded'>;
  backfill: Backfill;
  completion?: Pick<Completion, 'sweep'> | undefined;
  alerts: Alerts;
  imports?: Pick<Imports, 'providers' | 'sweep'> | undefined;
  announced?: Pick<AnnouncedReports, 'note' | 'fetch'> | undefined;
  tieOuts?: Pick<TieOutStage, 'state' | 'run'> | undefined;
  seal?: Pick<Seal, 'enter'> | undefined;
  verification?: Pick<Verification, 'run'> | undefined;
  zone: Zone;
  clock: Clock;
  /** Puts a job into the queue; nothing happens while one of that id waits or runs. */
  enqueue(job: Enqueued): Promise<void>;
  /** Says how far it is. Throws when somebody has cancelled the job meanwhile, so a long one calls it between its steps. */
  progress(done: number, total: number): Promise<void>;
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
  /** Attempts before it is a dead letter, where that is not what the queue says for all. */
  readonly attempts?: number;
  /** No attempt begins later than this after it was due: for what is of no use later. Without it a late job runs, late. */
  readonly deadlineMs?: number;
  /** May take hours in many jobs: those of other kinds that wait go first. */
  readonly bulk?: boolean;
  /** One run may take many minutes: it has a queue and a worker of its own, so that no other job waits for its end. */
  readonly long?: boolean;
  /** Whether its dead letter keeps a month from being closed; it does unless told. */
  readonly blocks?: boolean;
  run(data: Readonly<Record<string, string>>, context: JobContext): Promise<void>;
  /** Somebody cancelled it: what it stands for must not be put in again. */
  cancelled?(
    data: Readonly<Record<string, string>>,
    context: Omit<JobContext, 'progress'>,
    actor: string,
  ): Promise<void>;
}
