import { CONVERSION_WINDOW_DAYS } from '../metrics/signups-converted.js';
import { addDays, type Day } from '../kernel/day.js';
import type { RangeQuery } from './attribution-report.js';
import { segmentsOf } from './closed-days.js';
import { ratio } from './metrics-report.js';
import { type Series, type Snapshot, sums } from './sums.js';
import {
  countedBy,
  doubtfulDays,
  notFetched,
  type TrackedArm,
  trackedArm,
  type TrackedSources,
} from './tracked-arm.js';

/** What only a browser tells, and only where its events arrive. */
export const behaviours = ['device', 'browser', 'country'] as const;
export type Behaviour = (typeof behaviours)[number];

const STEPS = ['checkouts_started', 'checkouts_completed'];
const steps = (started: number, completed: number) => ({ started, completed, rate: ratio(completed, started) });

// Events of client-side analytics in a range of days of the zone; `until`: only those that had come by then.
const IN_RANGE = `e.lineage = 'client'
  and e.occurred_at >= ($1::date)::timestamp at time zone $3 and e.occurred_at < ($2::date + 1)::timestamp at time zone $3
  and ($4::timestamptz is null or e.received_at <= $4)`;

export type FunnelQuery = RangeQuery & { source?: string; dimension?: Behaviour };

/** How the tracked side is read. `until`: only what had come by then, so that an answer of the past stays as it was. */
interface TrackedGiven {
  sources: TrackedSources;
  now: Date;
  until?: Date | undefined;
}

/** Checkouts started and completed: true attempts beside what a source of client-side analytics counted, event by event. */
export async function funnelReport(query: FunnelQuery, snapshot: Snapshot, { sources, now, until }: TrackedGiven) {
  const days = { from: query.from, to: query.to, until };
  const arm = trackedArm(sources, query.source, { ...days, needed: query.dimension !== undefined });
  const found: Series[] = [];
  for (const { from, to, closing } of segmentsOf(query.from, query.to, snapshot.closings))
    found.push(...(await sums(snapshot, { metrics: STEPS, from, to, groupBy: [] }, closing)));
  const total = (metric: string): number =>
    found
      .filter((series) => series.metric === metric)
      .flatMap(({ days }) => [...days.values()])
      .reduce((sum, value) => sum + Number(value), 0);
  const range = [query.from, query.to, snapshot.timeZone, until ?? null];
  const rows = arm.counts ? await countedBy(snapshot, arm, days) : await eventsBy(snapshot, arm, range);
  const tracked = (kind: string): number => Number(rows.find((row) => row.kind === kind)?.events ?? 0);
  return {
    from: query.from,
    to: query.to,
    time_zone: snapshot.timeZone,
    as_of: snapshot.position,
    source: arm.source,
    not_fetched: await notFetched(snapshot, arm, days),
    doubtful: await doubtfulDays(snapshot, arm, { ...days, now }),
    actual: steps(total('checkouts_started'), total('checkouts_completed')),
    tracked: steps(tracked('checkout_started'), tracked('order_completed')),
    // A close keeps no signals of browsers.
    ...(query.dimension && snapshot.closings.length === 0
      ? { by: await byBehaviour(query.dimension, arm, snapshot, range) }
      : {}),
  };
}

