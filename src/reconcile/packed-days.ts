import { addDays, type Day, type Zone } from '../kernel/day.js';
import type { MatchBy, ReconciledMetric } from './reconciled-metrics.js';
import type { Limits } from './limits.js';
import { heardLater } from './one-ahead.js';
import { LINE_END } from './packed-ids.js';
import { type EventTable, type Key, type Reader, SEPARATOR } from './source.js';

/** Truths of a day, or events of it that are alike, as PostgreSQL packed them. */
export interface Packed {
  /** Number of the day. */
  nth: number;
  truth: boolean;
  server: boolean;
  odd: boolean;
  context: string | null;
  resent: number;
  count: number;
  /** Null where servers sent them. */
  lines: string | null;
  /** Of each truth when it happened, of each event which row it is, in Base64: as hexadecimal it is half as long again, and slower to read. */
  packed: string | null;
}

/** Days of one statement, at most, however little there is of those before. */
const DAYS_READ = 31;

interface Given {
  metric: ReconciledMetric;
  zone: Zone;
  /** Whether it is asked where events came from. */
  described: boolean;
  limits: Pick<Limits, 'read'>;
}

/**
 * The days one after the other, some at a time; PostgreSQL is asked for the next ones before it is known what becomes of these. `read`: the
 * number of the first day that is still to come. Truths of a day come before those of the next.
 */
export async function* packedDays(
  reader: Reader,
  table: EventTable,
  { metric, zone, described, limits }: Given,
  all: readonly Day[],
): AsyncGenerator<{ read: number; blocks: Packed[] }> {
  const read = async (first: number, end: number): Promise<Packed[]> => {
    const days = all.slice(first, end);
    const starts = days.map((day) => new Date(zone.startOf(day)));
    const window = { from: starts[0]!.getTime(), to: zone.startOf(addDays(days.at(-1)!, 1)) };
    const values: unknown[] = [metric.truth, days[0], days.at(-1), first, starts];
    const events = table.events(metric.kind, window, values, described);
    const { rows } = await reader.query<Packed>(statement(events, metric.by), values);
    return rows.sort((a, b) => a.nth - b.nth);
  };
  let [from, end] = [0, 1];
  let next = heardLater(read(from, end));
  let densest = 0;
  try {
    while (from < all.length) {
      const blocks = await next;
      const step = end - from;
      densest = Math.max(densest, sizeOf(blocks) / step);
      // Days without anything say little of those to come.
      const days = Math.min(DAYS_READ, 2 * step, Math.floor(limits.read / Math.max(1, densest)));
      [from, end] = [end, Math.min(all.length, end + Math.max(1, days))];
      if (from < all.length) next = heardLater(read(from, end));
      yield { read: from, blocks };
    }
  } finally {
    await next.catch(() => undefined); // whoever stops early, or fails, leaves a connection that is free
  }
}

/** How many truths and events they are. */
export const sizeOf = (blocks: readonly Packed[]): number => blocks.reduce((sum, { count }) => sum + count, 0);

// What is odd says no more than its id: a truth that no browser could have seen or that was
// taken back, an event whose id or message holds what lies between those.
const statement = (events: string, by: MatchBy): string => `
  select nth, true as truth, false as server, odd, null as context, 0 as resent, count(*)::int as count,
    string_agg(subject, '${LINE_END}') as lines, encode(string_agg(timestamptz_send(occurred_at), ''), 'base64') as packed
  from (
    select day - $2::date + $4::int as nth, not (customer_present and delta = 1) or strpos(subject, '${SEPARATOR}') > 0 as odd,
      subject, occurred_at
    from model.contributions where metric = $1 and day between $2 and $3
  ) truths group by nth, odd
  union all
  select nth, false, server, odd, context, deliveries - 1, count(*)::int,
    string_agg(case when odd then key else key || '${SEPARATOR}' || message_id end, '${LINE_END}') filter (where not server),
    encode(string_agg(int8send(id), '') filter (where not server), 'base64')
  from (
    select *, strpos(message_id, '${LINE_END}') > 0 or strpos(key, '${SEPARATOR}') > 0 as odd
    from (
      select *, ${KEY[by]} as key, width_bucket(occurred_at, $5::timestamptz[]) - 1 + $4::int as nth
      from (${events}) e offset 0 -- or the key is found again for each use of it
    ) e
  ) e group by nth, server, odd, context, deliveries`;

/** Begins the name of an event that has no id of its own. */
export const ROW = '#';

/** How ids begin by which events are sifted. */
const PREFIX: Record<MatchBy, string> = { person: 'user:', purchase: 'order:', checkout: 'checkout:' };

/** Whether every event that names this id alone of its kind is sifted by it. */
export const isSiftedBy = (by: MatchBy, id: Key): boolean => id.startsWith(PREFIX[by]);

// An event is named after the one id of its kind. One without it, or with several, is called by its row, which no truth is.
const only = (prefix: string): string => `case when cardinality(refs) = 1 and refs[1] like '${prefix}%' then refs[1]
  else coalesce((select min(r) from unnest(refs) r where r like '${prefix}%' having count(*) = 1), '${ROW}' || id) end`;
const KEY: Record<MatchBy, string> = {
  person: `case when user_id is not null then '${PREFIX.person}' || user_id else '${ROW}' || id end`,
  purchase: only(PREFIX.purchase),
  checkout: only(PREFIX.checkout),
};
