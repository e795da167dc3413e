import { type OnProgress, pruneTracked } from '../../ingest/prune-tracked.js';
import type { Clock } from '../../kernel/clock.js';
import { addDays, type Day, type Zone } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import type { Database } from '../../storage/database.js';
import { SEARCH_DAYS } from '../load/load-day.js';
import type { DayKey } from '../compare/outcome.js';
import { collector } from '../sources/collector.js';

interface RetentionDeps {
  database: Database;
  zone: Zone;
  clock: Clock;
  /** For how many days the collector's events are kept. Left out: for ever. */
  trackedRetentionDays?: number;
}

/** Days of a source before one. */
export interface Forgotten {
  source: string;
  before: Day;
}

/** How long the collector's events are kept, and what can be compared of it. */
export function retentionOf({ database, zone, clock, trackedRetentionDays: days }: RetentionDeps) {
  const keptFrom = (): Day | undefined =>
    days === undefined ? undefined : addDays(zone.dayOf(clock().getTime()), -days);
  /** What cannot be compared any more: days of the source before one. */
  const forgotten = (): Forgotten | undefined => {
    const kept = keptFrom();
    return kept === undefined ? undefined : { source: collector.name, before: addDays(kept, SEARCH_DAYS) };
  };
  return {
    forgotten,
    isForgotten({ day, source }: Pick<DayKey, 'day' | 'source'>): boolean {
      const gone = forgotten();
      return gone !== undefined && source === gone.source && day < gone.before;
    },

    /** A day whose events are gone, or those around it, would look as if all of it had been missed. Throws Problem `invalid_request`. */
    refuseForgotten(day: Day, sources: readonly string[]): void {
      const gone = forgotten();
      if (gone && sources.includes(gone.source) && day < gone.before)
        throw new Problem(
          'invalid_request',
          `${day} cannot be compared with the ${gone.source} any more: its events are kept for ${days} days, so the first day to compare is ${gone.before}. What was recorded stays.`,
        );
    },

    /** Removes events that are older than they are kept. Idempotent. Gives how many went. */
    async pruneTracked(onProgress?: OnProgress): Promise<number> {
      const kept = keptFrom();
      return kept === undefined ? 0 : pruneTracked(database, zone, kept, onProgress);
    },
  };
}
