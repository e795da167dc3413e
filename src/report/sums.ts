import type pg from 'pg';
import type { Channels } from '../catalog/channels.js';
import type { Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { TOTALS } from '../projections/model-writer.js';
import type { ClosedDays } from './closed-days.js';

export type GroupKey = 'source' | 'medium' | 'campaign' | 'channel' | 'customer_kind' | 'unknown_reason';
export type Group = Partial<Record<GroupKey, string>>;

const texts = new WeakMap<Group, string>();
/** A group as JSON. A year of days in groups has few of them, in tens of thousands of rows: each is written once. */
export function groupText(group: Group): string {
  let text = texts.get(group);
  if (text === undefined) texts.set(group, (text = JSON.stringify(group)));
  return text;
}

const GROUP_KEYS: readonly string[] = ['source', 'medium', 'campaign', 'channel', 'customer_kind', 'unknown_reason'];

/** The dimensions a query may group by. Throws Problem `invalid_request` for others. */
export function groupKeys(names: readonly string[]): GroupKey[] {
  const wrong = names.filter((name) => !GROUP_KEYS.includes(name));
  if (wrong.length > 0) {
    throw new Problem('invalid_request', `group_by takes ${GROUP_KEYS.join(', ')}; not ${wrong.join(', ')}`);
  }
  return [...new Set(names)] as GroupKey[];
}

/** One consistent view of the read model: the position it shows, and whether that is asked of the past. */
export interface Snapshot {
  client: pg.ClientBase;
  position: number;
  /** True when contributions beyond `position` must be left out; otherwise the daily totals answer. */
  past: boolean;
  /** IANA name of the zone that the model's days are in. */
  timeZone: string;
  channels: Channels;
  /** True while the model is that of another version, which is being rebuilt. */
  superseded: boolean;
  /** Closes whose days are read as they were reported, in order; none where everything is read as it is known. */
  closings: readonly ClosedDays[];
}

export interface Sum {
  metric: string;
  day: Day;
  currency: string;
  group: Group;
  value: bigint;
}

interface SumsQuery {
  metrics: readonly string[];
  from: Day;
  to: Day;
  groupBy: readonly GroupKey[];
  currency?: string | undefined;
  source?: string | undefined;
  /** Also everything before `from`, as if it had been on the day before it. */
  opening?: boolean;
}

/** Sums of contributions per day, currency and group, of a close or as the model knows them; zero sums are left out. */
export async function sums(snapshot: Snapshot, query: SumsQuery, closing?: ClosedDays): Promise<Sum[]> {
  const columns = ['metric', 'day', 'currency', ...storedKeys(query.groupBy)];
  const values: unknown[] = [query.metrics, query.from, query.to];
  const where = ['metric = any($1)', query.opening ? 'day <= $3' : 'day between $2 and $3'];
  const also = (condition: string, value: unknown): void => {
    values.push(value);
    where.push(`${condition} $${values.length}`);
  };
  if (query.currency) also('currency =', query.currency);
  if (query.source) also('source =', query.source);
  if (closing) {
    also('period =', closing.period);
    also('version =', closing.version);
  } else if (snapshot.past) also('position <=', snapshot.position);
  const [table, total] = closing
    ? ['close.rows', 'sum(value)']
    : snapshot.past
      ? ['model.contributions', 'sum(delta)']
      : [totalsFor(columns, snapshot), 'sum(value)'];
  const written: Record<string, string> = {
    unknown_reason: `coalesce(unknown_reason, '') as unknown_reason`,
    ...(query.opening ? { day: 'greatest(day, $2::date - 1) as day' } : {}),
  };
  const selected = columns.map((column) => written[column] ?? column);
  const series = columns.filter((column) => column !== 'day').join(', ');
  // A row for each series with its days in one text: a year of days is thousands of rows, and taking each off the wire is most of the work.
  const { rows } = await snapshot.client.query<Record<string, string>>(
    `select ${series}, string_agg(day::text || ' ' || total, ',') as days from (
       select ${selected.join(', ')}, ${total}::bigint as total from ${table}
       where ${where.join(' and ')} group by ${columns.map((_, index) => index + 1).join(', ')} having ${total} <> 0
     ) s group by ${series}`,
    values,
  );
  const valueOf = (row: Record<string, string>, key: GroupKey): string =>
    key === 'channel' ? snapshot.channels.of(row['source'], row['medium']) : row[key]!;
  const found = rows.flatMap((row) => {
    const { metric, currency, days } = row as typeof row & Record<'metric' | 'currency' | 'days', string>;
    const group: Group = Object.fromEntries(query.groupBy.map((key) => [key, valueOf(row, key)]));
    return days.split(',').map((text): Sum => {
      const [day = '', value = ''] = text.split(' ');
      return { metric, day, currency, group, value: BigInt(value) };
    });
  });
  return query.groupBy.includes('channel') ? joined(found) : found;
}

const OF_SOURCES: readonly string[] = TOTALS.daily_sources.split(', ');

/** The smaller of two tables of totals that has these columns; a model of an earlier version may have kept up only the other. */
const totalsFor = (columns: readonly string[], { superseded }: Snapshot): string =>
  !superseded && columns.every((column) => OF_SOURCES.includes(column)) ? 'model.daily_sources' : 'model.daily';

/** A channel follows from source and medium when it is asked for: its rules may change without a rebuild. */
const storedKeys = (keys: readonly GroupKey[]): readonly string[] =>
  keys.includes('channel') ? [...new Set([...keys.filter((key) => key !== 'channel'), 'source', 'medium'])] : keys;

/** Rows that are of one group after all, as one. */
function joined(found: readonly Sum[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const row of found) {
    const key = JSON.stringify([row.metric, row.day, row.currency, groupText(row.group)]);
    const known = sums.get(key);
    if (known) known.value += row.value;
    else sums.set(key, { ...row });
  }
  return [...sums.values()].filter(({ value }) => value !== 0n);
}
