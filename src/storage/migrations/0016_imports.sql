-- How far reading a provider's objects got, so that a run that was stopped goes on from there. What was read is in the ledger; these rows
-- can be thrown away: reading everything again records nothing twice.
create table ingest.imports (
  -- provider, list and range; or provider, name and digest of a file
  key text primary key,
  -- where the next page begins, or the last line that was read; null before the first
  cursor text,
  listed bigint not null default 0,
  recorded bigint not null default 0,
  started_at timestamptz not null,
  done_at timestamptz,
  -- when the last attempt that came to its end had begun
  swept_at timestamptz,
  -- why the provider refused, where it did
  error text
) with (fillfactor = 80);

create schema if not exists close;

-- What providers state of their balance, as it was handed over: bytes that nobody changes, found by their digest, and sealed as a whole
-- under a key of the vault, because a report may name customers.
create table close.provider_reports (
  id uuid primary key,
  provider text not null,
  kind text not null,
  digest text not null,
  size int not null,
  body text not null,
  body_key_id uuid not null,
  -- the first and the last moment that it speaks of
  from_at timestamptz not null,
  until_at timestamptz not null,
  lines int not null,
  actor text not null,
  received_at timestamptz not null,
  unique (provider, kind, digest)
);
create index provider_reports_until on close.provider_reports (provider, until_at);
