import type { Database } from '../../storage/database.js';
import type { EachDay } from './compare-days.js';
import { loadTogether, type Readers, type Section, type TogetherGiven } from '../load/load-together.js';
import { inLine, oneAhead } from '../sift/one-ahead.js';
import { type InState, inOneState, sameState } from './one-state.js';
import type { DayKey, Outcome } from '../compare/outcome.js';
import { RunHistory } from './run-history.js';
import { withinSavepoint } from '../load/savepoint.js';
import type { Reader } from '../source.js';

/** What a day is compared with that was loaded for several. */
export type Together = NonNullable<Section['data']> & { history: RunHistory };

interface Given extends Omit<TogetherGiven, 'described'> {
  database: Database;
  compute: (reader: Reader, key: DayKey, together: Together) => Promise<Outcome>;
  /** Of a day that is loaded alone. */
  computeAlone: (key: DayKey) => Promise<Outcome>;
}

/**
 * Goes through days in a row, which are loaded in sections, the next one while the days of one are compared. Resolves with how many days it
 * came to, fewer where those after them cannot be read together, and whether to go on, which `each` says.
 */
export async function computeTogether(
  given: Given,
  keys: readonly DayKey[],
  each: EachDay,
): Promise<{ compared: number; goOn: boolean }> {
  const { database, compute, computeAlone } = given;
  const days = keys.map(({ day }) => day);
  const history = new RunHistory(database.pool); // the days before are recorded meanwhile, which no transaction sees that is open
  let compared = 0;
  const goOn = await inSections(database, (readers, inSameState) =>
    inSameState(async (reader) => {
      for await (const { days: some, data } of oneAhead(loadTogether(readers, days, { ...given, described: true })))
        for (let left = some.length; left > 0; left -= 1, compared += 1) {
          const key = keys[compared]!;
          const together = data && { ...data, history };
          const computed = together
            ? () => withinSavepoint(reader, () => compute(reader, key, together))
            : () => computeAlone(key);
          if (!(await each(key, computed))) return false;
        }
      return true;
    }),
  );
  return { compared, goOn };
}

/**
 * What is read for many days is read on two connections, and what a day asks alone on another that sees the same state: what fails there
 * ends neither. Nothing is asked of them any more when this ends.
 */
export function inSections<T>(
  database: Database,
  work: (readers: Readers, inSameState: InState) => Promise<T>,
): Promise<T> {
  return inOneState(database, async (packer) => {
    const inSameState = await sameState(database, packer);
    return inSameState(async (loader) => {
      const line = inLine();
      try {
        return await work({ packer, loader, inLine: line }, inSameState);
      } finally {
        await line(() => Promise.resolve());
      }
    });
  });
}
