import type pg from 'pg';
import { erasedEntries } from '../../ledger/tagged-entries.js';
import type { Erased, Ledger, Position } from '../../ledger/ledger.js';
import type { Database } from '../../storage/database.js';
import { deleteKeys } from './delete-keys.js';

/** Where all erasures that stand are searched on from. `joined` grows with each more. */
export interface Standing {
  searchedUntil: Position;
  joined: bigint;
}

/**
 * Deletes the keys of entries that came since for any erasure that stands, up to a position. May be killed anywhere and run by several at
 * once: a page counts for whoever moves the one place on first. Resolves with how far that is, and the number of keys that were there.
 */
export async function searchStanding(
  database: Pick<Database, 'pool' | 'transaction'>,
  ledger: Pick<Ledger, 'readFeed' | 'findErased'>,
  upTo: Position,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const from = await standing(database.pool);
    if (from.searchedUntil >= upTo) return deleted;
    const skipped = await database.transaction((client) => skipAll(client, from, upTo));
    if (!skipped) deleted += await searchOn(database, ledger, from, upTo);
  }
}

async function searchOn(
  { pool, transaction }: Pick<Database, 'pool' | 'transaction'>,
  ledger: Pick<Ledger, 'readFeed' | 'findErased'>,
  from: Standing,
  upTo: Position,
): Promise<number> {
  let deleted = 0;
  let at = from;
  for await (const page of erasedEntries(ledger, (tags) => erasuresOf(pool, tags), from.searchedUntil, upTo)) {
    const gone = await transaction((client) => move(client, page.found, at, page.upTo));
    if (gone === undefined) return deleted; // another process is at it, or one more stands: where it got to is read again
    deleted += gone;
    at = { ...at, searchedUntil: page.upTo };
  }
  return deleted;
}

export async function standing(pool: Pick<pg.ClientBase, 'query'>, lock: '' | 'for update' = ''): Promise<Standing> {
  const { rows } = await pool.query<{ searched_until: bigint; joined: bigint }>(
    `select searched_until, joined from ledger.erasures_standing ${lock}`,
  );
  return { searchedUntil: Number(rows[0]!.searched_until), joined: rows[0]!.joined };
}

/** Where none stands there is nothing to look for. */
async function skipAll(client: pg.ClientBase, from: Standing, upTo: Position): Promise<boolean> {
  if (!(await isWhere(client, from))) return false;
  const { rowCount } = await client.query(
    'update ledger.erasures_standing set searched_until = $1 where not exists (select from ledger.erasures where stands)',
    [upTo],
  );
  return rowCount === 1;
}

async function isWhere(client: pg.ClientBase, { searchedUntil, joined }: Standing): Promise<boolean> {
  const now = await standing(client, 'for update');
  return now.searchedUntil === searchedUntil && now.joined === joined;
}

/** One page: undefined, and nothing done, when somebody else was there before. */
async function move(
  client: pg.ClientBase,
  found: readonly Erased[],
  from: Standing,
  upTo: Position,
): Promise<number | undefined> {
  if (!(await isWhere(client, from))) return undefined;
  await client.query('update ledger.erasures_standing set searched_until = $1', [upTo]);
  if (found.length === 0) return 0;
  const gone = new Set(await deleteKeys(client, [...new Set(found.map(({ keyId }) => keyId))]));
  await client.query(
    `update ledger.erasures e set entries = e.entries + r.entries, keys_deleted = e.keys_deleted + r.keys,
       vacuumed_at = case when r.keys > 0 then null else e.vacuumed_at end
     from (select number, count(*) as entries, count(*) filter (where gone) as keys
           from unnest($1::int[], $2::boolean[]) as found (number, gone) group by number) r
     where e.number = r.number`,
    [found.map(({ erasure }) => erasure), found.map(({ keyId }) => gone.has(keyId))],
  );
  return gone.size;
}

async function erasuresOf(pool: pg.Pool, tags: readonly string[]): Promise<{ tag: string; number: number }[]> {
  if (tags.length === 0) return [];
  const { rows } = await pool.query<{ tag: string; number: number }>(
    'select tag, number from ledger.erasure_tags where tag = any($1)',
    [tags],
  );
  return rows;
}
