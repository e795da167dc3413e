import type { Database } from '../storage/database.js';
import type { EachDay } from './compare-days.js';
import type { Turn } from './in-turn.js';
import { loadTogether, type Together, type TogetherGiven } from './load-together.js';
import { inOneState, sameState } from './one-state.js';
import type { DayKey, Outcome } from './outcome.js';
import { withinSavepoint } from './savepoint.js';
import type { Reader } from './source.js';

interface Given extends TogetherGiven {
  database: Database;
  compute: (reader: Reader, key: DayKey, run: Together) => Promise<Outcome>;
}

/**
 * Loads days in a row at once, and goes through them when it is their turn. False when it never was, or `each` ended it; undefined where
 * they cannot be loaded together: nothing was asked for or told then. What is loaded for many days, the next of them while others are
 * compared, is read on one connection, and what a day asks alone on another that sees the same state: what fails there ends neither.
 */
export function computeTogether(
  given: Given,
  keys: readonly DayKey[],
  each: EachDay,
  turn: Turn,
): Promise<boolean | undefined> {
  const { database, source, metric, log, compute } = given;
  const days = keys.map(({ day }) => day);
  return inOneState(database, async (loader) => {
    const inSameState = await sameState(database, loader);
    const run = await withinSavepoint(loader, () => loadTogether(loader, days, given)).catch(
      (error: unknown) => void log?.(`${source.name}, ${metric.name}: days are not loaded together`, error),
    );
    if (!run) return undefined;
    run.begin();
    try {
      if (!(await turn())) return false;
      return await inSameState(async (reader) => {
        for (const key of keys)
          if (!(await each(key, () => withinSavepoint(reader, () => compute(reader, key, run))))) return false;
        return true;
      });
    } finally {
      await run.settle();
    }
  });
}
