import { addDays, type Day, type Zone } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import { type DriftVerdict, isNews } from '../drift/drift.js';
import { type ConcentratedIn, concentratedIn, type MovedCause, movedCauses } from './drift-causes.js';
import type { ReconciliationRow } from '../gap.js';
import { type Figure, isBad, movedTo } from '../drift/judge.js';
import { listMarkers, type Marker } from '../store/markers.js';

const MARKER_DAYS = 2; // a release takes a day or two to reach everybody
const CAUSE_DAYS = 28; // before the change, for what is usual
const STALE_DAYS = 14; // a series that has had no settled day for so long is over

export interface DriftQuery {
  source?: string;
  metric?: string;
  /** The newest settled day up to this one. */
  day?: Day;
}

/** One watched percentage as it stands: that of the newest settled day of a source, a metric and a currency. */
export interface DriftRow extends DriftVerdict {
  source: string;
  metric: string;
  currency?: string;
  figure: Figure;
  day: Day;
  value: number | null;
  /** Where it went, on the day itself or by a recent change of level. */
  moved: 'up' | 'down' | 'steady';
  /** Whether that is bad news: the gap may not move at all, of the others more is worse. */
  alarming: boolean;
  /** Which causes moved it, against the four weeks before the change, and what the losses since have in common; of what moved alone. */
  causes: MovedCause[];
  concentrated_in: ConcentratedIn | null;
  /** Set shortly before the change of level, or before the day where there is none. */
  markers: Pick<Marker, 'id' | 'at' | 'kind' | 'title'>[];
}

/**
 * Every watched percentage, by source, metric, currency, with what was released shortly before it moved. Days after `today` say nothing,
 * so that rows of a day to come hide no drift.
 */
export async function driftReport(database: Database, zone: Zone, today: Day, query: DriftQuery): Promise<DriftRow[]> {
  const upTo = query.day !== undefined && query.day < today ? query.day : undefined;
  const { rows } = await database.pool.query<{ currency: string; row: ReconciliationRow }>(
    `with latest as (
       select distinct on (day, source, metric) position, day, source, metric from reconcile.recorded
       where ($1::text is null or source = $1) and ($2::text is null or metric = $2) and day <= coalesce($3::date, $5::date)
         and day > coalesce($3::date, (select max(day) from reconcile.recorded where day <= $5)) - $4::int
       order by day, source, metric, position desc
     )
     select distinct on (l.source, l.metric, r.currency) r.currency, r."row" - 'concentration' as "row"
     from latest l join reconcile.results r using (position)
     where not (r."row" ->> 'provisional')::boolean and r."row" -> 'drift' <> 'null'
     order by l.source, l.metric, r.currency, l.day desc`,
    [query.source, query.metric, upTo, STALE_DAYS, today],
  );
  const found = rows.flatMap(({ row }) => driftRows(row));
  for (const row of found) {
    if (row.moved === 'steady') continue;
    row.markers = await markersBefore(database, zone, row);
    Object.assign(row, await causesOf(database, row));
  }
  return found;
}

const changedOn = ({ day, shift }: DriftRow): Day => (shift && isNews(shift, day) ? shift.day : day);

async function causesOf(database: Database, row: DriftRow): Promise<Pick<DriftRow, 'causes' | 'concentrated_in'>> {
  const changed = changedOn(row);
  const { rows } = await database.pool.query<{ row: ReconciliationRow }>(
    `select r."row" from (
       select distinct on (day) position from reconcile.recorded
       where source = $1 and metric = $2 and day between $3::date - ${CAUSE_DAYS} and $4 order by day, position desc
     ) l join reconcile.results r using (position)
     where r.currency = $5 and (r."row" ->> 'comparable')::boolean and not (r."row" ->> 'provisional')::boolean`,
    [row.source, row.metric, changed, row.day, row.currency ?? ''],
  );
  const days = rows.map((each) => each.row);
  const after = days.filter(({ day }) => day >= changed);
  const before = days.filter(({ day }) => day < changed);
  const isLoss = row.figure === 'gap_pct' || row.figure === 'loss_pct';
  return {
    causes: movedCauses(row.figure, before, after),
    concentrated_in: isLoss ? concentratedIn(after) : null,
  };
}

function driftRows(row: ReconciliationRow): DriftRow[] {
  return Object.entries(row.drift ?? {}).map(([name, verdict]) => {
    const figure = name as Figure;
    const moved = movedTo(verdict, row.day);
    return {
      ...{ source: row.source, metric: row.metric },
      ...(row.currency === undefined ? {} : { currency: row.currency }),
      ...{ figure, day: row.day, value: row[figure] ?? null, moved, alarming: isBad(figure, moved) },
      ...verdict,
      ...{ causes: [], concentrated_in: null, markers: [] },
    };
  });
}

async function markersBefore(database: Database, zone: Zone, row: DriftRow): Promise<DriftRow['markers']> {
  const changed = changedOn(row);
  const from = new Date(zone.startOf(addDays(changed, -MARKER_DAYS)));
  const to = new Date(zone.startOf(addDays(changed, 1)));
  const { data } = await listMarkers({ database }, { from, to, limit: 20 });
  return data.reverse().map(({ id, at, kind, title }) => ({ id, at, kind, title }));
}
