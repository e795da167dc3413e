-- What outside sources said about a day, as it was fetched: one snapshot per source, day and pull that brought something new. Snapshots
-- are only added; the latest of a day is what is compared, the earlier ones say what was known before.
create table reconcile.pulls (
  id bigint generated always as identity primary key,
  source text not null,
  day date not null,
  fetched_at timestamptz not null,
  -- of everything below, equal for equal content in any order
  digest text not null,
  -- the zone whose days the source counts in; events carry instants and need none
  time_zone text not null,
  -- why its numbers must not be compared, `sampled: …`
  flags text[] not null default '{}',
  -- what a reader should know and may ignore
  notes text[] not null default '{}'
);
create index pulls_latest on reconcile.pulls (source, day, id desc);

create view reconcile.latest_pulls as
  select distinct on (source, day) id, source, day, fetched_at, digest, time_zone, flags, notes
  from reconcile.pulls order by source, day, id desc;

-- When a day was last asked for and what came of it: the one thing here that is updated.
create table reconcile.pull_states (
  source text not null,
  day date not null,
  -- of the settings it was read with, secrets left out: other settings are asked again
  settings text not null,
  -- when it last answered
  checked_at timestamptz,
  -- since then
  failures int not null default 0,
  error text,
  retry_at timestamptz,
  primary key (source, day)
) with (fillfactor = 70);

-- Events that mean something to truth, by the names and properties the source was mapped with. Nothing personal: ids that are e-mail
-- addresses are hashes, and bodies are not kept.
create table reconcile.pulled_events (
  pull_id bigint not null references reconcile.pulls (id),
  message_id text not null,
  event text not null,
  kind text not null,
  user_id text,
  anonymous_id text,
  refs text[] not null default '{}',
  value_minor bigint,
  value_basis text check (value_basis in ('total', 'net')),
  currency text,
  value_problem text check (value_problem in ('missing_currency', 'unknown_currency', 'not_a_number')),
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  deliveries int not null default 1,
  is_bot boolean,
  device text,
  browser text,
  country text,
  source text,
  medium text,
  campaign text,
  -- ledger: it carries our own mark, and came from here
  lineage text not null check (lineage in ('client', 'server', 'ledger')),
  primary key (pull_id, message_id)
);

-- Who was seen at all, by events of any kind, to a quarter of an hour.
create table reconcile.pulled_seen (
  pull_id bigint not null references reconcile.pulls (id),
  key text not null,
  at timestamptz not null,
  primary key (pull_id, key, at)
);

create table reconcile.pulled_links (
  pull_id bigint not null references reconcile.pulls (id),
  anonymous_id text not null,
  user_id text not null,
  primary key (pull_id, anonymous_id, user_id)
);
create index pulled_links_user on reconcile.pulled_links (user_id);
create index pulled_links_anonymous on reconcile.pulled_links (anonymous_id);

-- Every name an event had that day, with what it is taken for: null when for nothing.
create table reconcile.pulled_names (
  pull_id bigint not null references reconcile.pulls (id),
  event text not null,
  kind text,
  count bigint not null,
  primary key (pull_id, event)
);

-- What sources said that only count. `first_user_source` is '' for the whole, else one part of it.
create table reconcile.pulled_counts (
  pull_id bigint not null references reconcile.pulls (id),
  kind text not null,
  first_user_source text not null default '',
  count bigint not null,
  value_minor bigint,
  value_basis text check (value_basis in ('total', 'net')),
  currency text not null default '',
  primary key (pull_id, kind, first_user_source, currency)
);

-- Pages that people asked a server for, from its access log. Addresses of clients are keyed hashes of their networks.
create table reconcile.page_requests (
  pull_id bigint not null references reconcile.pulls (id),
  request_id text not null,
  at timestamptz not null,
  path text not null,
  -- what the request names: order:…, checkout:…, anonymous:…, user:…
  keys text[] not null default '{}',
  client_hash text,
  browser text,
  device text,
  primary key (pull_id, request_id)
);
create index page_requests_keys on reconcile.page_requests using gin (keys);

-- Whether a visitor's browser sent anything is asked by its network and time.
create index tracked_events_network on ingest.tracked_events (client_hash, occurred_at) where client_hash is not null;
