import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type Config, ledgerEngine } from './config.js';
import type { Clock } from './kernel/clock.js';
import { Zone } from './kernel/day.js';
import { type BackendName, backends } from './ledger/backends/index.js';
import { keepReportingZone } from './ledger/reporting-zone.js';
import { assertSameLedger } from './ledger/same-ledger.js';
import { openVault } from './ledger/vault/open-vault.js';
import type { Lifecycle } from './lifecycle.js';
import { connectionName } from './projections/lease.js';
import { boundedDatabase, type BoundedOptions, type Database } from './storage/database.js';

// What the stages of `service.ts` stand on.

// Longer than a commit takes on a bad day, and about as long as a client waits for an answer.
const DOOR_SILENT_MS = 10_000;

/** Where the parts of the state are: one database, or one for the ledger and one for the read model. */
export interface Databases {
  database: Database;
  /** Has the ledger, or the index of one in KurrentDB, and the keys of its entries. */
  ledgerDatabase: Database;
}

/** More connections to them, each of which is given up when the server does not answer; long statements have those of the databases. */
interface BoundedDatabases {
  /** For the projector. */
  live: Database;
  /** For the ledger and the vault. */
  ledgerLive: Database;
  /** For what a request at a door waits for. */
  doorDatabase: Database;
}

export interface GroundOptions {
  log?: Logger;
  /** Accept another reporting time zone than the recorded one; the read model must be rebuilt next. */
  changeZone?: boolean;
  /** How long the doors wait for a database that says nothing, in milliseconds. For tests. */
  doorSilentMs?: number;
}

/** What everything stands on: the databases, the ledger with its vault, and the time. */
export async function openGround(
  config: Config,
  clock: Clock,
  databases: Databases,
  life: Lifecycle,
  { log, changeZone = false, doorSilentMs = DOOR_SILENT_MS }: GroundOptions,
) {
  const { database, ledgerDatabase } = databases;
  const zone = new Zone(config.reportingTimeZone);
  const holder = `${process.pid}-${randomUUID()}`;
  const bounded = openBounded(databases, holder, doorSilentMs, life);
  const { live, doorDatabase } = bounded;
  const { vault, ledger } = await openLedger(config, clock, bounded, life, log);
  await assertSameLedger(ledger, database);
  await keepReportingZone({ ledger, vault, database, clock }, zone.name, changeZone);
  const contentMac = (value: unknown): Buffer => vault.contentMac(value);
  return {
    config,
    clock,
    zone,
    holder,
    life,
    log,
    database,
    ledgerDatabase,
    live,
    doorDatabase,
    vault,
    ledger,
    contentMac,
  };
}

export type Ground = Awaited<ReturnType<typeof openGround>>;

function openBounded(
  { database, ledgerDatabase }: Databases,
  holder: string,
  doorSilentMs: number,
  life: Lifecycle,
): BoundedDatabases {
  const bounded = (of: Database, how: BoundedOptions): Database =>
    life.closes(boundedDatabase(of, how), (it) => it.close());
  const name = connectionName(holder);
  const live = bounded(database, { name });
  const ledgerLive = ledgerDatabase === database ? live : bounded(ledgerDatabase, { name });
  return { live, ledgerLive, doorDatabase: bounded(database, { silentMs: doorSilentMs }) };
}

/** The ledger and the vault with its keys: in one database, or the ledger in KurrentDB. */
async function openLedger(
  config: Config,
  clock: Clock,
  { live, ledgerLive, doorDatabase }: BoundedDatabases,
  life: Lifecycle,
  log?: Logger,
) {
  const engine = ledgerEngine(config.ledgerUrl) as BackendName;
  const say = (line: string): void => log?.info(line);
  const vault = await openVault(ledgerLive, {
    ...config,
    pooled: engine === 'postgres' ? undefined : { minutes: config.keyPoolMinutes, log: say },
    beside: ledgerLive === live ? undefined : doorDatabase,
  });
  life.closes(vault, (it) => it.pool?.close() ?? Promise.resolve());
  const ledger = life.closes(
    await backends[engine].open({ url: config.ledgerUrl, database: ledgerLive, clock, log: say }),
    (it) => it.close(),
  );
  return { vault, ledger };
}
