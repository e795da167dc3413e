import type pg from 'pg';
import type { Database } from '../../storage/database.js';
import { deleteKeys } from './delete-keys.js';

// Longer than a statement of a door may take: what was on its way when the tags became known is in its table by then.
const ON_THEIR_WAY = '1 minute';

/** What is kept beside the ledger with a body of its own and tags of whom it speaks. */
const TABLES = ['dead_letters', 'tracked_events', 'reject_samples'] as const;
type Counted = (typeof TABLES)[number];
const NAMES: Readonly<Record<Counted, string>> = {
  dead_letters: 'ingest.dead_letters',
  tracked_events: 'ingest.tracked_events',
  reject_samples: 'ingest.collector_reject_samples',
};

export interface ErasureAside {
  number: number;
  /** Also of devices that only browsers name, and of parts of purchases. */
  tags: readonly string[];
  decidedAt: Date;
}

/** From here on the doors keep no key under which one of the tags is spoken of. The same one again changes nothing. */
export async function learnErasuresAside(
  { transaction }: Pick<Database, 'transaction'>,
  erasures: readonly ErasureAside[],
): Promise<void> {
  for (const { number, tags, decidedAt } of erasures)
    await transaction(async (client) => {
      await client.query(
        'insert into ingest.erasures (number, tags, decided_at) values ($1, $2, $3) on conflict do nothing',
        [number, tags, decidedAt],
      );
      await client.query(
        'insert into ledger.erased_tags (tag) select unnest($1::text[]) order by 1 on conflict do nothing',
        [tags],
      );
    });
}

const LATE = `learned_at < now() - interval '${ON_THEIR_WAY}'`;
const DUE = `from ingest.erasures where (finished_at is null or (not settled and ${LATE}))`;
const TOGETHER_MAX = 100; // erasures that go through the tables at once

/** Numbers of the erasures that are to be carried out beside the ledger. */
export async function dueAside({ pool }: Pick<Database, 'pool'>): Promise<number[]> {
  return (await pool.query<{ number: number }>(`select number ${DUE}`)).rows.map(({ number }) => number);
}

/**
 * Deletes the keys of dead letters, tracked events and samples of refused ones that erasures reach, once through each table for all that are due.
 * Their rows stay, with ids, times and amounts. `through`: numbers of those for which whatever was on its way into a table when their tags became
 * known is there by now; for the others, also those that become due meanwhile, the tables are looked through a second time, a minute later.
 * Resolves with the number of keys that were there.
 */
export async function eraseAside(
  { pool, transaction }: Pick<Database, 'pool' | 'transaction'>,
  now: Date,
  through: readonly number[],
): Promise<number> {
  const whole = new Set(through);
  let deleted = 0;
  for (;;) {
    const { rows } = await pool.query<{ number: number }>(`select number ${DUE} order by number limit ${TOGETHER_MAX}`);
    if (rows.length === 0) return deleted;
    const numbers = rows.map(({ number }) => number);
    deleted += await transaction((client) => eraseTogether(client, numbers, now, whole));
  }
}

interface Due {
  number: number;
  tags: string[];
  late: boolean;
}

async function eraseTogether(
  client: pg.ClientBase,
  numbers: readonly number[],
  now: Date,
  whole: ReadonlySet<number>,
): Promise<number> {
  const { rows: due } = await client.query<Due>(
    `select number, tags, ${LATE} as late ${DUE} and number = any($1) order by number for update`,
    [numbers],
  );
  if (due.length === 0) return 0; // another process has done it
  const found = new Map<Counted, Found[]>();
  for (const table of TABLES) found.set(table, await foundIn(client, NAMES[table], due));
  const all = [...found.values()].flat();
  const gone = new Set(await deleteKeys(client, [...new Set(all.map(({ id }) => id))]));
  for (const { number, late } of due) {
    const isOf = ({ numbers: of }: Found): boolean => of.includes(number);
    const counts = TABLES.map((table) => found.get(table)!.filter(isOf).length);
    const keys = all.filter((each) => isOf(each) && gone.has(each.id)).length;
    await client.query(
      `update ingest.erasures set dead_letters = $2, tracked_events = $3, reject_samples = $4, keys_deleted = keys_deleted + $5,
         vacuumed_at = case when $5 > 0 then null else vacuumed_at end,
         finished_at = coalesce(finished_at, $7), settled = settled or $6 where number = $1`,
      [number, ...counts, keys, late || whole.has(number), now],
    );
  }
  return gone.size;
}

/** A row that has a key, and the erasures that reach it. */
interface Found {
  id: string;
  numbers: number[];
}

const COMPARED_MAX = 64; // tags that a row is compared with one by one before its own are looked up

async function foundIn(client: pg.ClientBase, table: string, due: readonly Due[]): Promise<Found[]> {
  const erased = due.flatMap(({ number, tags }) => tags.map((tag) => ({ number, tag })));
  const tags = erased.map(({ tag }) => tag);
  const { rows } = await client.query<Found>(
    `select t.body_key_id as id, array_agg(distinct erased.number) as numbers
     from ${table} t cross join lateral unnest(t.subjects) as said (tag)
     join unnest($1::text[], $2::int[]) as erased (tag, number) on erased.tag = said.tag
     where t.body_key_id is not null ${tags.length > COMPARED_MAX ? '' : 'and t.subjects && $1::text[]'} group by 1`,
    [tags, erased.map(({ number }) => number)],
  );
  return rows;
}

/** The present moment of the database, to the microsecond. */
export async function databaseTime(pool: Pick<pg.Pool, 'query'>): Promise<string> {
  return (await pool.query<{ at: string }>('select clock_timestamp()::text as at')).rows[0]!.at;
}

/**
 * Whether every transaction of clients that had begun by then has ended. A session that we may not look at, or that keeps no book of what it
 * does (`track_activities`), counts as one that has not.
 */
export async function haveEnded(pool: Pick<pg.Pool, 'query'>, begunBy: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
     and pid <> pg_backend_pid() and (coalesce(state, 'disabled') = 'disabled' or xact_start <= $1::timestamptz) limit 1`,
    [begunBy],
  );
  return rowCount === 0;
}
