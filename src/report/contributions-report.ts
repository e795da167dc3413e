import type { Metric, MetricShape } from '../catalog/subjects.js';
import { type Day, type Interval, periodOf } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { senderEventOf } from '../ledger/completed-event.js';
import type { Ledger } from '../ledger/ledger.js';
import { segmentsOf } from './closed-days.js';
import type { ReportPage } from './create-report.js';
import type { Group, GroupKey, Snapshot } from './sums.js';

/** Also with a group, as `group_by` names it: only its rows. */
export interface ContributionsQuery extends Group {
  /** One day, or a range by `from` and `to`. */
  day?: Day;
  from?: Day;
  to?: Day;
  interval?: Interval;
  currency?: string;
  as_of?: string;
  /** Of closed days: the rows that were reported (the default), or all that are known. */
  view?: 'reported' | 'known';
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
  const { from, to } = daysOf(metric, query);
  const limits = limitsOf(from, to, snapshot);
  const limit = query.limit ?? LIMIT_DEFAULT;
  const [position, ordinal] = cursorOf(query.cursor);
  const names = flowsOf(metric, all);
  const values: unknown[] = [names, from, to, position, ordinal, limit + 1, ...limits];
  const narrowed = narrowedBy(query, await tellingChannel(query.channel, { names, from, to }, snapshot), values);
  const { rows } = await snapshot.client.query<Row>(
    `select position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, unknown_reason, customer_kind, fact,
            entry_id, occurred_at
     from model.contributions
     where metric = any($1) and day between $2 and $3 and (position, ordinal) > ($4, $5)
       and exists (select from unnest($7::date[], $8::date[], $9::bigint[]) as l(from_day, to_day, up_to)
         where day between l.from_day and l.to_day and position <= l.up_to)
       ${narrowed.map((condition) => `and ${condition}`).join(' ')}
     order by position, ordinal limit $6`,
    values,
  );
  return { rows: rows.slice(0, limit), more: rows.length > limit, shape: metric.shape };
}

/** What of a row tells its group; of what is not unknown, the reason is empty. */
const GROUP_COLUMNS: Readonly<Record<Exclude<GroupKey, 'channel'>, string>> = {
  source: 'source',
  medium: 'medium',
  campaign: 'campaign',
  customer_kind: 'customer_kind',
  unknown_reason: `coalesce(unknown_reason, '')`,
};

/** Conditions on the currency and the group of a row; their values are appended to those of the query. */
function narrowedBy(query: ContributionsQuery, channel: Told[] | undefined, values: unknown[]): string[] {
  const given = (value: unknown): string => `$${values.push(value)}`;
  const columns = { currency: 'currency', ...GROUP_COLUMNS };
  const conditions = Object.entries(columns).flatMap(([key, column]) => {
    const value = query[key as keyof typeof columns];
    return value === undefined ? [] : [`${column} = ${given(value)}`];
  });
  if (!channel) return conditions;
  const [sources, media] = [channel.map(({ source }) => source), channel.map(({ medium }) => medium)];
  return [
    ...conditions,
    `(source, medium) in (select * from unnest(${given(sources)}::text[], ${given(media)}::text[]))`,
  ];
}

interface Told {
  source: string;
  medium: string;
}

/** The sources and media that a channel is told by: it is not stored, as its rules may change without a rebuild. */
async function tellingChannel(
  channel: string | undefined,
  { names, from, to }: { names: readonly string[]; from: Day; to: Day },
  { client, channels }: Snapshot,
): Promise<Told[] | undefined> {
  if (channel === undefined) return undefined;
  const { rows } = await client.query<Told>(
    'select distinct source, medium from model.contributions where metric = any($1) and day between $2 and $3',
    [names, from, to],
  );
  return rows.filter(({ source, medium }) => channels.of(source, medium) === channel);
}

/** The days whose rows are asked for: under a stock on a day, all until then. */
export function daysOf(metric: Metric, { day, from, to }: ContributionsQuery): { from: Day; to: Day } {
  const first = day !== undefined && metric.shape.kind === 'stock' ? BEGINNING : (day ?? from);
  const last = day ?? to;
  if (!first || !last) throw new Problem('invalid_request', 'name a `day`, or a range by `from` and `to`');
  return { from: first, to: last };
}

/** Up to which position the rows of which days count: of a close those that it knew. A stock's all go with the close of its day. */
function limitsOf(from: Day, to: Day, { closings, position }: Snapshot): [Day[], Day[], number[]] {
  const segments = segmentsOf(from, to, closings);
  const cut = from === BEGINNING ? [{ from, to, closing: segments.at(-1)?.closing }] : segments;
  return [
    cut.map((segment) => segment.from),
    cut.map((segment) => segment.to),
    cut.map(({ closing }) => closing?.upTo ?? position),
  ];
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
        ...(entry ? eventJson(senderEventOf(entry)) : { origin_event_id: null }),
      };
    }),
    next_cursor: more && last ? `${last.position}.${last.ordinal}` : null,
  };
}

const eventJson = ({ originEventId, completes }: ReturnType<typeof senderEventOf>) => ({
  origin_event_id: originEventId,
  ...(completes === undefined ? {} : { completes }),
});

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
