import { type Day, isDay } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import type { Database } from '../../storage/database.js';
import { closeOf, REPORTED_FIRST, type View, withKnownGaps } from './closed-rows.js';
import { type Listed, unpacked } from '../compare/outcome.js';
import { IDS_PER_PACK } from './result-store.js';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

export interface ListQuery {
  source?: string;
  metric?: string;
  /** First and last day, both included. */
  from?: string;
  to?: string;
  currency?: string;
  /** Ledger position: the rows as they were when this was the last entry. */
  as_of?: number;
  view?: View;
  limit?: number;
  cursor?: string;
}

export interface DetailQuery {
  currency?: string;
  part?: string;
  as_of?: number;
  view?: View;
  limit?: number;
  cursor?: string;
}

interface Found {
  position: bigint;
  currency: string;
  row: Record<string, unknown>;
}

/** The latest rows (at or before `as_of`) by day, source, metric, currency; what a loss concentrates in is told with the ids. */
export async function listRows(
  database: Database,
  query: ListQuery,
): Promise<{ data: Record<string, unknown>[]; next_cursor: string | null }> {
  const limit = limitOf(query.limit);
  const after = query.cursor === undefined ? null : readCursor(query.cursor, 4);
  if (after && !isDay(after[0]!)) throw badCursor();
  const { rows } = await database.pool.query<Found & { day: string; source: string; metric: string }>(
    `select l.position, l.day, l.source, l.metric, r.currency, r."row" - 'concentration' as "row"
     from (
       select distinct on (r.day, r.source, r.metric) r.position, r.day, r.source, r.metric from reconcile.recorded r
       ${closeOf(`$5::bigint is null and $12::text <> 'known'`)}
       where ($1::text is null or r.source = $1) and ($2::text is null or r.metric = $2)
         and ($3::date is null or r.day >= $3) and ($4::date is null or r.day <= $4) and ($5::bigint is null or r.position <= $5)
         and ($12 <> 'reported' or c.period is null or r.position <= c.up_to)
       order by r.day, r.source, r.metric, ${REPORTED_FIRST}
     ) l join reconcile.results r using (position)
     where ($6::text is null or r.currency = $6)
       and ($7::date is null or (l.day, l.source, l.metric, r.currency) > ($7, $8, $9, $10))
     order by l.day, l.source, l.metric, r.currency limit $11`,
    [
      query.source,
      query.metric,
      query.from,
      query.to,
      query.as_of,
      query.currency,
      ...(after ?? [null, null, null, null]),
      limit + 1,
      query.view ?? '',
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: (await viewed(database, page, query)).map(shown),
    next_cursor: rows.length > limit && last ? writeCursor([last.day, last.source, last.metric, last.currency]) : null,
  };
}

/**
 * One row with the ids of its parts, what needs explaining first: `{ …row, currencies, ids: { missing: [{ id, cause, evidence }], … },
 * next_cursor }`, `limit` ids a page over all parts (or of one `part`). Of several currencies the first, unless one is asked for.
 * Undefined when it was not reconciled.
 */
export async function rowDetail(database: Database, day: string, source: string, metric: string, query: DetailQuery) {
  const { rows } = await database.pool.query<Found>(
    `select position, currency, "row" from reconcile.results
     where position = (select r.position from reconcile.recorded r ${closeOf(`$4::bigint is null and $5::text <> 'known'`)}
       where r.day = $1 and r.source = $2 and r.metric = $3 and ($4::bigint is null or r.position <= $4)
         and ($5 <> 'reported' or c.period is null or r.position <= c.up_to)
       order by ${REPORTED_FIRST} limit 1)
     order by currency`,
    [day, source, metric, query.as_of, query.view ?? ''],
  );
  const found = query.currency === undefined ? rows[0] : rows.find((row) => row.currency === query.currency);
  if (!found) return undefined;
  const { ids, nextCursor } = await idsOf(database, found, query);
  const currencies = rows.flatMap(({ currency }) => (currency === '' ? [] : [currency]));
  const [row] = await viewed(database, [found], query);
  return { ...shown(row!), ...(currencies.length > 0 ? { currencies } : {}), ids, next_cursor: nextCursor };
}

/** What is known stands beside what was reported where neither was asked for. */
const viewed = async <T extends Found>(
  database: Database,
  rows: readonly T[],
  { as_of: asOf, view }: Pick<ListQuery, 'as_of' | 'view'>,
): Promise<readonly T[]> => (asOf === undefined && view === undefined ? withKnownGaps(database, rows) : rows);

async function idsOf(database: Database, { position, currency }: Found, query: DetailQuery) {
  const limit = limitOf(query.limit);
  const after = query.cursor === undefined ? -1 : Number(readCursor(query.cursor, 1)[0]);
  if (!Number.isSafeInteger(after) || after > 2_147_483_647) throw badCursor();
  const { rows: single } = await database.pool.query<Listed & { ordinal: number }>(
    `select ordinal, part, id, cause, confidence, evidence from reconcile.result_ids
     where position = $1 and currency = $2 and ordinal > $3 and ($4::text is null or part = $4) order by ordinal limit $5`,
    [position, currency, after, query.part, limit + 1],
  );
  const matched = query.part === undefined || query.part === 'matched';
  const packed = matched ? await matchedOf(database, { position, currency }, after, limit + 1) : [];
  const rows = [...single, ...packed].sort((a, b) => a.ordinal - b.ordinal).slice(0, limit + 1);
  const page = rows.slice(0, limit);
  const ids: Record<string, Omit<Listed, 'part'>[]> = {};
  for (const { part, id, cause, confidence, evidence } of page)
    (ids[part] ??= []).push({ id, cause, confidence, evidence });
  return { ids, nextCursor: rows.length > limit ? writeCursor([String(page.at(-1)!.ordinal)]) : null };
}

/** Some of the matched ids that are packed, from the first after an ordinal on. */
async function matchedOf(
  database: Database,
  { position, currency }: Pick<Found, 'position' | 'currency'>,
  after: number,
  limit: number,
): Promise<(Listed & { ordinal: number })[]> {
  const { rows } = await database.pool.query<{ ordinal: number; ids: string[] }>(
    `select ordinal, ids from reconcile.result_matched where position = $1 and currency = $2 and ordinal + count - 1 > $3
     order by ordinal limit $4`,
    [position, currency, after, Math.ceil(limit / IDS_PER_PACK) + 1],
  );
  return rows
    .flatMap(({ ordinal, ids }) => ids.map((line, index) => ({ ordinal: ordinal + index, ...unpacked(line) })))
    .filter(({ ordinal }) => ordinal > after);
}

// Both anchor at the newest day compared up to today, so that rows of a day to come hide nothing.
const LAST_WEEK = 'day <= $1 and day >= (select max(day) from reconcile.recorded where day <= $1) - 7';

/** The gap of every metric, source and currency on its newest settled day up to `today`. */
export async function latestGaps(
  database: Database,
  today: Day,
): Promise<{ metric: string; source: string; currency: string; day: string; gap: string; gap_pct: number | null }[]> {
  const { rows } = await database.pool.query<{
    metric: string;
    source: string;
    currency: string;
    day: string;
    gap: string;
    gap_pct: number | null;
  }>(
    `select distinct on (l.source, l.metric, r.currency) l.metric, l.source, r.currency, l.day, r."row" ->> 'gap' as gap, (r."row" ->> 'gap_pct')::float8 as gap_pct
     from (select distinct on (day, source, metric) position, day, source, metric from reconcile.recorded
       where ${LAST_WEEK} order by day, source, metric, position desc) l
     join reconcile.results r using (position)
     where (r."row" ->> 'comparable')::boolean and not (r."row" ->> 'provisional')::boolean and r."row" ->> 'value' is null
     order by l.source, l.metric, r.currency, l.day desc`,
    [today],
  );
  return rows;
}

/** Sources that could not be compared for the newest day that was tried, up to `today`. */
export async function failingSources(
  database: Database,
  today: Day,
): Promise<{ source: string; day: string; reason: string }[]> {
  const { rows } = await database.pool.query<{ source: string; day: string; reason: string }>(
    `select distinct on (l.source) l.source, l.day, reason
     from (select distinct on (source, metric) position, day, source, metric from reconcile.recorded
       where ${LAST_WEEK} order by source, metric, day desc, position desc) l
     join reconcile.results r using (position)
     cross join lateral jsonb_array_elements_text(r."row" -> 'reasons') reason
     where reason like 'source_failed%' order by l.source, l.day desc, reason`,
    [today],
  );
  return rows;
}

const shown = ({ row, position }: Found): Record<string, unknown> => ({ ...row, position: Number(position) });

const limitOf = (limit: number | undefined): number => Math.min(Math.max(1, limit ?? LIMIT_DEFAULT), LIMIT_MAX);

const writeCursor = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

function readCursor(cursor: string, length: number): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === length && parts.every((part) => typeof part === 'string'))
      return parts;
  } catch {
    // not one of ours
  }
  throw badCursor();
}

const badCursor = (): Problem => new Problem('invalid_request', 'The cursor is not one that was given out.');
