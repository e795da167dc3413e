import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Interpret } from '../catalog/facts.js';
import type { Metric } from '../catalog/subjects.js';
import type { Zone } from '../kernel/day.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Database } from '../storage/database.js';
import { Contributions } from './contributions.js';
import type { ApplyFact } from './fold.js';
import { type DryRun, dryRun } from './dry-run.js';
import { hashed, historyHash, stateHash } from './hashes.js';
import { ModelStore } from './model-store.js';
import type { ReadFacts } from './fact-pages.js';
import { type Parked, Projector } from './projector.js';
import { type Progress, rebuild } from './rebuild.js';
import { checkpointOf, Runner } from './runner.js';
import { type RebuildProgress, Upgrade } from './upgrade.js';
import { verify, type VerifyReport } from './verify.js';

/** Raised when the fold, a metric or what interpreters share says something else of any entry, so that an older model is rebuilt. A test notices. */
export const FOLD_VERSION = 15;

export interface ProjectionDeps {
  ledger: Ledger;
  database: Database;
  /** For following the feed, and for saying how it stands: connections that do not wait for ever. Default: `database`. */
  live?: Database;
  interpret: Interpret;
  interpreterVersion: string | number;
  applyFact: ApplyFact;
  metrics: readonly Metric[];
  zone: Zone;
  /** Reads and interprets for a rebuild in another thread; without it that is done here. */
  readAside?: ReadFacts | undefined;
  /** Names this process in the lease. */
  holder: string;
  /** No other process may project: a lease that somebody has is that of a dead one, and not waited for. */
  alone?: boolean;
  park(client: pg.ClientBase, parked: readonly Parked[]): Promise<void>;
  /** The same after a rebuild, which has looked at every entry: letters about others are settled. */
  reparkAll(client: pg.ClientBase, parked: readonly Parked[]): Promise<void>;
  log(level: 'info' | 'warn' | 'error', message: string, error?: unknown): void;
  /** After a rebuild of another version's model failed. Default: ten seconds. */
  retryMs?: number;
}

export interface ProjectionState {
  position: number;
  head: number;
  /** Entries in the feed that the read model does not show yet, and how long the oldest of them waits. */
  lagEvents: number;
  lagMs: number;
  running: boolean;
  /** Whether the model that is read is that of another version, until one of this version takes its place. */
  superseded: boolean;
  /** How far the rebuild got that this process runs now. */
  rebuilding?: RebuildProgress;
  failed?: string;
}

export interface Projections {
  /** Names what the numbers of a model mean: the zone of its days, then a digest of all that gives entries their meaning. */
  readonly modelVersion: string;
  /** Follows the feed from now on. A model of another version is rebuilt first, in the background: nobody waits for it here. */
  start(): Promise<void>;
  stop(): Promise<void>;
  state(now: Date): Promise<ProjectionState>;
  /** Whether the model is of this version. */
  isCurrent(): Promise<boolean>;
  /** Resolves with true when it is, with false when this was stopped before. */
  whenCurrent(): Promise<boolean>;
  /** The last position the read model shows. */
  position(): Promise<number>;
  /** The same of a model of this version; 0 while there is none. */
  currentPosition(): Promise<number>;
  /** Resolves when the read model shows everything up to the head the feed has now. Throws after `timeoutMs`. */
  catchUp(timeoutMs?: number): Promise<number>;
  rebuild(onProgress?: Progress): Promise<{ position: number }>;
  /** What a rebuild by this version would change, number by number; nothing is switched. */
  dryRun(onProgress?: Progress): Promise<DryRun>;
  verify(onProgress?: Progress): Promise<VerifyReport>;
  stateHash(): Promise<string>;
  historyHash(): Promise<string>;
}

