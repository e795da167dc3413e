import { rmSync } from 'node:fs';
import { openDatabase, type Database } from '../../src/storage/database.js';
import { compare, type Discrepancies, type Recorder } from './recorder.js';
import { sayFigures } from './say.js';
import { read, type ServiceProcess, startService } from './service-process.js';
import { madeFolder, temporaryFolder, urlOf } from './test-cluster.js';

/** Processes of the built service, each with its role, on one PostgreSQL of their own that keeps what it confirmed. */
export interface Scale {
  database: Database;
  /** DATABASE_URL of the processes. */
  url: string;
  /** Starts a process; it is killed at the end. */
  start(roles: string, env?: Readonly<Record<string, string>>): ServiceProcess;
  /** Compares what clients saw with what the ledger and the read model hold, and prints the counts. */
  holds(about: string, recorder: Recorder): Promise<Discrepancies>;
  close(): Promise<void>;
}

const VAULT_KEY = '17'.repeat(32);

export async function openScale(settings: Readonly<Record<string, string>> = {}): Promise<Scale> {
  const folder = temporaryFolder('truth-ledger-scale-');
  const dataDir = madeFolder('truth-ledger-scale-database-');
  const database = await openDatabase({ dataDir, conf: { max_connections: 200 } });
  const url = urlOf(database.server!.endpoint, 'truth_ledger');
  const all = { DATABASE_URL: url, VAULT_KEY, LOG_LEVEL: 'info', ...settings };
  const started: ServiceProcess[] = [];
  return {
    database,
    url,
    start(roles, env = {}) {
      // Each on a data folder of its own, as on machines of their own.
      const service = startService(`${folder}/process-${started.length}`, { ...all, ...env }, roles.split(','));
      started.push(service);
      return service;
    },
    async holds(about, recorder) {
      const { entries, ...found } = await compare({ ...all, DATA_DIR: `${folder}/beside` }, recorder);
      sayFigures(about, {
        acknowledged: recorder.acknowledged.size,
        lost: found.acknowledgedButLost.length,
        doubled: found.twice.length,
        entries,
      });
      return found;
    },
    async close() {
      await Promise.all(started.map((service) => service.kill()));
      await database.close();
      for (const each of [folder, dataDir]) rmSync(each, { recursive: true, force: true });
    },
  };
}

/** Whether the process is the projector that projects. */
export const isActive = async (url: string): Promise<boolean> =>
  ((await read(url, '/health/ready')) as { projector?: { active: boolean } }).projector?.active ?? false;
