import { definitionOf } from '../catalog/metric-definition.js';
import type { Metric } from '../catalog/subjects.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { markOf } from '../projections/shown-model.js';
import { refuseCurrency } from './asked-currency.js';
import { type ClosedDays, segmentsOf } from './closed-days.js';
import { type Part, type PartTerm, partSums, termsIn } from './metric-parts.js';
import { type Moment, snapshot, type SnapshotDeps } from './snapshot.js';
import type { Snapshot } from './sums.js';

export interface ExplainQuery {
  from: Day;
  to: Day;
  from_as_of: string;
  /** Default: now. */
  to_as_of?: string;
  currency?: string;
  limit?: number;
  cursor?: string;
}

/** One side of the comparison: a close as it reported its days, or all days as they were known at a position. */
interface Side {
  position: number;
  closings: readonly ClosedDays[];
}

const LIMIT_DEFAULT = 100;
const BEGINNING = '0001-01-01';

/**
 * What moved a metric between two moments: `{ before, after, difference, causes, data, next_cursor }`. `causes` sum to the difference, and so
 * do the rows of `data` over all pages: first what another definition or another reading of the same entries changed, then every
 * contribution that came, oldest first. A moment that is a position or a time is what was known then, a closed period what it reported.
 */
export async function explainDiff(
  deps: SnapshotDeps,
  metric: Metric,
  all: readonly Metric[],
  query: ExplainQuery,
  { before, after }: { before: Moment; after: Moment | undefined },
) {
  refuseCurrency(metric, query.currency);
  const closingsOf = async (moment: Moment | undefined): Promise<ClosedDays[]> =>
    moment?.closing ? deps.closings.inForce({ from: query.from, to: query.to, at: moment.at }) : [];
  const [closedBefore, closedAfter] = [await closingsOf(before), await closingsOf(after)];
  return snapshot(deps, { position: undefined, closings: [] }, async (at) => {
    const side = (moment: Moment | undefined, closings: ClosedDays[]): Side => ({
      position: Math.min(moment?.position ?? at.position, at.position),
      closings,
    });
    const sides: Sides = { before: side(before, closedBefore), after: side(after, closedAfter) };
    const question = { at, metric, all, query, sides };
    const [was, is] = [await totals(question, sides.before), await totals(question, sides.after)];
    const difference = minus(is, was);
    const facts = await factTotals(question);
    const restated = minus(difference, facts);
    const cause = restatedBy(deps, question);
    const page = await factPage(question);
    const first = query.cursor === undefined ? rowsOf(restated, metric).map((row) => ({ cause, ...row })) : [];
    return {
      metric: metric.name,
      unit: metric.unit,
      from: query.from,
      to: query.to,
      time_zone: at.timeZone,
      ...markOf(at),
      from_as_of: momentJson(sides.before, before),
      to_as_of: momentJson(sides.after, after),
      before: rowsOf(was, metric, true),
      after: rowsOf(is, metric, true),
      difference: rowsOf(difference, metric),
      causes: [
        ...rowsOf(facts, metric).map((row) => ({ cause: 'late_fact', ...row })),
        ...rowsOf(restated, metric).map((row) => ({ cause, ...row })),
      ],
      data: [...first, ...page.data],
      next_cursor: page.next_cursor,
    };
  });
}

interface Sides {
  before: Side;
  after: Side;
}

interface Question {
  at: Snapshot;
  metric: Metric;
  all: readonly Metric[];
  query: ExplainQuery;
  sides: Sides;
}

/** By part and currency. */
type Totals = Map<string, { part: Part; currency: string; value: bigint }>;

function add(totals: Totals, part: Part, currency: string, value: bigint): void {
  const key = `${part}|${currency}`;
  totals.set(key, { part, currency, value: (totals.get(key)?.value ?? 0n) + value });
}

function minus(a: Totals, b: Totals): Totals {
  const totals: Totals = new Map();
  for (const { part, currency, value } of a.values()) add(totals, part, currency, value);
  for (const { part, currency, value } of b.values()) add(totals, part, currency, -value);
  return totals;
}

async function totals({ at, metric, all, query }: Question, { position, closings }: Side): Promise<Totals> {
  const view = { ...at, position, past: position < at.position || at.past, closings };
  const { from, to, currency } = query;
  const found: Totals = new Map();
  for (const series of await partSums(view, metric, all, { from, to, groupBy: [], currency }))
    for (const value of series.days.values()) add(found, series.part, series.currency, value);
  return found;
}

/** Days whose contributions lie between the same two positions; `sign` -1 where the second is the earlier one. */
interface Stretch {
  from: Day;
  to: Day;
  after: number;
  upTo: number;
  sign: 1 | -1;
}

/** Under a stock lies everything until its last day, by the close of that day. */
function stretches({ metric, query: { from, to }, sides }: Question): Stretch[] {
  const positionOn = (day: Day, { position, closings }: Side): number =>
    closings.find((closing) => closing.from <= day && day <= closing.to)?.upTo ?? position;
  const stock = metric.shape.kind === 'stock';
  const pieces = stock
    ? [{ from: BEGINNING, to, on: to }]
    : segmentsOf(from, to, sides.before.closings).flatMap((outer) =>
        segmentsOf(outer.from, outer.to, sides.after.closings).map((piece) => ({ ...piece, on: piece.from })),
      );
  return pieces.map(({ from: first, to: last, on }) => {
    const [a, b] = [positionOn(on, sides.before), positionOn(on, sides.after)];
    return { from: first, to: last, after: Math.min(a, b), upTo: Math.max(a, b), sign: a <= b ? 1 : -1 };
  });
}

