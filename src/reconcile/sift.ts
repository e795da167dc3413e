import { addDays, type Day, daysBetweenBoth, type Zone } from '../kernel/day.js';
import type { Truth } from './match.js';
import type { MatchBy, ReconciledMetric } from './reconciled-metrics.js';
import { LINE_END } from './packed-ids.js';
import { Pile, type Sorted } from './pile.js';
import { type EventTable, type Key, type Reader, SEPARATOR } from './source.js';

/**
 * A run of days after they were sifted. What is plain, one truth and one event under the same id on the same day, is counted and named;
 * what has no event at all stays packed; everything else comes as the ids to look at.
 */
export interface Sifted {
  plain: Map<Day, PlainPairs[]>;
  /** Truths that no event around the run names. */
  unseen: Map<Day, UnseenTruths>;
  /** Ids of truth or of events that need looking at, `order:o1`. */
  loose: Key[];
  /** Truths of those that are plain by themselves, each as its own group. */
  truths: Truth[];
  /** Rows of all events of those ids, and of events that carry no such id or several. */
  rows: string[];
  /** How many events servers sent. */
  serverSide: Map<Day, number>;
  /** Whether truth around the run knows an id. */
  isTruth(id: Key): boolean;
}

/** Plain pairs of a day whose events came from the same place. */
export interface PlainPairs {
  /** As `EventTable` writes it; empty when it was not asked for. */
  context: string;
  count: number;
  /** Texts `<id of truth>␟<id of the message>`. */
  lines: readonly string[];
  /** A letter for each line: in which hour of the day it happened, from `HOUR_ZERO` on. Empty when it was not asked for. */
  hours: string;
  /** How often messages of them came again. */
  resent: number;
}

/** Truths of a day, with when each of them happened, in epoch milliseconds. */
export interface UnseenTruths {
  ids: readonly Key[];
  at: readonly number[];
}

/** The id of the truth of a plain pair. */
export const idOf = (line: string): string => line.slice(0, line.indexOf(SEPARATOR));

/** The letter of the first hour of a day. */
export const HOUR_ZERO = 64;
const HOURS_MAX = 60; // beyond those of any day: the time of a truth may not be of its day
const HOUR_MS = 3_600_000;

/** Begins the name of an event that has no id of its own. */
const ROW = '#';

export interface Sifting {
  metric: ReconciledMetric;
  /** One after the other. */
  days: readonly Day[];
  zone: Zone;
  /** Days before and after in which an event or a second truth of an id counts as well. */
  around: number;
  /** Whether it is asked where events came from and in which hour. */
  described: boolean;
  /** Ids that need looking at, at most. */
  looseMax: number;
}

/** Days that one statement reads: while they are sifted here, PostgreSQL packs the next ones. */
const readTogether = (days: number): number => Math.max(14, Math.ceil(days / 16));

/** Undefined where more than `looseMax` ids need looking at. */
export async function sift(reader: Reader, table: EventTable, sifting: Sifting): Promise<Sifted | undefined> {
  const { days, zone, around, described, looseMax } = sifting;
  const all = daysBetweenBoth(addDays(days[0]!, -around), addDays(days.at(-1)!, around));
  const starts = all.map((day) => zone.startOf(day));
  const hourAt = (nth: number, at: number): number => Math.floor((at - starts[nth]!) / HOUR_MS);
  const isPlainAt = (nth: number, at: number): boolean => hourAt(nth, at) >= 0 && hourAt(nth, at) <= HOURS_MAX;
  const pile = new Pile(described ? isPlainAt : undefined);
  const serverSide = new Map<Day, number>();
  for await (const rows of packedDays(reader, table, sifting, all)) {
    for (const row of rows.filter(({ truth }) => truth)) add(pile, row);
    for (const row of rows.filter(({ truth }) => !truth)) {
      if (row.server) serverSide.set(all[row.nth]!, (serverSide.get(all[row.nth]!) ?? 0) + row.count);
      else add(pile, row);
    }
    if (pile.strange > looseMax) return undefined;
  }
  const sorted = pile.sorted((nth) => nth >= around && nth < around + days.length);
  if (sorted.loose.length > looseMax) return undefined;
  const letter = (nth: number) => (at: number) => String.fromCharCode(HOUR_ZERO + hourAt(nth, at));
  return {
    plain: plainByDay(sorted.plain, all, described ? letter : undefined),
    unseen: new Map(sorted.unseen.map(({ nth, ids, at }) => [all[nth]!, { ids, at }])),
    loose: sorted.loose.filter((key) => !key.startsWith(ROW)),
    truths: sorted.truths.flatMap(({ nth, ids, at }) => ids.map((id, index) => plainTruth(all[nth]!, id, at[index]!))),
    rows: sorted.rows,
    serverSide,
    isTruth: (id) => pile.has(id),
  };
}

