import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Interpret } from '../catalog/facts.js';
import type { Ledger } from '../ledger/ledger.js';
import { assertLease, FencedOut, keepBeating, type Lease, releaseLease, takeLease } from './lease.js';
import type { ModelStore } from './model-store.js';
import { sumDaily } from './model-writer.js';
import { type FactPage, type Parked, type ReadFacts } from './fact-pages.js';
import { type Failed, type Folded, interpretAll, type Projector } from './projector.js';
import { checkpointOf } from './runner.js';
import { type ShortLocksDeps, withShortLocks } from './short-locks.js';

const BATCH_MAX = 5_000;
const DESCRIBED_MAX = 1_000;
/** Tables of the model in the order they are made. */
export const MODEL_TABLES = [
  'checkpoint',
  'identifiers',
  'parts',
  'customers',
  'contributions',
  'touches',
  'daily',
  'daily_sources',
  'unknown_types',
];

export interface RebuildDeps extends ShortLocksDeps {
  ledger: Ledger;
  /** Of schema `model_next`. */
  store: ModelStore;
  projector: Projector;
  interpret: Interpret;
  /** Interprets long stretches in another thread. */
  readAside?: ReadFacts | undefined;
  modelVersion: string;
  /** Keeps what the rebuilt model could not take in, and settles letters about entries that it could. */
  reparkAll(client: pg.ClientBase, parked: readonly Parked[]): Promise<void>;
}

export type Progress = (position: number, head: number) => void;

/** Folds the whole ledger beside the live model and swaps the two in one transaction. The live projector is fenced out meanwhile. */
export async function rebuild(
  deps: RebuildDeps,
  holder: string,
  onProgress: Progress = () => undefined,
): Promise<{ position: number }> {
  // The live projector goes on until it is our turn.
  return exclusively(deps, () =>
    leading(deps.database.pool, holder, async (lease) => {
      await makeEmpty(deps.database.pool);
      const parked = await foldTo(deps, await deps.ledger.head(), onProgress);
      // What arrived meanwhile; the swap needs at least what the live model has.
      const position = await foldOn(deps, parked, onProgress);
      await swap(deps, lease, parked);
      return { position };
    }),
  );
}

/** Takes the lease from whoever has it, and gives it back after the work. */
async function leading<T>(pool: pg.Pool, holder: string, work: (lease: Lease) => Promise<T>): Promise<T> {
  const lease = await takeLease(pool, holder, true);
  if (!lease) throw new FencedOut('the lease could not be taken');
  const stopBeating = keepBeating(pool, lease);
  try {
    return await work(lease);
  } finally {
    stopBeating();
    await releaseLease(pool, lease).catch(() => undefined);
  }
}

/**
 * One rebuild or verification at a time: both use schema `model_next`. Waits for its turn, and says so; throws when the signal aborts
 * first, or the wait is ended from outside. Only who had the turn clears up.
 */
export async function exclusively<T>(deps: ShortLocksDeps, work: () => Promise<T>): Promise<T> {
  const client = await deps.database.pool.connect();
  // Whether it has the lock is not known of a connection that failed here: with it goes the lock.
  const failed = await haveTurn(deps, client).catch((error: Error) => error);
  if (failed) {
    client.release(failed);
    throw failed;
  }
  try {
    return await work();
  } finally {
    await client.query('drop schema if exists model_next cascade').catch(() => undefined);
    client.release(await endTurn(client).catch((error: Error) => error));
  }
}

const TURN = `hashtext('truth-ledger model_next')`;
const LOOK_AGAIN_MS = 1_000;
const SAY_EVERY_MS = 30_000;

