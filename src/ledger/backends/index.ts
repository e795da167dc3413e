import type { Clock } from '../../kernel/clock.js';
import type { Database } from '../../storage/database.js';
import { openPostgresLedger, type PostgresLedger } from './postgres/postgres.js';

export interface OpenBackend {
  /** The database that has the ledger's schema: the read model's, or one of its own. */
  database: Database;
  clock: Clock;
  log?: (line: string) => void;
}

/** The only list of ledger backends. A backend is an `open` that keeps the contract of `ledger.ts`. */
export const backends = {
  postgres: {
    open: ({ database, ...options }: OpenBackend): Promise<PostgresLedger> => openPostgresLedger(database, options),
  },
};

export type BackendName = keyof typeof backends;
