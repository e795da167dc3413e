import type { Day } from '../kernel/day.js';
import { LAST_TOUCH_LOOKBACK_DAYS } from '../catalog/lookback.js';
import type { Attributed } from '../metrics/attribution-rows.js';
import type { Snapshot } from './sums.js';

/** Parts of a number that are looked at one by one; of more, only the first touch is told. */
export const PARTS_MAX = 200_000;

interface OtherQuery {
  metric: string;
  from: Day;
  to: Day;
  currency?: string | undefined;
}

// A retraction repeats all that its assertion said, so what is left of a subject is what holds.
const NET = `
  with net as materialized (
    select subject, currency, occurred_at, sum(delta)::bigint as value from model.contributions
    where metric = $1 and day between $2 and $3 and ($4::text is null or currency = $4)
    group by 1, 2, 3 having sum(delta) <> 0
  )`;

/** Whether there are so few parts that other touches than the first are worth a look. Those of the past are not kept. */
export async function isSmall({ client, past }: Snapshot, { metric, from, to }: OtherQuery): Promise<boolean> {
  if (past) return false;
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from (
       select from model.contributions where metric = $1 and day between $2 and $3 limit ${PARTS_MAX + 1}
     ) parts`,
    [metric, from, to],
  );
  return rows[0]!.count <= PARTS_MAX;
}

/** By the last marked touch of the customer before each part happened, not longer ago than the lookback. */
export const byLastTouch = (snapshot: Snapshot, query: OtherQuery): Promise<Attributed[]> =>
  read(
    snapshot,
    query,
    `${NET}, touched as (
      select n.currency, n.value, t.source, t.medium, t.campaign,
        t.at < n.occurred_at - ${LAST_TOUCH_LOOKBACK_DAYS} * interval '24 hours' as expired,
        coalesce(c.unknown_reason, case when c.source <> 'unknown' then 'touch_later' end, 'no_touch') as reason
      from net n
      left join model.parts p on p.ref = n.subject
      left join model.identifiers i on i.node = coalesce(p.party, n.subject)
      left join model.customers c on c.customer = i.customer
      left join lateral (
        select t.at, t.source, t.medium, t.campaign
        from model.identifiers o join model.touches t on t.node = o.node
        where o.customer = i.customer and t.source is not null and t.at <= n.occurred_at
        order by t.at desc, t.entry_id desc limit 1
      ) t on true
    )
    select currency, sum(value)::bigint as value,
      case when source is null or expired then 'unknown' else source end as source,
      case when source is null or expired then '' else medium end as medium,
      case when source is null or expired then '' else campaign end as campaign,
      case when source is null then reason when expired then 'window_expired' else '' end as reason
    from touched group by 1, 3, 4, 5, 6`,
  );

/** By what the order itself said, for numbers that are made of purchases. */
export const byOwnAttribution = (snapshot: Snapshot, query: OtherQuery): Promise<Attributed[]> =>
  read(
    snapshot,
    query,
    `${NET}
    select n.currency, sum(n.value)::bigint as value, coalesce(o.source, 'unknown') as source,
      case when o.source is null then '' else coalesce(o.medium, '') end as medium,
      case when o.source is null then '' else coalesce(o.campaign, '') end as campaign,
      case when o.source is not null then '' when o.ref is null then 'no_order' else 'order_says_none' end as reason
    from net n
    left join model.parts p on p.ref = n.subject
    left join lateral (
      select q.ref, e.value -> 'fields' ->> 'source' as source, e.value -> 'fields' ->> 'medium' as medium,
        e.value -> 'fields' ->> 'campaign' as campaign
      from model.parts q cross join lateral json_each(q.doc -> 'effects') e
      where q.purchase = p.purchase and q.kind = 'order' and e.value ->> 'type' = 'OrderPlaced' order by q.ref limit 1
    ) o on true
    group by 1, 3, 4, 5, 6`,
  );

async function read({ client }: Snapshot, query: OtherQuery, sql: string): Promise<Attributed[]> {
  const { metric, from, to, currency } = query;
  const { rows } = await client.query<Attributed>(sql, [metric, from, to, currency ?? null]);
  return rows;
}
