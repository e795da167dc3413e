import type { TieOutStage } from './close/create-tie-outs.js';
import type { ProviderReports } from './close/tie-out/provider-reports.js';
import type { Alerts } from './alert/create-alerts.js';
import type { Close } from './close/create-close.js';
import type { BooksReport } from './close/books/books-report.js';
import type { Books } from './close/books/books.js';
import type { RateToRecord } from './close/post/fx-rates.js';
import type { PeriodFiles } from './close/period-files.js';
import type { OpeningBalance } from './close/post/opening-balances.js';
import type { Verification } from './close/verification.js';
import type { Config } from './config.js';
import type { Erasures } from './ingest/erasure/create-erasures.js';
import type { IngestStage } from './ingest/create-ingest.js';
import type { Jobs } from './jobs/create-jobs.js';
import type { Ledger } from './ledger/ledger.js';
import type { Seal } from './ledger/open-seal.js';
import type { Vault } from './ledger/vault.js';
import type { Projections } from './projections/create-projections.js';
import type { MeasurementContract } from './reconcile/contract.js';
import type { Reconcile } from './reconcile/create-reconcile.js';
import type { Report } from './report/create-report.js';
import type { Database } from './storage/database.js';

/** What a process does: it opens the doors and answers questions, follows the feed and seals, or runs jobs. */
export type Role = 'api' | 'projector' | 'worker';
export const ROLES: readonly Role[] = ['api', 'projector', 'worker'];

/** An answer of `report` or `reconcile`: a plain object in snake_case, ready for JSON. */
export type Reply = Record<string, unknown>;
export type OnProgress = (done: number, total: number) => void;

/** Who decides, and in which request. */
export interface Decider {
  actor: string;
  correlationId: string;
}

export interface Service {
  config: Config;
  /** None for commands, which only read or decide. */
  roles: readonly Role[];
  ledger: Ledger;
  vault: Vault;
  database: Database;
  /** The same, for what a request at a door waits for: a server that does not answer is given up within seconds. Short statements only. */
  doorDatabase: Database;
  ingest: Pick<
    IngestStage,
    | 'webhook'
    | 'events'
    | 'collect'
    | 'deadLetters'
    | 'completeness'
    | 'backfill'
    | 'imports'
    | 'decideIdentity'
    | 'stop'
  >;
  projections: Pick<
    Projections,
    'state' | 'stop' | 'whenCurrent' | 'catchUp' | 'rebuild' | 'dryRun' | 'verify' | 'stateHash' | 'modelVersion'
  >;
  /** A method answers undefined where nothing has that name or id. */
  report: Report;
  close: Close;
  /** Journals and packs of periods, for people outside. */
  files: PeriodFiles;
  /** What providers state of their balance, and how it compares with the ledger. */
  reports: Pick<ProviderReports, 'add' | 'list' | 'kinds'>;
  tieOuts: TieOutStage;
  alerts: Pick<Alerts, 'list' | 'acknowledge' | 'counts'>;
  reconcile: Pick<
    Reconcile,
    | 'drift'
    | 'setMarker'
    | 'markers'
    | 'gapReport'
    | 'summary'
    | 'list'
    | 'detail'
    | 'run'
    | 'now'
    | 'gaps'
    | 'confusion'
    | 'pull'
    | 'shadow'
    | 'sources'
    | 'sourceEvents'
    | 'pageRequestDays'
  >;
  /** The measurement contract of this process, and how it differs from the recorded one. */
  contract: Pick<MeasurementContract, 'current' | 'changes'>;
  /** The double-entry journal of the facts, its statements, and what people decide for it. */
  books: Books & {
    report: BooksReport;
    setOpeningBalance(balance: OpeningBalance, asker: Decider): Promise<number>;
    /** Resolves with the number of rates that were not known. */
    recordRates(rates: readonly RateToRecord[], asker: Decider): Promise<number>;
  };
  jobs: Pick<
    Jobs,
    | 'enqueueBackfill'
    | 'enqueueVerification'
    | 'enqueueSeal'
    | 'health'
    | 'counts'
    | 'tallies'
    | 'list'
    | 'cancel'
    | 'stop'
  >;
  /** Persons that were erased, and what that reached. */
  erasures: Pick<Erasures, 'personAsked' | 'erase' | 'apply' | 'list' | 'find'>;
  /** `size` entries are sealed, `lag` are not yet; a proof is undefined for an entry that is unknown or not sealed. */
  seal: Pick<Seal, 'state' | 'proof' | 'consistency' | 'checkpoints' | 'publicKey' | 'verify' | 'compare' | 'enter'>;
  /** Everything derived again and compared, and what came of it before. */
  verification: Verification;
  start(): Promise<void>;
  /** Graceful, in the reverse order of start. */
  stop(): Promise<void>;
}
