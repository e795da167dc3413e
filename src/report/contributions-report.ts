import type { Metric, MetricShape } from '../catalog/subjects.js';
import { type Day, type Interval, periodOf } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { ReportPage } from './create-report.js';
import type { Snapshot } from './sums.js';

export interface ContributionsQuery {
  /** One day, or a range by `from` and `to`. */
  day?: Day;
  from?: Day;
  to?: Day;
  interval?: Interval;
  currency?: string;
  as_of?: string;
  cursor?: string;
  limit?: number;
}

interface Row {
  position: bigint;
  ordinal: number;
  metric: string;
  subject: string;
  day: Day;
  currency: string;
  delta: bigint;
  source: string;
  medium: string;
  campaign: string;
  unknown_reason: string | null;
  customer_kind: string;
  fact: string;
  entry_id: string;
  occurred_at: Date;
}

/** Contributions as the model has them, and whether there are more. */
export interface FoundContributions {
  rows: Row[];
  more: boolean;
  /** How the number is made of them. */
  shape: MetricShape;
}

/**
 * The rows under a number, oldest first: what each added and why. Their deltas sum to the number; those of a ratio say whether they
 * are part of its numerator, its denominator or both, and sum to these. Under a stock on a day lies everything until then; asked for a
 * range, its rows are the changes within it.
 */
export async function findContributions(
  metric: Metric,
  all: readonly Metric[],
  query: ContributionsQuery,
  snapshot: Snapshot,
): Promise<FoundContributions> {
  const from = query.day !== undefined && metric.shape.kind === 'stock' ? BEGINNING : (query.day ?? query.from);
  const to = query.day ?? query.to;
  if (!from || !to) throw new Problem('invalid_request', 'name a `day`, or a range by `from` and `to`');
  const limit = query.limit ?? LIMIT_DEFAULT;
  const [position, ordinal] = cursorOf(query.cursor);
  const names = flowsOf(metric, all);
  const { rows } = await snapshot.client.query<Row>(
    `select position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, unknown_reason, customer_kind, fact,
            entry_id, occurred_at
     from model.contributions
     where metric = any($1) and day between $2 and $3 and position <= $4 and (position, ordinal) > ($5, $6)
       and ($7::text is null or currency = $7)
     order by position, ordinal limit $8`,
    [names, from, to, snapshot.position, position, ordinal, query.currency ?? null, limit + 1],
  );
  return { rows: rows.slice(0, limit), more: rows.length > limit, shape: metric.shape };
}

const LIMIT_DEFAULT = 100;
const BEGINNING = '0001-01-01';

/** The page of found rows, each with the ledger entry that says so. Reads the ledger, so no connection may be held meanwhile. */
export async function contributionsPage(
  { rows, more, shape }: FoundContributions,
  interval: Interval,
  ledger: Ledger,
): Promise<ReportPage> {
  const entries = await ledger.findMany([...new Set(rows.map((row) => row.entry_id))]);
  const origins = new Map(entries.map((entry) => [entry.id, entry]));
  const last = rows.at(-1);
  return {
    data: rows.map((row) => {
      const entry = origins.get(row.entry_id);
      return {
        ...contributionJson(row, shape, interval),
        origin: entry?.origin ?? null,
        origin_event_id: entry?.originEventId ?? null,
      };
    }),
    next_cursor: more && last ? `${last.position}.${last.ordinal}` : null,
  };
}

/** The rows of a sum or a stock are those of its terms, with their signs; a ratio's are those of what it divides. */
function flowsOf({ name, shape }: Metric, all: readonly Metric[]): string[] {
  if (shape.kind === 'flow') return [name];
  const names = shape.kind === 'ratio' ? [shape.numerator, shape.denominator] : shape.terms.map((term) => term.metric);
  return [...new Set(names)].filter((each) => all.some((metric) => metric.name === each));
}

function signOf(row: Row, shape: MetricShape): bigint {
  const terms = shape.kind === 'sum' || shape.kind === 'stock' ? shape.terms : [];
  return BigInt(terms.find(({ metric }) => metric === row.metric)?.sign ?? 1);
}

/** What a row counts in: both, where a ratio is a share of its own denominator. */
function partsOf(row: Row, shape: MetricShape): ('numerator' | 'denominator')[] {
  if (shape.kind !== 'ratio') return [];
  const { source = row.source } = shape.numeratorFilter ?? {};
  return [
    ...(row.metric === shape.numerator && row.source === source ? (['numerator'] as const) : []),
    ...(row.metric === shape.denominator ? (['denominator'] as const) : []),
  ];
}

const contributionJson = (row: Row, shape: MetricShape, interval: Interval) => ({
  period: periodOf(row.day, interval),
  day: row.day,
  metric: row.metric,
  ...(shape.kind === 'ratio' ? { part_of: partsOf(row, shape) } : {}),
  subject: row.subject,
  ...amountJson(signOf(row, shape) * row.delta, row.currency),
  fact: row.fact,
  entry_id: row.entry_id,
  position: Number(row.position),
  occurred_at: row.occurred_at.toISOString(),
  source: row.source,
  medium: row.medium,
  campaign: row.campaign,
  ...(row.unknown_reason ? { unknown_reason: row.unknown_reason } : {}),
  ...(row.customer_kind ? { customer_kind: row.customer_kind } : {}),
});

const amountJson = (delta: bigint, currency: string) =>
  currency ? { delta: String(delta), currency } : { delta: Number(delta) };

function cursorOf(cursor: string | undefined): [number, number] {
  if (cursor === undefined) return [0, -1];
  const match = /^(\d{1,15})\.(\d{1,9})$/.exec(cursor);
  if (!match) throw new Problem('invalid_request', 'the cursor is not one of this list');
  return [Number(match[1]), Number(match[2])];
}