/** The contributions between two moments, with the parts of the metric they count in: columns `part`, `delta` with its sign. */
function movedSql(question: Question): { sql: string; values: unknown[] } {
  const terms: readonly PartTerm[] = termsIn(question.metric.name, question.all);
  const days = stretches(question);
  return {
    sql: `select k.position, k.ordinal, k.metric, k.subject, k.day, k.currency, k.delta * t.sign * s.sign as delta, k.fact, k.entry_id,
        k.occurred_at, t.part, s.sign
      from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as t(metric, part, sign, source)
      join model.contributions k on k.metric = t.metric and (t.source is null or k.source = t.source)
      join unnest($5::date[], $6::date[], $7::bigint[], $8::bigint[], $9::int[]) as s(from_day, to_day, after, up_to, sign)
        on k.day between s.from_day and s.to_day and k.position > s.after and k.position <= s.up_to
      where ($10::text is null or k.currency = $10)`,
    values: [
      ...[terms.map(({ metric }) => metric), terms.map(({ part }) => part), terms.map(({ sign }) => sign)],
      ...[terms.map(({ source }) => source ?? null), days.map(({ from }) => from), days.map(({ to }) => to)],
      ...[days.map(({ after }) => after), days.map(({ upTo }) => upTo), days.map(({ sign }) => sign)],
      question.query.currency ?? null,
    ],
  };
}

async function factTotals(question: Question): Promise<Totals> {
  const { sql, values } = movedSql(question);
  const { rows } = await question.at.client.query<{ part: Part; currency: string; value: bigint }>(
    `select part, currency, sum(delta)::bigint as value from (${sql}) m group by 1, 2`,
    values,
  );
  const found: Totals = new Map();
  for (const { part, currency, value } of rows) add(found, part, currency, value);
  return found;
}

interface Moved {
  position: bigint;
  ordinal: number;
  metric: string;
  subject: string;
  day: Day;
  currency: string;
  delta: bigint;
  fact: string;
  entry_id: string;
  occurred_at: Date;
  part: Part;
  sign: number;
}

async function factPage(question: Question): Promise<{ data: unknown[]; next_cursor: string | null }> {
  const { sql, values } = movedSql(question);
  const limit = question.query.limit ?? LIMIT_DEFAULT;
  const { rows } = await question.at.client.query<Moved>(
    `select * from (${sql}) m where (position, ordinal, part) > ($11::bigint, $12::int, $13::text)
     order by position, ordinal, part limit $14`,
    [...values, ...cursorOf(question.query.cursor), limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => movedJson(row, question.metric)),
    next_cursor: rows.length > limit && last ? `${last.position}.${last.ordinal}.${last.part}` : null,
  };
}

const movedJson = (row: Moved, { unit }: Metric) => ({
  cause: 'late_fact' as const,
  ...(unit === 'ratio' ? { part_of: row.part } : {}),
  ...(row.currency ? { delta: String(row.delta), currency: row.currency } : { delta: Number(row.delta) }),
  metric: row.metric,
  day: row.day,
  subject: row.subject,
  fact: row.fact,
  entry_id: row.entry_id,
  position: Number(row.position),
  occurred_at: row.occurred_at.toISOString(),
  ...(row.sign < 0 ? { taken_back: true as const } : {}),
});

function cursorOf(cursor: string | undefined): [string, string, string] {
  if (cursor === undefined) return ['0', '-1', ''];
  const match = /^(\d{1,15})\.(\d{1,9})\.(value|numerator|denominator)$/.exec(cursor);
  if (!match) throw new Problem('invalid_request', 'the cursor is not one of this list');
  return [match[1]!, match[2]!, match[3]!];
}

/** Why the same entries give another number: the metric was defined otherwise, or they were read otherwise. */
function restatedBy(
  { modelVersion }: SnapshotDeps,
  { metric, all, sides }: Question,
): 'definition_changed' | 'interpreter_changed' {
  const closings = [...sides.before.closings, ...sides.after.closings];
  const names = new Set([metric.name, ...termsIn(metric.name, all).map((term) => term.metric)]);
  const definitions = (closing: ClosedDays): string =>
    canonicalJson([...names].map((name) => closing.header.metrics[name] ?? null));
  const today = canonicalJson(
    [...names].map((name) => all.filter((each) => each.name === name).map(definitionOf)[0] ?? null),
  );
  const others = closings.filter((closing) => closing.modelVersion !== modelVersion);
  return others.some((closing) => definitions(closing) !== today) ? 'definition_changed' : 'interpreter_changed';
}

/** Totals as rows by currency; of a ratio one row with both of its parts. Zeros are left out unless they are wanted. */
function rowsOf(totals: Totals, { unit }: Metric, zeros = false) {
  const all = [...totals.values()];
  if (unit === 'ratio') {
    const of = (part: Part): number => Number(all.find((each) => each.part === part)?.value ?? 0n);
    const row = { numerator: of('numerator'), denominator: of('denominator') };
    return zeros || row.numerator !== 0 || row.denominator !== 0 ? [row] : [];
  }
  return all
    .filter(({ value }) => zeros || value !== 0n)
    .sort((a, b) => (a.currency < b.currency ? -1 : 1))
    .map(({ currency, value }) => (unit === 'money' ? { value: String(value), currency } : { value: Number(value) }));
}

const momentJson = ({ position }: Side, moment: Moment | undefined) => ({
  position,
  ...(moment?.closing
    ? {
        period: moment.closing.period,
        version: moment.closing.version,
        digest: moment.closing.digest,
        model_version: moment.closing.modelVersion,
      }
    : {}),
});
