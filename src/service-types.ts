import type { TieOutStage } from './close/create-tie-outs.js';
import type { ProviderReports } from './close/provider-reports.js';
import type { Config } from './config.js';
import type { IngestStage } from './ingest/create-ingest.js';
import type { Jobs } from './jobs/create-jobs.js';
import type { Ledger } from './ledger/ledger.js';
import type { Vault } from './ledger/vault.js';
import type { Projections } from './projections/create-projections.js';
import type { Reconcile } from './reconcile/create-reconcile.js';
import type { Report } from './report/create-report.js';
import type { Database } from './storage/database.js';

/** What a process does: it opens the doors and answers questions, follows the feed and seals, or runs jobs. */
export type Role = 'api' | 'projector' | 'worker';
export const ROLES: readonly Role[] = ['api', 'projector', 'worker'];

/** An answer of `report` or `reconcile`: a plain object in snake_case, ready for JSON. */
export type Reply = Record<string, unknown>;
export type OnProgress = (done: number, total: number) => void;

export interface Service {
  config: Config;
  /** None for commands, which only read or decide. */
  roles: readonly Role[];
  ledger: Ledger;
  vault: Vault;
  database: Database;
  ingest: Pick<
    IngestStage,
    'webhook' | 'events' | 'collect' | 'deadLetters' | 'completeness' | 'backfill' | 'imports' | 'stop'
  >;
  projections: Pick<
    Projections,
    'state' | 'stop' | 'whenCurrent' | 'catchUp' | 'rebuild' | 'dryRun' | 'verify' | 'stateHash' | 'modelVersion'
  >;
  /** A method answers undefined where nothing has that name or id. */
  report: Report;
  reconcile: Pick<Reconcile, 'list' | 'detail' | 'run' | 'now' | 'gaps'>;
  /** What providers state of their balance, and how it compares with the ledger. */
  reports: Pick<ProviderReports, 'add' | 'list' | 'kinds'>;
  tieOuts: TieOutStage;
  jobs: Pick<Jobs, 'enqueueBackfill' | 'health' | 'counts' | 'tallies' | 'stop'>;
  /** `size` entries are sealed, `lag` are not yet. */
  seal: {
    state(): Promise<{ size: number; lag: number }>;
    /** The proof of an entry under the last seal; undefined when it is unknown or not sealed yet. */
    proof(entryId: string): Promise<Reply | undefined>;
  };
  start(): Promise<void>;
  /** Graceful, in the reverse order of start. */
  stop(): Promise<void>;
}
