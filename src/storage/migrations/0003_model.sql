-- The read model: rows that projections fold from the ledger. Everything in schema `model` can be rebuilt from position 1;
-- a rebuild fills `model_next` (made like these tables) and swaps the two in one transaction.
create schema model;
create schema report;

-- Where the projector got to. Every batch moves `position` in the transaction of its rows, and only with the epoch it was given.
create table model.checkpoint (
  one boolean primary key default true check (one),
  position bigint not null,
  model_version text not null
);
insert into model.checkpoint (position, model_version) values (0, '');

-- The lease of the one active projector. Outside `model`, so that a swap does not touch it.
create schema projector;
create table projector.lease (
  one boolean primary key default true check (one),
  epoch bigint not null,
  holder text,
  beat_at timestamptz not null
);
insert into projector.lease (epoch, holder, beat_at) values (0, null, 'epoch');

-- Every identifier of a person and the customer it belongs to. `doc` holds its links, touches, sign-up and what it contributed.
create table model.identifiers (
  node text primary key,
  customer text not null,
  doc json not null
) with (fillfactor = 85);
create index identifiers_customer on model.identifiers (customer);

-- Orders, checkouts, sessions, intents, payments, invoices, subscriptions; all parts of one purchase share `purchase`.
create table model.parts (
  ref text primary key,
  kind text not null,
  purchase text not null,
  party text not null,
  at timestamptz,
  day date,
  amount_minor bigint,
  currency text,
  status text,
  customer_present boolean not null,
  doc json not null
) with (fillfactor = 85);
create index parts_purchase on model.parts (purchase);
create index parts_party on model.parts (party);

create table model.customers (
  customer text primary key,
  user_id text,
  signed_up_at timestamptz,
  signed_up_day date,
  first_touch_at timestamptz,
  source text not null,
  medium text not null,
  campaign text not null,
  unknown_reason text,
  first_payment_ref text,
  first_payment_at timestamptz,
  first_payment_day date,
  first_payment_entry uuid
) with (fillfactor = 85);
create index customers_user on model.customers (user_id);

-- Append-only: a number is the sum of its rows; `position` is the ledger entry that caused the row.
create table model.contributions (
  position bigint not null,
  ordinal int not null,
  metric text not null,
  subject text not null,
  day date not null,
  currency text not null,
  delta bigint not null,
  source text not null,
  medium text not null,
  campaign text not null,
  unknown_reason text,
  customer_kind text not null,
  customer_present boolean not null,
  fact text not null,
  entry_id uuid not null,
  occurred_at timestamptz not null,
  primary key (position, ordinal)
);
create index contributions_metric_day on model.contributions (metric, day);

-- Sums of contributions; a cache that `verify` derives again.
create table model.daily (
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
  primary key (metric, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present)
) with (fillfactor = 70);

-- Entry types that no interpreter knows: kept in the ledger, counted here.
create table model.unknown_types (
  type text primary key,
  entries bigint not null,
  last_position bigint not null
);
