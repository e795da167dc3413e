import { pruneTracked } from '../ingest/prune-tracked.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { Database } from '../storage/database.js';
import { SEARCH_DAYS } from './load-day.js';
import { collector } from './sources/collector.js';

interface RetentionDeps {
  database: Database;
  zone: Zone;
  clock: Clock;
  /** For how many days the collector's events are kept. Left out: for ever. */
  trackedRetentionDays?: number;
}

/** How long the collector's events are kept, and what can be compared of it. */
export function retentionOf({ database, zone, clock, trackedRetentionDays: days }: RetentionDeps) {
  const keptFrom = (): Day | undefined =>
    days === undefined ? undefined : addDays(zone.dayOf(clock().getTime()), -days);
  return {
    /** A day whose events are gone, or those around it, would look as if all of it had been missed. Throws Problem `invalid_request`. */
    refuseForgotten(day: Day, sources: readonly string[]): void {
      const kept = keptFrom();
      if (kept === undefined || !sources.includes(collector.name)) return;
      const first = addDays(kept, SEARCH_DAYS);
      if (day < first)
        throw new Problem(
          'invalid_request',
          `${day} cannot be compared with the ${collector.name} any more: its events are kept for ${days} days, so the first day to compare is ${first}. What was recorded stays.`,
        );
    },

    /** Removes events that are older than they are kept. Idempotent. Gives how many went. */
    async pruneTracked(): Promise<number> {
      const kept = keptFrom();
      return kept === undefined ? 0 : pruneTracked(database, zone, kept);
    },
  };
}
