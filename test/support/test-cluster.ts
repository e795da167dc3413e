import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { type EmbeddedServer, openEmbedded } from '../../src/storage/embedded/embedded-postgres.js';
import { livingOwner } from '../../src/storage/embedded/owner-lock.js';
import { migrate } from '../../src/storage/migrate.js';
import { type OlderServer, startOlder } from './older-cluster.js';

/** What suites need to reach the cluster of the run; handed to them in TEST_PG as JSON. */
export interface TestAccess {
  host: string;
  port: number;
  user: string;
  template: string;
  /** A folder of the run for what must be quick and need not last, in memory where that has room. */
  quick: string;
  /** A data folder whose embedded database is migrated; undefined on a server of another version. */
  made?: string;
  /** Why the template could not be migrated: only the suites that want it fail. */
  failure?: string;
}

const PREFIX = 'truth-ledger-run-'; // of clusters, and of nothing that a test may kill on purpose
const MEMORY = '/dev/shm'; // of Linux; elsewhere there is none
const ROOM = 4 * 1024 ** 3; // several times what a run puts there at once
const FREE = 2 * ROOM; // for that, and for what runs
const CLUSTER = ['pg18', 'postgres.password']; // of a data folder, the parts that are no server's of the moment
// Nothing here outlives the run, so nothing waits for a disk.
const CARELESS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: 200,
  shared_buffers: '64MB',
  autovacuum: 'off',
};

/** Starts the cluster of a test run with a migrated template; called once, before the suites. */
export async function startTestCluster(): Promise<{ access: TestAccess; stop(): Promise<void> }> {
  await sweep();
  const dataDir = temporaryFolder(PREFIX, memoryOrDisk());
  const older = process.env['TEST_POSTGRES_BIN'];
  const { server, ...made } = older ? await startInstalled(older, dataDir) : await startEmbedded(dataDir);
  const { host, port, user } = server.endpoint;
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }); // a server that a failed test left may still write
  };
  return { access: { host, port, user, quick: dataDir, ...made }, stop };
}

type Template = Pick<TestAccess, 'template' | 'made' | 'failure'>;

async function startEmbedded(dataDir: string): Promise<Template & { server: EmbeddedServer }> {
  const made = path.join(dataDir, 'made');
  const database = await openDatabase({ dataDir: made, conf: CARELESS, allowUnsafe: true, poolMax: 1 });
  const template = database.connection.database!;
  const failure = await migrated(database);
  copyCluster(made, dataDir);
  return { server: await openEmbedded({ dataDir, conf: CARELESS }), template, made, failure };
}

async function startInstalled(bin: string, folder: string): Promise<Template & { server: OlderServer }> {
  const server = await startOlder(bin, folder, CARELESS);
  const template = 'migrated';
  const client = new pg.Client({ ...server.endpoint, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${template}`).finally(() => client.end());
  const databaseUrl = urlOf(server.endpoint, template);
  const failure = await openDatabase({ databaseUrl, dataDir: folder, allowUnsafe: true, poolMax: 1 }).then(
    migrated,
    String,
  );
  return { server, template, failure };
}

/** Runs the migrations and closes. Resolves with what was wrong. */
const migrated = (database: Database): Promise<string | undefined> =>
  migrate(database)
    .finally(() => database.close())
    .then(() => undefined, String);

/** A new data folder whose embedded database was made and migrated once for the run: to copy it takes a tenth of the time. */
export function madeFolder(prefix: string, within = os.tmpdir()): string {
  const folder = temporaryFolder(prefix, within);
  const { made } = given();
  if (made !== undefined) copyCluster(made, folder);
  return folder;
}

/** One for a suite that is not about what survives: where the run has its quick things. */
export const quickMadeFolder = (prefix: string): string => madeFolder(prefix, given().quick);

export const quickFolder = (): string => temporaryFolder(undefined, given().quick);

const given = (): Partial<TestAccess> => JSON.parse(process.env['TEST_PG'] ?? '{}') as Partial<TestAccess>;

// As `cp` does it, the files stay those of the user who runs PostgreSQL.
function copyCluster(from: string, to: string): void {
  execFileSync('cp', ['-a', ...CLUSTER.map((name) => path.join(from, name)), to]);
}

/**
 * A new folder, in the run's temporary one unless told otherwise, that the user who runs PostgreSQL can enter. Whoever runs something on it
 * ends that; the folder itself is removed at the end of the suite, by its environment.
 */
export function temporaryFolder(prefix = 'truth-ledger-', within = os.tmpdir()): string {
  const folder = mkdtempSync(path.join(within, prefix));
  chmodSync(folder, 0o755);
  ((globalThis as { foldersMade?: string[] }).foldersMade ??= []).push(folder);
  return folder;
}

export const urlOf = ({ host, port, user }: Pick<TestAccess, 'host' | 'port' | 'user'>, database: string): string =>
  `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;

/**
 * Where the run has its quick things. A database is 1,700 files, and suites make and remove hundreds of them: on some file systems (ext4
 * without a journal looks at each file removed just before) that takes longer than what is tested.
 */
function memoryOrDisk(): string {
  const probe = path.join(MEMORY, `${PREFIX}probe-${process.pid}`);
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM || process.availableMemory() < FREE) return os.tmpdir();
    writeFileSync(probe, '', { mode: 0o755 });
    accessSync(probe, constants.X_OK); // programs of PostgreSQL are copied there when root runs it
    return MEMORY;
  } catch {
    return os.tmpdir();
  } finally {
    rmSync(probe, { force: true });
  }
}

// A run that was killed leaves its server; it is taken over in the product's own way, and ended. One that is just ending has none.
async function sweep(): Promise<void> {
  const places = [os.tmpdir(), MEMORY].filter((place) => existsSync(place));
  for (const [place, name] of places.flatMap((place) => readdirSync(place).map((name) => [place, name] as const))) {
    const dataDir = path.join(place, name);
    if (!name.startsWith(PREFIX) || !existsSync(path.join(dataDir, 'pg18/postmaster.pid'))) continue;
    try {
      if (await livingOwner(dataDir)) continue;
      await (await openEmbedded({ dataDir, conf: CARELESS })).stop();
      rmSync(dataDir, { recursive: true, force: true });
    } catch {
      // Another run sweeps the same, or it is another user's.
    }
  }
}
