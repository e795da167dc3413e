-- The provider whose money a line is about, so that accounts can be told apart by it. Books of an earlier version are posted again.
alter table books.lines add column provider text;
