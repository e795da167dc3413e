import { addDays, type Day, daysBetweenBoth, type Zone } from '../kernel/day.js';
import type { Truth } from './match.js';
import type { MatchBy, ReconciledMetric } from './reconciled-metrics.js';
import { type EventTable, type Key, type Reader, SEPARATOR } from './source.js';

/**
 * A run of days after PostgreSQL has sifted them. What is plain, one truth and one event under the same id on the same day, is counted and
 * named there; what has no event at all comes back packed; everything else as the ids to look at.
 */
export interface Sifted {
  plain: Map<Day, PlainPairs[]>;
  /** Truths that no event around the run names, as `truthOf` reads them. */
  unseen: Map<Day, readonly string[]>;
  /** Ids of truth or of events that need looking at, `order:o1`. */
  loose: Key[];
  /** Events that carry no such id, or several: their row ids. */
  unnamed: string[];
  /** How many events servers sent. */
  serverSide: Map<Day, number>;
}

/** Plain pairs of a day whose events came from the same place. */
export interface PlainPairs {
  /** As `EventTable` writes it; empty when it was not asked for. */
  context: string;
  /** Texts `<id of truth>␟<id of the message>`. */
  lines: readonly string[];
  /** A letter for each line: in which hour of the day it happened, from `HOUR_ZERO` on. Empty when it was not asked for. */
  hours: string;
  /** How often messages of them came again. */
  resent: number;
}

/** The id of the truth of a plain pair. */
export const idOf = (line: string): string => line.slice(0, line.indexOf(SEPARATOR));

/** The letter of the first hour of a day. */
export const HOUR_ZERO = 64;

/** Begins the name of an event that has no id of its own, and of those of a day that servers sent. */
const ROW = '#';
const SERVER = '!';
/** Between packed lines. */
const LINE_END = '\x1e';

/** What an id is, beside four times the day it is of, counted from the first. */
const PLAIN = 0;
const UNSEEN = 1;
const SERVER_SIDE = 2;
/** Of no day. */
const LOOSE = 3;

interface Row {
  class: number;
  context: string | null;
  lines: string;
  hours: string | null;
  count: number;
  resent: number | null;
}

/**
 * One statement, however many days. `around`: days before and after in which an event or a second truth of an id counts as well.
 * Undefined where more than `looseMax` ids need looking at.
 */
export async function sift(reader: Reader, table: EventTable, sifting: Sifting): Promise<Sifted | undefined> {
  const { metric, days, zone, around, described, looseMax } = sifting;
  const [from, to] = [addDays(days[0]!, -around), addDays(days.at(-1)!, around)];
  const starts = daysBetweenBoth(from, to).map((day) => new Date(zone.startOf(day)));
  const values: unknown[] = [metric.truth, from, to, starts, around, around + days.length - 1];
  const window = { from: starts[0]!.getTime(), to: zone.startOf(addDays(to, 1)) };
  const events = table.events(metric.kind, window, values, described);
  const { rows } = await reader.query<Row>(statement(events, metric.by, described), values);
  const loose = rows.find((row) => row.class === LOOSE)?.count ?? 0;
  return loose > looseMax ? undefined : read(rows, from);
}

export interface Sifting {
  metric: ReconciledMetric;
  /** One after the other. */
  days: readonly Day[];
  zone: Zone;
  around: number;
  /** Whether it is asked where events came from and in which hour. */
  described: boolean;
  looseMax: number;
}

