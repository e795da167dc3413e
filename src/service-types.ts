import type { Config } from './config.js';
import type { Ingest } from './ingest/ingest.js';
import type { Ledger } from './ledger/ledger.js';
import type { Vault } from './ledger/vault.js';
import type { Reconcile } from './reconcile/create-reconcile.js';
import type { Report } from './report/create-report.js';
import type { Database } from './storage/database.js';

/** An answer of `report` or `reconcile`: a plain object in snake_case, ready for JSON. */
export type Reply = Record<string, unknown>;
export interface ProjectionState {
  position: number;
  head: number;
  lagEvents: number;
  lagMs: number;
  running: boolean;
  /** Why it stopped. */
  failed?: string;
}

/** What `verify` found: `ok` when the read model and the daily totals are what the ledger says. */
export interface VerifyReport {
  ok: boolean;
  position: number;
  stateHash: string;
  rebuiltStateHash: string;
  findings: readonly { kind: string; detail: string }[];
}

export type OnProgress = (done: number, total: number) => void;

export interface Service {
  config: Config;
  ledger: Ledger;
  vault: Vault;
  database: Database;
  ingest: Ingest;
  projections: {
    state(now: Date): Promise<ProjectionState>;
    stop(): Promise<void>;
    catchUp(): Promise<unknown>;
    rebuild(onProgress?: OnProgress): Promise<{ position: number; stateHash: string }>;
    verify(onProgress?: OnProgress): Promise<VerifyReport>;
    stateHash(): Promise<string>;
  };
  report: Report;
  reconcile: Pick<Reconcile, 'list' | 'detail' | 'run' | 'now' | 'gaps'>;
  jobs: { health(): Promise<{ ok: boolean; detail?: string }>; stop(): Promise<void> };
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
