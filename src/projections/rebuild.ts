import type pg from 'pg';
import type { FeedPage, Ledger } from '../ledger/ledger.js';
import { assertLease, beat, BEAT_EVERY_MS, FencedOut, type Lease, releaseLease, takeLease } from './lease.js';
import type { ModelStore } from './model-store.js';
import type { Parked, Projected, Projector } from './projector.js';
import { checkpointOf } from './runner.js';
import { type ShortLocksDeps, withShortLocks } from './short-locks.js';

const BATCH_MAX = 5_000;
/** Tables of the model in the order they are made. */
export const MODEL_TABLES = [
  'checkpoint',
  'identifiers',
  'parts',
  'customers',
  'contributions',
  'daily',
  'unknown_types',
];

export interface RebuildDeps extends ShortLocksDeps {
  ledger: Ledger;
  /** Of schema `model_next`. */
  store: ModelStore;
  projector: Projector;
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
  const { pool } = deps.database;
  const lease = await takeLease(pool, holder, true);
  if (!lease) throw new FencedOut('the lease could not be taken');
  const heart = setInterval(() => void beat(pool, lease).catch(() => undefined), BEAT_EVERY_MS);
  try {
    return await exclusively(pool, async () => {
      await makeEmpty(pool);
      const parked = await foldTo(deps, await deps.ledger.head(), onProgress);
      // What arrived meanwhile; the swap needs at least what the live model has.
      const position = await foldOn(deps, parked, onProgress);
      await swap(deps, lease, parked);
      return { position };
    });
  } finally {
    clearInterval(heart);
    await releaseLease(pool, lease).catch(() => undefined);
  }
}

/** One rebuild or verification at a time: both use schema `model_next`. */
export async function exclusively<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtext('truth-ledger model_next'))`);
    return await work();
  } finally {
    await client.query('drop schema if exists model_next cascade').catch(() => undefined);
    await client.query(`select pg_advisory_unlock(hashtext('truth-ledger model_next'))`).catch(() => undefined);
    client.release();
  }
}

/** An empty `model_next` like `model`; indexes that no fold reads are made at the end. */
export async function makeEmpty(pool: pg.Pool): Promise<void> {
  await pool.query('drop schema if exists model_next cascade');
  await pool.query('create schema model_next');
  for (const table of MODEL_TABLES) {
    await pool.query(`create table model_next.${table} (like model.${table} including all)`);
  }
  for (const { name } of await secondaryIndexes(pool, 'model_next')) {
    if (!/party/.test(name)) await pool.query(`drop index model_next.${name}`);
  }
  await pool.query(`insert into model_next.checkpoint (position, model_version) values (0, '')`);
}

async function secondaryIndexes(pool: pg.Pool, schema: string): Promise<{ name: string; definition: string }[]> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and not i.indisprimary order by 1`,
    [schema],
  );
  return rows;
}

/** Folds the feed into `model_next` up to a position. Returns what could not be projected. */
export async function foldTo(
  deps: Omit<RebuildDeps, 'modelVersion' | 'reparkAll'>,
  until: number,
  onProgress: Progress,
): Promise<Parked[]> {
  const { ledger, database, projector } = deps;
  const parked: Parked[] = [];
  let position = await checkpointOf(database.pool, 'model_next');
  const read = (after: number): Promise<FeedPage> => {
    const page = ledger.readFeed(after, Math.min(BATCH_MAX, until - after));
    page.catch(() => undefined); // heard where it is awaited
    return page;
  };
  let next = read(position);
  let writing: Promise<void> = Promise.resolve();
  while (position < until) {
    const { entries } = await next;
    if (entries.length === 0) break;
    // The next page is read, and the last batch is written, while this one is folded.
    if (entries.at(-1)!.position < until) next = read(entries.at(-1)!.position);
    for (let left = entries; left.length > 0; left = left.filter((entry) => entry.position > position)) {
      const projected = await projector.project(left, writing);
      await writing;
      writing = writeNext(deps, projected);
      writing.catch(() => undefined);
      // Rows may be forgotten only when the database has them.
      if (projector.isFull()) await writing;
      if (projector.isFull()) projector.written();
      parked.push(...projected.parked);
      position = projected.position;
      onProgress(position, until);
    }
  }
  await writing;
  return parked;
}

function writeNext(
  { database, store }: Pick<RebuildDeps, 'database' | 'store'>,
  { changes, position }: Projected,
): Promise<void> {
  const write = store.prepare(changes);
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
  const { pool } = deps.database;
  const indexes = await secondaryIndexes(pool, 'model');
  const made = new Set((await secondaryIndexes(pool, 'model_next')).map(({ definition }) => definition));
  for (const { definition } of indexes) {
    const wanted = definition.replace(/ ON model\./, ' ON model_next.');
    if (![...made].some((known) => sameIndex(known, wanted))) await pool.query(wanted);
  }
  for (const table of MODEL_TABLES) await pool.query(`analyze model_next.${table}`);
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
