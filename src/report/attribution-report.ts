import type { Metric } from '../catalog/subjects.js';
import type { Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { segmentsOf } from './closed-days.js';
import { metricRows, ratio } from './metrics-report.js';
import { type Snapshot, type Sum, sums } from './sums.js';

export interface RangeQuery {
  from: Day;
  to: Day;
  currency?: string;
  as_of?: string;
  view?: 'reported' | 'known';
}

const ATTRIBUTED = ['signups', 'orders', 'revenue_gross', 'new_customers', 'payments', 'checkouts_started'];

/**
 * A metric by first touch. `unknown` is one row of its own, with the reasons that sum to it; shares are of the whole, per currency.
 */
export async function attributionReport(
  query: RangeQuery & { metric: string },
  metrics: readonly Metric[],
  snapshot: Snapshot,
): Promise<{ data: ChannelRow[] } & Record<string, unknown>> {
  const metric = metrics.find(({ name }) => name === query.metric);
  if (!metric || !ATTRIBUTED.includes(metric.name)) {
    throw new Problem('invalid_request', `attribution takes the metrics ${ATTRIBUTED.join(', ')}`);
  }
  const groupBy = ['source', 'medium', 'campaign', 'unknown_reason'];
  const rows = await metricRows(metric, metrics, { ...query, interval: 'day', group_by: groupBy }, snapshot);
  const totals = new Map<string, Channel>();
  const whole = new Map<string, bigint>();
  for (const row of rows) {
    const currency = row.currency ?? '';
    const value = BigInt(row.value ?? 0);
    const { unknown_reason: reason, ...touch } = row.group as Record<string, string>;
    const key = `${currency}|${JSON.stringify(touch)}`;
    const channel = totals.get(key) ?? { touch, currency, value: 0n, reasons: new Map<string, bigint>() };
    channel.value += value;
    if (reason) channel.reasons.set(reason, (channel.reasons.get(reason) ?? 0n) + value);
    totals.set(key, channel);
    whole.set(currency, (whole.get(currency) ?? 0n) + value);
  }
  const data = [...totals.values()]
    .filter(({ value }) => value !== 0n)
    .sort((a, b) => (a.currency === b.currency ? Number(b.value - a.value) : a.currency < b.currency ? -1 : 1))
    .map((channel) => channelJson(channel, whole.get(channel.currency)!));
  return {
    metric: metric.name,
    unit: metric.unit,
    from: query.from,
    to: query.to,
    time_zone: snapshot.timeZone,
    as_of: snapshot.position,
    data,
  };
}

interface Channel {
  touch: Record<string, string>;
  currency: string;
  value: bigint;
  /** Why it is unknown; empty for what is known. */
  reasons: Map<string, bigint>;
}

/** A row of the answer: `known` and `adjustment` beside what was reported of closed days. */
type ChannelRow = { value: number | string } & Record<string, unknown>;

function channelJson({ touch, currency, value, reasons }: Channel, whole: bigint): ChannelRow {
  const wire = (amount: bigint): number | string => (currency ? String(amount) : Number(amount));
  const counted = [...reasons].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    source: touch['source'],
    medium: touch['medium'],
    campaign: touch['campaign'],
    value: wire(value),
    ...(currency ? { currency } : {}),
    share: ratio(Number(value), Number(whole)),
    ...(counted.length > 0 ? { reasons: Object.fromEntries(counted.map(([reason, it]) => [reason, wire(it)])) } : {}),
  };
}

/** Puts what is known beside what was reported; a channel of which nothing was reported stands at the end, with nothing. */
export function withKnownChannels(reported: readonly ChannelRow[], known: readonly ChannelRow[]): ChannelRow[] {
  const keyOf = ({ source, medium, campaign, currency }: ChannelRow): string =>
    JSON.stringify([source, medium, campaign, currency]);
  const rows = new Map(reported.map((row) => [keyOf(row), row]));
  for (const { reasons: _, ...row } of known)
    if (!rows.has(keyOf(row)))
      rows.set(keyOf(row), { ...row, value: typeof row.value === 'string' ? '0' : 0, share: 0 });
  const knownRows = new Map(known.map((row) => [keyOf(row), row.value]));
  return [...rows].map(([key, row]) => {
    const money = typeof row.value === 'string';
    const is = knownRows.get(key) ?? (money ? '0' : 0);
    const adjustment = money ? String(BigInt(is) - BigInt(row.value)) : Number(is) - Number(row.value);
    return { ...row, known: is, adjustment };
  });
}

/**
 * Checkouts started and completed: true attempts beside what client-side analytics counted, event by event. `trackedUntil`: only events
 * that had come by then, so that an answer of the past stays as it was.
 */
export async function funnelReport(query: RangeQuery, snapshot: Snapshot, trackedUntil?: Date) {
  const found: Sum[] = [];
  for (const { from, to, closing } of segmentsOf(query.from, query.to, snapshot.closings))
    found.push(...(await sums(snapshot, { metrics: STEPS, from, to, groupBy: [] }, closing)));
  const total = (metric: string): number =>
    found.filter((row) => row.metric === metric).reduce((sum, row) => sum + Number(row.value), 0);
  const { rows } = await snapshot.client.query<{ kind: string; events: bigint }>(
    `select e.kind, count(*) as events from ingest.tracked_events e
     where e.kind in ('checkout_started', 'order_completed') and e.lineage = 'client'
       and e.occurred_at >= ($1::date)::timestamp at time zone $3 and e.occurred_at < ($2::date + 1)::timestamp at time zone $3
       and ($4::timestamptz is null or e.received_at <= $4)
     group by e.kind`,
    [query.from, query.to, snapshot.timeZone, trackedUntil ?? null],
  );
  const tracked = (kind: string): number => Number(rows.find((row) => row.kind === kind)?.events ?? 0);
  return {
    from: query.from,
    to: query.to,
    time_zone: snapshot.timeZone,
    as_of: snapshot.position,
    actual: funnel(total('checkouts_started'), total('checkouts_completed')),
    tracked: funnel(tracked('checkout_started'), tracked('order_completed')),
  };
}

const STEPS = ['checkouts_started', 'checkouts_completed'];

const funnel = (started: number, completed: number) => ({ started, completed, rate: ratio(completed, started) });
