-- What the books stood at after a day, as they were known at a position: what follows on it is added up from there and not from the beginning.
-- A cache. One holds for every other position too, unless something was posted between the two for its day or one before it.
create table books.standings (
  -- what of the books, and by which settings
  kind text not null,
  day date not null,
  position bigint not null,
  state json not null,
  primary key (kind, day)
);

-- The two sides of a movement in process may be months apart.
create index lines_in_process on books.lines (matter) where account = 'payments_in_process' and matter is not null;

-- What a process that keeps a witness file found when it held the file against the ledger's seals, for those who have no such file.
create table ledger.witness_comparisons (
  at timestamptz primary key,
  -- notes that were compared
  notes bigint not null,
  -- the first of them, as a verification tells them, and how many there are
  findings json not null,
  count bigint not null
);
