-- Reports that a provider said it has made, as the ledger tells it, and how far the ledger was read for them.
create table close.announced_reports (
  provider text not null,
  account text not null,
  name text not null,
  kind text not null,
  -- the batch it is of, by the name that its lines have as their payout
  batch text not null,
  announced_at timestamptz not null,
  entry_id uuid not null,
  -- why it could not be fetched, and when that was tried
  error text,
  tried_at timestamptz,
  primary key (provider, account, name)
);
create table close.announced_until (
  provider text primary key,
  position bigint not null
);

-- Of which batches a kept report has the lines.
alter table close.provider_reports add column batches text[] not null default '{}';
