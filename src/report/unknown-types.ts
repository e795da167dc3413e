import type pg from 'pg';
import type { ReportPage } from './create-report.js';

/** `cursor`: a type; those after it. */
export interface UnknownTypesQuery {
  cursor?: string;
  limit: number;
}

/**
 * The types of entries that no interpreter reads, in their order, each with how many entries there are and where the last one is:
 * `{ type, entries, last_position }`. They are kept and are in no number. Of the read model as it is now.
 */
export async function unknownTypesPage(
  pool: Pick<pg.Pool, 'query'>,
  { cursor, limit }: UnknownTypesQuery,
): Promise<ReportPage> {
  const { rows } = await pool.query<{ type: string; entries: bigint; last_position: bigint }>(
    'select type, entries, last_position from model.unknown_types where type collate "C" > $1 order by type collate "C" limit $2',
    [cursor ?? '', limit + 1],
  );
  const data = rows.slice(0, limit).map(({ type, entries, last_position: last }) => ({
    type,
    entries: Number(entries),
    last_position: Number(last),
  }));
  return { data, next_cursor: rows.length > limit ? data.at(-1)!.type : null };
}

/** How many entries there are of these types in all. */
export async function unknownEntries(pool: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await pool.query<{ entries: bigint | null }>(
    'select sum(entries)::bigint as entries from model.unknown_types',
  );
  return Number(rows[0]?.entries ?? 0);
}
