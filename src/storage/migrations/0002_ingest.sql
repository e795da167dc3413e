-- What arrives beside the ledger: client-side events (a lossy signal, never truth), what was refused, and what could not be understood.
create schema ingest;

-- One row per client-side event; transport retries of one message count in `deliveries`. Bodies are sealed under a key of the vault.
create table ingest.tracked_events (
  id bigint generated always as identity primary key,
  collector text not null,
  key_id text not null,
  message_id text not null,
  event text not null,
  -- signup | checkout_started | order_completed, null when it is mapped to nothing
  kind text,
  user_id text,
  anonymous_id text,
  refs text[] not null default '{}',
  value_minor bigint,
  value_basis text check (value_basis in ('total', 'net')),
  currency text,
  value_problem text check (value_problem in ('missing_currency', 'unknown_currency', 'not_a_number')),
  -- corrected for the clock of the device: received_at - (sent_at - client_at)
  occurred_at timestamptz not null,
  client_at timestamptz,
  sent_at timestamptz,
  received_at timestamptz not null,
  deliveries int not null default 1,
  is_bot boolean,
  client_hash text,
  device text,
  browser text,
  country text,
  source text,
  medium text,
  campaign text,
  lineage text not null default 'client' check (lineage in ('client', 'server')),
  subjects text[] not null default '{}',
  body text not null,
  body_key_id uuid,
  unique (key_id, message_id)
);
create index tracked_events_kind on ingest.tracked_events (kind, occurred_at);

-- Which anonymous id a browser says belongs to which user: matches tracked events, changes no true number.
create table ingest.sdk_links (
  anonymous_id text not null,
  user_id text not null,
  seen_at timestamptz not null,
  primary key (anonymous_id, user_id)
);
create index sdk_links_user on ingest.sdk_links (user_id);

create table ingest.collector_rejects (
  day date not null,
  collector text not null,
  key_id text not null,
  reason text not null,
  count bigint not null,
  primary key (day, collector, key_id, reason)
);

-- The first few of each, so that a person can see what is wrong. `slot` is bounded, which caps the table.
create table ingest.collector_reject_samples (
  day date not null,
  collector text not null,
  key_id text not null,
  reason text not null,
  slot int not null,
  received_at timestamptz not null,
  occurred_at timestamptz not null,
  subjects text[] not null default '{}',
  body text not null,
  body_key_id uuid,
  primary key (day, collector, key_id, reason, slot)
);

-- Deliveries and entries that could not be understood or contradict what is known. The id comes from the content, so that a sender
-- who tries the same again for days makes one row.
create table ingest.dead_letters (
  -- order of first parking, for pages
  number bigint generated always as identity unique,
  id uuid primary key,
  reason text not null,
  door text not null,
  origin text not null,
  account text not null,
  origin_event_id text,
  type text,
  errors text[] not null default '{}',
  entry_id uuid,
  body text,
  body_key_id uuid,
  subjects text[] not null default '{}',
  content_type text,
  -- who was authenticated, for a replay: { key_id, name, account, origins } or { provider }
  context jsonb not null default '{}',
  received_at timestamptz not null,
  last_received_at timestamptz not null,
  deliveries int not null default 1,
  replays int not null default 0,
  resolved_at timestamptz,
  resolution text,
  blocks boolean not null
);
create index dead_letters_unresolved on ingest.dead_letters (reason, number) where resolved_at is null;
create index dead_letters_entry on ingest.dead_letters (entry_id) where entry_id is not null;
