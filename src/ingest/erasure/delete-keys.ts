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

/** Deletes erased keys that somebody has put in again, as from a backup of a table of keys: by a look at all. Resolves with how many there were. */
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

const PAGE = 1_000;

/** The same where few will be found: by a look for each erased key, so that it costs nothing more where many others are kept. */
export async function deleteReturnedByPages({ pool }: Pick<Database, 'pool'>, limit = PAGE): Promise<number> {
  let deleted = 0;
  for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after !== undefined;) {
    const { rows }: pg.QueryResult<{ last: string | null; deleted: number }> = await pool.query(
      `with page as (
         select id from ledger.erased_keys where id > $1::uuid order by id limit $2
       ), ids as (
         select coalesce(array_agg(id order by id), '{}') as ids from page
       ), kept as (
         delete from ledger.vault_keys where id = any((select ids from ids)::uuid[]) returning 1
       ), pooled as (
         delete from ledger.pooled_keys where id = any((select ids from ids)::uuid[]) returning 1
       )
       select ids[array_length(ids, 1)] as last,
         ((select count(*) from kept) + (select count(*) from pooled))::int as deleted from ids`,
      [after, limit],
    );
    deleted += rows[0]!.deleted;
    after = rows[0]!.last ?? undefined;
  }
  return deleted;
}
