import type { Metric } from '../catalog/subjects.js';
import type { CompletenessStore } from '../ingest/completeness-store.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';
import type { Position } from '../ledger/ledger.js';
import { markOf } from '../projections/shown-model.js';
import { type ClosedDays, closeJson, isAllClosed, segmentsOf } from './closed-days.js';
import { explainDiff, type ExplainQuery } from './explain-diff.js';
import { bucketOf, markIncomplete, metricRows, type MetricQuery, type MetricRow, withKnown } from './metrics-report.js';
import { type Asked, askedOf, momentOf, snapshot, type SnapshotDeps } from './snapshot.js';
import type { Snapshot } from './sums.js';

interface Deps extends SnapshotDeps {
  metrics: readonly Metric[];
  completeness: CompletenessStore;
  zone: Zone;
  clock: Clock;
}

/** Numbers of metrics: as they are known, and of closed days as they were reported. */
export function viewedMetrics(deps: Deps) {
  const { completeness, clock, ledger, metrics, zone } = deps;
  const known = (name: string): Metric | undefined => metrics.find((metric) => metric.name === name);
  const incompleteDays = async ({ from, to }: MetricQuery): Promise<Day[]> => {
    const [begin, end] = [new Date(zone.startOf(from)), new Date(zone.startOf(addDays(to, 1)))];
    return (await completeness.incomplete(begin, end, clock())).map((hour) => zone.dayOf(hour.getTime()));
  };
  return {
    async metric(name: string, query: MetricQuery): Promise<Record<string, unknown> | undefined> {
      const metric = known(name);
      if (!metric) return undefined;
      // Before the numbers are read: what arrives in between may call them incomplete, and never whole when they are not.
      const [incomplete, asked] = await Promise.all([
        metric.ownEventsOnly ? [] : incompleteDays(query),
        askedOf(deps, query),
      ]);
      return snapshot(deps, asked, async (at) => {
        const open = incomplete.filter((day) => !asked.closings.some(({ from, to }) => day >= from && day <= to));
        return {
          metric: name,
          unit: metric.unit,
          interval: query.interval,
          time_zone: at.timeZone,
          ...(query.group_by?.includes('channel') ? { channel_rules: deps.channels.version } : {}),
          ...frozenOr(at, asked, query, { as_of: at.position }),
          ...(open.length > 0 ? { incomplete: true } : {}),
          data: markIncomplete(await viewedRows(metric, metrics, query, { at, asked }), query, open),
        };
      });
    },
    /** The ledger position of a position, a time or a close. Throws Problem `invalid_request`. */
    positionOf: async (asOf: string): Promise<Position> => (await momentOf(ledger, deps.closings, asOf)).position,
    explainDiff: async (name: string, query: ExplainQuery) => {
      const metric = known(name);
      if (!metric) return undefined;
      const { from_as_of: from, to_as_of: to } = query;
      const before = await momentOf(ledger, deps.closings, from);
      const after = to === undefined ? undefined : await momentOf(ledger, deps.closings, to);
      return explainDiff(deps, metric, metrics, query, { before, after });
    },
    /** Every metric that is offered, over all of the days: as a close reported it, with what is known beside, or as it is known. */
    numbers: ({ from, to }: { from: Day; to: Day }, closing: ClosedDays | undefined): Promise<unknown[]> => {
      const asked: Asked = { position: undefined, closings: closing ? [closing] : [], both: closing !== undefined };
      const work = async (at: Snapshot): Promise<unknown[]> => {
        const rows: unknown[] = [];
        for (const metric of metrics.filter(({ internal }) => !internal)) {
          const found = await viewedRows(metric, metrics, { from, to, interval: 'range' }, { at, asked });
          for (const { period: _, ...row } of found) rows.push({ metric: metric.name, unit: metric.unit, ...row });
        }
        return rows;
      };
      return snapshot(deps, asked, work, 0); // a close takes as long as it takes
    },
  };
}

/** The rows of a metric, with what is known beside what was reported where both are wanted. */
async function viewedRows(
  metric: Metric,
  all: readonly Metric[],
  query: MetricQuery,
  { at, asked }: { at: Snapshot; asked: Asked },
): Promise<MetricRow[]> {
  const rows = await metricRows(metric, all, query, at);
  if (!asked.both) return rows;
  const closed = new Set<string>();
  for (const { from, to, closing } of segmentsOf(query.from, query.to, asked.closings))
    for (let day = from; closing && day <= to; day = addDays(day, 1)) closed.add(bucketOf(day, query));
  return withKnown(rows, await metricRows(metric, all, query, { ...at, closings: [] }), closed);
}

/**
 * What an answer says of itself: its position, the closes that it is of, whether the model is being rebuilt. Where all of it was reported
 * by closes, nothing in it may follow what came later: its position is theirs.
 */
export function frozenOr(
  at: Snapshot,
  { closings, both }: Asked,
  { from, to }: { from: Day; to: Day },
  live: { as_of: Position },
): { as_of: Position; closes?: unknown[]; rebuilding?: true } {
  if (closings.length === 0) return { ...live, ...markOf(at) };
  const closes = closings.map(closeJson);
  if (!both && isAllClosed(from, to, closings)) return { as_of: latest(closings), closes };
  return { ...live, closes, ...markOf(at) };
}

const latest = (closings: readonly ClosedDays[]): Position => Math.max(...closings.map(({ upTo }) => upTo));
