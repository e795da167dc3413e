-- A person decided that nothing has to follow from a letter; the ledger has the decision. The same thing parked again stays dismissed.
alter table ingest.dead_letters add column dismissed_at timestamptz;
