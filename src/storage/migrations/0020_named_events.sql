-- For every id without its counterpart a reconciliation looks for events that name it, and for truth about it, within fourteen days, and
-- read everything of those days for that. Only events that name a purchase, or mean something to truth, are looked for by an index, so
-- that all others cost little more than before when they come in.
create index tracked_events_refs on ingest.tracked_events using gin (refs) with (fastupdate = off) where refs <> '{}';
create index tracked_events_user on ingest.tracked_events (user_id) where kind is not null;
create index tracked_events_anonymous on ingest.tracked_events (anonymous_id) where kind is not null;
create index contributions_subject on model.contributions (subject);

-- What a day is compared from is told by counting the events around it, and a silence by counting those of a week: in the index alone.
drop index ingest.tracked_events_kind;
create index tracked_events_kind on ingest.tracked_events (kind, occurred_at) include (id, deliveries);
drop index ingest.tracked_events_time;
create index tracked_events_time on ingest.tracked_events (occurred_at) where lineage = 'client';

-- An id is only ever written after its row, in one transaction; looking that row up again for each of them was half of what storing them cost.
alter table reconcile.result_ids drop constraint result_ids_position_currency_fkey;
