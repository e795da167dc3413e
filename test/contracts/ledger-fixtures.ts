import type { BackendName } from '../../src/ledger/backends/index.js';
import { openPostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { testDatabase } from '../support/database.js';
import type { LedgerFixture } from './ledger-entries.js';

/** One per backend of the registry: without one this does not compile. */
export const fixtures: Record<BackendName, () => Promise<LedgerFixture>> = { postgres };

async function postgres(): Promise<LedgerFixture> {
  const { database, drop } = await testDatabase();
  // Quicker than a new database for each case. Only the owner can do it, by taking the guards off first.
  const empty = `alter table ledger.entries disable trigger all; truncate ledger.entries; alter table ledger.entries enable always trigger append_only;
    alter table ledger.entries enable always trigger append_only_rows; alter table ledger.head disable trigger all;
    update ledger.head set position = 0, recorded_at = 'epoch'; alter table ledger.head enable always trigger only_grows_rows;
    alter table ledger.head enable always trigger only_grows; truncate ledger.vault_keys`;
  return {
    open: (options) => openPostgresLedger(database, { clock: () => new Date(), ...options }),
    empty: async () => void (await database.pool.query(empty)),
    drop,
  };
}
