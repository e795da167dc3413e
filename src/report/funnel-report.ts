import { CONVERSION_WINDOW_DAYS } from '../metrics/signups-converted.js';
import type { Day } from '../kernel/day.js';
import type { RangeQuery } from './attribution-report.js';
import { segmentsOf } from './closed-days.js';
import { ratio } from './metrics-report.js';
import { type Series, type Snapshot, sums } from './sums.js';

/** What only a browser tells, and only where its events arrive. */
export const behaviours = ['device', 'browser', 'country'] as const;
export type Behaviour = (typeof behaviours)[number];

const STEPS = ['checkouts_started', 'checkouts_completed'];
const steps = (started: number, completed: number) => ({ started, completed, rate: ratio(completed, started) });

// Events of client-side analytics in a range of days of the zone; `until`: only those that had come by then.
const IN_RANGE = `e.lineage = 'client'
  and e.occurred_at >= ($1::date)::timestamp at time zone $3 and e.occurred_at < ($2::date + 1)::timestamp at time zone $3
  and ($4::timestamptz is null or e.received_at <= $4)`;

/**
 * Checkouts started and completed: true attempts beside what client-side analytics counted, event by event. `trackedUntil`: only events
 * that had come by then, so that an answer of the past stays as it was.
 */
export async function funnelReport(
  query: RangeQuery & { dimension?: Behaviour },
  snapshot: Snapshot,
  trackedUntil?: Date,
) {
  const found: Series[] = [];
  for (const { from, to, closing } of segmentsOf(query.from, query.to, snapshot.closings))
    found.push(...(await sums(snapshot, { metrics: STEPS, from, to, groupBy: [] }, closing)));
  const total = (metric: string): number =>
    found
      .filter((series) => series.metric === metric)
      .flatMap(({ days }) => [...days.values()])
      .reduce((sum, value) => sum + Number(value), 0);
  const range = [query.from, query.to, snapshot.timeZone, trackedUntil ?? null];
  const { rows } = await snapshot.client.query<{ kind: string; events: bigint }>(
    `select e.kind, count(*) as events from ingest.tracked_events e
     where e.kind in ('checkout_started', 'order_completed') and ${IN_RANGE} group by e.kind`,
    range,
  );
  const tracked = (kind: string): number => Number(rows.find((row) => row.kind === kind)?.events ?? 0);
  return {
    from: query.from,
    to: query.to,
    time_zone: snapshot.timeZone,
    as_of: snapshot.position,
    actual: steps(total('checkouts_started'), total('checkouts_completed')),
    tracked: steps(tracked('checkout_started'), tracked('order_completed')),
    // A close keeps no signals of browsers.
    ...(query.dimension && snapshot.closings.length === 0
      ? { by: await byBehaviour(query.dimension, snapshot, range) }
      : {}),
  };
}

interface BehaviourRow {
  value: string;
  actual_started: number;
  actual_completed: number;
  tracked_started: number;
  tracked_completed: number;
}

/**
 * The same by what the browser is. Of a true checkout that is known only where an event names the checkout, so the rest is `unknown`: what
 * is lost is lost here too.
 */
