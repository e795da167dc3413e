-- Ids that truth and source agree on, nothing odd about them, packed: a row of its own for each was most of what storing a day cost.
-- `ids`: texts `<id of truth>\u001f<id of the message>` in order; `ordinal` is that of the first, in the same numbering as result_ids.
create table reconcile.result_matched (
  position bigint not null,
  currency text not null,
  ordinal int not null,
  count int not null,
  ids json not null,
  primary key (position, currency, ordinal)
);
