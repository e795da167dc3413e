import type { Database } from '../../storage/database.js';

/** Where erasures are noted, beside the keys that they deleted. */
export interface Place {
  database: Pick<Database, 'pool'>;
  erasures: 'ledger.erasures' | 'ingest.erasures';
}

/** An erasure that has deleted keys whose place on the disk is not freed yet. */
export interface Deleted {
  number: number;
  /** How many; more of them are another thing to free. */
  keys: bigint;
  finished_at: Date;
  /** The keys were deleted by transactions before this one. */
  before: string;
}

/** What waits to be freed; what waited before as it was seen then, so that it does not wait for transactions that began since. */
export async function deletedKeys({ database, erasures }: Place, earlier: readonly Deleted[]): Promise<Deleted[]> {
  const { rows } = await database.pool.query<Deleted>(
    `select number, keys_deleted as keys, finished_at, pg_snapshot_xmax(pg_current_snapshot())::text as before
     from ${erasures} where finished_at is not null and vacuumed_at is null and keys_deleted > 0`,
  );
  const known = new Map(earlier.map((each) => [`${each.number} ${each.keys}`, each]));
  return rows.map((row) => known.get(`${row.number} ${row.keys}`) ?? row);
}

/**
 * Those whose deleted keys a VACUUM that begins from now on removes: it succeeds also where it leaves rows that the snapshot of a transaction, of a
 * standby or of a replication slot may still see. The statement's own snapshot is the older one of its two looks: no transaction that is prepared or
 * writes is from before, so that no snapshot of later can be either.
 */
export async function freeable({ database }: Place, deleted: readonly Deleted[]): Promise<Deleted[]> {
  if (deleted.length === 0) return [];
  const { rows } = await database.pool.query<{ at: number }>(
    `with seen as (
       select backend_xmin as xmin from pg_stat_activity
       where pid <> pg_backend_pid() and (datname is null or datname = current_database())
       union all select xmin from pg_replication_slots
     )
     select at::int from unnest($1::xid8[]) with ordinality as deleted (before, at)
     where before <= pg_snapshot_xmin(pg_current_snapshot())
       and not exists (select from seen where age(xmin) > age(before::xid))`,
    [deleted.map(({ before }) => before)],
  );
  return rows.map(({ at }) => deleted[at - 1]!);
}

/** Notes when the place of their keys had been freed; not of those that have deleted more since. */
export async function noteFreed({ database, erasures }: Place, freed: readonly Deleted[], now: Date): Promise<void> {
  if (freed.length === 0) return;
  await database.pool.query(
    `update ${erasures} e set vacuumed_at = $3 from unnest($1::int[], $2::bigint[]) as freed (number, keys)
     where e.number = freed.number and e.keys_deleted = freed.keys and e.vacuumed_at is null`,
    [freed.map(({ number }) => number), freed.map(({ keys }) => keys), now],
  );
}
