import {
  attributedMetrics,
  FIRST_TOUCH_LOOKBACK_DAYS,
  LAST_TOUCH_LOOKBACK_DAYS,
  purchaseMetrics,
} from '../catalog/lookback.js';
import type { Metric } from '../catalog/subjects.js';
import type { Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { type AttributionRow, type Attributed, attributionRows } from '../metrics/attribution-rows.js';
import { metricRows } from './metrics-report.js';
import { byLastTouch, byOwnAttribution, isSmall, PARTS_MAX } from './other-touches.js';
import type { Snapshot } from './sums.js';

export interface RangeQuery {
  from: Day;
  to: Day;
  currency?: string;
  as_of?: string;
  view?: 'reported' | 'known';
}

const GROUP = ['source', 'medium', 'campaign', 'unknown_reason'];

/**
 * A metric by first touch, and beside it by last touch and by what the orders say themselves. `unknown` is one row of its own, with the
 * reasons that sum to it; shares are of the whole, per currency, with bounds between which the truth is.
 */
export async function attributionReport(
  query: RangeQuery & { metric: string },
  metrics: readonly Metric[],
  snapshot: Snapshot,
) {
  const metric = attributed(query.metric, metrics);
  const first = await byFirstTouch(query, metrics, snapshot);
  const { channels } = snapshot;
  const others = { metric: metric.name, from: query.from, to: query.to, currency: query.currency };
  // Of closed days only what was reported is told, and a close keeps no other touches than the first. What was asked of a moment is answered
  // alike when that moment has passed.
  const present = query.as_of === undefined && snapshot.closings.length === 0;
  const small = present && (await isSmall(snapshot, others));
  return {
    metric: metric.name,
    unit: metric.unit,
    from: query.from,
    to: query.to,
    time_zone: snapshot.timeZone,
    as_of: snapshot.position,
    channel_rules: channels.version,
    first_touch_lookback_days: FIRST_TOUCH_LOOKBACK_DAYS,
    ...first,
    last_touch: small
      ? { lookback_days: LAST_TOUCH_LOOKBACK_DAYS, ...attributionRows(await byLastTouch(snapshot, others), channels) }
      : null,
    ...(small ? {} : { last_touch_omitted: present && !snapshot.past ? TOO_MANY : PRESENT_ALONE }),
    ...(small && purchaseMetrics.has(metric.name)
      ? { order_says: attributionRows(await byOwnAttribution(snapshot, others), channels) }
      : {}),
  };
}

/** The same by the first touch alone. */
export async function byFirstTouch(
  query: RangeQuery & { metric: string },
  metrics: readonly Metric[],
  snapshot: Snapshot,
) {
  const metric = attributed(query.metric, metrics);
  const found = await metricRows(metric, metrics, { ...query, interval: 'day', group_by: GROUP }, snapshot);
  return attributionRows(
    found.map(({ value, currency = '', group }): Attributed => {
      const { source, medium, campaign, unknown_reason: reason } = group as Record<string, string>;
      return {
        source: source!,
        medium: medium!,
        campaign: campaign!,
        reason: reason!,
        currency,
        value: BigInt(value!),
      };
    }),
    snapshot.channels,
  );
}

function attributed(name: string, metrics: readonly Metric[]): Metric {
  const metric = metrics.find((each) => each.name === name);
  if (metric && attributedMetrics.includes(name)) return metric;
  throw new Problem('invalid_request', `attribution takes the metrics ${attributedMetrics.join(', ')}`);
}

const PRESENT_ALONE = 'the last touch is told only of the present';
const TOO_MANY = `the last touch is told of at most ${PARTS_MAX} parts; ask for fewer days`;

/** A row of the answer: `known` and `adjustment` beside what was reported of closed days. */
type ChannelRow = AttributionRow & { known?: number | string; adjustment?: number | string };

/** Puts what is known beside what was reported; a channel of which nothing was reported stands at the end, with nothing. */
export function withKnownChannels(reported: readonly AttributionRow[], known: readonly AttributionRow[]): ChannelRow[] {
  const keyOf = ({ source, medium, campaign, currency }: AttributionRow): string =>
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
