-- The documented views for people who ask in SQL. Days are in the reporting time zone; customer ids are never null.
-- Amounts are given twice: `amount_minor`, an integer of minor units, and `amount`, a decimal in major units.
create table projector.settings (
  one boolean primary key default true check (one),
  reporting_time_zone text not null
);
insert into projector.settings (reporting_time_zone) values ('UTC');

create function report.major_units(amount_minor bigint, currency text) returns numeric
language sql immutable as $$
  select case
    when currency in ('BIF','CLP','DJF','GNF','JPY','KMF','KRW','MGA','PYG','RWF','UGX','VND','VUV','XAF','XOF','XPF','ISK','UYI')
      then amount_minor::numeric
    when currency in ('BHD','IQD','JOD','KWD','LYD','OMR','TND') then round(amount_minor / 1000.0, 3)
    when currency in ('CLF','UYW') then round(amount_minor / 10000.0, 4)
    else round(amount_minor / 100.0, 2)
  end
$$;

create view report.payments as
select
  substr(p.ref, 9) as payment_id,
  coalesce(i.customer, p.party) as customer_id,
  c.user_id,
  (select substr(o.ref, 7) from model.parts o where o.purchase = p.purchase and o.kind = 'order' order by o.ref limit 1) as order_id,
  case p.status when 'captured' then 'succeeded' else p.status end as status,
  p.amount_minor,
  report.major_units(p.amount_minor, p.currency) as amount,
  p.currency,
  p.at as paid_at,
  p.at as created_at,
  p.day,
  case when p.ref = c.first_payment_ref then 'new' else 'returning' end as customer_kind,
  p.customer_present,
  coalesce(c.source, 'unknown') as source,
  coalesce(c.medium, '') as medium,
  coalesce(c.campaign, '') as campaign
from model.parts p
left join model.identifiers i on i.node = p.party
left join model.customers c on c.customer = coalesce(i.customer, p.party)
where p.kind = 'payment' and p.status is not null;

create view report.orders as
select
  substr(p.ref, 7) as order_id,
  coalesce(i.customer, p.party) as customer_id,
  c.user_id,
  p.status,
  p.amount_minor,
  report.major_units(p.amount_minor, p.currency) as amount,
  p.currency,
  p.at as ordered_at,
  p.at as created_at,
  p.day,
  p.customer_present,
  coalesce(c.source, 'unknown') as source,
  coalesce(c.medium, '') as medium,
  coalesce(c.campaign, '') as campaign,
  coalesce(c.unknown_reason, case when c.customer is null then 'no_touch' end) as unknown_reason
from model.parts p
left join model.identifiers i on i.node = p.party
left join model.customers c on c.customer = coalesce(i.customer, p.party)
where p.kind = 'order';

create view report.users as
select
  customer as customer_id,
  user_id,
  signed_up_at,
  signed_up_at as created_at,
  signed_up_day as day,
  first_touch_at,
  source,
  medium,
  campaign,
  unknown_reason,
  first_payment_at,
  first_payment_day
from model.customers
where signed_up_at is not null or first_payment_at is not null;

create view report.analytics_events as
select
  e.id as event_id,
  e.collector as source,
  e.event as event_name,
  e.kind,
  e.user_id,
  e.anonymous_id,
  (select substr(r, 7) from unnest(e.refs) r where r like 'order:%' limit 1) as order_id,
  e.value_minor as amount_minor,
  report.major_units(e.value_minor, e.currency) as amount,
  e.currency,
  e.occurred_at,
  e.occurred_at as created_at,
  (e.occurred_at at time zone s.reporting_time_zone)::date as day,
  e.is_bot,
  e.deliveries
from ingest.tracked_events e cross join projector.settings s
where e.lineage = 'client';
