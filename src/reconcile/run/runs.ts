import type { Clock } from '../../kernel/clock.js';
import { addDays, type Day } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import type { DayKey } from '../compare/outcome.js';
import type { AskedBy } from '../store/record.js';
import {
  abandonedRuns,
  cancelRun,
  dueOf,
  failRun,
  isRunCancelled,
  keepRun,
  NIGHTLY,
  type StoredRun,
  unfinishedRuns,
} from '../store/result-store.js';
import type { Forgotten } from '../store/retention.js';

/** Days before yesterday that are compared again: late events and late truth have mostly arrived by then. */
const TRAILING_DAYS = 3;
const CATCH_UP_DAYS = 31; // after an outage

/** A range of days, all sources and metrics unless named. */
export interface RunRequest {
  from: Day;
  to: Day;
  source?: string;
  metrics?: readonly string[];
}

interface RunDeps {
  database: Database;
  clock: Clock;
  newId: () => string;
  enqueueRun: (runId: string) => Promise<void>;
  /** Throws Problem `invalid_request`. */
  plan(request: RunRequest, asked: AskedBy): StoredRun;
  today(): Day;
  uncheckedDays(from: Day, to: Day): Promise<Day[]>;
  /** What cannot be compared any more. */
  forgotten(): Forgotten | undefined;
}

/** Runs over days that somebody, or the night, asks for. */
export function runsOf({ database, clock, newId, enqueueRun, plan, today, uncheckedDays, forgotten }: RunDeps) {
  /** Keeps a run, durably. The same id again changes nothing. Throws Problem `invalid_request`. */
  const requestRun = async (request: RunRequest, { runId, actor }: AskedBy): Promise<void> => {
    await keepRun(database, plan(request, { runId, actor }), clock());
    await enqueueRun(runId).catch(() => undefined); // it is kept: the jobs put unfinished runs in again
  };
  return {
    requestRun,
    async run(request: RunRequest, actor: string): Promise<{ run_id: string }> {
      const runId = newId();
      await requestRun(request, { runId, actor });
      return { run_id: runId };
    },

    /**
     * The nightly run: yesterday and the three days before, and all days since the last one that was compared, at most 31. The same
     * night again changes nothing.
     */
    async requestNightly(): Promise<void> {
      const yesterday = addDays(today(), -1);
      const trailing = addDays(yesterday, -TRAILING_DAYS);
      const [missed = trailing] = await uncheckedDays(addDays(yesterday, 1 - CATCH_UP_DAYS), yesterday);
      const request = { from: missed < trailing ? missed : trailing, to: yesterday };
      await requestRun(request, { runId: `${NIGHTLY}${yesterday}`, actor: 'system' });
    },

    /** Days of the last so many that should have been compared and were not; yesterday still has its turn. */
    uncheckedDays: (days: number): Promise<Day[]> => uncheckedDays(addDays(today(), -days), addDays(today(), -2)),

    /** What is left of a run; it counts as finished when that is nothing. Undefined: no such run. */
    due: (runId: string) => dueOf(database, runId, clock(), forgotten()),
    unfinishedRuns: () => unfinishedRuns(database, clock()),
    abandonedRuns: () => abandonedRuns(database, clock(), forgotten()),
    failRun: (runId: string, reason: string) => failRun(database, runId, reason, clock()),
    /** Ends a run: what waits of it is not compared any more. False when it was over. */
    cancelRun: (runId: string, actor: string) => cancelRun(database, runId, actor, clock()),
    isCancelled: (runId: string) => isRunCancelled(database, runId),
  };
}

/** What a run compares, day by day. */
export function* daysOf({ from, to, sources, metrics }: StoredRun): Generator<DayKey> {
  for (let day = from; day <= to; day = addDays(day, 1)) {
    for (const source of sources) for (const metric of metrics) yield { day, source, metric };
  }
}
