import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { defaultChannels } from '../../src/catalog/channels.js';
import { definitionOf } from '../../src/catalog/metric-definition.js';
import { addDays, type Day, dayNumber } from '../../src/kernel/day.js';
import { metrics } from '../../src/metrics/index.js';
import type { ClosedDays } from '../../src/report/closed-days.js';
import { termsIn } from '../../src/report/metric-parts.js';
import { bucketOf, metricRows, type MetricQuery, ratio } from '../../src/report/metrics-report.js';
import type { Snapshot } from '../../src/report/sums.js';

interface Row {
  metric: string;
  day: Day;
  currency: string;
  source: string;
  value: bigint;
}

// Two months and three weeks meet in it; there are contributions on some days before it.
const range = { from: '2026-01-30', to: '2026-02-10' };
const days = Array.from({ length: 18 }, (_, index) => addDays('2026-01-24', index));
const closed = { from: '2026-02-01', to: '2026-02-05' };
const flows = { money: ['revenue_gross', 'refunds', 'disputes', 'mrr_new', 'mrr_churn'], count: ['signups'] };

const rowOf = (names: readonly string[], currencies: readonly string[]) =>
  fc.record({
    metric: fc.constantFrom(...names),
    day: fc.constantFrom(...days),
    currency: fc.constantFrom(...currencies),
    source: fc.constantFrom('google', 'unknown', 'a "quoted" one'),
    value: fc.bigInt({ min: -2n, max: 2n }),
  });
const someRows = fc.array(fc.oneof(rowOf(flows.money, ['EUR', 'USD']), rowOf(flows.count, [''])), { maxLength: 60 });

const keyOf = (row: Row, columns: readonly string[]): string =>
  JSON.stringify(columns.map((column) => row[column as keyof Row]));

/** Sums of rows by some of their columns, without those that are zero. */
function summed(rows: readonly Row[], columns: readonly string[]): Row[] {
  const groups = Map.groupBy(rows, (row) => keyOf(row, columns));
  const sums = [...groups.values()].map((all) => ({
    ...all[0]!,
    value: all.reduce((sum, { value }) => sum + value, 0n),
  }));
  return sums.filter(({ value }) => value !== 0n);
}

/** Answers the one statement of the sums as the tables of contributions and closes would. */
function tablesOf(known: readonly Row[], stored: readonly Row[]): pg.ClientBase {
  const query = (text: string, [names, from, to, ...filters]: [string[], Day, Day, ...unknown[]]) => {
    const columns = /^select (.*?), string_agg/.exec(text)![1]!.split(', ');
    const opening = text.includes('day <= $3');
    const rows = (text.includes('close.rows') ? stored : known)
      .filter(({ metric, day }) => names.includes(metric) && day <= to && (opening || day >= from))
      .filter(({ source }) => !text.includes('source = $4') || source === filters[0])
      .map((row) => ({ ...row, day: row.day < from ? addDays(from, -1) : row.day }));
    const series = Map.groupBy(summed(rows, [...columns, 'day']), (row) => keyOf(row, columns));
    const answer = [...series.values()].map((all) => ({
      ...all[0]!,
      days: all.map(({ day, value }) => `${dayNumber(day)} ${value}`).join(','),
    }));
    return Promise.resolve({ rows: answer });
  };
  return { query } as unknown as pg.ClientBase;
}

const closing: ClosedDays = {
  ...{ period: '2026-02', version: 1, ...closed, upTo: 5, digest: '', modelVersion: '', closedPosition: 6 },
  header: { metrics: Object.fromEntries(metrics.map((metric) => [metric.name, definitionOf(metric)])) },
};

/** The same, day by day and row by row: closed days are of what was stored, others of what is known. */
function expectedRows(name: string, query: MetricQuery, known: readonly Row[], stored: readonly Row[]): unknown[] {
  const { shape, unit } = metrics.find((metric) => metric.name === name)!;
  const grouped = query.group_by !== undefined;
  const columns = grouped ? ['currency', 'source'] : ['currency'];
  const asked = days.filter((day) => day >= query.from && day <= query.to);
  const isClosed = (day: Day): boolean => day >= closed.from && day <= closed.to;
  const partOf = (day: Day, part: string): Row[] =>
    termsIn(name, metrics).flatMap((term) =>
      (isClosed(day) ? stored : known)
        .filter((row) => term.part === part && row.metric === term.metric && row.source === (term.source ?? row.source))
        .map((row) => ({ ...row, value: BigInt(term.sign) * row.value })),
    );
  const onDay = (day: Day, part: string): Row[] =>
    summed(
      partOf(day, part).filter((row) => row.day === day),
      ['metric', ...columns],
    );
  const until = (day: Day): Row[] =>
    summed(
      partOf(day, 'value').filter((row) => row.day <= day),
      columns,
    );
  const within = (period: string): Day[] => asked.filter((day) => bucketOf(day, query) === period);
  const rowsIn = (period: string, part: string): Row[] =>
    shape.kind === 'stock' ? until(within(period).at(-1)!) : within(period).flatMap((day) => onDay(day, part));
  const periods = [...new Set(asked.map((day) => bucketOf(day, query)))];
  const parts = shape.kind === 'ratio' ? ['numerator', 'denominator'] : ['value'];
  const everywhere = periods.flatMap((period) => parts.flatMap((part) => rowsIn(period, part)));
  const groups = new Map(everywhere.map((row) => [keyOf(row, columns), row]));
  const money = unit === 'money';
  if (!grouped && !money) groups.set('[""]', { metric: '', day: '', currency: '', source: '', value: 0n });
  const named = [...groups].sort(([, a], [, b]) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return periods.flatMap((period) =>
    named.flatMap(([key, { currency, source }]): unknown[] => {
      const of = parts.map((part) => rowsIn(period, part).filter((row) => keyOf(row, columns) === key));
      if (grouped && of.every((rows) => rows.length === 0)) return [];
      const [value = 0n, below = 0n] = of.map((rows) => rows.reduce((sum, row) => sum + row.value, 0n));
      const group = grouped ? { group: { source } } : {};
      if (shape.kind !== 'ratio')
        return [{ period, value: money ? String(value) : Number(value), ...(money ? { currency } : {}), ...group }];
      const counts = { numerator: Number(value), denominator: Number(below) };
      return [{ period, ...counts, value: ratio(counts.numerator, counts.denominator), ...group }];
    }),
  );
}

const orderOf = ({ currency, source }: Row): string => `${currency}|${JSON.stringify({ source })}`;

describe('the rows of a metric', () => {
  it('given any contributions and any stored by a close, then each row is their sum by period, currency and group, in order', async () => {
    const asked = fc.record({
      name: fc.constantFrom('revenue_gross', 'revenue_net', 'mrr', 'signups', 'unknown_share'),
      interval: fc.constantFrom('day', 'week', 'month', 'range'),
      grouped: fc.boolean(),
      withClose: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(someRows, someRows, asked, async (known, others, { name, interval, grouped, withClose }) => {
        const stored = withClose ? others : known;
        const client = tablesOf(known, stored);
        const at: Snapshot = {
          ...{ client, position: 9, past: false, timeZone: 'UTC', channels: defaultChannels, superseded: false },
          closings: withClose ? [closing] : [],
        };
        const query: MetricQuery = { ...range, interval, ...(grouped ? { group_by: ['source'] } : {}) };
        const metric = metrics.find((each) => each.name === name)!;
        expect(await metricRows(metric, metrics, query, at)).toEqual(expectedRows(name, query, known, stored));
      }),
      { numRuns: 300 },
    );
  });
});