async function haveTurn({ log, signal }: ShortLocksDeps, client: pg.PoolClient): Promise<undefined> {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${TURN}) as mine`);
    if (rows[0]!.mine) return;
    if (waited % SAY_EVERY_MS === 0)
      log('warn', `a rebuild or verification waits for the end of another one (${await whoseTurn(client)})`);
    await wait(LOOK_AGAIN_MS, undefined, { signal });
  }
}

async function endTurn(client: pg.PoolClient): Promise<undefined> {
  await client.query(`select pg_advisory_unlock(${TURN})`);
}

async function whoseTurn(client: pg.PoolClient): Promise<string> {
  const { rows } = await client.query<{ pid: number; seconds: number }>(
    `select pid, extract(epoch from clock_timestamp() - backend_start)::int as seconds
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and datname = current_database() and (classid::int8 << 32 | objid::int8) = ${TURN}`,
  );
  return rows[0] ? `pid ${rows[0].pid}, connected for ${rows[0].seconds} s` : 'over by now';
}

/** Up to what part pages are filled, in percent, as the migrations have it. */
const PAGES_FILLED: Record<string, number> = {
  identifiers: 85,
  parts: 85,
  customers: 85,
  daily: 70,
  daily_sources: 70,
};

/** An empty `model_next` like `model`, without the keys and indexes that no fold reads: those are made when all rows are there. */
export async function makeEmpty(pool: pg.Pool): Promise<void> {
  await pool.query('drop schema if exists model_next cascade');
  await pool.query('create schema model_next');
  for (const table of MODEL_TABLES) {
    await pool.query(`create table model_next.${table} (like model.${table} including all)`);
    // A vacuum of what is still being filled would look at most of it again and again; it has its turn once the tables are read.
    // Room on their pages is not copied with tables: without it each later update of a row would touch every index.
    const room = PAGES_FILLED[table] ?? 100;
    await pool.query(`alter table model_next.${table} set (autovacuum_enabled = false, fillfactor = ${room})`);
  }
  for (const { name } of await indexes(pool, 'model_next')) {
    if (!/party/.test(name)) await pool.query(`drop index model_next.${name}`);
  }
  await pool.query('alter table model_next.contributions drop constraint contributions_pkey');
  await pool.query(`insert into model_next.checkpoint (position, model_version) values (0, '')`);
}

/** Indexes that are no primary keys. */
async function indexes(pool: pg.Pool, schema: string): Promise<{ name: string; definition: string }[]> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and not i.indisprimary order by 1`,
    [schema],
  );
  return rows;
}

/** Makes what no fold reads: keys and indexes that `makeEmpty` left out, daily totals, statistics. Two connections share the work. */
async function finish(pool: pg.Pool): Promise<void> {
  const made = await indexes(pool, 'model_next');
  const missing = (await indexes(pool, 'model'))
    .map(({ definition }) => definition.replace(/ ON model\./, ' ON model_next.'))
    .filter((wanted) => !made.some(({ definition }) => sameIndex(definition, wanted)));
  const isOfContributions = (definition: string): boolean => definition.includes(' ON model_next.contributions ');
  // Both make indexes of the largest table, which alone would take longer than all the rest.
  const ofContributions = missing.filter(isOfContributions);
  await Promise.all([
    inOneSession(pool, [
      // Others may read the table meanwhile, which making a primary key at once would not let them.
      'create unique index contributions_pkey on model_next.contributions (position, ordinal)',
      ...ofContributions.slice(0, 1),
      'analyze model_next.contributions',
    ]),
    inOneSession(pool, [
      ...ofContributions.slice(1),
      sumDaily('model_next'),
      ...missing.filter((definition) => !isOfContributions(definition)),
      ...MODEL_TABLES.filter((table) => table !== 'contributions').map((table) => `analyze model_next.${table}`),
    ]),
  ]);
  await pool.query('alter table model_next.contributions add primary key using index contributions_pkey');
  for (const table of MODEL_TABLES) await pool.query(`alter table model_next.${table} reset (autovacuum_enabled)`);
}

/** Memory to sum and sort in: totals are sorted on disk without it. The connections share the cores, so neither has helpers. */
const ROOM = { maintenance_work_mem: '128MB', work_mem: '32MB', max_parallel_maintenance_workers: '0' };

/** Runs statements over whole tables one after the other. */
export async function inOneSession(pool: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await pool.connect();
  try {
    for (const [name, value] of Object.entries(ROOM)) await client.query(`set ${name} = '${value}'`);
    for (const statement of statements) await client.query(statement);
  } finally {
    for (const name in ROOM) await client.query(`reset ${name}`).catch(() => undefined);
    client.release();
  }
}

