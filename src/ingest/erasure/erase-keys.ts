import type pg from 'pg';
import type { Ledger, Position, Tagged } from '../../ledger/ledger.js';
import { taggedEntries } from '../../ledger/tagged-entries.js';
import type { Database } from '../../storage/database.js';

/** A decision as it is carried out. */
export interface Erasure {
  number: number;
  id: string;
  tags: readonly string[];
  entryIds: readonly string[];
}

interface Row {
  number: number;
  tags: string[];
  entry_ids: string[];
  searched_until: bigint;
}

/** Remembers decisions that are to be carried out. The same one again changes nothing. */
export async function learnErasures({ pool }: Pick<Database, 'pool'>, erasures: readonly Erasure[]): Promise<void> {
  for (const { number, id, tags, entryIds } of erasures)
    await pool.query(
      'insert into ledger.erasures (number, id, tags, entry_ids) values ($1, $2, $3, $4) on conflict do nothing',
      [number, id, tags, entryIds],
    );
}

/**
 * Deletes the keys of all entries that erasures reach, up to the present head: of those that were there, and, each time it is called, of those
 * that came since. How far it got is kept with each page, so that it may be killed anywhere and run by several at once. Resolves with the
 * number of keys that were there.
 */
export async function eraseKeys(
  database: Pick<Database, 'pool' | 'transaction'>,
  ledger: Pick<Ledger, 'head' | 'readFeed' | 'findTagged' | 'findMany'>,
  now: Date,
): Promise<number> {
  const head = await ledger.head();
  let deleted = 0;
  for (;;) {
    const { rows } = await database.pool.query<Row>(
      `select number, tags, case when searched_until = 0 then entry_ids else '{}' end as entry_ids, searched_until
       from ledger.erasures where searched_until < $1 order by searched_until, number`,
      [head],
    );
    if (rows.length === 0) break;
    // Those that got equally far go on together, up to where the next ones are.
    const from = Number(rows[0]!.searched_until);
    const together = rows.filter(({ searched_until: until }) => Number(until) === from);
    const next = rows.find(({ searched_until: until }) => Number(until) > from);
    const upTo = next ? Number(next.searched_until) : head;
    deleted += await searchOn(database, ledger, together, { from, upTo });
  }
  await database.pool.query(
    'update ledger.erasures set finished_at = $2 where finished_at is null and searched_until >= $1',
    [head, now],
  );
  return deleted;
}

async function searchOn(
  database: Pick<Database, 'transaction'>,
  ledger: Pick<Ledger, 'readFeed' | 'findTagged' | 'findMany'>,
  rows: readonly Row[],
  { from, upTo }: { from: Position; upTo: Position },
): Promise<number> {
  const tags = [...new Set(rows.flatMap((row) => row.tags))];
  const ids = [...new Set(rows.flatMap((row) => row.entry_ids))]; // asked for at the beginning alone
  const named = await namedEntries(ledger, ids);
  let [deleted, after] = [0, from];
  for await (const page of taggedEntries(ledger, from, upTo, tags)) {
    const reached = rows.map((row) => reachedBy(row, page.found, after === 0 ? named : []));
    const moved = await database.transaction((client) => move(client, reached, after, page.upTo));
    if (moved === undefined) return deleted; // another process is at it: where it got to is read again
    deleted += moved;
    after = page.upTo;
  }
  return deleted;
}

interface Reached {
  number: number;
  keyIds: string[];
}

function reachedBy(row: Row, found: readonly Tagged[], named: readonly (Tagged & { id: string })[]): Reached {
  const [tags, ids] = [new Set(row.tags), new Set(row.entry_ids)];
  const keyIds = [
    ...found.filter(({ subjects }) => subjects.some((tag) => tags.has(tag))),
    ...named.filter(({ id }) => ids.has(id)),
  ].map(({ keyId }) => keyId!);
  return { number: row.number, keyIds };
}

/** One page: keys are noted as erased, deleted wherever they lie, and counted. Undefined, and nothing done, when somebody else was there before. */
async function move(
  client: pg.ClientBase,
  reached: readonly Reached[],
  from: Position,
  upTo: Position,
): Promise<number | undefined> {
  const { rows } = await client.query<{ searched_until: bigint }>(
    'select searched_until from ledger.erasures where number = any($1) order by number for update',
    [reached.map(({ number }) => number)],
  );
  if (rows.some(({ searched_until: until }) => Number(until) !== from)) return undefined;
  const gone = new Set(await deleteKeys(client, [...new Set(reached.flatMap(({ keyIds }) => keyIds))]));
  await client.query(
    `update ledger.erasures e set searched_until = $1, entries = e.entries + r.entries, keys_deleted = e.keys_deleted + r.keys
     from unnest($2::int[], $3::int[], $4::int[]) as r (number, entries, keys) where e.number = r.number`,
    [
      upTo,
      reached.map(({ number }) => number),
      reached.map(({ keyIds }) => keyIds.length),
      reached.map(({ keyIds }) => keyIds.filter((id) => gone.has(id)).length),
    ],
  );
  return gone.size;
}

/** Deletes keys and sees to it that they are never kept again. Resolves with those that were there. */
export async function deleteKeys(client: pg.ClientBase, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<{ id: string }>(
    `with noted as (
       insert into ledger.erased_keys (id) select unnest($1::uuid[]) on conflict do nothing
     ), kept as (
       delete from ledger.vault_keys where id = any($1::uuid[]) returning id
     ), pooled as (
       delete from ledger.pooled_keys where id = any($1::uuid[]) returning id
     )
     select id from kept union select id from pooled`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** Keys that somebody has put in again, as from a backup of the table. */
export async function deleteReturned({ pool }: Pick<Database, 'pool'>): Promise<number> {
  const { rowCount } = await pool.query('delete from ledger.vault_keys k using ledger.erased_keys e where e.id = k.id');
  return rowCount ?? 0;
}

const FIND_MAX = 1_000;

async function namedEntries(ledger: Pick<Ledger, 'findMany'>, ids: readonly string[]) {
  const found: (Tagged & { id: string })[] = [];
  for (let at = 0; at < ids.length; at += FIND_MAX)
    found.push(...(await ledger.findMany(ids.slice(at, at + FIND_MAX))).filter(({ keyId }) => keyId !== undefined));
  return found;
}