async function eventsBy({ client }: Snapshot, { events }: TrackedArm, range: readonly unknown[]) {
  const { rows } = await client.query<{ kind: string; events: bigint }>(
    `select e.kind, count(*) as events from ${events} e
     where e.kind in ('checkout_started', 'order_completed') and ${IN_RANGE} group by e.kind`,
    [...range],
  );
  return rows;
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
async function byBehaviour(
  dimension: Behaviour,
  { events }: TrackedArm,
  { client, position }: Snapshot,
  range: readonly unknown[],
) {
  const { rows } = await client.query<BehaviourRow>(
    `with truth as (
       select subject, metric from model.contributions
       where metric in ('checkouts_started', 'checkouts_completed') and day between $1 and $2 and position <= $5
       group by 1, 2 having sum(delta) > 0
     ), seen as (
       select r.ref, min(e.${dimension}) as value from ${events} e cross join lateral unnest(e.refs) r(ref)
       where e.kind in ('checkout_started', 'order_completed') and r.ref like 'checkout:%' and e.lineage = 'client'
         and e.occurred_at >= ($1::date - 3)::timestamp at time zone $3
         and e.occurred_at < ($2::date + 4)::timestamp at time zone $3
         and ($4::timestamptz is null or e.received_at <= $4)
       group by 1
     ), counted as (
       select coalesce(s.value, 'unknown') as value, t.metric as step, count(*) as count
       from truth t left join seen s on s.ref = t.subject group by 1, 2
       union all
       select coalesce(e.${dimension}, 'unknown'), e.kind, count(*) from ${events} e
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
  source?: string;
  dimension?: Behaviour;
}

interface CohortRow {
  /** What the browser is; null for all together, and where none told it. */
  value: string | null;
  started: number;
  completed: number;
}
type TrueCohortRow = CohortRow & { open: number };

/**
 * Sign-ups of a range of days and whether their first payment followed within a window, truly and by client-side events of one person.
 * `open`: sign-ups whose window has not passed yet, so that the rate may still rise.
 */
export async function cohortReport(
  query: CohortQuery,
  snapshot: Snapshot,
  { sources, now }: { sources: TrackedSources; now: Date },
): Promise<Record<string, unknown>> {
  const { from, to, window_days: window = CONVERSION_WINDOW_DAYS, source, dimension } = query;
  const until = { from, to: addDays(to, window) };
  const arm = trackedArm(sources, source, { ...until, needed: true });
  const actual = await trueCohorts({ from, to, window, dimension }, arm, snapshot, now);
  const tracked = await trackedCohorts({ from, to, window, dimension }, arm, snapshot);
  return {
    from,
    to,
    time_zone: snapshot.timeZone,
    as_of: snapshot.position,
    source: arm.source,
    not_fetched: await notFetched(snapshot, arm, { from, to }),
    doubtful: await doubtfulDays(snapshot, arm, { ...until, now }), // a payment may be on any day of the windows
    cohort: 'sign-ups of these days',
    window_days: window,
    actual: { ...stepsOf(actual), open: openOf(actual) },
    tracked: stepsOf(tracked),
    ...(dimension ? { by: cohortsBy(dimension, actual, tracked) } : {}),
  };
}

const sumOf = <Row>(rows: readonly Row[], of: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);
const stepsOf = (rows: readonly CohortRow[]) =>
  steps(
    sumOf(rows, ({ started }) => started),
    sumOf(rows, ({ completed }) => completed),
  );
const openOf = (rows: readonly TrueCohortRow[]): number => sumOf(rows, ({ open }) => open);

function cohortsBy(dimension: Behaviour, actual: readonly TrueCohortRow[], tracked: readonly CohortRow[]) {
  const values = [...new Set([...actual, ...tracked].map(({ value }) => value ?? 'unknown'))];
  const of = <Row extends CohortRow>(rows: readonly Row[], wanted: string): Row[] =>
    rows.filter(({ value }) => (value ?? 'unknown') === wanted);
  const data = values.map((value) => ({
    value,
    actual: { ...stepsOf(of(actual, value)), open: openOf(of(actual, value)) },
    tracked: stepsOf(of(tracked, value)),
  }));
  data.sort(
    (a, b) =>
      b.actual.started - a.actual.started || b.tracked.started - a.tracked.started || (a.value < b.value ? -1 : 1),
  );
  return {
    dimension,
    lossy: true,
    note: 'Told by browsers alone: true sign-ups of which no event arrived are unknown.',
    data,
  };
}

interface Cohorts {
  from: Day;
  to: Day;
  window: number;
  dimension: Behaviour | undefined;
}

/** By what the browser of the sign-up's event is, where a dimension is asked for: an event of anybody who is the same customer. */
async function trueCohorts(
  { from, to, window, dimension }: Cohorts,
  { events }: TrackedArm,
  { client, timeZone }: Snapshot,
  now: Date,
): Promise<TrueCohortRow[]> {
  const seen = `left join (
       select i.customer, min(e.${dimension}) as value from ${events} e
       cross join lateral (values ('user:' || e.user_id), ('anonymous:' || e.anonymous_id)) k(node)
       join model.identifiers i on i.node = k.node
       where e.kind = 'signup' and e.lineage = 'client'
         and e.occurred_at >= ($1::date - 3)::timestamp at time zone $5 and e.occurred_at < ($2::date + 4)::timestamp at time zone $5
       group by 1
     ) s using (customer)`;
  const { rows } = await client.query<TrueCohortRow>(
    `select ${dimension ? 's.value' : 'null'} as value, count(*)::int as started,
       (count(*) filter (where first_payment_at >= signed_up_at and first_payment_at <= signed_up_at + $3::int * interval '24 hours'))::int as completed,
       (count(*) filter (where first_payment_at is null and signed_up_at + $3::int * interval '24 hours' > $4))::int as open
     from model.customers ${dimension ? seen : ''} where signed_up_day between $1 and $2 group by 1`,
    [from, to, window, now, ...(dimension ? [timeZone] : [])],
  );
  return rows;
}

async function trackedCohorts(
  { from, to, window, dimension }: Cohorts,
  { events, links }: TrackedArm,
  { client, timeZone }: Snapshot,
): Promise<CohortRow[]> {
  const { rows } = await client.query<CohortRow>(
    `with person as (
       select e.kind, e.occurred_at, ${dimension ? `e.${dimension}` : 'null::text'} as value,
         coalesce(e.user_id, l.user_id, e.anonymous_id) as id from ${events} e
       left join lateral (
         select min(k.user_id) as user_id from ${links} k where k.anonymous_id = e.anonymous_id
       ) l on e.user_id is null
       where e.kind in ('signup', 'order_completed') and e.lineage = 'client'
         and e.occurred_at >= ($1::date)::timestamp at time zone $4
         and e.occurred_at < ($2::date + 1)::timestamp at time zone $4 + $3::int * interval '24 hours'
     ), since as (
       select id, kind, occurred_at, value, min(occurred_at) filter (
         where kind = 'signup' and occurred_at < ($2::date + 1)::timestamp at time zone $4
       ) over (partition by id) as signed_up_at from person
     ), cohort as (
       select min(value) filter (where kind = 'signup') as value, bool_or(kind = 'order_completed' and occurred_at >= signed_up_at
         and occurred_at <= signed_up_at + $3::int * interval '24 hours') as completed
       from since where signed_up_at is not null group by id
     )
     select value, count(*)::int as started, (count(*) filter (where completed))::int as completed from cohort group by 1`,
    [from, to, window, timeZone],
  );
  return rows;
}
