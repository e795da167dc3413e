import type { Day } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import type { ReconciliationRow } from '../gap.js';
import { reconciledMetrics } from '../reconciled-metrics.js';

/** What of a row sums are made from. What a loss concentrates in is there only where it is asked for. */
export type ComparedRow = Omit<ReconciliationRow, 'drift' | 'causes_by_part' | 'concentration'> &
  Partial<Pick<ReconciliationRow, 'concentration'>>;

/** A day of one metric at one source that was compared, with what came of it: no row where there was no money on either side, and none will come. */
export interface ComparedDay {
  day: Day;
  source: string;
  metric: string;
  /** By currency. */
  rows: readonly ComparedRow[];
}

export interface DaysCompared {
  from: Day;
  to: Day;
  source?: string;
  metric?: string;
}

/** Days as they were compared last. `concentrations`: with what their losses concentrate in. */
export async function comparedDays(
  database: Database,
  { from, to, source, metric }: DaysCompared,
  { concentrations = false } = {},
): Promise<ComparedDay[]> {
  const { rows } = await database.pool.query<ComparedDay>(
    `select l.day, l.source, l.metric,
       coalesce((select jsonb_agg(r."row" - $5::text[] order by r.currency) from reconcile.results r where r.position = l.position), '[]') as rows
     from (
       select distinct on (day, source, metric) position, day, source, metric from reconcile.recorded
       where day between $1 and $2 and ($3::text is null or source = $3) and ($4::text is null or metric = $4)
       order by day, source, metric, position desc
     ) l order by l.day, l.source, l.metric`,
    [from, to, source, metric, concentrations ? NEVER_SUMMED : [...NEVER_SUMMED, 'concentration']],
  );
  return rows;
}

const NEVER_SUMMED = ['drift', 'causes_by_part'];

/** By source and metric, in their order. */
export function bySourceAndMetric(days: readonly ComparedDay[]): ComparedDay[][] {
  const compared = new Map<string, ComparedDay[]>();
  for (const each of days) {
    const key = `${each.source} ${each.metric}`;
    compared.set(key, [...(compared.get(key) ?? []), each]);
  }
  return [...compared.keys()].sort().map((key) => compared.get(key)!);
}

const isRatio = (metric: string): boolean =>
  reconciledMetrics.some(({ name, compares }) => name === metric && compares === 'attribution');

/** None of a ratio. A day that failed has no currency; it is told with each that the others have. */
export function currenciesOf(days: readonly ComparedDay[]): (string | undefined)[] {
  const rows = days.flatMap((day) => day.rows);
  if (days.some(({ metric }) => isRatio(metric)) || rows.some(({ value }) => value !== undefined)) return [];
  const all = [...new Set(rows.map(({ currency }) => currency))].sort();
  const known = all.filter((currency) => currency !== undefined);
  return known.length > 0 ? known : all;
}

export const isIn =
  (wanted: string | undefined) =>
  ({ currency }: Pick<ReconciliationRow, 'currency'>): boolean =>
    currency === wanted;

/** Whether a row goes into sums. */
export const isSettled = (row: Pick<ReconciliationRow, 'comparable' | 'provisional' | 'gap'>): boolean =>
  row.comparable && !row.provisional && row.gap !== null;

/**
 * Which of some days are in no sum, and why. A day without a row in a currency had nothing of it, if it was compared and its other rows
 * count: it is summed, as zero.
 */
export function leftOut(
  days: readonly ComparedDay[],
  currency: string | undefined,
  range: readonly Day[],
): Record<Day, string> {
  const left: Record<Day, string> = {};
  const byDay = new Map(days.map((each) => [each.day, each]));
  for (const day of range) {
    const compared = byDay.get(day);
    const rows = compared?.rows ?? [];
    const row = rows.find(isIn(currency)) ?? rows.find((each) => !isSettled(each));
    if (!compared) left[day] = 'not compared';
    else if (row && !isSettled(row)) left[day] = row.reasons.at(-1) ?? row.status;
  }
  return left;
}
