import type pg from 'pg';
import type { Ledger } from '../../ledger/ledger.js';
import type { Database } from '../../storage/database.js';
import type { ClosingStore, MadeClose } from './closing-store.js';
import { insertClosing } from './insert-closing.js';

const TABLES = ['closings', 'rows', 'adjustments', 'lines'] as const;

/** What of the tables of closes is not what the ledger says: how many rows by `closed_<table>`, and which closes, in a sentence each. */
export interface ClosesVerified {
  counts: Record<string, number>;
  findings: { kind: string; detail: string }[];
}

interface Deps {
  database: Pick<Database, 'pool' | 'transaction'>;
  ledger: Pick<Ledger, 'readStream'>;
  closings: Pick<ClosingStore, 'made'>;
}

/**
 * Reads what every close stored out of the ledger again, checks its digest, and compares it row by row with the tables that answers are read
 * from. Changes nothing.
 */
export async function verifyCloses({ database, ledger, closings }: Deps): Promise<ClosesVerified> {
  const verified: ClosesVerified = { counts: {}, findings: [] };
  const note = (kind: string, count: number, detail: string): void => {
    if (count === 0) return;
    verified.counts[kind] = (verified.counts[kind] ?? 0) + count;
    verified.findings.push({ kind, detail });
  };
  const made = await closings.made();
  for (const close of made) {
    const name = `${close.closed.period}@${close.closed.version}`;
    const differing = await database.transaction((client) => differencesOf(client, ledger, close));
    if (differing === undefined)
      note('close_contents', 1, `What the close ${name} stored in the ledger is not what it names.`);
    for (const [table, count] of differing ?? [])
      note(`closed_${table}`, count, `Of the close ${name}, ${count} rows of close.${table} differ from the ledger.`);
  }
  const { rows } = await database.pool.query<{ period: string; version: number }>(
    'select period, version from close.closings where (period, version) not in (select * from unnest($1::text[], $2::int[])) order by 1, 2',
    [made.map(({ closed }) => closed.period), made.map(({ closed }) => closed.version)],
  );
  for (const { period, version } of rows)
    note('closed_closings', 1, `The ledger knows no close ${period}@${version}, which close.closings has.`);
  return verified;
}

/** Rows by table that only one side has; undefined where the ledger's own contents do not give the digest. */
async function differencesOf(
  client: pg.PoolClient,
  ledger: Pick<Ledger, 'readStream'>,
  { entry, closed, reopenedPosition }: MadeClose,
): Promise<[table: string, count: number][] | undefined> {
  for (const table of TABLES) await client.query(`create temp table ${table} (like close.${table}) on commit drop`);
  try {
    await insertClosing(client, ledger, entry, closed, 'pg_temp');
  } catch (error) {
    if (error instanceof Error && error.message.includes('are not what it names')) {
      for (const table of TABLES) await client.query(`drop table pg_temp.${table}`);
      return undefined;
    }
    throw error;
  }
  await client.query('update pg_temp.closings set reopened_position = $1', [reopenedPosition]);
  const found: [string, number][] = [];
  for (const table of TABLES) {
    const [is, was] = [`select * from close.${table} where period = $1 and version = $2`, `table pg_temp.${table}`];
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from ((${is} except all ${was}) union all (${was} except all ${is})) differing`,
      [closed.period, closed.version],
    );
    found.push([table, rows[0]!.count]);
  }
  return found;
}
