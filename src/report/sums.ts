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

/** What a metric adds up to in one currency and group, by the number of the day. A day without contributions is not in it. */
export interface Series {
  metric: string;
  currency: string;
  group: Group;
  days: Map<number, bigint>;
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
export async function sums(snapshot: Snapshot, query: SumsQuery, closing?: ClosedDays): Promise<Series[]> {
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
  const selected = columns.map((column) => WRITTEN[column] ?? column);
  if (query.opening) selected[columns.indexOf('day')] = 'greatest(day, $2::date - 1) as day';
  const { table, total, single } = closing
    ? { table: 'close.rows', total: 'sum(value)' }
    : snapshot.past
      ? { table: 'model.contributions', total: 'sum(delta)' }
      : totalsFor(columns, snapshot);
  const wanted = where.join(' and ');
  const totals =
    single && !query.opening
      ? `select ${selected.join(', ')}, value as total from ${table} where ${wanted} and value <> 0`
      : `select ${selected.join(', ')}, ${total}::bigint as total from ${table} where ${wanted}
         group by ${columns.map((_, index) => index + 1).join(', ')} having ${total} <> 0`;
  const series = columns.filter((column) => column !== 'day').join(', ');
  // A row for each series with its days in one text: a year of days is thousands of rows, and taking each off the wire is most of the work.
  const { rows } = await snapshot.client.query<StoredSeries>(
    `select ${series}, string_agg(concat(day - date '1970-01-01', ' ', total), ',') as days from (${totals}) s group by ${series}`,
    values,
  );
  const found = rows.map((row): Series => {
    const valueOf = (key: GroupKey): string =>
      key === 'channel' ? snapshot.channels.of(row['source'], row['medium']) : row[key]!;
    const group: Group = Object.fromEntries(query.groupBy.map((key) => [key, valueOf(key)]));
    return { metric: row.metric, currency: row.currency, group, days: daysIn(row.days) };
  });
  return query.groupBy.includes('channel') ? joined(found) : found;
}

type StoredSeries = Record<'metric' | 'currency' | 'days', string> & Record<string, string>;

const WRITTEN: Readonly<Record<string, string>> = { unknown_reason: `coalesce(unknown_reason, '') as unknown_reason` };

/** Of `20454 12,20455 -3`. */
function daysIn(text: string): Map<number, bigint> {
  const days = new Map<number, bigint>();
  for (const each of text.split(',')) {
    const space = each.indexOf(' ');
    days.set(Number(each.slice(0, space)), BigInt(each.slice(space + 1)));
  }
  return days;
}

const OF_SOURCES: readonly string[] = TOTALS.daily_sources.split(', ');

/**
 * The smaller of two tables of totals that has these columns; a model of an earlier version may have kept up only the other. `single`: each of
 * its rows is a total of them.
 */
function totalsFor(columns: readonly string[], { superseded }: Snapshot) {
  const small = !superseded && columns.every((column) => OF_SOURCES.includes(column));
  return {
    table: small ? 'model.daily_sources' : 'model.daily',
    total: 'sum(value)',
    single: small && columns.length === OF_SOURCES.length,
  };
}

/** A channel follows from source and medium when it is asked for: its rules may change without a rebuild. */
const storedKeys = (keys: readonly GroupKey[]): readonly string[] =>
  keys.includes('channel') ? [...new Set([...keys.filter((key) => key !== 'channel'), 'source', 'medium'])] : keys;

/** Series that are of one group after all, as one. */
function joined(found: readonly Series[]): Series[] {
  const series = new Map<string, Series>();
  for (const each of found) {
    const key = JSON.stringify([each.metric, each.currency, groupText(each.group)]);
    const known = series.get(key);
    if (known) for (const [day, value] of each.days) addTo(known.days, day, value);
    else series.set(key, each);
  }
  for (const [key, { days }] of series) {
    for (const [day, value] of days) if (value === 0n) days.delete(day);
    if (days.size === 0) series.delete(key);
  }
  return [...series.values()];
}

/** Adds to what a map has of a key. */
export function addTo<K>(sums: Map<K, bigint>, key: K, value: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + value);
}
