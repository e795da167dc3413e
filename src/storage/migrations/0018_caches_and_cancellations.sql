-- Why the page that somebody saw may not be the one that the site serves now: a cache answered, or it was fetched before it was asked for.
-- Null when it was made as it was asked for, or the log does not say.
alter table reconcile.page_requests
  add column stored text check (stored in ('cached', 'prerendered'));

-- Of which job that has the id: when it is over, a later one may have it. One without it is of none any more.
alter table reconcile.cancelled_jobs
  add column enqueued_at timestamptz;
