import type pg from 'pg';
import type { Day } from '../kernel/day.js';
import { beginHashing } from './hashes.js';
import { sumDaily } from './model-writer.js';
import { exclusively, type FoldDeps, foldTo, inOneSession, makeEmpty, type Progress } from './rebuild.js';
import { checkpointOf } from './runner.js';

/** A number that would change: the sum of a metric on a day, in minor units where it is money (`currency` is empty where it is not). */
export interface NumberDifference {
  metric: string;
  day: Day;
  currency: string;
  live: bigint;
  rebuilt: bigint;
}

export interface DryRun {
  position: number;
  /** What made the live model, and what would make the rebuilt one. */
  liveVersion: string;
  rebuiltVersion: string;
  differences: NumberDifference[];
  /** Entries that the present interpreters or the fold cannot take in. */
  parked: number;
}

/** Folds the ledger with the present interpreters beside the live model, and compares every number of the two. Nothing is switched. */
export async function dryRun(
  deps: FoldDeps & { modelVersion: string },
  onProgress: Progress = () => undefined,
): Promise<DryRun> {
  const { pool } = deps.database;
  return exclusively(deps, async () => {
    await makeEmpty(pool);
    const parked = await foldTo(deps, await checkpointOf(pool, 'model'), onProgress);
    const client = await pool.connect();
    try {
      // The live model may move on: fold up to exactly the position that this snapshot shows.
      await beginHashing(client);
      const position = await checkpointOf(client, 'model');
      const live = await numbersOf(client, 'model');
      const { rows } = await client.query<{ model_version: string }>('select model_version from model.checkpoint');
      parked.push(...(await foldTo(deps, position, onProgress)));
      await inOneSession(pool, [sumDaily('model_next')]);
      const differences = compared(live, await numbersOf(pool, 'model_next'));
      const versions = { liveVersion: rows[0]!.model_version, rebuiltVersion: deps.modelVersion };
      return { position, ...versions, differences, parked: parked.length };
    } finally {
      await client.query('rollback').catch(() => undefined);
      client.release();
    }
  });
}

type Numbers = Map<string, Omit<NumberDifference, 'live' | 'rebuilt'> & { value: bigint }>;

async function numbersOf(client: pg.Pool | pg.ClientBase, schema: 'model' | 'model_next'): Promise<Numbers> {
  const { rows } = await client.query<{ metric: string; day: Day; currency: string; value: string }>(
    `select metric, to_char(day, 'YYYY-MM-DD') as day, currency, sum(value)::text as value from ${schema}.daily
     group by 1, 2, 3 having sum(value) <> 0`,
  );
  return new Map(
    rows.map(({ value, ...row }) => [`${row.metric}|${row.day}|${row.currency}`, { ...row, value: BigInt(value) }]),
  );
}

/** By metric, day and currency. Pure. */
export function compared(live: Numbers, rebuilt: Numbers): NumberDifference[] {
  const differences: NumberDifference[] = [];
  for (const key of new Set([...live.keys(), ...rebuilt.keys()])) {
    const [before, after] = [live.get(key), rebuilt.get(key)];
    const { metric, day, currency } = (before ?? after)!;
    const values = { live: before?.value ?? 0n, rebuilt: after?.value ?? 0n };
    if (values.live !== values.rebuilt) differences.push({ metric, day, currency, ...values });
  }
  const order = ({ metric, day, currency }: NumberDifference): string => `${metric}|${day}|${currency}`;
  return differences.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