export function createProjections(deps: ProjectionDeps): Projections {
  const { database, live = database, ledger, zone, holder, interpret, readAside, log } = deps;
  const contributions = new Contributions(deps.metrics);
  const part = (schema: 'model' | 'model_next') => {
    const store = new ModelStore((schema === 'model' ? live : database).pool, schema, zone);
    return { store, projector: new Projector(store, contributions, interpret, deps.applyFact) };
  };
  const modelVersion = versionOf(deps);
  const stopping = new AbortController();
  const { signal } = stopping;
  const beside = () => ({ ledger, database, interpret, readAside, ...part('model_next'), log, signal });
  const runner = new Runner({
    ledger,
    database: live,
    ...part('model'),
    holder,
    alone: deps.alone ?? false,
    modelVersion,
    park: (client, parked) => deps.park(client, parked),
    log,
  });
  const rebuildNow = async (onProgress?: Progress): Promise<{ position: number }> => {
    try {
      return await rebuild(
        { ...beside(), modelVersion, reparkAll: (client, parked) => deps.reparkAll(client, parked) },
        `${holder} rebuild`,
        upgrade.following(signal, onProgress),
      );
    } finally {
      upgrade.progress = undefined;
    }
  };
  const upgrade = new Upgrade({
    pool: database.pool,
    modelVersion,
    rebuild: rebuildNow,
    log,
    retryMs: deps.retryMs,
  });
  let upgrading: Promise<void> = Promise.resolve();
  return {
    modelVersion,
    start: async () => {
      await upgrade.adoptEmpty();
      if (await upgrade.isCurrent()) runner.start();
      else upgrading = upgrade.run(signal).then((done) => (done ? runner.start() : undefined));
    },
    stop: async () => {
      stopping.abort();
      await upgrading;
      await runner.stop();
    },
    state: (now) => stateOf(deps, runner, upgrade, now),
    isCurrent: () => upgrade.isCurrent(),
    whenCurrent: () => upgrade.whenCurrent(signal),
    position: () => checkpointOf(database.pool, 'model'),
    currentPosition: async () => ((await upgrade.isCurrent()) ? checkpointOf(database.pool, 'model') : 0),
    catchUp: (timeoutMs) => catchUp(deps, upgrade, timeoutMs),
    rebuild: rebuildNow,
    dryRun: (onProgress) => dryRun({ ...beside(), modelVersion }, onProgress),
    verify: (onProgress) => verify({ ...beside(), modelVersion }, onProgress),
    stateHash: () => hashed(database.pool, stateHash),
    historyHash: () => hashed(database.pool, historyHash),
  };
}

function versionOf({ zone, interpreterVersion, metrics }: ProjectionDeps): string {
  const meaning = [FOLD_VERSION, interpreterVersion, metrics.map(({ name, meaning: text }) => [name, text])];
  return `${zone.name} ${createHash('sha256').update(JSON.stringify(meaning)).digest('hex').slice(0, 16)}`;
}

async function stateOf(
  { database, live = database, ledger }: ProjectionDeps,
  runner: Runner,
  upgrade: Upgrade,
  now: Date,
): Promise<ProjectionState> {
  const superseded = !(await upgrade.isCurrent(live.pool));
  const position = await checkpointOf(live.pool, 'model');
  const head = await ledger.head();
  const { running, failed = upgrade.failed } = runner.state;
  // The projector may be another process: how long the oldest entry waits is read from the entry.
  const oldest = position < head ? await ledger.at(position + 1) : undefined;
  const lagMs = oldest === undefined ? 0 : Math.max(0, now.getTime() - oldest.recordedAt.getTime());
  return {
    ...{ position, head, lagEvents: Math.max(0, head - position), lagMs, running, superseded },
    ...(upgrade.progress ? { rebuilding: upgrade.progress } : {}),
    ...(failed === undefined ? {} : { failed }),
  };
}

async function catchUp({ database, ledger }: ProjectionDeps, upgrade: Upgrade, timeoutMs = 60_000): Promise<number> {
  const target = await ledger.head();
  for (const until = performance.now() + timeoutMs; ;) {
    if ((await upgrade.isCurrent()) && (await checkpointOf(database.pool, 'model')) >= target) return target;
    if (performance.now() > until)
      throw new Error(`the read model did not reach position ${target} in ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
