import type pg from 'pg';
import type { Ledger } from '../../ledger/ledger.js';
import type { Database } from '../../storage/database.js';
import type { ClosingStore } from './closing-store.js';
import { ContentsChanged, insertClosing, type MadeClose } from './insert-closing.js';

const TABLES = ['closings', 'rows', 'adjustments', 'lines'] as const;

/** What of the tables of closes is not what the ledger says: how many rows by `closed_<table>`, and which closes, in a sentence each. */
export interface ClosesVerified {
  counts: Record<string, number>;
  findings: { kind: string; detail: string }[];
}

interface Deps {
  database: Pick<Database, 'pool' | 'transaction'>;
  ledger: Pick<Ledger, 'readStream'>;
  closings: Pick<ClosingStore, 'made' | 'madeOf' | 'unknown'>;
}

/**
 * Reads what every close stored out of the ledger again, checks its digest, and compares it row by row with the tables that answers are read
 * from. Changes nothing. It takes minutes, and closes may be made and reopened meanwhile: what differs is looked at again before it is told.
 */
export async function verifyCloses(deps: Deps): Promise<ClosesVerified> {
  const verified: ClosesVerified = { counts: {}, findings: [] };
  const note = (kind: string, count: number, detail: string): void => {
    if (count === 0) return;
    verified.counts[kind] = (verified.counts[kind] ?? 0) + count;
    verified.findings.push({ kind, detail });
  };
  const made = await deps.closings.made();
  for (const close of made) {
    const name = `${close.closed.period}@${close.closed.version}`;
    const differing = await differencesNow(deps, close);
    if (differing === undefined)
      note('close_contents', 1, `What the close ${name} stored in the ledger is not what it names.`);
    for (const [table, count] of differing ?? [])
      note(`closed_${table}`, count, `Of the close ${name}, ${count} rows of close.${table} differ from the ledger.`);
  }
  for (const { period, version } of await deps.closings.unknown(made))
    note('closed_closings', 1, `The ledger knows no close ${period}@${version}, which close.closings has.`);
  return verified;
}

type Differing = [table: string, count: number][] | undefined;

/** What differs of a close from what the ledger says of it now. A close is reopened once at most, so that this ends. */
async function differencesNow({ database, ledger, closings }: Deps, close: MadeClose): Promise<Differing> {
  const compare = (made: MadeClose) => database.transaction((client) => differencesOf(client, ledger, made));
  let last = close;
  let differing = await compare(last);
  for (let isLatest = false; !isLatest && differing?.some(([, count]) => count > 0);) {
    const { period, version } = close.closed;
    const now = (await closings.madeOf(period)).find(({ closed }) => closed.version === version) ?? last;
    isLatest = now.reopenedPosition === last.reopenedPosition;
    last = now;
    differing = await compare(last);
  }
  return differing;
}

/** Rows by table that only one side has; undefined where the ledger's own contents do not give the digest. */
async function differencesOf(
  client: pg.PoolClient,
  ledger: Pick<Ledger, 'readStream'>,
  made: MadeClose,
): Promise<Differing> {
  for (const table of TABLES) await client.query(`create temp table ${table} (like close.${table}) on commit drop`);
  try {
    await insertClosing(client, ledger, made, 'pg_temp');
  } catch (error) {
    if (!(error instanceof ContentsChanged)) throw error;
    for (const table of TABLES) await client.query(`drop table pg_temp.${table}`);
    return undefined;
  }
  const found: [string, number][] = [];
  for (const table of TABLES) {
    const [is, was] = [`select * from close.${table} where period = $1 and version = $2`, `table pg_temp.${table}`];
    // A row that was changed is on both sides, and one all the same.
    const { rows } = await client.query<{ count: number }>(
      `select greatest(
         (select count(*) from (${is} except all ${was}) more), (select count(*) from (${was} except all ${is}) less)
       )::int as count`,
      [made.closed.period, made.closed.version],
    );
    found.push([table, rows[0]!.count]);
  }
  return found;
}
