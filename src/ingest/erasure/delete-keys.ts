import type pg from 'pg';
import type { Database } from '../../storage/database.js';

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

/** Deletes erased keys that somebody has put in again, as from a backup of a table of keys. Resolves with how many there were. */
export async function deleteReturned({ pool }: Pick<Database, 'pool'>): Promise<number> {
  const { rows } = await pool.query<{ deleted: number }>(
    `with kept as (
       delete from ledger.vault_keys k using ledger.erased_keys e where e.id = k.id returning 1
     ), pooled as (
       delete from ledger.pooled_keys k using ledger.erased_keys e where e.id = k.id returning 1
     )
     select ((select count(*) from kept) + (select count(*) from pooled))::int as deleted`,
  );
  return rows[0]!.deleted;
}
