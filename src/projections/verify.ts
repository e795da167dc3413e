import type pg from 'pg';
import { Problem } from '../kernel/errors.js';
import { beginHashing, hashed, stateHash, stateQueries } from './hashes.js';
import { sumDaily, TOTALS } from './model-writer.js';
import { exclusively, type FoldDeps, foldTo, inOneSession, makeEmpty, type Progress } from './rebuild.js';
import { checkpointOf } from './runner.js';
import { shownModel } from './shown-model.js';

export interface VerifyReport {
  ok: boolean;
  position: number;
  stateHash: string;
  rebuiltStateHash: string;
  /** What differs: table, which side has the row, the row. At most 20 for each kind and side. */
  findings: { kind: string; detail: string }[];
  /** How many there are of each kind. */
  counts: Record<string, number>;
}

type Differences = Pick<VerifyReport, 'findings' | 'counts'>;

const FINDINGS_MAX = 20;

/**
 * Derives the read model again from the ledger, beside the live one, and compares; and the daily totals with their contributions. Throws
 * Problem `unavailable` where the live one is of another version, with which nothing can be compared.
 */
export async function verify(
  deps: FoldDeps & { modelVersion: string },
  onProgress: Progress = () => undefined,
): Promise<VerifyReport> {
  const { pool } = deps.database;
  return exclusively(deps, async () => {
    await refuseOther(pool, deps); // before all the work
    await makeEmpty(pool);
    await foldTo(deps, await checkpointOf(pool, 'model'), onProgress);
    const client = await pool.connect();
    try {
      // The live model may move on: fold up to exactly the position that this snapshot shows.
      await beginHashing(client);
      await refuseOther(client, deps);
      const position = await checkpointOf(client, 'model');
      const live = await stateHash(client, 'model');
      const found = await dailyDifferences(client);
      await foldTo(deps, position, onProgress);
      await inOneSession(pool, [sumDaily('model_next')]);
      const rebuilt = await hashed(pool, (next) => stateHash(next, 'model_next'));
      if (live !== rebuilt) await addDifferences(pool, position, found);
      return {
        ok: live === rebuilt && found.findings.length === 0,
        position,
        stateHash: live,
        rebuiltStateHash: rebuilt,
        ...found,
      };
    } finally {
      await client.query('rollback').catch(() => undefined);
      client.release();
    }
  });
}

async function refuseOther(
  reader: Pick<pg.ClientBase, 'query'>,
  { modelVersion }: { modelVersion: string },
): Promise<void> {
  if ((await shownModel(reader, modelVersion)).superseded)
    throw new Problem('unavailable', 'The read model is that of another version of the service: rebuild it first.');
}

/** Contributions with the columns of the totals, which have no nulls. */
const CONTRIBUTED = `(
  select metric, day, currency, source, medium, campaign, coalesce(unknown_reason, '') as unknown_reason, customer_kind, customer_present, delta
  from model.contributions) x`;

async function dailyDifferences(client: pg.ClientBase): Promise<Differences> {
  const found: Differences = { findings: [], counts: {} };
  for (const [table, key] of Object.entries(TOTALS)) {
    const { rows } = await client.query<{ metric: string; day: string; cached: bigint; summed: bigint; all: bigint }>(
      `select metric, day, coalesce(d.value, 0) as cached, coalesce(c.value, 0) as summed, count(*) over () as all
       from model.${table} d full join (
         select ${key}, sum(delta)::bigint as value from ${CONTRIBUTED} group by ${key}
       ) c using (${key})
       where coalesce(d.value, 0) <> coalesce(c.value, 0) limit ${FINDINGS_MAX}`,
    );
    for (const row of rows)
      found.findings.push({
        kind: 'daily_total',
        detail: `${row.metric} of ${row.day}: the cache says ${row.cached}, its contributions sum to ${row.summed}`,
      });
    if (rows[0]) found.counts['daily_total'] = (found.counts['daily_total'] ?? 0) + Number(rows[0].all);
  }
  return found;
}

/** Rows that only one of the two models has. The live one may have moved on since the snapshot, so this is a pointer and no proof. */
async function addDifferences(pool: pg.Pool, position: number, { findings, counts }: Differences): Promise<void> {
  const live = stateQueries('model');
  const next = stateQueries('model_next');
  for (const table of Object.keys(live)) {
    for (const [side, a, b] of [['live', live, next] as const, ['rebuilt', next, live] as const]) {
      const { rows } = await pool.query<{ row: unknown; all: bigint }>(
        `select to_jsonb(x) as row, count(*) over () as all from (${a[table]!} except ${b[table]!}) x limit ${FINDINGS_MAX}`,
      );
      if (rows[0]) counts[table] = (counts[table] ?? 0) + Number(rows[0].all);
      for (const { row } of rows)
        findings.push({ kind: table, detail: `only in the ${side} model at ${position}: ${JSON.stringify(row)}` });
    }
  }
}
