import type { Metric, Term } from '../catalog/subjects.js';
import { addDays, type Day, type Interval, periodOf } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { type Group, type GroupKey, groupKeys, type Snapshot, sums, type Sum } from './sums.js';

export interface MetricQuery {
  from: Day;
  to: Day;
  interval: Interval;
  group_by?: readonly string[];
  currency?: string;
  /** A ledger position or an RFC 3339 time. */
  as_of?: string;
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
}

/** The values of one metric. Every number is a sum of contributions up to the snapshot's position. */
export async function metricRows(
  metric: Metric,
  all: readonly Metric[],
  query: MetricQuery,
  snapshot: Snapshot,
): Promise<MetricRow[]> {
  const groupBy = groupKeys(query.group_by ?? []);
  const { shape } = metric;
  if (shape.kind === 'ratio') return ratioRows(shape, query, groupBy, snapshot);
  if (metric.unit === 'count' && query.currency) throw new Problem('invalid_request', 'a count has no currency');
  const terms = termsOf(metric, all);
  const stock = shape.kind === 'stock';
  const found = await sums(snapshot, {
    metrics: terms.map((term) => term.metric),
    from: query.from,
    to: query.to,
    groupBy,
    currency: query.currency,
    opening: stock,
  });
  const signs = new Map(terms.map((term) => [term.metric, BigInt(term.sign)]));
  const signed = found.map((sum) => ({ ...sum, value: signs.get(sum.metric)! * sum.value }));
  const money = metric.unit === 'money';
  const rows = (stock ? runningSums(signed, query) : periodSums(signed, query)).map(({ period, value, of }) => ({
    period,
    value: money ? String(value) : Number(value),
    ...(money ? { currency: of.currency } : {}),
    ...(groupBy.length > 0 ? { group: of.group } : {}),
  }));
  return inOrder(groupBy.length > 0 ? rows : filled(rows, query, money));
}

interface PeriodSum {
  period: string;
  value: bigint;
  of: Sum;
}

const seriesOf = ({ currency, group }: Sum): string => `${currency}|${JSON.stringify(group)}`;

function periodSums(found: readonly Sum[], query: MetricQuery): PeriodSum[] {
  const totals = new Map<string, PeriodSum>();
  for (const of of found) {
    const period = periodOf(of.day, query.interval);
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

/** The flows that a metric adds up. */
const termsOf = (metric: Metric, all: readonly Metric[]): readonly Term[] => {
  const { shape } = metric;
  if (shape.kind !== 'sum' && shape.kind !== 'stock') return [{ metric: metric.name, sign: 1 }];
  return shape.terms.flatMap((term) => {
    const inner = all.find(({ name }) => name === term.metric)!;
    return termsOf(inner, all).map((each) => ({ metric: each.metric, sign: (each.sign * term.sign) as 1 | -1 }));
  });
};

async function ratioRows(
  shape: Extract<Metric['shape'], { kind: 'ratio' }>,
  query: MetricQuery,
  groupBy: readonly GroupKey[],
  snapshot: Snapshot,
): Promise<MetricRow[]> {
  if (query.currency) throw new Problem('invalid_request', 'a ratio of counts has no currency');
  const range = { from: query.from, to: query.to, groupBy };
  const below = await sums(snapshot, { ...range, metrics: [shape.denominator] });
  const above = await sums(snapshot, { ...range, metrics: [shape.numerator], ...(shape.numeratorFilter ?? {}) });
  const rows = new Map<string, { period: string; group: Group; numerator: number; denominator: number }>();
  const add = (sum: Sum, part: 'numerator' | 'denominator'): void => {
    const period = periodOf(sum.day, query.interval);
    const key = `${period}|${JSON.stringify(sum.group)}`;
    const row = rows.get(key) ?? { period, group: sum.group, numerator: 0, denominator: 0 };
    rows.set(key, { ...row, [part]: row[part] + Number(sum.value) });
  };
  for (const sum of below) add(sum, 'denominator');
  for (const sum of above) add(sum, 'numerator');
  const found = [...rows.values()].map(({ group, ...row }) => ({
    ...row,
    value: ratio(row.numerator, row.denominator),
    ...(groupBy.length > 0 ? { group } : {}),
  }));
  if (groupBy.length > 0) return inOrder(found);
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

function periods({ from, to, interval }: MetricQuery): string[] {
  const found = new Set<string>();
  for (let day = from; day <= to; day = addDays(day, 1)) found.add(periodOf(day, interval));
  return [...found];
}

const orderOf = (row: MetricRow): string => `${row.period}|${row.currency ?? ''}|${JSON.stringify(row.group ?? {})}`;
const inOrder = (rows: MetricRow[]): MetricRow[] => rows.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));

/** Marks the periods that hold one of these days. */
export function markIncomplete(rows: readonly MetricRow[], interval: Interval, days: readonly Day[]): MetricRow[] {
  const marked = new Set(days.map((day) => periodOf(day, interval)));
  return rows.map((row) => (marked.has(row.period) ? { ...row, incomplete: true } : row));
}
