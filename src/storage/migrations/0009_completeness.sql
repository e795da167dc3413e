-- Whether everything that a provider says it made has arrived: hour by hour, its own list against the ledger. The ledger stays the
-- record of what came in; these rows say when that was last compared, and can be made again by listing again.

-- Providers whose list is compared. Hours from `since` on are ours to answer for.
create table ingest.event_lists (
  provider text primary key,
  since timestamptz not null,
  failed_at timestamptz,
  error text
);

create table ingest.completeness (
  provider text not null,
  hour timestamptz not null,
  -- what the provider lists, and of that what some interpreter reads
  listed int not null,
  expected int not null,
  -- of the expected: came by webhook, or was fetched because no webhook had brought it
  delivered int not null,
  healed int not null,
  -- the first of those that were fetched
  healed_ids text[] not null default '{}',
  checked_at timestamptz not null,
  -- asked for again by a person
  due boolean not null default false,
  primary key (provider, hour)
) with (fillfactor = 80);

-- Deliveries by hour, so that silence shows where there usually are some. Counted by each process and written every few seconds: a
-- signal, not the record.
create table ingest.delivery_counts (
  provider text not null,
  hour timestamptz not null,
  deliveries bigint not null,
  last_at timestamptz not null,
  primary key (provider, hour)
) with (fillfactor = 70);
