import { addDays, type Day, type Zone } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import type { ConfiguredSource } from '../source-type.js';
import { lockedWithin } from './alone.js';
import { lockOf } from './puller.js';
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
 * Removes snapshots that a newer one replaced, so many days after they were fetched, and those with pages that people asked for so many
 * days after their day; a source that is not set up any more keeps its own for as long as the default says. Each goes whole, in a
 * transaction of its own, so that it may be ended anywhere and run twice; with the last of a day goes what is known of having asked for
 * it. The newest of a day that is compared with stays, and a day that is being fetched is left for the next time. Gives how many went.
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
    // What was kept of people decides, beside the settings: these may have changed since.
    const old = await database.pool.query<Snapshot>(
      `select p.id, p.source, p.day from reconcile.pulls p where p.source = $1 and (
         (p.fetched_at < $2 and exists (select from reconcile.pulls n where n.source = p.source and n.day = p.day and n.id > p.id))
         or (p.day < $4 and ($3 or exists (select from reconcile.page_requests r where r.pull_id = p.id)))) order by p.id`,
      [
        ...[source, new Date(now.getTime() - keepDays * DAY_MS)],
        ...[type?.gives === 'page_requests', addDays(zone.dayOf(now.getTime()), -keepDays)],
      ],
    );
    for (const snapshot of old.rows) if (await remove(database, snapshot)) removed += 1;
  }
  return removed;
}

interface Snapshot {
  id: bigint;
  source: string;
  day: Day;
}

/** False where the day is being fetched: what that finds unchanged must not go meanwhile. */
const remove = (database: Database, { id, source, day }: Snapshot): Promise<boolean> =>
  database.transaction(async (client) => {
    if (!(await lockedWithin(client, lockOf(source, day)))) return false;
    for (const table of TABLES) await client.query(`delete from reconcile.${table} where pull_id = $1`, [id]);
    await client.query('delete from reconcile.pulls where id = $1', [id]);
    await client.query(
      `delete from reconcile.pull_states where source = $1 and day = $2
         and not exists (select from reconcile.pulls where source = $1 and day = $2)`,
      [source, day],
    );
    return true;
  });
