/**
 * The end of a statement that stores rows and their keys, as common table expressions behind `new_keys (id, wrapped, subjects json)`: a key
 * under which an erased person is spoken of is noted and not kept, so that what arrives late for them can never be opened.
 */
export const KEEP_KEYS = `
  erased as (
    select id from new_keys
    where exists (select from json_array_elements_text(subjects) as said (tag) join ledger.erased_tags using (tag))
  ), noted as (
    insert into ledger.erased_keys (id) select id from erased on conflict do nothing
  ), unpooled as (
    delete from ledger.pooled_keys where id in (select id from erased)
  ), kept_keys as (
    insert into ledger.vault_keys (id, wrapped)
    select id, wrapped from new_keys where id not in (select id from erased)
    on conflict (id) do nothing
  )`;
