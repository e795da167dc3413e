import { addDays, type Zone } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import type { ConfiguredSource } from '../source-type.js';
import { KEEP_DAYS } from './source-settings.js';

const DAY_MS = 86_400_000;
const TABLES = [
  'pulled_events',
  'pulled_seen',
  'pulled_links',
  'pulled_names',
  'pulled_counts',
  'page_requests',
] as const;

/**
 * Removes snapshots that a newer one replaced, so many days after they were fetched, and those of access logs so many days after their
 * day; a source that is not set up any more keeps its own for as long as the default says. Each goes whole, in a transaction of its own,
 * so that it may be ended anywhere and run twice. The newest of a day that is compared with stays. Gives how many went.
 */
export async function pruneSnapshots(
  database: Database,
  configured: readonly ConfiguredSource[],
  { zone, now }: { zone: Zone; now: Date },
): Promise<number> {
  const { rows } = await database.pool.query<{ source: string }>(
    'select distinct source from reconcile.pulls order by 1',
  );
  let removed = 0;
  for (const { source } of rows) {
    const { keepDays = KEEP_DAYS, type } = configured.find(({ name }) => name === source) ?? {};
    const old = await database.pool.query<{ id: bigint }>(
      `select p.id from reconcile.pulls p where p.source = $1 and (
         (p.fetched_at < $2 and exists (select from reconcile.pulls n where n.source = p.source and n.day = p.day and n.id > p.id))
         or ($3 and p.day < $4)) order by p.id`,
      [
        ...[source, new Date(now.getTime() - keepDays * DAY_MS)],
        ...[type?.gives === 'page_requests', addDays(zone.dayOf(now.getTime()), -keepDays)],
      ],
    );
    for (const { id } of old.rows) await remove(database, id);
    removed += old.rows.length;
  }
  return removed;
}

const remove = (database: Database, id: bigint): Promise<void> =>
  database.transaction(async (client) => {
    for (const table of TABLES) await client.query(`delete from reconcile.${table} where pull_id = $1`, [id]);
    await client.query('delete from reconcile.pulls where id = $1', [id]);
  });
