import type { Channels } from '../../catalog/channels.js';
import { type Day, daysBetween, daysBetweenBoth, type Zone } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import { comparedDays, type DaysCompared } from './compared-days.js';
import { type DriftQuery, driftReport } from './drift-report.js';
import {
  type GivenMarker,
  listMarkers,
  type Marker,
  type MarkersQuery,
  recordPendingMarkers,
  setMarker,
} from '../store/markers.js';
import { gapReport, publishGapReport } from './publish-gap-report.js';
import { failingSources, latestGaps } from '../store/queries.js';
import type { RecordDeps } from '../store/record.js';
import { summaryRows } from './summary.js';

const SUMMARY_DAYS_MAX = 366;

/** What is watched over the days that were compared: gaps, drift, markers, sources that fail, and the report of a week. */
export const watching = (deps: RecordDeps & { zone: Zone; channels: Channels; newId: () => string }) => {
  const { database, zone, clock, newId } = deps;
  const today = (): Day => zone.dayOf(clock().getTime());
  return {
    drift: (query: DriftQuery) => driftReport(database, zone, today(), query),
    gaps: () => latestGaps(database, today()),
    failing: () => failingSources(database, today()),
    /** See `setMarker`; a new id, unless given. */
    setMarker: (given: Omit<GivenMarker, 'id'> & { id?: string }, actor: string): Promise<Marker> =>
      setMarker(deps, { ...given, id: given.id ?? newId() }, actor),
    markers: (query: MarkersQuery) => listMarkers(deps, query),
    recordPendingMarkers: () => recordPendingMarkers(deps),
    /** What every source says of some days, beside the truth; see `summaryRows`. Throws Problem `invalid_request`. */
    summary: async (query: DaysCompared) => {
      if (daysBetween(query.from, query.to) >= SUMMARY_DAYS_MAX)
        throw new Problem('invalid_request', `A summary may have ${SUMMARY_DAYS_MAX} days.`);
      const data = summaryRows(await comparedDays(database, query), daysBetweenBoth(query.from, query.to));
      return { from: query.from, to: query.to, time_zone: zone.name, data, next_cursor: null };
    },
    gapReport: (week: string) => gapReport(deps, week),
    publishGapReport: (week: string) => publishGapReport(deps, week, clock()),
  };
};
