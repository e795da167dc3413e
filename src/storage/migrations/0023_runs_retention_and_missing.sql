-- Why a run ended without being finished; null of others.
alter table reconcile.runs add column failure text;

-- The first of the listed events that could not be kept.
alter table ingest.completeness add column missing_ids text[] not null default '{}';
