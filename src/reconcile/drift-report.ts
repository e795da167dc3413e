import { addDays, type Day, type Zone } from '../kernel/day.js';
import type { Database } from '../storage/database.js';
import { type DriftVerdict, isNews } from './drift.js';
import type { ReconciliationRow } from './gap.js';
import { type Figure, isBad, movedTo } from './judge.js';
import { listMarkers, type Marker } from './markers.js';

const MARKER_DAYS = 2; // a release takes a day or two to reach everybody
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
  for (const row of found) if (row.moved !== 'steady') row.markers = await markersBefore(database, zone, row);
  return found;
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
      markers: [],
    };
  });
}

async function markersBefore(database: Database, zone: Zone, { day, shift }: DriftRow): Promise<DriftRow['markers']> {
  const changed = shift && isNews(shift, day) ? shift.day : day;
  const from = new Date(zone.startOf(addDays(changed, -MARKER_DAYS)));
  const to = new Date(zone.startOf(addDays(changed, 1)));
  const { data } = await listMarkers({ database }, { from, to, limit: 20 });
  return data.reverse().map(({ id, at, kind, title }) => ({ id, at, kind, title }));
}
