import type { Row } from '../../api.ts';

/** What a source missed and what it has too much of, in ids over some days, and why. */
export interface Why {
  missed: number;
  /** Only the source has them: nothing true stands behind. */
  phantom: number;
  twice: number;
  /** Of causes with evidence, those of most ids first. */
  causes: readonly { part: Part; cause: string; times: number }[];
  unexplained: number;
}

export type Part = 'missing' | 'client_only' | 'duplicates';

/** What is wrong on either side. What is still expected may come, what stands on another day is in the sum of the days, and what has another amount was seen. */
const PARTS: readonly Part[] = ['missing', 'client_only', 'duplicates'];

/** Null where no row was compared id by id. */
export function whyOf(rows: readonly Row[]): Why | null {
  const told = rows.filter((row) => row.matched_by === 'id' && row.missing !== null);
  if (told.length === 0) return null;
  const count = (part: Part): number => told.reduce((sum, row) => sum + (row[part] ?? 0), 0);
  const causes = PARTS.flatMap((part) => causesOf(told, part));
  const all = PARTS.reduce((sum, part) => sum + count(part), 0);
  return {
    missed: count('missing'),
    phantom: count('client_only'),
    twice: count('duplicates'),
    causes: causes.sort((a, b) => b.times - a.times),
    unexplained: all - causes.reduce((sum, { times }) => sum + times, 0),
  };
}

function causesOf(rows: readonly Row[], part: Part): { part: Part; cause: string; times: number }[] {
  const found = new Map<string, number>();
  for (const {
    causes_by_part: { [part]: causes = {} },
  } of rows)
    for (const [cause, times] of Object.entries(causes)) found.set(cause, (found.get(cause) ?? 0) + times);
  return [...found].map(([cause, times]) => ({ part, cause, times }));
}
