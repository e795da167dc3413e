import type { Zone } from '../kernel/day.js';
import { type DriftQuery, driftReport } from './drift-report.js';
import { listMarkers, type Marker, recordPendingMarkers, setMarker } from './markers.js';
import { gapReport, publishGapReport } from './publish-gap-report.js';
import { failingSources } from './queries.js';
import type { RecordDeps } from './record.js';

/** What is watched over the days that were compared: drift, markers, sources that fail, and the report of a week. */
export const watching = (deps: RecordDeps & { zone: Zone; newId: () => string }) => {
  const { database, zone, clock, newId } = deps;
  return {
    drift: (query: DriftQuery) => driftReport(database, zone, query),
    failing: () => failingSources(database),
    /** See `setMarker`; a new id and now, unless given. */
    async setMarker(given: Omit<Marker, 'id' | 'at'> & { id?: string; at?: string }, actor: string): Promise<Marker> {
      const at = (given.at === undefined ? clock() : new Date(given.at)).toISOString();
      const marker = { ...given, id: given.id ?? newId(), at };
      await setMarker(deps, marker, actor);
      return marker;
    },
    markers: (range: { from?: Date; to?: Date }) => listMarkers(deps, range),
    recordPendingMarkers: () => recordPendingMarkers(deps),
    gapReport: (week: string) => gapReport(database, zone, week),
    publishGapReport: (week: string) => publishGapReport(database, zone, week, clock()),
  };
};
