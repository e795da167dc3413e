-- Every touch, so that the last one before something can be told; the fold itself needs only the earliest of an identifier.
-- `source` is null for a visit without a marker.
create table model.touches (
  node text not null,
  at timestamptz not null,
  entry_id uuid not null,
  source text,
  medium text not null,
  campaign text not null,
  referrer text,
  landing_page text,
  click_id text,
  primary key (node, at, entry_id)
);

create view report.touches as
select i.customer as customer_id, t.node, t.at, t.source, t.medium, t.campaign, t.referrer, t.landing_page, t.click_id, t.entry_id
from model.touches t join model.identifiers i on i.node = t.node;
