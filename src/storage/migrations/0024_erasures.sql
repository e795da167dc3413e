-- Erasures as the ledger tells them, and how far each was carried out: beside the keys, so that a database that is set back falls back
-- with both, and they are carried out again. `number` is the place of the decision in its stream.
create table ledger.erasures (
  number int primary key,
  id uuid not null unique,
  tags text[] not null,
  -- entries of the person that carry none of these tags
  entry_ids uuid[] not null,
  -- the ledger was gone through up to here
  searched_until bigint not null default 0,
  entries bigint not null default 0,
  keys_deleted bigint not null default 0,
  finished_at timestamptz
);

-- The same for what is kept beside the ledger, which may be another database.
create table ingest.erasures (
  number int primary key,
  tags text[] not null,
  decided_at timestamptz not null,
  learned_at timestamptz not null default now(),
  dead_letters bigint not null default 0,
  tracked_events bigint not null default 0,
  reject_samples bigint not null default 0,
  keys_deleted bigint not null default 0,
  finished_at timestamptz,
  -- what was on its way into a table when the tags became known was looked for too
  settled boolean not null default false
);

-- Keys that may never be kept again, and tags of persons whose keys are not kept any more.
create table ledger.erased_keys (id uuid primary key);
create table ledger.erased_tags (tag text primary key);