/** Folds the feed into `model_next` up to a position. Returns what could not be projected. */
export async function foldTo(deps: FoldDeps, until: number, onProgress: Progress): Promise<Parked[]> {
  const { database, projector } = deps;
  const parked: Parked[] = [];
  const failed: Failed[] = [];
  let position = await checkpointOf(database.pool, 'model_next');
  let writing: Promise<void> = Promise.resolve();
  for await (const page of factsOf(deps, position, until)) {
    deps.signal?.throwIfAborted();
    parked.push(...page.parked);
    // The next page is interpreted, and the last batch is written, while this one is folded.
    while (position < page.last) {
      const folded = await projector.fold(page, position, writing);
      await writing;
      writing = writeNext(deps, folded);
      writing.catch(() => undefined); // heard where it is awaited
      // Rows may be forgotten only when the database has them.
      if (projector.isFull()) await writing;
      if (projector.isFull()) projector.written();
      failed.push(...folded.failed);
      position = folded.position;
      onProgress(position, until);
    }
  }
  await writing;
  return [...parked, ...(await describe(deps.ledger, failed))];
}

export type FoldDeps = Omit<RebuildDeps, 'modelVersion' | 'reparkAll'>;

/** Long stretches are interpreted in another thread where there is one, short ones here. */
const factsOf = (deps: FoldDeps, after: number, until: number): AsyncIterable<FactPage> =>
  until - after > BATCH_MAX && deps.readAside ? deps.readAside(after, until) : factsHere(deps, after, until);

async function* factsHere({ ledger, interpret }: FoldDeps, after: number, until: number): AsyncGenerator<FactPage> {
  for (let position = after; position < until;) {
    const { entries } = await ledger.readFeed(position, Math.min(BATCH_MAX, until - position));
    if (entries.length === 0) return;
    yield interpretAll(entries, interpret);
    position = entries.at(-1)!.position;
  }
}

/** Failed entries with what a dead letter says of them. */
async function describe(ledger: Ledger, failed: readonly Failed[]): Promise<Parked[]> {
  const parked: Parked[] = [];
  for (let from = 0; from < failed.length; from += DESCRIBED_MAX) {
    const some = new Map(failed.slice(from, from + DESCRIBED_MAX).map(({ id, error }) => [id, error]));
    for (const entry of await ledger.findMany([...some.keys()]))
      parked.push({ entry, reason: 'projection_failed', error: some.get(entry.id)! });
  }
  return parked;
}

function writeNext({ database, store }: Pick<RebuildDeps, 'database' | 'store'>, { changes, position }: Folded) {
  const write = store.prepare(changes, { daily: false });
  return database.transaction(async (client) => {
    await client.query('set local synchronous_commit = off');
    await write(client);
    await client.query('update model_next.checkpoint set position = $1', [position]);
  });
}

async function foldOn(deps: RebuildDeps, parked: Parked[], onProgress: Progress): Promise<number> {
  for (;;) {
    const head = await deps.ledger.head();
    const position = await checkpointOf(deps.database.pool, 'model_next');
    if (position >= head) return position;
    parked.push(...(await foldTo(deps, head, onProgress)));
  }
}

async function swap(deps: RebuildDeps, lease: Lease, parked: readonly Parked[]): Promise<void> {
  await finish(deps.database.pool);
  await withShortLocks(deps, async (client) => {
    await assertLease(client, lease);
    await client.query('lock table model.checkpoint in access exclusive mode');
    if ((await checkpointOf(client, 'model_next')) < (await checkpointOf(client, 'model'))) {
      throw new FencedOut('the live model went ahead of the rebuilt one');
    }
    await client.query('update model_next.checkpoint set model_version = $1', [deps.modelVersion]);
    const { rows: views } = await client.query<{ name: string; sql: string }>(
      `select viewname as name, definition as sql from pg_views where schemaname = 'report' order by viewname`,
    );
    await client.query('alter schema model rename to model_replaced');
    await client.query('alter schema model_next rename to model');
    // A view is bound to tables, not names: made again from its text, it reads the new ones.
    for (const { name, sql } of views) {
      await client.query(`create or replace view report.${name} as ${sql}`);
    }
    await client.query('drop schema model_replaced cascade');
    await deps.reparkAll(client, parked);
  });
}

const sameIndex = (a: string, b: string): boolean =>
  a.replace(/INDEX \S+ ON/, 'INDEX ON') === b.replace(/INDEX \S+ ON/, 'INDEX ON');
