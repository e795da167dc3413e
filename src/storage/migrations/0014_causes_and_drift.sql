-- Why an id is in its part, how sure that is, when a source changed for the worse, and who was told.

-- certain | likely | possible
alter table reconcile.result_ids add column confidence text;

-- Where a client-side event came from, for causes and for what a loss concentrates in.
alter table ingest.tracked_events
  add column os text,
  add column host text,
  add column release text,
  -- the event says of itself that it is a test
  add column is_test boolean;

-- Whose requests the collector answered with 429, hour by hour: keyed tags, never ids.
create table ingest.collector_limited (
  hour timestamptz not null,
  tag text not null,
  events bigint not null,
  primary key (hour, tag)
);

-- What the last comparison of a day was made from: a day is compared again when that changed.
alter table reconcile.checks add column inputs text;

alter table reconcile.runs
  add column cancelled_at timestamptz,
  add column cancelled_by text;

-- Jobs that somebody told to stop; the worker that has one looks here between its steps.
create table reconcile.cancelled_jobs (
  job_id text primary key,
  cancelled_at timestamptz not null,
  cancelled_by text not null
);

-- Releases and whatever else may explain a change. The ledger's MarkerSet entries are the record; `position` is null until it has them.
create table reconcile.markers (
  id text primary key,
  at timestamptz not null,
  kind text not null,
  title text not null,
  reference text,
  actor text not null,
  recorded_at timestamptz not null,
  position bigint
);
create index markers_at on reconcile.markers (at);

-- What is wrong now and was before. The stream of each key in the ledger is the record; a row holds what its last entries say.
create table reconcile.alerts (
  -- order of first keeping, for pages
  number bigint generated always as identity unique,
  id text primary key,
  key text not null,
  revision bigint not null,
  state text not null check (state in ('raised', 'acknowledged', 'recovered')),
  severity text not null,
  title text not null,
  detail jsonb not null,
  raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  note text,
  recovered_at timestamptz
);
create index alerts_key on reconcile.alerts (key);
create index alerts_open on reconcile.alerts (key) where state <> 'recovered';

-- What has to be told where. A row without `delivered_at` is tried again.
create table reconcile.alert_deliveries (
  alert_id text not null,
  transition text not null,
  channel text not null,
  created_at timestamptz not null,
  attempts int not null default 0,
  delivered_at timestamptz,
  given_up_at timestamptz,
  error text,
  primary key (alert_id, transition, channel)
);
create index alert_deliveries_due on reconcile.alert_deliveries (created_at) where delivered_at is null and given_up_at is null;

-- Reports of a week as they were published.
create table reconcile.gap_reports (
  week text primary key,
  published_at timestamptz not null,
  report jsonb not null
);
