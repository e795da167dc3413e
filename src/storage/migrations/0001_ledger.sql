-- The ledger: entries in one total order, never changed once written. Columns of a fixed width come first, so that reading
-- a hash out of a row is cheap. Two indexes only: every further one costs at each append.
create schema ledger;

create table ledger.entries (
  position bigint primary key,
  id uuid not null unique,
  revision bigint not null,
  schema_version int not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  stored_hash bytea not null,
  content_mac bytea not null,
  stream text not null,
  type text not null,
  origin text not null,
  account text not null,
  origin_event_id text not null,
  correlation_id text not null,
  actor text not null,
  authenticated_by text not null,
  subjects text[] not null,
  attributes jsonb not null,
  body text not null,
  causation_id text,
  key_id uuid
) with (toast_tuple_target = 8160);

-- Sealed bodies hardly compress, and trying to costs more than the bytes saved; larger ones go out of line as they are.
alter table ledger.entries alter column body set storage external;

-- The ledger lock and the last position in one row: whoever appends holds it FOR UPDATE until COMMIT, so positions are
-- dense and become visible in their order.
create table ledger.head (
  one boolean primary key default true check (one),
  position bigint not null,
  recorded_at timestamptz not null
) with (fillfactor = 50);
insert into ledger.head (position, recorded_at) values (0, 'epoch');

-- The keys of sealed leaves, wrapped by the vault key. Deleting a key is how a person is erased.
create table ledger.vault_keys (
  id uuid primary key,
  wrapped bytea not null,
  created_at timestamptz not null default now()
);

create table ledger.vault_secrets (
  name text primary key,
  wrapped bytea not null
);

-- The Merkle tree over stored hashes (RFC 9162): only the roots of whole subtrees of 256, 65536, … leaves are kept.
create table ledger.seal_nodes (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  primary key (level, index)
);

-- Signed roots. One per size of the tree.
create table ledger.seal_checkpoints (
  size bigint primary key,
  root bytea not null,
  origin text not null,
  signed_at timestamptz not null,
  signature bytea not null
);

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on %.% is refused: the ledger is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

-- ENABLE ALWAYS: session_replication_role = replica does not switch them off.
do $$
declare
  guarded text;
begin
  foreach guarded in array array['entries', 'seal_nodes', 'seal_checkpoints'] loop
    execute format('create trigger append_only_rows before update or delete on ledger.%I
      for each row execute function ledger.refuse_change()', guarded);
    execute format('create trigger append_only before update or delete or truncate on ledger.%I
      for each statement execute function ledger.refuse_change()', guarded);
    execute format('alter table ledger.%I enable always trigger append_only_rows', guarded);
    execute format('alter table ledger.%I enable always trigger append_only', guarded);
  end loop;
end $$;

create function ledger.refuse_head_loss() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.position >= old.position then
    return new;
  end if;
  raise exception '% on ledger.head is refused: the ledger only grows', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger only_grows_rows before update or delete on ledger.head
  for each row execute function ledger.refuse_head_loss();
create trigger only_grows before truncate on ledger.head
  for each statement execute function ledger.refuse_head_loss();
alter table ledger.head enable always trigger only_grows_rows;
alter table ledger.head enable always trigger only_grows;

-- A role that can append and read, and nothing else; the writer's connections switch to it. Roles belong to the whole
-- cluster, so it may exist already or be made by somebody else at this moment; on a managed server we may not make one
-- at all, and the triggers stand alone.
do $$
begin
  if not exists (select from pg_roles where rolname = 'truth_ledger_writer') then
    create role truth_ledger_writer nologin;
  end if;
exception
  when duplicate_object or unique_violation or insufficient_privilege or internal_error then null;
end $$;

do $$
begin
  if exists (select from pg_roles where rolname = 'truth_ledger_writer') then
    if not pg_has_role(current_user, 'truth_ledger_writer', 'member') then
      execute format('grant truth_ledger_writer to %I', current_user);
    end if;
    grant usage on schema ledger to truth_ledger_writer;
    grant select, insert on ledger.entries, ledger.vault_keys, ledger.seal_nodes, ledger.seal_checkpoints to truth_ledger_writer;
    grant select, update on ledger.head to truth_ledger_writer;
  end if;
exception
  when insufficient_privilege or internal_error then null;
end $$;
