import type pg from 'pg';
import { definitionOf } from '../../catalog/metric-definition.js';
import type { Metric } from '../../catalog/subjects.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { addDays } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';
import { type AdjustmentCause, type AdjustmentRow, ENTRY_IDS_MAX, type SumRow } from './close-contents.js';
import type { Closing } from './closing-store.js';
import type { PeriodDays } from '../tie-outs.js';

const DIMENSIONS = 'metric, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present';
const LIVE = DIMENSIONS.replace('unknown_reason', `coalesce(unknown_reason, '') as unknown_reason`);
// Texts by their bytes, so that no collation changes the order, and with it a digest.
const ORDER = DIMENSIONS.split(', ')
  .map((column) => (['day', 'customer_present'].includes(column) ? column : `${column} collate "C"`))
  .join(', ');

type Client = Pick<pg.ClientBase, 'query'>;

const flowsOf = (metrics: readonly Metric[]): string[] =>
  metrics.filter(({ shape }) => shape.kind === 'flow').map(({ name }) => name);

const stockTerms = (metrics: readonly Metric[]): string[] => [
  ...new Set(metrics.flatMap(({ shape }) => (shape.kind === 'stock' ? shape.terms.map(({ metric }) => metric) : []))),
];

/** The sums of a period's days up to a position, and under the day before the first what the stocks began with. */
export async function periodSums(
  client: Client,
  metrics: readonly Metric[],
  { from, to }: PeriodDays,
  upTo: Position,
): Promise<SumRow[]> {
  const { rows } = await client.query<SumRow>(
    `select * from (
       select ${LIVE}, sum(delta)::bigint as value from model.contributions
       where metric = any($1) and day between $2 and $3 and position <= $4
       group by 1, 2, 3, 4, 5, 6, 7, 8, 9 having sum(delta) <> 0
       union all
       select metric, $6::date, currency, source, medium, campaign, coalesce(unknown_reason, ''), customer_kind, customer_present,
         sum(delta)::bigint from model.contributions
       where metric = any($5) and day < $2 and position <= $4
       group by 1, 2, 3, 4, 5, 6, 7, 8, 9 having sum(delta) <> 0
     ) s order by ${ORDER}`,
    [flowsOf(metrics), from, to, upTo, stockTerms(metrics), addDays(from, -1)],
  );
  return rows;
}

/**
 * What the closed days are known to be at a position, less what closes in force have reported of them, in their own periods and as
 * adjustments in later ones: what the first open period has to take. The last close took in all that had come by then, so what came
 * since is late; what else differs is another reading of the same entries.
 */
export async function openAdjustments(
  client: Client,
  metrics: readonly Metric[],
  closings: readonly Closing[],
  upTo: Position,
  modelVersion: string,
): Promise<AdjustmentRow[]> {
  const last = closings.at(-1);
  if (!last) return [];
  const late = await lateSums(client, metrics, closings, { after: last.upTo, upTo });
  const found: AdjustmentRow[] = late.map((row) => ({ ...row, cause: 'late_fact' }));
  if (closings.some((closing) => closing.modelVersion !== modelVersion)) {
    for (const row of await restatedSums(client, metrics, closings, last.upTo)) {
      const { header } = closings.find(({ period }) => period === row.adjusts)!;
      found.push({ ...row, cause: causeOf(row.metric, metrics, header.metrics), entries: 0, entry_ids: [] });
    }
  }
  const ordered = found.map((row): [string, AdjustmentRow] => [orderOf(row), row]);
  return ordered.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const orderOf = ({ adjusts, cause, entries: _, entry_ids: __, value: ___, ...dimensions }: AdjustmentRow): string =>
  `${adjusts}\n${cause}\n${canonicalJson(dimensions)}`;

/** Whether it was the definition that changed, or what reads the entries. */
export function causeOf(
  name: string,
  metrics: readonly Metric[],
  before: Closing['header']['metrics'],
): AdjustmentCause {
  const metric = metrics.find((each) => each.name === name);
  const same = metric !== undefined && canonicalJson(definitionOf(metric)) === canonicalJson(before[name]);
  return same ? 'interpreter_changed' : 'definition_changed';
}

type OfPeriod = SumRow & { adjusts: string };

const keysOf = (closings: readonly Closing[]): unknown[] => [
  closings.map(({ period }) => period),
  closings.map(({ version }) => version),
  closings.map(({ from }) => from),
  closings.map(({ to }) => to),
];
const KEYS = 'unnest($1::text[], $2::int[], $3::date[], $4::date[]) as c(period, version, from_day, to_day)';

/** What came after the last close, of closed days. */
async function lateSums(
  client: Client,
  metrics: readonly Metric[],
  closings: readonly Closing[],
  { after, upTo }: { after: Position; upTo: Position },
): Promise<(OfPeriod & { entries: number; entry_ids: string[] })[]> {
  const { rows } = await client.query<OfPeriod & { entries: number; entry_ids: string[] }>(
    `select c.period as adjusts, ${LIVE}, sum(k.delta)::bigint as value, count(distinct k.entry_id)::int as entries,
       (array_agg(distinct k.entry_id order by k.entry_id))[1:${ENTRY_IDS_MAX}] as entry_ids
     from ${KEYS} join model.contributions k on k.day between c.from_day and c.to_day
     where k.metric = any($5) and k.position > $6 and k.position <= $7
     group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 having sum(k.delta) <> 0`,
    [...keysOf(closings), flowsOf(metrics), after, upTo],
  );
  return rows;
}

/** What the model of today says of the entries until the last close, less what closes reported of them. */
async function restatedSums(
  client: Client,
  metrics: readonly Metric[],
  closings: readonly Closing[],
  upTo: Position,
): Promise<OfPeriod[]> {
  const { rows } = await client.query<OfPeriod>(
    `select adjusts, ${DIMENSIONS}, sum(value)::bigint as value from (
       select c.period as adjusts, ${LIVE}, k.delta as value
       from ${KEYS} join model.contributions k on k.day between c.from_day and c.to_day
       where k.metric = any($5) and k.position <= $6
       union all
       select r.period, ${DIMENSIONS}, -r.value from ${KEYS} join close.rows r using (period, version)
       where r.day >= c.from_day
       union all
       select a.adjusts, ${DIMENSIONS}, -a.value from ${KEYS} join close.adjustments a using (period, version)
     ) s group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 having sum(value) <> 0`,
    [...keysOf(closings), flowsOf(metrics), upTo],
  );
  return rows;
}

/** The adjustments that a close took in, as it stored them. */
export async function storedAdjustments(
  client: Client,
  { period, version }: Pick<Closing, 'period' | 'version'>,
): Promise<AdjustmentRow[]> {
  const { rows } = await client.query<AdjustmentRow>(
    `select adjusts, cause, entries, entry_ids, ${DIMENSIONS}, value from close.adjustments
     where period = $1 and version = $2 order by ordinal`,
    [period, version],
  );
  return rows;
}
