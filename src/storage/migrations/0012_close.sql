-- What closes stored, where it can be searched. The ledger is the record: every row here is read out of entries whose digest a close
-- names, and can be made again from them. Nothing is updated but the mark that a close was reopened.
create schema close;

-- One row for each close that was ever made. `header`: zone, calendar, versions and the definitions of all metrics as they were.
create table close.closings (
  period text not null,
  version int not null,
  from_day date not null,
  to_day date not null,
  up_to bigint not null,
  digest text not null,
  model_version text not null,
  header jsonb not null,
  closed_position bigint not null,
  closed_at timestamptz not null,
  reopened_position bigint,
  primary key (period, version)
);
create index closings_days on close.closings (from_day, to_day);

-- The sums that a close reports, in the shape of model.daily. Of stocks also what there was before its first day, dated the day before.
create table close.rows (
  period text not null,
  version int not null,
  metric text not null,
  day date not null,
  currency text not null,
  source text not null,
  medium text not null,
  campaign text not null,
  unknown_reason text not null,
  customer_kind text not null,
  customer_present boolean not null,
  value bigint not null,
  foreign key (period, version) references close.closings
);
create index rows_metric_day on close.rows (period, version, metric, day);

-- Differences of earlier closed days that a close took into its period.
create table close.adjustments (
  period text not null,
  version int not null,
  ordinal int not null,
  adjusts text not null,
  metric text not null,
  day date not null,
  currency text not null,
  source text not null,
  medium text not null,
  campaign text not null,
  unknown_reason text not null,
  customer_kind text not null,
  customer_present boolean not null,
  value bigint not null,
  cause text not null,
  entries int not null,
  entry_ids uuid[] not null,
  primary key (period, version, ordinal),
  foreign key (period, version) references close.closings
);

-- The journal of a close. `origin_day`: the day that a line belongs to, also where it is posted in a later period.
create table close.lines (
  period text not null,
  version int not null,
  ordinal int not null,
  origin_day date not null,
  line jsonb not null,
  primary key (period, version, ordinal),
  foreign key (period, version) references close.closings
);
create index lines_origin on close.lines (origin_day, period, version, ordinal);

-- Periods whose stream somebody was about to append to: what the ledger says of them may not be in these tables yet.
create table close.pending (
  period text primary key,
  since timestamptz not null
);
