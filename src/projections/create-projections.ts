import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Interpret } from '../catalog/facts.js';
import type { Metric } from '../catalog/subjects.js';
import type { Zone } from '../kernel/day.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Database } from '../storage/database.js';
import { Contributions } from './contributions.js';
import type { ApplyFact } from './fold.js';
import { historyHash, stateHash } from './hashes.js';
import { ModelStore } from './model-store.js';
import { type Parked, Projector } from './projector.js';
import { type Progress, rebuild } from './rebuild.js';
import { checkpointOf, Runner } from './runner.js';
import { verify, type VerifyReport } from './verify.js';

/** Raised when the fold itself changes meaning, so that an older model is rebuilt. */
const FOLD_VERSION = 1;

export interface ProjectionDeps {
  ledger: Ledger;
  database: Database;
  interpret: Interpret;
  interpreterVersion: string | number;
  applyFact: ApplyFact;
  metrics: readonly Metric[];
  zone: Zone;
  /** Names this process in the lease. */
  holder: string;
  park(client: pg.ClientBase, parked: readonly Parked[]): Promise<void>;
  /** The same after a rebuild, which has looked at every entry: letters about others are settled. */
  reparkAll(client: pg.ClientBase, parked: readonly Parked[]): Promise<void>;
  log(level: 'info' | 'warn' | 'error', message: string, error?: unknown): void;
}

export interface ProjectionState {
  position: number;
  head: number;
  /** Entries in the feed that the read model does not show yet, and how long the oldest of them waits. */
  lagEvents: number;
  lagMs: number;
  running: boolean;
  failed?: string;
}

export interface Projections {
  /** Rebuilds first when the stored model was made by another version, then follows the feed. */
  start(): Promise<void>;
  stop(): Promise<void>;
  state(now: Date): Promise<ProjectionState>;
  /** The last position the read model shows. */
  position(): Promise<number>;
  /** Resolves when the read model shows everything up to the head the feed has now. Throws after `timeoutMs`. */
  catchUp(timeoutMs?: number): Promise<number>;
  rebuild(onProgress?: Progress): Promise<{ position: number; stateHash: string }>;
  verify(onProgress?: Progress): Promise<VerifyReport>;
  stateHash(): Promise<string>;
  historyHash(): Promise<string>;
}

export function createProjections(deps: ProjectionDeps): Projections {
  const { database, ledger, zone, holder } = deps;
  const contributions = new Contributions(deps.metrics, zone);
  const part = (schema: 'model' | 'model_next') => {
    const store = new ModelStore(database.pool, schema, zone);
    return { store, projector: new Projector(store, contributions, deps.interpret, deps.applyFact) };
  };
  const modelVersion = versionOf(deps);
  const beside = () => ({ ledger, database, ...part('model_next') });
  const runner = new Runner({
    ledger,
    database,
    ...part('model'),
    holder,
    modelVersion,
    park: (client, parked) => deps.park(client, parked),
    log: deps.log,
  });
  const rebuildNow = async (onProgress?: Progress): Promise<{ position: number; stateHash: string }> => {
    const { position } = await rebuild(
      { ...beside(), modelVersion, reparkAll: (client, parked) => deps.reparkAll(client, parked) },
      `${holder} rebuild`,
      onProgress,
    );
    return { position, stateHash: await withClient(database.pool, stateHash) };
  };
  return {
    start: async () => {
      if (await outdated(database.pool, modelVersion)) {
        deps.log('info', 'the read model was made by another version: rebuilding it from the ledger');
        await rebuildNow();
      }
      runner.start();
    },
    stop: () => runner.stop(),
    state: (now) => stateOf(deps, runner, now),
    position: () => checkpointOf(database.pool, 'model'),
    catchUp: (timeoutMs) => catchUp(deps, timeoutMs),
    rebuild: rebuildNow,
    verify: (onProgress) => verify(beside(), onProgress),
    stateHash: () => withClient(database.pool, stateHash),
    historyHash: () => withClient(database.pool, historyHash),
  };
}

const versionOf = (deps: ProjectionDeps): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        FOLD_VERSION,
        deps.interpreterVersion,
        deps.zone.name,
        deps.metrics.map(({ name, meaning }) => [name, meaning]),
      ]),
    )
    .digest('hex')
    .slice(0, 16);

/** True when the model holds rows of another version; an empty model takes this version. */
async function outdated(pool: pg.Pool, version: string): Promise<boolean> {
  await pool.query('update model.checkpoint set model_version = $1 where position = 0', [version]);
  const { rows } = await pool.query<{ model_version: string }>('select model_version from model.checkpoint');
  return rows[0]!.model_version !== version;
}

async function stateOf({ database, ledger }: ProjectionDeps, runner: Runner, now: Date): Promise<ProjectionState> {
  const position = await checkpointOf(database.pool, 'model');
  const head = await ledger.head();
  const { running, failed } = runner.state;
  // The projector may be another process: how long the oldest entry waits is read from the entry.
  const oldest = position < head ? await ledger.at(position + 1) : undefined;
  const lagMs = oldest === undefined ? 0 : Math.max(0, now.getTime() - oldest.recordedAt.getTime());
  return { position, head, lagEvents: Math.max(0, head - position), lagMs, running, ...(failed ? { failed } : {}) };
}

async function catchUp({ database, ledger }: ProjectionDeps, timeoutMs = 60_000): Promise<number> {
  const target = await ledger.head();
  for (const until = performance.now() + timeoutMs; ;) {
    if ((await checkpointOf(database.pool, 'model')) >= target) return target;
    if (performance.now() > until)
      throw new Error(`the read model did not reach position ${target} in ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}
