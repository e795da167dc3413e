-- What a ledger that is kept in KurrentDB needs beside it: the order of its feed as dense positions, and keys that are durable
-- before an entry is appended. Both stay empty while PostgreSQL keeps the ledger.

-- One row for each entry, in the order of the log. Whoever reads the log from its start writes the same rows again.
create table ledger.feed_index (
  position bigint primary key,
  entry_id uuid not null unique,
  commit_position bigint not null,
  prepare_position bigint not null,
  revision bigint not null,
  recorded_at timestamptz not null,
  bytes int not null,
  stored_hash bytea not null,
  stream text not null
);

-- How far the log was read, by whom, and of which ledger. Every batch moves it from what it read to what it wrote, so that a
-- second reader writes nothing.
create table ledger.feed_index_head (
  one boolean primary key default true check (one),
  ledger text,
  position bigint not null default 0,
  commit_position bigint,
  prepare_position bigint,
  recorded_at timestamptz not null default 'epoch',
  epoch bigint not null default 0,
  holder text,
  beat_at timestamptz not null default 'epoch',
  caught_up_at timestamptz
) with (fillfactor = 50);
insert into ledger.feed_index_head default values;

-- Keys that are durable and belong to no entry yet. The indexer moves those of entries into vault_keys.
create table ledger.pooled_keys (
  id uuid primary key,
  wrapped bytea not null,
  made_at timestamptz not null default now()
);

create trigger append_only_rows before update or delete on ledger.feed_index
  for each row execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.feed_index
  for each statement execute function ledger.refuse_change();
alter table ledger.feed_index enable always trigger append_only_rows;
alter table ledger.feed_index enable always trigger append_only;
