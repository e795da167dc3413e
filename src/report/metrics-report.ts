import type { Metric } from '../catalog/subjects.js';
import { addDays, type Day, type Interval, periodOf } from '../kernel/day.js';
import { refuseCurrency } from './asked-currency.js';
import { type PartSum, partSums } from './metric-parts.js';
import { type Group, groupKeys, groupText, type Snapshot, type Sum } from './sums.js';

export interface MetricQuery {
  from: Day;
  to: Day;
  /** `range`: one row for all of the days. */
  interval: Interval | 'range';
  group_by?: readonly string[];
  currency?: string;
  /** A ledger position, an RFC 3339 time, or a closed period: `2026-10`, `2026-10@1`. */
  as_of?: string;
  /** Of closed days: as they were reported, or as they are known. Default: as reported, with what is known beside. */
  view?: 'reported' | 'known';
}

export interface MetricRow {
  period: string;
  /** A count as a number, money as a decimal string of minor units, a ratio with three places (null when nothing to divide by). */
  value: number | string | null;
  currency?: string;
  numerator?: number;
  denominator?: number;
  group?: Group;
  /** Something that a provider lists in this period may not be in the ledger. */
  incomplete?: true;
  /** Of closed days: what is known of them now, and known − reported; of a ratio with what the known one divides. */
  known?: number | string | null;
  adjustment?: number | string | null;
  known_numerator?: number;
  known_denominator?: number;
}

/** The values of one metric. Every number is a sum of contributions up to the snapshot's position, or of what closes stored of them. */
export async function metricRows(
  metric: Metric,
  all: readonly Metric[],
  query: MetricQuery,
  snapshot: Snapshot,
): Promise<MetricRow[]> {
  const groupBy = groupKeys(query.group_by ?? []);
  const { shape } = metric;
  refuseCurrency(metric, query.currency);
  const { from, to, currency } = query;
  const found = await partSums(snapshot, metric, all, { from, to, groupBy, currency });
  if (shape.kind === 'ratio') return ratioRows(found, query, groupBy.length > 0);
  const money = metric.unit === 'money';
  const rows = (shape.kind === 'stock' ? runningSums(found, query) : periodSums(found, query)).map(
    ({ period, value, of }) => ({
      period,
      value: money ? String(value) : Number(value),
      ...(money ? { currency: of.currency } : {}),
      ...(groupBy.length > 0 ? { group: of.group } : {}),
    }),
  );
  return inOrder(groupBy.length > 0 ? rows : filled(rows, query, money));
}

interface PeriodSum {
  period: string;
  value: bigint;
  of: Sum;
}

const seriesOf = ({ currency, group }: Sum): string => `${currency}|${groupText(group)}`;

function periodSums(found: readonly Sum[], query: MetricQuery): PeriodSum[] {
  const totals = new Map<string, PeriodSum>();
  for (const of of found) {
    const period = bucketOf(of.day, query);
    const key = `${period}|${seriesOf(of)}`;
    const value = (totals.get(key)?.value ?? 0n) + of.value;
    totals.set(key, { period, value, of });
  }
  return [...totals.values()];
}

/** What there is at the end of each period; at the last day asked for where that is earlier. Nothing where there is none. */
function runningSums(found: readonly Sum[], query: MetricQuery): PeriodSum[] {
  const changes = new Map(
    periodSums(
      found.filter(({ day }) => day >= query.from),
      query,
    ).map((sum) => [`${sum.period}|${seriesOf(sum.of)}`, sum.value]),
  );
  const series = new Map<string, { of: Sum; value: bigint }>();
  for (const of of found) {
    const known = series.get(seriesOf(of))?.value ?? 0n;
    series.set(seriesOf(of), { of, value: known + (of.day < query.from ? of.value : 0n) });
  }
  return periods(query).flatMap((period) =>
    [...series].flatMap(([name, each]) => {
      each.value += changes.get(`${period}|${name}`) ?? 0n;
      return each.value === 0n ? [] : [{ period, value: each.value, of: each.of }];
    }),
  );
}

