import type pg from 'pg';
import type { Database } from '../../storage/database.js';
import { deleteKeys } from './erase-keys.js';

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
  /** Also of devices that only browsers name. */
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

/**
 * Deletes the keys of dead letters, tracked events and samples of refused ones that erasures reach: at once, and a second time for what was on
 * its way into a table meanwhile. Their rows stay, with ids, times and amounts. Resolves with the number of keys that were there.
 */
export async function eraseAside(
  { pool, transaction }: Pick<Database, 'pool' | 'transaction'>,
  now: Date,
): Promise<number> {
  const { rows } = await pool.query<{ number: number }>(`select number ${DUE} order by number`);
  let deleted = 0;
  for (const { number } of rows)
    deleted += await transaction(async (client) => {
      const [due] = (
        await client.query<{ tags: string[]; late: boolean }>(
          `select tags, ${LATE} as late ${DUE} and number = $1 for update`,
          [number],
        )
      ).rows;
      if (!due) return 0; // another process has done it
      const { tags, late } = due;
      const counts = {} as Record<Counted, number>;
      let gone = 0;
      for (const table of TABLES) {
        const keyIds = await keysIn(client, NAMES[table], tags);
        counts[table] = keyIds.length;
        gone += (await deleteKeys(client, keyIds)).length;
      }
      await client.query(
        `update ingest.erasures set dead_letters = $2, tracked_events = $3, reject_samples = $4, keys_deleted = keys_deleted + $5,
           finished_at = coalesce(finished_at, $7), settled = settled or $6 where number = $1`,
        [number, ...TABLES.map((table) => counts[table]), gone, late, now],
      );
      return gone;
    });
  return deleted;
}

async function keysIn(client: pg.ClientBase, table: string, tags: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select body_key_id as id from ${table} where subjects && $1::text[] and body_key_id is not null`,
    [tags],
  );
  return rows.map(({ id }) => id);
}
