import { addDays, type Day, daysBetweenBoth, type Zone } from '../kernel/day.js';
import type { Truth } from './match.js';
import type { MatchBy, ReconciledMetric } from './reconciled-metrics.js';
import { type EventTable, type Key, type Reader, SEPARATOR } from './source.js';

/**
 * A run of days after PostgreSQL has sifted them. What is plain, one truth and one event under the same id on the same day, is counted and
 * named there; what has no event at all comes back as truth; everything else as the ids to look at.
 */
export interface Sifted {
  plain: Map<Day, PlainPairs[]>;
  /** Truths that no event around the run names. Their group is not known yet: it is set to their id. */
  unseen: Map<Day, Truth[]>;
  /** Ids of truth or of events that need looking at, `order:o1`. */
  loose: Key[];
  /** Events that carry no such id, or several: their row ids. */
  unnamed: string[];
}

/** Plain pairs of a day whose events came from the same place. */
export interface PlainPairs {
  /** As `EventTable` writes it; empty when it was not asked for. */
  context: string;
  /** Texts `<id of truth>␟<microseconds>␟<id of the message>`; `readPair` reads one. */
  lines: readonly string[];
  /** How often messages of them came again. */
  resent: number;
}

export function readPair(line: string): { id: string; at: number; messageId: string } {
  const first = line.indexOf(SEPARATOR);
  const second = line.indexOf(SEPARATOR, first + 1);
  return {
    id: line.slice(0, first),
    at: Number(line.slice(first + 1, second)) / 1000,
    messageId: line.slice(second + 1),
  };
}

/** Begins the name of an event that has no id of its own. */
const ROW = '#';

interface Row {
  class: 'plain' | 'unseen' | 'loose';
  day: Day | null;
  context: string | null;
  lines: string;
  resent: number;
}

/** One statement, however many days. `around`: days before and after in which an event or a second truth of an id counts as well. */
export async function sift(
  reader: Reader,
  table: EventTable,
  { metric, days, zone, around, described }: Sifting,
): Promise<Sifted> {
  const [from, to] = [addDays(days[0]!, -around), addDays(days.at(-1)!, around)];
  const starts = daysBetweenBoth(from, to).map((day) => new Date(zone.startOf(day)));
  const values: unknown[] = [metric.truth, from, to, starts, days[0], days.at(-1)];
  const window = { from: starts[0]!.getTime(), to: zone.startOf(addDays(to, 1)) };
  const events = table.events(metric.kind, window, values, described);
  const { rows } = await reader.query<Row>(statement(events, metric.by), values);
  return read(rows);
}

export interface Sifting {
  metric: ReconciledMetric;
  /** One after the other. */
  days: readonly Day[];
  zone: Zone;
  around: number;
  /** Whether it is asked where events came from. */
  described: boolean;
}

// Both sides go onto one pile, and each id is looked at once: that needs neither a join nor an order.
const statement = (events: string, by: MatchBy): string => `
  select class, day, context, json_agg(line)::text as lines, sum(resent)::int as resent from (
    select class, resent, case when class <> 'loose' then day end as day, case when class = 'plain' then context end as context,
      case when class = 'loose' then key
        else key || '${SEPARATOR}' || (date_part('epoch', at) * 1000000)::bigint || '${SEPARATOR}' || coalesce(message_id, '') end as line
    from (
      select *, case
        when truths <> 1 or value <> 1 or not present or strpos(key, '${SEPARATOR}') > 0 then 'loose'
        when events = 0 then 'unseen'
        when events = 1 and width_bucket(seen_at, $4::timestamptz[]) = day - $2::date + 1 then 'plain'
        else 'loose' end as class
      from (
        select key, count(day) as truths, min(day) as day, min(at) as at, bool_and(present) as present, sum(delta) as value,
          count(seen_at) as events, min(seen_at) as seen_at, min(message_id) as message_id,
          sum(resent) as resent, min(context) as context
        from (
          select subject as key, day, occurred_at as at, customer_present as present, delta::int as delta,
            null::timestamptz as seen_at, null::text as message_id, null::int as resent, null::text as context
          from model.contributions where metric = $1 and day between $2 and $3
          union all
          select ${KEY[by]}, null, null, null, null, occurred_at, message_id, deliveries - 1, context from (${events}) e
        ) pile group by key
      ) ids offset 0 -- or the class of an id is found again for each use of it
    ) sifted where class = 'loose' or day between $5 and $6
  ) lines group by 1, 2, 3`;

// An event is named after the one id of its kind. One without it, or with several, is called by its row, which no truth is.
const only = (prefix: string): string => `case when cardinality(refs) = 1 and refs[1] like '${prefix}%' then refs[1]
  else coalesce((select min(r) from unnest(refs) r where r like '${prefix}%' having count(*) = 1), '${ROW}' || id) end`;
const KEY: Record<MatchBy, string> = {
  person: `case when user_id is not null then 'user:' || user_id else '${ROW}' || id end`,
  purchase: only('order:'),
  checkout: only('checkout:'),
};

function read(rows: readonly Row[]): Sifted {
  const sifted: Sifted = { plain: new Map(), unseen: new Map(), loose: [], unnamed: [] };
  for (const row of rows) {
    const lines = JSON.parse(row.lines) as string[];
    if (row.class === 'plain')
      listOf(sifted.plain, row.day!).push({ context: row.context ?? '', lines, resent: row.resent });
    else if (row.class === 'unseen')
      for (const line of lines) listOf(sifted.unseen, row.day!).push(truthOf(row.day!, line));
    else
      for (const key of lines) {
        if (key.startsWith(ROW)) sifted.unnamed.push(key.slice(ROW.length));
        else sifted.loose.push(key);
      }
  }
  return sifted;
}

function truthOf(day: Day, line: string): Truth {
  const { id, at } = readPair(line);
  // Where it came from is only asked where attribution is compared, and that is not sifted.
  return { id, group: id, day, at, currency: '', value: 1n, present: true, source: '' };
}

function listOf<T>(map: Map<Day, T[]>, day: Day): T[] {
  let list = map.get(day);
  if (!list) map.set(day, (list = []));
  return list;
}