function ratioRows(parts: readonly PartSum[], query: MetricQuery, grouped: boolean): MetricRow[] {
  const rows = new Map<string, { period: string; group: Group; numerator: number; denominator: number }>();
  for (const sum of parts) {
    const period = bucketOf(sum.day, query);
    const key = `${period}|${groupText(sum.group)}`;
    const row = rows.get(key) ?? { period, group: sum.group, numerator: 0, denominator: 0 };
    const part = sum.part === 'numerator' ? 'numerator' : 'denominator';
    rows.set(key, { ...row, [part]: row[part] + Number(sum.value) });
  }
  const found = [...rows.values()].map(({ group, ...row }) => ({
    ...row,
    value: ratio(row.numerator, row.denominator),
    ...(grouped ? { group } : {}),
  }));
  if (grouped) return inOrder(found);
  const empty = { value: null, numerator: 0, denominator: 0 };
  const known = new Map(found.map((row) => [row.period, row]));
  return periods(query).map((period) => known.get(period) ?? { period, ...empty });
}

/** Three places; null when there is nothing to divide by. */
export const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : Math.round((1000 * numerator) / denominator) / 1000;

/** Every period of the range, so that a chart has no holes: counts get a zero, money a zero for each currency of the range. */
function filled(rows: readonly MetricRow[], query: MetricQuery, money: boolean): MetricRow[] {
  const currencies = money ? [...new Set(rows.map((row) => row.currency!))] : [undefined];
  const known = new Map(rows.map((row) => [`${row.period}|${row.currency ?? ''}`, row]));
  return periods(query).flatMap((period) =>
    currencies.map(
      (currency) =>
        known.get(`${period}|${currency ?? ''}`) ?? {
          period,
          value: money ? '0' : 0,
          ...(currency ? { currency } : {}),
        },
    ),
  );
}

function periods(query: MetricQuery): string[] {
  const found = new Set<string>();
  for (let day = query.from; day <= query.to; day = addDays(day, 1)) found.add(bucketOf(day, query));
  return [...found];
}

/** The period that a day counts in. */
export const bucketOf = (day: Day, { interval, from, to }: Pick<MetricQuery, 'interval' | 'from' | 'to'>): string =>
  interval === 'range' ? `${from}/${to}` : periodOf(day, interval);

const orderOf = (row: MetricRow): string =>
  `${row.period}|${row.currency ?? ''}|${row.group ? groupText(row.group) : '{}'}`;

/** Their texts are made once each: a year of days in groups is compared tens of thousands of times. */
const inOrder = (rows: readonly MetricRow[]): MetricRow[] =>
  rows
    .map((row) => ({ row, order: orderOf(row) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ row }) => row);

/** Marks the periods that hold one of these days. */
export function markIncomplete(rows: readonly MetricRow[], query: MetricQuery, days: readonly Day[]): MetricRow[] {
  const marked = new Set(days.map((day) => bucketOf(day, query)));
  return rows.map((row) => (marked.has(row.period) ? { ...row, incomplete: true } : row));
}

/** Puts what is known beside what was reported, in the periods that hold a closed day. */
export function withKnown(
  reported: readonly MetricRow[],
  known: readonly MetricRow[],
  closedPeriods: ReadonlySet<string>,
): MetricRow[] {
  const rows = new Map(reported.map((row) => [orderOf(row), row]));
  // A currency or a group of which nothing was reported is known none the less.
  for (const row of known) if (!rows.has(orderOf(row))) rows.set(orderOf(row), emptied(row));
  const knownRows = new Map(known.map((row) => [orderOf(row), row]));
  return inOrder([...rows.values()]).map((row) =>
    closedPeriods.has(row.period) ? beside(row, knownRows.get(orderOf(row)) ?? emptied(row)) : row,
  );
}

/** The row of nothing, in the shape of another. */
const emptied = (row: MetricRow): MetricRow => ({
  ...row,
  ...('numerator' in row
    ? { value: null, numerator: 0, denominator: 0 }
    : { value: typeof row.value === 'string' ? '0' : 0 }),
});

function beside(row: MetricRow, known: MetricRow): MetricRow {
  const { value, numerator, denominator } = known;
  if (numerator === undefined || denominator === undefined) {
    const money = typeof row.value === 'string';
    const adjustment = money ? String(BigInt(value!) - BigInt(row.value!)) : Number(value) - Number(row.value);
    return { ...row, known: value, adjustment };
  }
  const both = value !== null && row.value !== null;
  const adjustment = both ? Math.round(1000 * (Number(value) - Number(row.value))) / 1000 : null;
  return { ...row, known: value, adjustment, known_numerator: numerator, known_denominator: denominator };
}
