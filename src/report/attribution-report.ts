import type { Metric } from '../catalog/subjects.js';
import type { Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { metricRows, ratio } from './metrics-report.js';
import { type Snapshot, sums } from './sums.js';

export interface RangeQuery {
  from: Day;
  to: Day;
  currency?: string;
  as_of?: string;
}

const ATTRIBUTED = ['signups', 'orders', 'revenue_gross', 'new_customers', 'payments', 'checkouts_started'];

/** A metric by first touch. `unknown` is a row of its own; shares are of the whole, per currency. */
export async function attributionReport(
  query: RangeQuery & { metric: string },
  metrics: readonly Metric[],
  snapshot: Snapshot,
  timeZone: string,
): Promise<Record<string, unknown>> {
  const metric = metrics.find(({ name }) => name === query.metric);
  if (!metric || !ATTRIBUTED.includes(metric.name)) {
    throw new Problem('invalid_request', `attribution takes the metrics ${ATTRIBUTED.join(', ')}`);
  }
  const groupBy = ['source', 'medium', 'campaign', 'unknown_reason'];
  const rows = await metricRows(metric, metrics, { ...query, interval: 'day', group_by: groupBy }, snapshot);
  const totals = new Map<string, { group: Record<string, string>; currency: string; value: bigint }>();
  const whole = new Map<string, bigint>();
  for (const row of rows) {
    const currency = row.currency ?? '';
    const group = row.group as Record<string, string>;
    const key = `${currency}|${JSON.stringify(group)}`;
    const value = BigInt(row.value ?? 0);
    totals.set(key, { group, currency, value: (totals.get(key)?.value ?? 0n) + value });
    whole.set(currency, (whole.get(currency) ?? 0n) + value);
  }
  const data = [...totals.values()]
    .filter(({ value }) => value !== 0n)
    .sort((a, b) => (a.currency === b.currency ? Number(b.value - a.value) : a.currency < b.currency ? -1 : 1))
    .map(({ group, currency, value }) => ({
      source: group['source'],
      medium: group['medium'],
      campaign: group['campaign'],
      ...(group['unknown_reason'] ? { unknown_reason: group['unknown_reason'] } : {}),
      value: currency ? String(value) : Number(value),
      ...(currency ? { currency } : {}),
      share: ratio(Number(value), Number(whole.get(currency))),
    }));
  return {
    metric: metric.name,
    unit: metric.unit,
    from: query.from,
    to: query.to,
    time_zone: timeZone,
    as_of: snapshot.position,
    data,
  };
}

/** Checkouts started and completed: true attempts beside what client-side analytics counted, event by event. */
export async function funnelReport(
  query: RangeQuery,
  snapshot: Snapshot,
  timeZone: string,
): Promise<Record<string, unknown>> {
  const found = await sums(snapshot, {
    metrics: ['checkouts_started', 'checkouts_completed'],
    from: query.from,
    to: query.to,
    groupBy: [],
  });
  const total = (metric: string): number =>
    found.filter((row) => row.metric === metric).reduce((sum, row) => sum + Number(row.value), 0);
  const { rows } = await snapshot.client.query<{ kind: string; events: bigint }>(
    `select e.kind, count(*) as events from ingest.tracked_events e
     where e.kind in ('checkout_started', 'order_completed') and e.lineage = 'client'
       and e.occurred_at >= ($1::date)::timestamp at time zone $3 and e.occurred_at < ($2::date + 1)::timestamp at time zone $3
     group by e.kind`,
    [query.from, query.to, timeZone],
  );
  const tracked = (kind: string): number => Number(rows.find((row) => row.kind === kind)?.events ?? 0);
  return {
    from: query.from,
    to: query.to,
    time_zone: timeZone,
    as_of: snapshot.position,
    actual: funnel(total('checkouts_started'), total('checkouts_completed')),
    tracked: funnel(tracked('checkout_started'), tracked('order_completed')),
  };
}

const funnel = (started: number, completed: number) => ({ started, completed, rate: ratio(completed, started) });
