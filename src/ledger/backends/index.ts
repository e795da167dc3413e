import type { Clock } from '../../kernel/clock.js';
import type { Database } from '../../storage/database.js';
import type { Ledger } from '../ledger.js';
import { openPostgresLedger } from './postgres/postgres.js';

export interface OpenBackend {
  /** LEDGER_URL, where there is one. */
  url?: string;
  /** The database that has the ledger's schema: the ledger itself, or the index of one that is kept elsewhere. */
  database: Database;
  clock: Clock;
  log?: (line: string) => void;
}

/** The only list of ledger backends. A backend is an `open` that keeps the contract of `ledger.ts`. */
export const backends = {
  postgres: {
    open: ({ database, clock, log }: OpenBackend): Promise<Ledger> => openPostgresLedger(database, { clock, log }),
  },
  kurrentdb: {
    // Its client is loaded by those who use it: it costs memory and a quarter of a second.
    open: async ({ url = '', ...options }: OpenBackend): Promise<Ledger> =>
      (await import('./kurrentdb/kurrentdb.js')).openKurrentDbLedger({ url, ...options }),
  },
};

export type BackendName = keyof typeof backends;
