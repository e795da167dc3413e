import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../src/storage/database.js';
import { openEmbedded } from '../../src/storage/embedded/embedded-postgres.js';
import { livingOwner } from '../../src/storage/embedded/owner-lock.js';
import { migrate } from '../../src/storage/migrate.js';
import { startOlder } from './older-cluster.js';

/** What suites need to reach the cluster of the run; handed to them in TEST_PG as JSON. */
export interface TestAccess {
  host: string;
  port: number;
  user: string;
  template: string;
  /** Why the template could not be migrated: only the suites that want it fail. */
  failure?: string;
}

const PREFIX = 'truth-ledger-run-'; // of clusters, and of nothing that a test may kill on purpose
const TEMPLATE = 'migrated';
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
  const dataDir = temporaryFolder(PREFIX);
  const older = process.env['TEST_POSTGRES_BIN'];
  const server = older ? await startOlder(older, dataDir, CARELESS) : await openEmbedded({ dataDir, conf: CARELESS });
  const { host, port, user } = server.endpoint;
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const access: TestAccess = { host, port, user, template: TEMPLATE };
  try {
    await createDatabase(access, TEMPLATE);
    const template = await openDatabase({
      databaseUrl: urlOf(access, TEMPLATE),
      dataDir,
      allowUnsafe: true,
      poolMax: 1,
    });
    await migrate(template).finally(() => template.close());
  } catch (error) {
    access.failure = String(error);
  }
  return { access, stop };
}

/** A new folder in the system's temporary one that the user who runs PostgreSQL can enter. */
export function temporaryFolder(prefix = 'truth-ledger-'): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), prefix));
  chmodSync(folder, 0o755);
  return folder;
}

export const urlOf = ({ host, port, user }: Pick<TestAccess, 'host' | 'port' | 'user'>, database: string): string =>
  `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;

async function createDatabase(access: Pick<TestAccess, 'host' | 'port' | 'user'>, name: string): Promise<void> {
  const client = new pg.Client({ ...access, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${name}`).finally(() => client.end());
}

// A run that was killed leaves its server; it is taken over in the product's own way, and ended. One that is just ending has none.
async function sweep(): Promise<void> {
  for (const name of readdirSync(os.tmpdir())) {
    const dataDir = path.join(os.tmpdir(), name);
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