async function byBehaviour(dimension: Behaviour, { client, position }: Snapshot, range: readonly unknown[]) {
  const { rows } = await client.query<BehaviourRow>(
    `with truth as (
       select subject, metric from model.contributions
       where metric in ('checkouts_started', 'checkouts_completed') and day between $1 and $2 and position <= $5
       group by 1, 2 having sum(delta) > 0
     ), seen as (
       select r.ref, min(e.${dimension}) as value from ingest.tracked_events e cross join lateral unnest(e.refs) r(ref)
       where e.kind in ('checkout_started', 'order_completed') and r.ref like 'checkout:%' and e.lineage = 'client'
         and e.occurred_at >= ($1::date - 3)::timestamp at time zone $3
         and e.occurred_at < ($2::date + 4)::timestamp at time zone $3
         and ($4::timestamptz is null or e.received_at <= $4)
       group by 1
     ), counted as (
       select coalesce(s.value, 'unknown') as value, t.metric as step, count(*) as count
       from truth t left join seen s on s.ref = t.subject group by 1, 2
       union all
       select coalesce(e.${dimension}, 'unknown'), e.kind, count(*) from ingest.tracked_events e
       where e.kind in ('checkout_started', 'order_completed') and ${IN_RANGE} group by 1, 2
     )
     select value,
       coalesce(sum(count) filter (where step = 'checkouts_started'), 0)::int as actual_started,
       coalesce(sum(count) filter (where step = 'checkouts_completed'), 0)::int as actual_completed,
       coalesce(sum(count) filter (where step = 'checkout_started'), 0)::int as tracked_started,
       coalesce(sum(count) filter (where step = 'order_completed'), 0)::int as tracked_completed
     from counted group by 1 order by 2 desc, 4 desc, 1`,
    [...range, position],
  );
  return {
    dimension,
    lossy: true,
    note: 'Told by browsers alone: true checkouts of which no event arrived are unknown.',
    data: rows.map((row) => ({
      value: row.value,
      actual: steps(row.actual_started, row.actual_completed),
      tracked: steps(row.tracked_started, row.tracked_completed),
    })),
  };
}

export interface CohortQuery {
  from: Day;
  to: Day;
  window_days?: number;
}

/**
 * Sign-ups of a range of days and whether their first payment followed within a window, truly and by client-side events of one person.
 * `open`: sign-ups whose window has not passed yet, so that the rate may still rise.
 */
export async function cohortReport(
  { from, to, window_days: window = CONVERSION_WINDOW_DAYS }: CohortQuery,
  { client, timeZone, position }: Snapshot,
  now: Date,
): Promise<Record<string, unknown>> {
  const { rows } = await client.query<{ started: number; completed: number; open: number }>(
    `select count(*)::int as started,
       (count(*) filter (where first_payment_at >= signed_up_at and first_payment_at <= signed_up_at + $3::int * interval '24 hours'))::int as completed,
       (count(*) filter (where first_payment_at is null and signed_up_at + $3::int * interval '24 hours' > $4))::int as open
     from model.customers where signed_up_day between $1 and $2`,
    [from, to, window, now],
  );
  const tracked = await client.query<{ started: number; completed: number }>(
    `with person as (
       select e.kind, e.occurred_at, coalesce(e.user_id, l.user_id, e.anonymous_id) as id from ingest.tracked_events e
       left join lateral (
         select min(user_id) as user_id from ingest.sdk_links where anonymous_id = e.anonymous_id
       ) l on e.user_id is null
       where e.kind in ('signup', 'order_completed') and e.lineage = 'client'
         and e.occurred_at >= ($1::date)::timestamp at time zone $4
         and e.occurred_at < ($2::date + 1)::timestamp at time zone $4 + $3::int * interval '24 hours'
     ), since as (
       select id, kind, occurred_at, min(occurred_at) filter (
         where kind = 'signup' and occurred_at < ($2::date + 1)::timestamp at time zone $4
       ) over (partition by id) as signed_up_at from person
     ), cohort as (
       select bool_or(kind = 'order_completed' and occurred_at >= signed_up_at
         and occurred_at <= signed_up_at + $3::int * interval '24 hours') as completed
       from since where signed_up_at is not null group by id
     )
     select count(*)::int as started, (count(*) filter (where completed))::int as completed from cohort`,
    [from, to, window, timeZone],
  );
  const [actual, seen] = [rows[0]!, tracked.rows[0]!];
  return {
    ...{ from, to, time_zone: timeZone, as_of: position },
    cohort: 'sign-ups of these days',
    window_days: window,
    actual: { ...steps(actual.started, actual.completed), open: actual.open },
    tracked: steps(seen.started, seen.completed),
  };
}
