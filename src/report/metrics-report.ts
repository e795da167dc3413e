import type { Metric } from '../catalog/subjects.js';
import { type Day, dayNamed, dayNumber, type Interval, periodOf } from '../kernel/day.js';
import { refuseCurrency } from './asked-currency.js';
import { type Part, type PartSeries, partSums } from './metric-parts.js';
import { type Group, groupKeys, groupText, type Series, type Snapshot } from './sums.js';

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
  const periods = periodsOf(query);
  const grouped = groupBy.length > 0;
  if (shape.kind === 'ratio') return ratioRows(found, periods, grouped);
  const totals = totalsOf(found, periods);
  const lines = shape.kind === 'stock' ? totals.map(running).filter(hasSome) : totals;
  return rowsOf(grouped ? lines : filled(lines, periods, metric), periods, { money: metric.unit === 'money', grouped });
}

/** The periods that are asked for, in order. */
interface Periods {
  names: readonly string[];
  /** The number of the first day that is asked for. */
  first: number;
  /** For each day from the first on, which of the names is its period. */
  placeOf: readonly number[];
}

function periodsOf(query: MetricQuery): Periods {
  const [first, last] = [dayNumber(query.from), dayNumber(query.to)];
  const names: string[] = [];
  const placeOf: number[] = [];
  for (let day = first; day <= last; day += 1) {
    const name = bucketOf(dayNamed(day), query);
    if (name !== names.at(-1)) names.push(name);
    placeOf.push(names.length - 1);
  }
  return { names, first, placeOf };
}

/** What one currency and group add up to. */
interface Total {
  currency: string;
  group: Group;
  /** Before the range. */
  opening: bigint;
  /** By place of the period; undefined where there is none. */
  values: (bigint | undefined)[];
}

/** In the order of the rows of a period. A year of days in groups is thousands of sums: what can be done once for a group is not done for each of them. */
function totalsOf(found: readonly Series[], periods: Periods): Total[] {
  const totals = new Map<string, Total>();
  for (const { currency, group, days } of found) {
    const name = `${currency}|${groupText(group)}`;
    const total = totals.get(name) ?? { currency, group, opening: 0n, values: none(periods) };
    totals.set(name, total);
    for (const [day, value] of days) {
      const place = periods.placeOf[day - periods.first];
      if (place === undefined) total.opening += value;
      else total.values[place] = (total.values[place] ?? 0n) + value;
    }
  }
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
}

const none = ({ names }: Periods): Total['values'] => new Array<bigint | undefined>(names.length).fill(undefined);

/** What there is at the end of each period; at the last day asked for where that is earlier. Nothing where there is none. */
function running(total: Total): Total {
  let value = total.opening;
  const values = total.values.map((change) => {
    value += change ?? 0n;
    return value === 0n ? undefined : value;
  });
  return { ...total, values };
}

const hasSome = ({ values }: Total): boolean => values.some((value) => value !== undefined);

/** Every period of the range gets a row, so that a chart has no holes: of counts, and of money in each currency of the range. */
const filled = (totals: readonly Total[], periods: Periods, { unit }: Metric): readonly Total[] =>
  totals.length === 0 && unit === 'count' ? [{ currency: '', group: {}, opening: 0n, values: none(periods) }] : totals;

function rowsOf(
  totals: readonly Total[],
  periods: Periods,
  { money, grouped }: { money: boolean; grouped: boolean },
): MetricRow[] {
  const rows: MetricRow[] = [];
  for (const [place, period] of periods.names.entries()) {
    for (const { currency, group, values } of totals) {
      const value = values[place] ?? (grouped ? undefined : 0n);
      if (value === undefined) continue;
      const row: MetricRow = { period, value: money ? String(value) : Number(value) };
      if (money) row.currency = currency;
      if (grouped) row.group = group;
      rows.push(row);
    }
  }
  return rows;
}

function ratioRows(parts: readonly PartSeries[], periods: Periods, grouped: boolean): MetricRow[] {
  const totals = (part: Part): Map<string, Total['values']> =>
    new Map(
      totalsOf(
        parts.filter((each) => each.part === part),
        periods,
      ).map(({ group, values }) => [groupText(group), values]),
    );
  const [numerators, denominators] = [totals('numerator'), totals('denominator')];
  const groups = new Map<string, Group>(grouped ? parts.map(({ group }) => [groupText(group), group]) : [['{}', {}]]);
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows: MetricRow[] = [];
  for (const [place, period] of periods.names.entries()) {
    for (const [text, group] of ordered) {
      const above = numerators.get(text)?.[place];
      const below = denominators.get(text)?.[place];
      if (above === undefined && below === undefined) {
        if (!grouped) rows.push({ period, value: null, numerator: 0, denominator: 0 });
        continue;
      }
      const [numerator, denominator] = [Number(above ?? 0n), Number(below ?? 0n)];
      const value = ratio(numerator, denominator);
      rows.push({ period, numerator, denominator, value, ...(grouped ? { group } : {}) });
    }
  }
  return rows;
}

/** Three places; null when there is nothing to divide by. */
export const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : Math.round((1000 * numerator) / denominator) / 1000;

/** The period that a day counts in. */
export const bucketOf = (day: Day, { interval, from, to }: Pick<MetricQuery, 'interval' | 'from' | 'to'>): string =>
  interval === 'range' ? `${from}/${to}` : periodOf(day, interval);

const orderOf = (row: MetricRow): string =>
  `${row.period}|${row.currency ?? ''}|${row.group ? groupText(row.group) : '{}'}`;

/** Marks the periods that hold one of these days. */
export function markIncomplete(
  rows: readonly MetricRow[],
  query: MetricQuery,
  days: readonly Day[],
): readonly MetricRow[] {
  if (days.length === 0) return rows;
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
  const knownRows = new Map(known.map((row) => [orderOf(row), row]));
  // A currency or a group of which nothing was reported is known none the less.
  for (const [order, row] of knownRows) if (!rows.has(order)) rows.set(order, emptied(row));
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([order, row]) => (closedPeriods.has(row.period) ? beside(row, knownRows.get(order) ?? emptied(row)) : row));
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
