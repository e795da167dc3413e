import type { Day, Zone } from '../kernel/day.js';
import type { Database } from '../storage/database.js';

/** Days for which tracked events are kept: two open months with what lies around them at the least, so that they can still be compared. */
export const TRACKED_RETENTION_DAYS = { least: 120, standard: 400, most: 3_700 };

const BATCH = 5_000; // rows of a transaction

/** Told between two batches how many events went so far; what it throws ends the removal there. */
export type OnProgress = (removed: number) => Promise<void>;

/**
 * Removes what client-side analytics sent of days before one: events and samples with their keys, counts of refused and limited ones, and links of
 * browsers of which no event is left. In batches, each a transaction of its own, so that it may be ended anywhere and run twice. Gives how
 * many events went. What was recorded of these days is in the ledger and stays.
 */
export async function pruneTracked(
  database: Database,
  zone: Zone,
  before: Day,
  onProgress: OnProgress = () => Promise.resolve(),
): Promise<number> {
  const until = new Date(zone.startOf(before));
  const events = await pruneEvents(database, until, onProgress);
  await pruneLinks(database, until, () => onProgress(events));
  await database.pool.query(
    `with gone as (delete from ingest.collector_reject_samples where day < $1 returning body_key_id)
     delete from ledger.vault_keys where id in (select body_key_id from gone)`,
    [before],
  );
  await database.pool.query('delete from ingest.collector_rejects where day < $1', [before]);
  await database.pool.query('delete from ingest.collector_limited where hour < $1', [until]);
  return events;
}

/** Goes through the table once, in the order of its ids. */
async function pruneEvents({ pool }: Database, until: Date, onProgress: OnProgress): Promise<number> {
  let removed = 0;
  let after: bigint | null = 0n;
  for (;;) {
    const { rows }: { rows: { count: number; last: bigint | null }[] } = await pool.query(
      `with old as (
         select id from ingest.tracked_events where id > $1 and occurred_at < $2 order by id limit $3
       ), gone as (
         delete from ingest.tracked_events where id in (select id from old) returning body_key_id
       ), keys as (
         delete from ledger.vault_keys where id in (select body_key_id from gone)
       )
       select count(*)::int as count, max(id) as last from old`,
      [after, until, BATCH],
    );
    removed += rows[0]!.count;
    if (rows[0]!.count < BATCH) return removed;
    after = rows[0]!.last;
    await onProgress(removed);
  }
}

async function pruneLinks({ pool }: Database, until: Date, onProgress: () => Promise<void>): Promise<void> {
  interface Link {
    anonymous_id: string;
    user_id: string;
  }
  for (let after: Link | undefined = { anonymous_id: '', user_id: '' }; after;) {
    const { rows }: { rows: Link[] } = await pool.query(
      `with page as (
         select * from ingest.sdk_links where (anonymous_id, user_id) > ($1, $2) order by anonymous_id, user_id limit $4
       ), gone as (
         delete from ingest.sdk_links l using page p
         where (l.anonymous_id, l.user_id) = (p.anonymous_id, p.user_id) and p.seen_at < $3
           and not exists (select from ingest.tracked_events e where e.anonymous_id = p.anonymous_id and e.kind is not null)
       )
       select anonymous_id, user_id from page order by anonymous_id desc, user_id desc limit 1`,
      [after.anonymous_id, after.user_id, until, BATCH],
    );
    after = rows[0];
    await onProgress();
  }
}
