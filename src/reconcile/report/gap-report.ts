import { addDays, type Day, daysBetween, daysBetweenBoth } from '../../kernel/day.js';
import {
  bySourceAndMetric,
  type ComparedDay,
  type ComparedRow,
  currenciesOf,
  isIn,
  isSettled,
  leftOut,
} from './compared-days.js';
import type { DriftRow } from './drift-report.js';
import { percent } from '../gap.js';
import type { Marker } from '../store/markers.js';

/** One metric at one source over the days of a week that were settled and comparable. Money is minor units of `currency` as a string. */
export interface WeekRow {
  source: string;
  metric: string;
  currency?: string;
  /** Days that are summed, of seven. */
  days: number;
  actual: number | string;
  tracked: number | string;
  gap: number | string;
  gap_pct: number | null;
  /** The week before, over its own days; null when it had none. */
  gap_pct_before: number | null;
  /** Counts of ids; null where the source gives counts only. */
  missing: number | null;
  duplicates: number | null;
  client_only: number | null;
  causes: Record<string, number>;
  unexplained: number;
  /** What the loss of single days concentrated in: `2026-10-03 browser firefox`. */
  concentrations: string[];
  /** Days left out: failed, provisional, not comparable or never compared, with why. */
  left_out: Record<Day, string>;
}

export interface GapReport {
  /** ISO 8601: `2026-W40`. */
  week: string;
  /** Monday and Sunday. */
  from: Day;
  to: Day;
  time_zone: string;
  /** When it was fixed; null while it is only asked for. RFC 3339. */
  published_at: string | null;
  rows: WeekRow[];
  /** What was not what it usually is on the last settled day of the week, and why; reports of earlier versions do not say why. */
  drift: (Pick<
    DriftRow,
    'source' | 'metric' | 'currency' | 'figure' | 'day' | 'value' | 'baseline' | 'moved' | 'shift'
  > &
    Partial<Pick<DriftRow, 'causes' | 'concentrated_in'>>)[];
  markers: Pick<Marker, 'at' | 'kind' | 'title'>[];
  /** Where the week's true numbers came from; reports of earlier versions do not say. */
  came_from?: CameFrom[];
}

/** What a channel brought of a metric by first touch; of `unknown` the reasons instead of bounds. Money is minor units of `currency` as text. */
export interface CameFrom {
  metric: string;
  currency?: string;
  channel: string;
  value: number | string;
  share: number | null;
  /** What the share would be if none, or all, of the unknown were its. */
  bounds?: [lowest: number | null, highest: number | null];
  reasons?: Record<string, number | string>;
}

/** Monday of an ISO week; undefined when the year has no such week. */
export function mondayOf(week: string): Day | undefined {
  const match = /^(\d{4})-W(\d{2})$/.exec(week);
  if (!match) return undefined;
  const fourth = `${match[1]}-01-04`; // always in week 1
  const weekday = (new Date(`${fourth}T00:00:00Z`).getUTCDay() + 6) % 7;
  const monday = addDays(fourth, 7 * (Number(match[2]) - 1) - weekday);
  return weekOf(monday) === week ? monday : undefined;
}

/** The ISO week that a day is in. */
export function weekOf(day: Day): string {
  const thursday = addDays(day, 3 - ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  const number = Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7) + 1;
  return `${thursday.slice(0, 4)}-W${String(number).padStart(2, '0')}`;
}

/** Rows of the report from the days of two weeks, `from` being the Monday of the second. Ratios are in the drift, not in the sums. */
export function weekRows(days: readonly ComparedDay[], from: Day): WeekRow[] {
  return bySourceAndMetric(days).flatMap((all) => {
    const own = all.filter(({ day }) => day >= from);
    const before = all.flatMap(({ day, rows }) => (day < from ? rows : []));
    return currenciesOf(own).map((currency) => weekRow(currency, own, before.filter(isIn(currency)), from));
  });
}

function weekRow(
  currency: string | undefined,
  days: readonly ComparedDay[],
  before: readonly ComparedRow[],
  from: Day,
): WeekRow {
  const { source, metric } = days[0]!;
  const own = days.flatMap(({ rows }) => rows).filter(isIn(currency));
  const settled = own.filter(isSettled);
  const left = leftOut(days, currency, daysBetweenBoth(from, addDays(from, 6)));
  const { actual, tracked } = sums(settled);
  const wire = (value: bigint): number | string => (currency === undefined ? Number(value) : String(value));
  const previous = sums(before.filter(isSettled));
  const causes = new Map<string, number>();
  for (const row of settled)
    for (const [cause, count] of Object.entries(row.causes)) causes.set(cause, (causes.get(cause) ?? 0) + count);
  return {
    ...{ source, metric, ...(currency === undefined ? {} : { currency }), days: 7 - Object.keys(left).length },
    ...{ actual: wire(actual), tracked: wire(tracked), gap: wire(actual - tracked) },
    gap_pct: percent(actual - tracked, actual),
    gap_pct_before: percent(previous.actual - previous.tracked, previous.actual),
    ...{ missing: total(settled, 'missing'), duplicates: total(settled, 'duplicates') },
    client_only: total(settled, 'client_only'),
    causes: Object.fromEntries([...causes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
    unexplained: settled.reduce((sum, { unexplained }) => sum + unexplained, 0),
    concentrations: settled.flatMap(concentrationsOf),
    left_out: left,
  };
}

function sums(rows: readonly ComparedRow[]): { actual: bigint; tracked: bigint } {
  let [actual, tracked] = [0n, 0n];
  for (const row of rows) {
    actual += BigInt(row.actual!);
    tracked += BigInt(row.tracked!);
  }
  return { actual, tracked };
}

function total(rows: readonly ComparedRow[], part: 'missing' | 'duplicates' | 'client_only'): number | null {
  const known = rows.flatMap((row) => row[part] ?? []);
  return known.length === 0 && rows.length > 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

const concentrationsOf = ({ day, concentration }: ComparedRow): string[] =>
  (concentration?.findings ?? [])
    .slice(0, 1)
    .map(({ dimension, value, lost, of }) => `${day} ${dimension} ${value}: ${lost} of ${of} lost`);
