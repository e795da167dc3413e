-- How far each source was from the truth, day by day. The ledger's DayReconciled entries are the record; these tables hold the same
-- rows where they can be searched, and the ids under every part. Nothing here is updated but the state of a run and of a check.
create schema reconcile;

-- Runs that were asked for, durable before the answer: a queue that was flushed is filled again from here.
create table reconcile.runs (
  run_id text primary key,
  request jsonb not null,
  actor text not null,
  requested_at timestamptz not null,
  finished_at timestamptz
);
create index runs_unfinished on reconcile.runs (requested_at) where finished_at is null;

-- When a day was last compared, whether or not that recorded anything new.
create table reconcile.checks (
  day date not null,
  source text not null,
  metric text not null,
  checked_at timestamptz not null,
  primary key (day, source, metric)
) with (fillfactor = 70);

-- One row per DayReconciled entry; the latest position of a (day, source, metric) holds now, the latest at or before p held at p.
create table reconcile.recorded (
  position bigint primary key,
  day date not null,
  source text not null,
  metric text not null,
  status text not null,
  digest text not null,
  run_id text not null,
  recorded_at timestamptz not null
);
create index recorded_latest on reconcile.recorded (day, source, metric, position desc);

-- The reconciliation row as the API gives it; several currencies are several rows, counts have the currency ''.
create table reconcile.results (
  position bigint not null references reconcile.recorded (position),
  currency text not null,
  "row" jsonb not null,
  primary key (position, currency)
);

-- The ids of every part: of truth where a part is counted there, of the client-side message otherwise.
create table reconcile.result_ids (
  position bigint not null,
  currency text not null,
  -- what needs explaining comes first
  ordinal int not null,
  part text not null,
  id text not null,
  cause text,
  evidence jsonb not null,
  primary key (position, currency, ordinal),
  foreign key (position, currency) references reconcile.results (position, currency)
);

-- Whether a client was seen at all is asked by time over events of every kind. Rows arrive nearly in that order.
create index tracked_events_time on ingest.tracked_events
  using brin (occurred_at timestamptz_minmax_multi_ops) with (pages_per_range = 32);
