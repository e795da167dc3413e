import type { Channels } from '../../catalog/channels.js';
import { addDays, type Day, type Zone } from '../../kernel/day.js';
import { type Attributed, attributionRows } from '../../metrics/attribution-rows.js';
import type { Database } from '../../storage/database.js';
import { driftReport } from './drift-report.js';
import { comparedDays } from './compared-days.js';
import { type CameFrom, type GapReport, mondayOf, weekRows } from './gap-report.js';
import { listMarkers } from '../store/markers.js';

const MARKERS_MAX = 1_000; // of one report, the newest

/** Whose origin the report tells. */
const ATTRIBUTED = ['signups', 'revenue_gross'];

export interface GapReportDeps {
  database: Database;
  zone: Zone;
  /** By which sources and media are told. */
  channels: Pick<Channels, 'of'>;
}

/** The report of a week as it was published, else as it would be now. Undefined: the year has no such week. */
export async function gapReport(deps: GapReportDeps, week: string): Promise<GapReport | undefined> {
  const from = mondayOf(week);
  if (from === undefined) return undefined;
  return (await publishedReport(deps.database, week)) ?? buildReport(deps, week, from);
}

/**
 * Fixes the report of a week, once: what is learned later is in the rows, and the published report stays as it was read. False: the year
 * has no such week.
 */
export async function publishGapReport(deps: GapReportDeps, week: string, now: Date): Promise<boolean> {
  const from = mondayOf(week);
  if (from === undefined) return false;
  const built = { ...(await buildReport(deps, week, from)), published_at: now.toISOString() };
  await deps.database.pool.query(
    'insert into reconcile.gap_reports (week, published_at, report) values ($1, $2, $3) on conflict (week) do nothing',
    [week, now, JSON.stringify(built)],
  );
  return true;
}

async function publishedReport(database: Database, week: string): Promise<GapReport | undefined> {
  const { rows } = await database.pool.query<{ report: GapReport }>(
    'select report from reconcile.gap_reports where week = $1',
    [week],
  );
  return rows[0]?.report;
}

async function buildReport(
  { database, zone, channels }: GapReportDeps,
  week: string,
  from: string,
): Promise<GapReport> {
  const to = addDays(from, 6);
  const days = await comparedDays(database, { from: addDays(from, -7), to }, { concentrations: true });
  const drift = (await driftReport(database, zone, to, { day: to })).filter((row) => row.alarming && row.day >= from);
  const range = { from: new Date(zone.startOf(from)), to: new Date(zone.startOf(addDays(to, 1))), limit: MARKERS_MAX };
  const { data: markers } = await listMarkers({ database }, range);
  return {
    ...{ week, from, to, time_zone: zone.name, published_at: null },
    rows: weekRows(days, from),
    drift: drift.map(({ source, metric, currency, figure, day, value, baseline, moved, shift, ...row }) => ({
      ...{
        source,
        metric,
        ...(currency === undefined ? {} : { currency }),
        figure,
        day,
        value,
        baseline,
        moved,
        shift,
      },
      ...{ causes: row.causes, concentrated_in: row.concentrated_in },
    })),
    markers: markers.reverse().map(({ at, kind, title }) => ({ at, kind, title })),
    came_from: await cameFrom(database, channels, from, to),
  };
}

/** By channel of the first touch, the largest first, `unknown` where it stands by its size. */
async function cameFrom(database: Database, channels: GapReportDeps['channels'], from: Day, to: Day) {
  const { rows } = await database.pool.query<Attributed & { metric: string }>(
    `select metric, currency, source, medium, '' as campaign, unknown_reason as reason, sum(value)::bigint as value
     from model.daily where metric = any($1) and day between $2 and $3 group by 1, 2, 3, 4, 6`,
    [ATTRIBUTED, from, to],
  );
  return ATTRIBUTED.flatMap((metric): CameFrom[] => {
    const own = rows.filter((row) => row.metric === metric);
    return attributionRows(own, channels).channels.map((row) => ({ metric, ...row }));
  });
}
