import { addDays, type Day, type Zone } from '../../kernel/day.js';
import type { MatchBy, ReconciledMetric } from '../reconciled-metrics.js';
import type { Limits } from './limits.js';
import { heardLater } from './one-ahead.js';
import { LINE_END, type Lines, linesOf } from './lines.js';
import { type EventTable, type Key, type Reader, SEPARATOR } from '../source.js';

/** Truths of a day, or events of it that are alike, as PostgreSQL packed them. */
export interface Packed {
  /** Number of the day. */
  nth: number;
  truth: boolean;
  odd: boolean;
  context: string | null;
  /** How often each of the events came again. */
  resent: number;
  count: number;
  /** Null where servers sent them. */
  lines: Lines | null;
  /** Of each truth when it happened, of each event which row it is, in Base64: as hexadecimal it is half as long again, and slower to read. */
  packed: string | null;
}

/** As PostgreSQL gives them; of a day of truths there may be two texts. */
interface Row {
  nth: number;
  truth: boolean;
  odd: boolean;
  context: string | null;
  /** How often each of the events was sent; null where servers sent them. */
  sent: number | null;
  count: number;
  text: string | null;
  packed: string | null;
  odd_count: number;
  odd_text: string | null;
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
    const ends = days.map((day) => new Date(zone.startOf(addDays(day, 1))));
    const values: unknown[] = [metric.truth, days[0], days.at(-1), first, starts, ends];
    const events = table.events(metric.kind, { from: 'd.starts', to: 'd.ends' }, values, described);
    const ask = async (apart: boolean): Promise<Row[]> =>
      (await reader.query<Row>(statement(events, metric.by, apart), values)).rows;
    const packed = lined(await ask(false), false) ?? lined(await ask(true), true);
    if (!packed) throw new Error('An id holds what lies between packed ids.');
    return packed.sort((a, b) => a.nth - b.nth);
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

/** Each with its lines; undefined where a text says something else than what was packed into it. `apart`: what is odd was told apart. */
function lined(rows: readonly Row[], apart: boolean): Packed[] | undefined {
  const found: Packed[] = [];
  for (const row of rows.flatMap(split)) {
    const { nth, truth, odd, context, sent, count, text, packed } = row;
    const hasMessage = !truth && !odd;
    const lines = text === null ? null : linesOf(text, count, hasMessage ? SEPARATOR : '');
    if (lines === undefined) return undefined;
    if (lines && hasMessage && !apart && lines.irregular > 0) return undefined;
    found.push({ nth, truth, odd, context, resent: (sent ?? 1) - 1, count, lines, packed });
  }
  return found;
}

/** The odd truths of a day by themselves. */
function split(row: Row): Row[] {
  const odd = { ...row, odd: true, count: row.odd_count, text: row.odd_text, packed: null };
  return [row, odd].filter(({ count }) => count > 0);
}

// What is odd says no more than its id: a truth that no browser could have seen or that was taken back, and, where they are told `apart`, an
// event whose id or message holds what lies between those. To look for that in each row takes a tenth of the whole. By days, in the order of
// the indexes: otherwise the group of each row would have to be found by its hash.
const statement = (events: string, by: MatchBy, apart: boolean): string => {
  const plain = 'customer_present and delta = 1';
  const odd = apart ? `strpos(message_id, '${LINE_END}') > 0 or strpos(key, '${SEPARATOR}') > 0` : 'false';
  return `
  select day - $2::date + $4::int as nth, true as truth, false as odd, null as context, 1 as sent,
    (count(*) filter (where ${plain}))::int as count, string_agg(subject, '${LINE_END}') filter (where ${plain}) as text,
    encode(string_agg(timestamptz_send(occurred_at), '') filter (where ${plain}), 'base64') as packed,
    (count(*) filter (where not (${plain})))::int as odd_count, string_agg(subject, '${LINE_END}') filter (where not (${plain})) as odd_text
  from model.contributions where metric = $1 and day between $2 and $3 group by day
  union all
  select d.nth::int - 1 + $4::int, false, e.* from unnest($5::timestamptz[], $6::timestamptz[]) with ordinality d (starts, ends, nth), lateral (
    select odd, context, sent, count(*)::int,
      string_agg(case when odd then key else key || '${SEPARATOR}' || message_id end, '${LINE_END}') filter (where sent is not null),
      encode(string_agg(int8send(id), '') filter (where sent is not null), 'base64'), 0, null
    from (
      select *, ${odd} as odd
      from (select id, message_id, context, ${KEY[by]} as key, case when server then null else deliveries end as sent from (${events}) e) e
    ) e group by odd, context, sent
  ) e`;
};

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
