-- How often in a row asking a provider for what was left out of a webhook failed, and when it did the last time: the next time comes ever later.
alter table ingest.dead_letters
  add column failures int not null default 0,
  add column failed_at timestamptz;
