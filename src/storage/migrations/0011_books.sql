-- The books: a double-entry journal that follows from the ledger and can be posted again from its beginning.
create schema books;

-- Where posting got to, and by which version of recipes and meaning. Every batch moves it in the transaction of its lines.
create table books.checkpoint (
  one boolean primary key default true check (one),
  position bigint not null,
  version text not null
);
insert into books.checkpoint (position, version) values (0, '');

-- What the books know of each object that moves money, and which others belong to it.
create table books.objects (
  ref text primary key,
  doc json not null
) with (fillfactor = 85);

-- The journal, append-only. A line that is no longer right is retracted by a row of its own (`sign` -1), stamped with the position that
-- made it so: the lines as they were known at a position are the sum of the rows up to it.
-- `amount` is spread evenly over all days from `day` to `until`, where that is set.
create table books.lines (
  position bigint not null,
  ordinal int not null,
  sign smallint not null check (sign in (1, -1)),
  entry text not null,
  line int not null,
  day date not null,
  until date,
  -- the day whose exchange rate it has, where that is not its own
  rate_day date,
  at bigint not null,
  account text not null,
  amount bigint not null,
  currency text not null,
  kind text not null,
  object text,
  matter text,
  memo text not null,
  entry_id uuid not null,
  primary key (position, ordinal)
);
create index lines_day on books.lines (day);
create index lines_until on books.lines (until) where until is not null;
create index lines_entry on books.lines (entry);

-- Exchange rates as they were recorded in the ledger: units of `quote` for one of `base`. The first that was recorded counts.
create table books.fx_rates (
  position bigint not null,
  source text not null,
  base text not null,
  quote text not null,
  day date not null,
  rate text not null,
  primary key (base, quote, day, source)
);

-- For which balances an opening was set; also where it is nothing, which has no lines.
create table books.openings (
  position bigint primary key,
  account text not null,
  currency text not null
);

-- What falls on the first `part` days of an amount that is spread evenly over `days`, what is left over on the first of them.
create function books.first_days(amount bigint, days int, part int) returns bigint
language sql immutable parallel safe return
  case
    when part <= 0 then 0
    when part >= days then amount
    else sign(amount)::bigint * ((abs(amount) / days) * part + least(abs(amount) % days, part))
  end;

-- The part of a line that is booked until a day, that day included.
create function books.booked_until(amount bigint, day date, until date, upto date) returns bigint
language sql immutable parallel safe return
  case
    when until is null then case when day <= upto then amount else 0 end
    else books.first_days(amount, until - day + 1, upto - day + 1)
  end;
