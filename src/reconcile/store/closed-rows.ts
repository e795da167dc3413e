import type { Database } from '../../storage/database.js';

/** Of closed days: what was recorded when they were closed, or what is recorded now. Neither: the former, with the latter beside it. */
export type View = 'reported' | 'known';

/** The close `c` that the day of a recorded row `r` is in; none where the parameter says that no close counts. */
export const closeOf = (counts: string): string =>
  `left join close.closings c on ${counts} and c.reopened_position is null and r.day between c.from_day and c.to_day`;

/** Orders the rows of one day, source and metric so that the one that is answered comes first: the last that its close knew. */
export const REPORTED_FIRST = 'coalesce(r.position <= c.up_to, true) desc, r.position desc';

interface Row {
  position: bigint;
  currency: string;
  row: Record<string, unknown>;
}

/**
 * Adds to rows of closed days what is known now: `closed` names the close, `known` has actual, tracked and gap as they were recorded last,
 * `adjustment` is that gap less the one that was reported. What was first recorded after its close has `reported: false`.
 */
export async function withKnownGaps<T extends Row>(database: Pick<Database, 'pool'>, rows: readonly T[]): Promise<T[]> {
  if (rows.length === 0) return [];
  const { rows: found } = await database.pool.query<Known>(
    `select r.position, c.period || '@' || c.version as closed, r.position <= c.up_to as reported, n.currency, n."row"
     from reconcile.recorded r
     join close.closings c on c.reopened_position is null and r.day between c.from_day and c.to_day
     join reconcile.results n on n.position = (select max(position) from reconcile.recorded l
       where l.day = r.day and l.source = r.source and l.metric = r.metric)
     where r.position = any($1)`,
    [rows.map(({ position }) => position)],
  );
  const known = new Map(found.map((each) => [`${each.position}|${each.currency}`, each]));
  return rows.map((row) => {
    const now = known.get(`${row.position}|${row.currency}`);
    return now ? { ...row, row: { ...row.row, ...beside(row.row, now) } } : row;
  });
}

interface Known extends Row {
  closed: string;
  reported: boolean;
}

function beside(row: Record<string, unknown>, { closed, reported, row: now }: Known): Record<string, unknown> {
  if (!reported) return { closed, reported };
  const { actual, tracked, gap, gap_pct } = now;
  return { closed, reported, known: { actual, tracked, gap, gap_pct }, adjustment: less(gap, row['gap']) };
}

/** The difference of two gaps in the form they have: counts, or minor units as text; null where one of them is not known. */
function less(a: unknown, b: unknown): number | string | null {
  if (typeof a === 'string' && typeof b === 'string') return String(BigInt(a) - BigInt(b));
  return typeof a === 'number' && typeof b === 'number' ? a - b : null;
}
