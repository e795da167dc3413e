import type pg from 'pg';
import type { Ledger, Position, Tagged } from '../../ledger/ledger.js';
import { taggedEntries } from '../../ledger/tagged-entries.js';
import type { Database } from '../../storage/database.js';
import { deleteKeys } from './delete-keys.js';
import { searchStanding, standing } from './standing-search.js';

/** A decision as it is carried out. */
export interface Erasure {
  number: number;
  id: string;
  /** Of the person and of parts of their purchases. */
  tags: readonly string[];
  entryIds: readonly string[];
}

interface Row {
  number: number;
  tags: string[];
  entry_ids: string[];
  searched_until: bigint;
}

type Searched = Pick<Ledger, 'head' | 'readFeed' | 'findTagged' | 'findErased' | 'findMany'>;

/** Remembers decisions that are to be carried out. The same one again changes nothing. */
export async function learnErasures({ pool }: Pick<Database, 'pool'>, erasures: readonly Erasure[]): Promise<void> {
  for (const { number, id, tags, entryIds } of erasures)
    await pool.query(
      'insert into ledger.erasures (number, id, tags, entry_ids) values ($1, $2, $3, $4) on conflict do nothing',
      [number, id, tags, entryIds],
    );
}

/**
 * Deletes the keys of all entries that erasures reach, up to the present head: of what came since for those that stand, and of everything for
 * those that are new, which stand from then on. How far it got is kept with what it found, so that it may be killed anywhere and run by several at
 * once. Resolves with the number of keys that were there.
 */
export async function eraseKeys(
  database: Pick<Database, 'pool' | 'transaction'>,
  ledger: Searched,
  now: Date,
): Promise<number> {
  let deleted = await searchStanding(database, ledger, await ledger.head());
  for (;;) {
    const { rows } = await database.pool.query<Row>(
      `select number, tags, case when searched_until = 0 then entry_ids else '{}' end as entry_ids, searched_until
       from ledger.erasures where not stands order by searched_until, number`,
    );
    if (rows.length === 0) return deleted;
    const { searchedUntil: upTo } = await standing(database.pool);
    // Those that got equally far go on together, up to where the next ones are, and at last where those that stand are.
    const from = Number(rows[0]!.searched_until);
    const together = rows.filter(({ searched_until: until }) => Number(until) === from);
    const next = rows.find(({ searched_until: until }) => Number(until) > from);
    if (from >= upTo) await database.transaction((client) => join(client, together, now));
    else
      deleted += await searchOn(database, ledger, together, {
        from,
        upTo: Math.min(upTo, next ? Number(next.searched_until) : upTo),
      });
  }
}

const NOTED_EVERY = 200_000; // positions, of which a process that was killed looks at some again

/** From here on they are searched with those that stand, unless these have gone on meanwhile. */
async function join(client: pg.ClientBase, rows: readonly Row[], now: Date): Promise<void> {
  const { searchedUntil } = await standing(client, 'for update');
  if (searchedUntil > Number(rows[0]!.searched_until)) return;
  const { rowCount } = await client.query(
    'update ledger.erasures set stands = true, finished_at = coalesce(finished_at, $2) where number = any($1) and not stands',
    [rows.map(({ number }) => number), now],
  );
  if (rowCount === 0) return; // another process has done it
  await client.query('update ledger.erasures_standing set joined = joined + 1');
  await client.query(
    `insert into ledger.erasure_tags (tag, number)
     select unnest(tags), number from ledger.erasures where number = any($1) on conflict do nothing`,
    [rows.map(({ number }) => number)],
  );
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
    const isAny = page.found.length > 0 || (after === 0 && named.length > 0);
    // A page with nothing on it is not worth a transaction: while the doors are busy, its few statements take longer than the look at the page.
    if (!isAny && page.upTo < upTo && page.upTo - after < NOTED_EVERY) continue;
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

const FIND_MAX = 1_000;

async function namedEntries(ledger: Pick<Ledger, 'findMany'>, ids: readonly string[]) {
  const found: (Tagged & { id: string })[] = [];
  for (let at = 0; at < ids.length; at += FIND_MAX)
    found.push(...(await ledger.findMany(ids.slice(at, at + FIND_MAX))).filter(({ keyId }) => keyId !== undefined));
  return found;
}
