import { daysBetweenBoth } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import type { DayKey, Outcome } from '../compare/outcome.js';
import type { ReconcileDeps } from '../reconcile-deps.js';
import { type AskedBy, recordOutcome } from '../store/record.js';
import type { Stretch } from './stretches.js';

/** Told of each day in order; says whether to go on. */
export type EachDay = (key: DayKey, compute: () => Promise<Outcome>) => Promise<boolean>;

interface Computing {
  caughtUp(): Promise<void>;
  fetch(key: DayKey): Promise<void>;
  stretches(due: readonly DayKey[]): Stretch[];
  /** False when `each` said not to go on. */
  computeDays(days: Stretch, each: EachDay): Promise<boolean>;
}

/**
 * Compares days and records each: the same as one after the other, but days in a row are made from what was loaded at once. Ends early when
 * `goOn` says no. A day that fails keeps no other one from being compared; it is thrown at the end. Idempotent.
 */
export async function compareDays(
  deps: ReconcileDeps,
  engine: Computing,
  keys: readonly DayKey[],
  { asked, goOn }: { asked: AskedBy; goOn: () => Promise<boolean> },
): Promise<void> {
  const failed: { day: string; error: unknown }[] = [];
  const each: EachDay = async (key, compute) => {
    try {
      await recordOutcome(deps, await compute(), asked);
    } catch (error) {
      await throwIfAway(deps, error);
      failed.push({ day: key.day, error });
    }
    return goOn();
  };
  for (const days of engine.stretches(keys)) {
    await engine.caughtUp();
    await fetchAll(engine, days);
    if (!(await engine.computeDays(days, each))) break;
  }
  if (failed.length === 0) return;
  const { day, error } = failed[0]!;
  const first = error instanceof Error ? error.message : String(error);
  throw new Error(`${failed.length} of ${keys.length} days could not be compared, the first of them ${day}: ${first}`, {
    cause: error,
  });
}

async function fetchAll(engine: Computing, { from, to, ...of }: Stretch): Promise<void> {
  for (const day of daysBetweenBoth(from, to)) await engine.fetch({ day, ...of });
}

/** Where the ledger or the tables cannot be reached, the days to come would fail as well. */
async function throwIfAway({ database }: ReconcileDeps, error: unknown): Promise<void> {
  if (error instanceof Problem && error.status >= 500) throw error;
  await database.pool.query('select');
}
