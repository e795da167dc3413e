import type { Config } from '../../config.js';
import { ledgerEngine } from '../../config.js';
import { SetupError } from '../../kernel/errors.js';
import type { Clock } from '../../kernel/clock.js';
import { type Database, openDatabase } from '../../storage/database.js';
import { migrate } from '../../storage/migrate.js';
import { type BackendName, backends } from '../backends/index.js';
import type { Place } from './copy-ledger.js';

/** Opened places in the order of their addresses, and how to close them again. */
export interface Places {
  places: Place[];
  close(): Promise<void>;
}

/**
 * Opens ledgers by their addresses: `embedded` (in DATA_DIR), `postgres://…` or `kurrentdb://…`, whose index and keys are in the
 * database of DATABASE_URL, else in the embedded one. Throws SetupError for an address that is none, and for one ledger named twice.
 */
export async function openPlaces(config: Config, clock: Clock, addresses: readonly string[]): Promise<Places> {
  if (new Set(addresses).size < addresses.length)
    throw new SetupError('The source and the target are the same ledger.');
  const databases = new Map<string, Database>();
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.reverse()) await each();
  };
  const databaseOf = async (url: string | undefined): Promise<Database> => {
    const known = databases.get(url ?? '');
    if (known) return known;
    const database = await openDatabase({ databaseUrl: url, dataDir: config.dataDir, attach: true });
    databases.set(url ?? '', database);
    closers.push(() => database.close());
    await migrate(database);
    return database;
  };
  const open = async (address: string): Promise<Place> => {
    const url = address === 'embedded' ? undefined : address;
    const engine = ledgerEngine(url);
    if (!(engine in backends))
      throw new SetupError(
        `"${address.split(':')[0]}" is no place of a ledger: use embedded, postgres://… or kurrentdb://….`,
      );
    const database = await databaseOf(engine === 'postgres' ? url : config.databaseUrl);
    const ledger = await backends[engine as BackendName].open({ url, database, clock });
    closers.push(() => ledger.close());
    return { ledger, database };
  };
  try {
    const places: Place[] = [];
    for (const address of addresses) places.push(await open(address));
    return { places, close };
  } catch (error) {
    await close();
    throw error;
  }
}
