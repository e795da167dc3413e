import { randomBytes } from 'node:crypto';
import type { BackendName } from '../../src/ledger/backends/index.js';
import { readAddress } from '../../src/ledger/backends/kurrentdb/address.js';
import { ClientHolder } from '../../src/ledger/backends/kurrentdb/client-holder.js';
import { EventReads } from '../../src/ledger/backends/kurrentdb/event-reads.js';
import { FeedIndex } from '../../src/ledger/backends/kurrentdb/feed-index.js';
import { openKurrentDbLedger } from '../../src/ledger/backends/kurrentdb/kurrentdb.js';
import { openPostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { cuttingProxy } from '../faults/cutting-proxy.js';
import { testDatabase } from '../support/database.js';
import { targets, type Target } from '../support/kurrentdb/targets.js';
import { until } from '../support/start-storage.js';
import type { LedgerFixture } from './ledger-entries.js';

/** Somewhere a backend can be run against. */
export interface Subject {
  name: string;
  make: () => Promise<LedgerFixture>;
  /** Whether the fixture can lose answers. */
  breakable: boolean;
}

/** At least one per backend of the registry: without one this does not compile. */
export const subjects: Record<BackendName, readonly Subject[]> = {
  postgres: [{ name: 'postgres', make: postgres, breakable: true }],
  kurrentdb: targets.map(({ name, open }, at) => ({
    name: `kurrentdb, ${name}`,
    make: async () => kurrentdb(await open()),
    breakable: at === 0,
  })),
};

async function postgres(): Promise<LedgerFixture> {
  const { database, drop } = await testDatabase();
  const proxy = await cuttingProxy(database.connection);
  // Quicker than a new database for each case. Only the owner can do it, by taking the guards off first.
  const empty = `alter table ledger.entries disable trigger all; truncate ledger.entries; alter table ledger.entries enable always trigger append_only;
    alter table ledger.entries enable always trigger append_only_rows; alter table ledger.head disable trigger all;
    update ledger.head set position = 0, recorded_at = 'epoch'; alter table ledger.head enable always trigger only_grows_rows;
    alter table ledger.head enable always trigger only_grows; truncate ledger.vault_keys`;
  return {
    database,
    exactBetweenProcesses: true,
    open: (options) => openPostgresLedger(database, { clock: () => new Date(), ...options }),
    settled: async () => undefined,
    empty: async () => void (await database.pool.query(empty)),
    openLossy: async () => {
      const ledger = await openPostgresLedger(
        { ...database, connection: proxy.connection },
        { clock: () => new Date(), limits: { patienceMs: 20_000 } },
      );
      return { ledger, loseNextAnswer: () => proxy.cutAt('commit', 'after') };
    },
    drop: async () => {
      await proxy.close();
      await drop();
    },
  };
}

/** Each case has a ledger of its own name: a log cannot be emptied, and a real server may be shared. */
async function kurrentdb(target: Target): Promise<LedgerFixture> {
  const { database, drop } = await testDatabase();
  const index = new FeedIndex(database);
  const clients = new ClientHolder(readAddress(target.url).connectionString, () => undefined);
  let name = '';
  const urlOfLedger = (): string => `${target.url}${target.url.includes('?') ? '&' : '?'}ledger=${name}`;
  const open: LedgerFixture['open'] = (options) =>
    openKurrentDbLedger({ url: urlOfLedger(), database, clock: () => new Date(), ...options });
  return {
    database,
    exactBetweenProcesses: false,
    open,
    settled: async () => {
      const logged = await new EventReads(clients, `${name}.`).log(undefined, {
        commit: 2n ** 63n,
        prepare: 2n ** 63n,
      });
      const last = logged.at(-1)?.at.commit ?? -1n;
      await until(async () => ((await index.head()).at?.commit ?? -1n) >= last);
    },
    empty: async () => {
      name = `test_${randomBytes(6).toString('hex')}`;
      await database.pool.query(`alter table ledger.feed_index disable trigger all; truncate ledger.feed_index;
        alter table ledger.feed_index enable always trigger append_only; alter table ledger.feed_index enable always trigger append_only_rows;
        truncate ledger.pooled_keys, ledger.vault_keys; delete from ledger.feed_index_head; insert into ledger.feed_index_head default values`);
    },
    openLossy: async () => ({
      ledger: await open(),
      loseNextAnswer: () =>
        void target.double!.leader.faults.set({ at: 'append', when: 'after', times: 1, fault: { kind: 'reset' } }),
    }),
    drop: async () => {
      clients.close();
      await drop();
      await target.close();
    },
  };
}
