-- What was sealed, hash by hash, beside the roots: when the ledger is not what was sealed, this says what became of which entry. One
-- row for each checkpoint; two sealers may both write, so rows can overlap.
create table ledger.seal_leaves (
  size bigint primary key,
  after bigint not null,
  hashes bytea not null,
  check (octet_length(hashes) = (size - after) * 32)
);

-- Hashes do not compress.
alter table ledger.seal_leaves alter column hashes set storage external;

create trigger append_only_rows before update or delete on ledger.seal_leaves
  for each row execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.seal_leaves
  for each statement execute function ledger.refuse_change();
alter table ledger.seal_leaves enable always trigger append_only_rows;
alter table ledger.seal_leaves enable always trigger append_only;

do $$
begin
  if exists (select from pg_roles where rolname = 'truth_ledger_writer') then
    grant select, insert on ledger.seal_leaves to truth_ledger_writer;
  end if;
exception
  when insufficient_privilege or internal_error then null;
end $$;
