import type { Row } from '../../api.ts';
import { addDays } from '../../days.ts';
import { sum } from '../../format.ts';

/** One metric (in one currency) of one source, over the days of the range. */
export interface Series {
  key: string;
  metric: string;
  source: string;
  currency: string | undefined;
  /** Every day with a true number, oldest first. */
  rows: readonly Row[];
  /** Days on which its source was compared at all. In a currency in which nothing happened then there is no row, and the number is 0. */
  days: ReadonlySet<string>;
  /** Those of them that were compared: only these have a gap. */
  compared: readonly Row[];
  /** Days that were not: the source never sent such an event until then, or it failed. */
  uncompared: number;
  /** Over the days that were compared; over all where none was. */
  actual: string;
  /** Over the days that were compared, so that actual − tracked = gap; null where none was. */
  tracked: string | null;
  gap: string | null;
}

const ORDER = ['signups', 'checkouts_started', 'orders', 'revenue_gross'];

/** The series that rows of comparisons make up, those that people ask for most first. */
export function seriesOf(rows: readonly Row[]): Series[] {
  const found = new Map<string, Row[]>();
  const silent = new Map<string, Row[]>();
  const answered = new Map<string, Set<string>>();
  for (const row of rows) {
    if (row.actual !== null) answered.set(row.source, (answered.get(row.source) ?? new Set()).add(row.day));
    if (row.value !== undefined) continue;
    if (row.actual === null) add(silent, `${row.source}~${row.metric}`, row);
    else add(found, `${row.source}~${row.metric}~${row.currency ?? ''}`, row);
  }
  const place = ({ metric }: Series): number => (ORDER.includes(metric) ? ORDER.indexOf(metric) : ORDER.length);
  return [...found]
    .map(([key, days]) => series(key, days, silent.get(key.slice(0, key.lastIndexOf('~'))) ?? [], answered))
    .sort((a, b) => place(a) - place(b) || (a.key < b.key ? -1 : 1));
}

function add(groups: Map<string, Row[]>, key: string, row: Row): void {
  const group = groups.get(key);
  if (group) group.push(row);
  else groups.set(key, [row]);
}

/** `silent`: days of the same source and metric that have no number at all, in whichever currency it would have been. */
function series(
  key: string,
  days: readonly Row[],
  silent: readonly Row[],
  answered: ReadonlyMap<string, ReadonlySet<string>>,
): Series {
  const { metric, source, currency } = days[0]!;
  const failed = new Set(silent.map(({ day }) => day));
  const rows = [...days].sort((a, b) => (a.day < b.day ? -1 : 1));
  const compared = rows.filter(({ gap }) => gap !== null);
  const none = compared.length === 0;
  return {
    ...{ key, metric, source, currency, rows, compared },
    days: new Set([...(answered.get(source) ?? [])].filter((day) => !failed.has(day))),
    uncompared: rows.length - compared.length + silent.length,
    actual: sum((none ? rows : compared).map(({ actual }) => actual)),
    tracked: none ? null : sum(compared.map(({ tracked }) => tracked)),
    gap: none ? null : sum(compared.map(({ gap }) => gap)),
  };
}

/**
 * Every day from the first to the last of its rows. One that was not compared, because a source failed for instance, has no number: no line
 * may run through it.
 */
export function pointsOf({
  rows,
  days,
  currency,
}: Pick<Series, 'rows' | 'days' | 'currency'>): Pick<Row, 'day' | 'actual' | 'tracked'>[] {
  const known = new Map(rows.map((row) => [row.day, row]));
  const [first, last] = [rows[0]?.day ?? '', rows.at(-1)?.day ?? ''];
  const points = [];
  for (let day = first; day !== '' && day <= last; day = addDays(day, 1)) {
    const none = currency !== undefined && days.has(day) ? '0' : null;
    points.push(known.get(day) ?? { day, actual: none, tracked: none });
  }
  return points;
}

/** Whether there is something to know of its days before its sums are read. */
export const hasNotes = ({ uncompared, compared }: Series): boolean =>
  uncompared > 0 || compared.some(({ comparable, provisional }) => !comparable || provisional);

/** How many days its sums are of, and what is special about them. */
export function notesOf({ rows, compared, uncompared }: Series): string {
  const days = compared.length + uncompared;
  const count = (of: (row: Row) => boolean, what: string): string[] => {
    const found = compared.filter(of).length;
    return found === 0 ? [] : [`${found} ${what}`];
  };
  return [
    `${uncompared === 0 ? '' : `${compared.length} of `}${days} ${days === 1 ? 'day' : 'days'} compared`,
    ...(rows.some((row) => row.matched_by === 'count') ? ['by count: it gives no ids'] : []),
    ...count((row) => !row.comparable, 'not comparable'),
    ...count((row) => row.provisional, 'provisional'),
  ].join(', ');
}
