-- Why a run ended without being finished; null of others.
alter table reconcile.runs add column failure text;

-- Runs that earlier versions stopped going on with, and said nothing.
update reconcile.runs set finished_at = now(), failure = 'given up by an earlier version'
where finished_at is null and requested_at < now() - interval '1 day';

-- The first of the listed events that could not be kept.
alter table ingest.completeness add column missing_ids text[] not null default '{}';