// Both sides go onto one pile, and each id is looked at once: that needs neither a join nor an order. A sum of codes tells what came
// together under an id: one truth that a browser could have seen, one event, or anything else.
const TRUTH = 1;
const EVENT = 1_000;
const ODD = 1_000_000;
const statement = (events: string, by: MatchBy, described: boolean): string => `
  select class, context, count(*)::int as count, sum(resent)::int as resent, string_agg(line, '${LINE_END}') as lines,
    ${described ? "string_agg(hour, '')" : 'null'} as hours
  from (
    select class, resent, case when class % 4 = ${PLAIN} then context end as context,
      ${described ? `case when class % 4 = ${PLAIN} then chr(${HOUR_ZERO} + hour) end as hour,` : ''}
      case class % 4 when ${PLAIN} then key || '${SEPARATOR}' || message_id
        when ${UNSEEN} then key || '${SEPARATOR}' || (date_part('epoch', at) * 1000000)::bigint else key end as line
    from (
      select *, case
        when code = ${TRUTH} and parts = 1 and strpos(key, '${SEPARATOR}') = 0 then nth * 4 + ${UNSEEN}
        when code = ${TRUTH + EVENT} and parts = 2 and nth = last_nth and strpos(key, '${SEPARATOR}') = 0
          and strpos(message_id, '${LINE_END}') = 0 ${described ? 'and hour between 0 and 60' : ''} then nth * 4 + ${PLAIN}
        when starts_with(key, '${SERVER}') then nth * 4 + ${SERVER_SIDE}
        else ${LOOSE} end as class
      from (
        select key, count(*) as parts, sum(code) as code, min(nth) as nth, max(nth) as last_nth, min(at) as at,
          min(message_id) as message_id, sum(resent) as resent, min(context) as context
          ${described ? `, floor(date_part('epoch', min(at) - ($4::timestamptz[])[min(nth) + 1]) / 3600)::int as hour` : ''}
        from (
          select subject as key, case when customer_present and delta = 1 then ${TRUTH} else ${ODD} end as code, day - $2::date as nth,
            occurred_at as at, null::text as message_id, null::int as resent, null::text as context
          from model.contributions where metric = $1 and day between $2 and $3
          union all
          select case when server then '${SERVER}' || nth else ${KEY[by]} end, ${EVENT}, nth, null, message_id,
            case when server then 1 else deliveries - 1 end, context
          from (select *, width_bucket(occurred_at, $4::timestamptz[]) - 1 as nth from (${events}) e) e
        ) pile group by key
      ) ids offset 0 -- or the class of an id is found again for each use of it
    ) sifted where class = ${LOOSE} or class / 4 between $5::int and $6::int
  ) lines group by class, context`;

// An event is named after the one id of its kind. One without it, or with several, is called by its row, which no truth is.
const only = (prefix: string): string => `case when cardinality(refs) = 1 and refs[1] like '${prefix}%' then refs[1]
  else coalesce((select min(r) from unnest(refs) r where r like '${prefix}%' having count(*) = 1), '${ROW}' || id) end`;
const KEY: Record<MatchBy, string> = {
  person: `case when user_id is not null then 'user:' || user_id else '${ROW}' || id end`,
  purchase: only('order:'),
  checkout: only('checkout:'),
};

function read(rows: readonly Row[], from: Day): Sifted {
  const sifted: Sifted = { plain: new Map(), unseen: new Map(), loose: [], unnamed: [], serverSide: new Map() };
  for (const { class: is, context, lines: packed, hours, count, resent } of rows) {
    const lines = packed.split(LINE_END);
    if (lines.length !== count) throw new Error('An id holds what lies between packed ids.');
    if (is === LOOSE) {
      for (const key of lines) {
        if (key.startsWith(ROW)) sifted.unnamed.push(key.slice(ROW.length));
        else sifted.loose.push(key);
      }
      continue;
    }
    const day = addDays(from, is >> 2);
    if (is % 4 === UNSEEN) sifted.unseen.set(day, lines);
    else if (is % 4 === SERVER_SIDE) sifted.serverSide.set(day, resent ?? 0);
    else {
      const pairs = { context: context ?? '', lines, hours: hours ?? '', resent: resent ?? 0 };
      const known = sifted.plain.get(day);
      if (known) known.push(pairs);
      else sifted.plain.set(day, [pairs]);
    }
  }
  return sifted;
}

/** A truth as it was packed. Its group is not known by then: it is set to its id. */
export function truthOf(day: Day, line: string): Truth {
  const id = idOf(line);
  const at = Number(line.slice(id.length + SEPARATOR.length)) / 1000;
  // Where it came from is only asked where attribution is compared, and that is not sifted.
  return { id, group: id, day, at, currency: '', value: 1n, present: true, source: '' };
}
