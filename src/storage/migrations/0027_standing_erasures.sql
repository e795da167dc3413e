-- Erasures that went through the whole ledger once stand, and are searched on together: one place for all of them, so that what comes later
-- is compared once, and a look that reaches nobody writes one row.
create table ledger.erasures_standing (
  one boolean primary key default true check (one),
  -- all that stand were searched up to here
  searched_until bigint not null default 0,
  -- grows when one more stands, so that a search which did not know of it yet is made again
  joined bigint not null default 0
) with (fillfactor = 50);
insert into ledger.erasures_standing default values;

-- The tags of those that stand.
create table ledger.erasure_tags (
  tag text not null,
  number int not null,
  primary key (tag, number)
);

-- Those of before go on from where they are, and stand then. `vacuumed_at`: when the place of their deleted keys had been freed.
alter table ledger.erasures
  add column stands boolean not null default false,
  add column vacuumed_at timestamptz;
alter table ingest.erasures add column vacuumed_at timestamptz;
create index erasures_searched on ledger.erasures (searched_until) where not stands;
