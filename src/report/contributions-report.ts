import type { Metric } from '../catalog/subjects.js';
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
  signs: Map<string, bigint>;
}

/**
 * The rows under a number, oldest first: what each added and why. Their deltas sum to the number. Under a stock on a day lies everything
 * until then; asked for a range, its rows are the changes within it.
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
  const { names, signs } = flowsOf(metric, all);
  const { rows } = await snapshot.client.query<Row>(
    `select position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, unknown_reason, customer_kind, fact,
            entry_id, occurred_at
     from model.contributions
     where metric = any($1) and day between $2 and $3 and position <= $4 and (position, ordinal) > ($5, $6)
       and ($7::text is null or currency = $7)
     order by position, ordinal limit $8`,
    [names, from, to, snapshot.position, position, ordinal, query.currency ?? null, limit + 1],
  );
  return { rows: rows.slice(0, limit), more: rows.length > limit, signs };
}

const LIMIT_DEFAULT = 100;
const BEGINNING = '0001-01-01';

/** The page of found rows, each with the ledger entry that says so. Reads the ledger, so no connection may be held meanwhile. */
export async function contributionsPage(
  { rows, more, signs }: FoundContributions,
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
        ...contributionJson(row, signs.get(row.metric) ?? 1n, interval),
        origin: entry?.origin ?? null,
        origin_event_id: entry?.originEventId ?? null,
      };
    }),
    next_cursor: more && last ? `${last.position}.${last.ordinal}` : null,
  };
}

/** The rows of a sum or a stock are those of its terms, with their signs; a ratio's are those of what it divides. */
function flowsOf(metric: Metric, all: readonly Metric[]): { names: string[]; signs: Map<string, bigint> } {
  const { shape } = metric;
  if (shape.kind === 'sum' || shape.kind === 'stock') {
    const terms = shape.terms.filter((term) => all.some(({ name }) => name === term.metric));
    return {
      names: terms.map((term) => term.metric),
      signs: new Map(terms.map((term) => [term.metric, BigInt(term.sign)])),
    };
  }
  if (shape.kind === 'ratio') return { names: [...new Set([shape.numerator, shape.denominator])], signs: new Map() };
  return { names: [metric.name], signs: new Map() };
}

const contributionJson = (row: Row, sign: bigint, interval: Interval) => ({
  period: periodOf(row.day, interval),
  day: row.day,
  metric: row.metric,
  subject: row.subject,
  ...(row.currency ? { delta: String(sign * row.delta), currency: row.currency } : { delta: Number(sign * row.delta) }),
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

function cursorOf(cursor: string | undefined): [number, number] {
  if (cursor === undefined) return [0, -1];
  const match = /^(\d{1,15})\.(\d{1,9})$/.exec(cursor);
  if (!match) throw new Problem('invalid_request', 'the cursor is not one of this list');
  return [Number(match[1]), Number(match[2])];
}