/** Lines that are made when they are asked for, and thrown away: as they are packed, many days of them take little memory. */
class PackedPairs implements PlainPairs {
  readonly count: number;
  readonly resent: number;

  constructor(
    readonly context: string,
    readonly hours: string,
    resentEach: number,
    private readonly text: string,
    private readonly places: Int32Array,
  ) {
    this.count = places.length / 2;
    this.resent = resentEach * this.count;
  }

  get lines(): readonly string[] {
    const { text, places } = this;
    const lines: string[] = [];
    for (let place = 0; place < places.length; place += 2) lines.push(text.slice(places[place], places[place + 1]));
    return lines;
  }
}

/** A truth of which there is no more to say than when it happened. Its group is not known by then: it is set to its id. */
export const plainTruth = (day: Day, id: Key, at: number): Truth => ({
  id,
  group: id,
  day,
  at,
  currency: '',
  value: 1n,
  present: true,
  source: '', // is only asked where attribution is compared, and that is not sifted
});

function plainByDay(
  plain: Sorted['plain'],
  all: readonly Day[],
  letter: ((nth: number) => (at: number) => string) | undefined,
): Map<Day, PlainPairs[]> {
  const found = new Map<Day, PlainPairs[]>();
  for (const { nth, context, resent, text, places, at } of plain) {
    if (places.length === 0) continue;
    const pairs = new PackedPairs(context, letter ? at.map(letter(nth)).join('') : '', resent, text, places);
    const known = found.get(all[nth]!);
    if (known) known.push(pairs);
    else found.set(all[nth]!, [pairs]);
  }
  return found;
}

/** Truths of a day, or events of it that are alike. */
interface Row {
  nth: number;
  truth: boolean;
  server: boolean;
  odd: boolean;
  context: string | null;
  resent: number;
  count: number;
  /** Null where servers sent them. */
  lines: string | null;
  /** Of each truth when it happened, of each event which row it is. */
  packed: Buffer | null;
}

function add(pile: Pile, { nth, truth, odd, context, resent, count, lines, packed }: Row): void {
  const block = { nth, text: lines!, count };
  if (truth && odd) pile.addOddTruths(block);
  else if (truth) pile.addTruths({ ...block, times: packed! });
  else if (odd) pile.addOddEvents({ ...block, rows: packed! });
  else pile.addEvents({ ...block, context: context ?? '', resent, rows: packed! });
}

/** The days as PostgreSQL packs them, some at a time; it is asked for the next ones before it is known what becomes of these. */
async function* packedDays(
  reader: Reader,
  table: EventTable,
  { metric, zone, described }: Sifting,
  all: readonly Day[],
): AsyncGenerator<Row[]> {
  const together = readTogether(all.length);
  const read = async (first: number): Promise<Row[]> => {
    const days = all.slice(first, first + together);
    const starts = days.map((day) => new Date(zone.startOf(day)));
    const window = { from: starts[0]!.getTime(), to: zone.startOf(addDays(days.at(-1)!, 1)) };
    const values: unknown[] = [metric.truth, days[0], days.at(-1), first, starts];
    const events = table.events(metric.kind, window, values, described);
    return (await reader.query<Row>(statement(events, metric.by), values)).rows;
  };
  let next = read(0);
  try {
    for (let first = together; first < all.length; first += together) {
      const rows = await next;
      next = read(first);
      yield rows;
    }
    yield await next;
  } finally {
    await next.catch(() => undefined); // whoever stops early, or fails, leaves a connection that is free
  }
}

// What is odd says no more than its id: a truth that no browser could have seen or that was
// taken back, an event whose id or message holds what lies between those.
const statement = (events: string, by: MatchBy): string => `
  select nth, true as truth, false as server, odd, null as context, 0 as resent, count(*)::int as count,
    string_agg(subject, '${LINE_END}') as lines, string_agg(timestamptz_send(occurred_at), '') as packed
  from (
    select day - $2::date + $4::int as nth, not (customer_present and delta = 1) or strpos(subject, '${SEPARATOR}') > 0 as odd,
      subject, occurred_at
    from model.contributions where metric = $1 and day between $2 and $3
  ) truths group by nth, odd
  union all
  select nth, false, server, odd, context, deliveries - 1, count(*)::int,
    string_agg(case when odd then key else key || '${SEPARATOR}' || message_id end, '${LINE_END}') filter (where not server),
    string_agg(int8send(id), '') filter (where not server)
  from (
    select *, strpos(message_id, '${LINE_END}') > 0 or strpos(key, '${SEPARATOR}') > 0 as odd
    from (
      select *, ${KEY[by]} as key, width_bucket(occurred_at, $5::timestamptz[]) - 1 + $4::int as nth
      from (${events}) e offset 0 -- or the key is found again for each use of it
    ) e
  ) e group by nth, server, odd, context, deliveries`;

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
