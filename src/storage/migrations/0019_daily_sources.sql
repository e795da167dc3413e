-- Daily totals by source alone: what most questions ask for, in fewer rows. A cache like model.daily, kept up and verified with it.
create table model.daily_sources (
  metric text not null,
  day date not null,
  currency text not null,
  source text not null,
  value bigint not null,
  primary key (metric, day, currency, source)
) with (fillfactor = 70);
insert into model.daily_sources (metric, day, currency, source, value)
select metric, day, currency, source, sum(value) from model.daily group by metric, day, currency, source having sum(value) <> 0;
