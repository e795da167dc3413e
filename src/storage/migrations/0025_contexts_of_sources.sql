-- Where the events of a source that is fetched came from, as the collector's have it: for causes, and for what a loss concentrates in.
alter table reconcile.pulled_events
  add column os text,
  add column host text,
  add column release text,
  -- the event says of itself that it is a test
  add column is_test boolean;

-- What the client was, in one text: browser, os, device, country, host, release, test; once for each that was seen in a quarter of an hour.
alter table reconcile.pulled_seen add column context text not null default '';
alter table reconcile.pulled_seen drop constraint pulled_seen_pkey;
alter table reconcile.pulled_seen add primary key (pull_id, key, at, context);
