import { addDays, type Day, daysBetweenBoth, type Zone } from '../../kernel/day.js';
import type { Truth } from '../match.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import type { Limits } from './limits.js';
import { packedDays, type Packed, ROW, sizeOf } from './packed-days.js';
import { type LinesOfDay, Pile, type Sorted } from './pile.js';
import { type EventTable, type Key, type Reader, SEPARATOR } from '../source.js';

/**
 * Days in a row after they were sifted. What is plain, one truth and one event under the same id on the same day, is counted and named;
 * what has no event at all stays packed; everything else comes as the ids to look at.
 */
export interface Sifted {
  days: readonly Day[];
  plain: Map<Day, PlainPairs[]>;
  /** Truths that no event around the days names. */
  unseen: Map<Day, UnseenTruths>;
  /** Ids of truth or of events that need looking at, `order:o1`. */
  loose: Key[];
  /** Truths of those that are plain by themselves, each as its own group. */
  truths: Truth[];
  /** Rows of all events of those ids, and of events that carry no such id or several. */
  rows: string[];
  /** How many events servers sent. */
  serverSide: Map<Day, number>;
  /** Whether truth around the days knows an id. */
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
  count: number;
  ids: readonly Key[];
  at: readonly number[];
}

/** The id of the truth of a plain pair. */
export const idOf = (line: string): string => line.slice(0, line.indexOf(SEPARATOR));

/** The letter of the first hour of a day. */
export const HOUR_ZERO = 64;
const HOURS_MAX = 60; // beyond those of any day: the time of a truth may not be of its day
const HOUR_MS = 3_600_000;

export interface Sifting {
  metric: ReconciledMetric;
  /** One after the other. */
  days: readonly Day[];
  zone: Zone;
  /** Days before and after in which an event or a second truth of an id counts as well. */
  around: number;
  /** Whether it is asked where events came from and in which hour. */
  described: boolean;
  limits: Limits;
}

/** Days that came together; without `sifted` there is one that has too many around it. */
export interface SiftedDays {
  days: readonly Day[];
  sifted?: Sifted;
}

/**
 * The days in sections, each as soon as the days around it were read: no day is read twice, and what lies before those around a section is
 * forgotten. Nothing of what was begun goes on when no more is asked for.
 */
export async function* sift(reader: Reader, table: EventTable, sifting: Sifting): AsyncGenerator<SiftedDays> {
  const { days, zone, around, described, limits } = sifting;
  const all = daysBetweenBoth(addDays(days[0]!, -around), addDays(days.at(-1)!, around));
  const pile = new DayPile(all, zone, described);
  const last = all.length - around;
  const fits = (nth: number): boolean => pile.sizeOf(nth - around, nth + around) <= limits.around;
  let [first, seen] = [around, 0];
  let room = limits.section / 4; // so that the first days are compared soon
  for await (const { read, blocks } of packedDays(reader, table, sifting, all)) {
    pile.forget(first - around);
    pile.add(blocks);
    seen += sizeOf(blocks);
    while (first < last) {
      const isLast = seen >= limits.seen;
      const settled = read - around;
      let end = first;
      let own = 0;
      for (; end < settled && own < room && fits(end); end += 1) own += pile.sizeOf(end, end);
      if (!fits(first)) {
        // Whoever begins anew reads those around again: not for a day or two.
        end = isLast ? Math.min(first + 2 * around, last) : first + 1;
        yield { days: all.slice(first, end) };
      } else {
        if (end === first || (end === settled && own < room && read < all.length)) break;
        yield { days: all.slice(first, end), sifted: pile.section(first, end) };
      }
      first = end;
      room = Math.min(limits.section, room * 2);
      if (isLast) return;
    }
  }
}

function bytes(packed: string): DataView {
  const { buffer, byteOffset, length } = Buffer.from(packed, 'base64');
  return new DataView(buffer, byteOffset, length);
}

/** A pile that knows its days. */
class DayPile {
  private readonly pile: Pile;
  private readonly starts: readonly number[];
  private readonly serverSide = new Map<Day, number>();
  private readonly sizes = new Map<number, number>();

  constructor(
    private readonly days: readonly Day[],
    zone: Zone,
    private readonly described: boolean,
  ) {
    this.starts = days.map((day) => zone.startOf(day));
    const isPlainAt = (nth: number, at: number): boolean => {
      const hour = this.hourAt(nth, at);
      return hour >= 0 && hour <= HOURS_MAX;
    };
    this.pile = new Pile(described ? isPlainAt : undefined);
  }

  /** Truths and events of the days from one to another that were added. */
  sizeOf(from: number, to: number): number {
    let sum = 0;
    for (let nth = from; nth <= to; nth += 1) sum += this.sizes.get(nth) ?? 0;
    return sum;
  }

  add(blocks: readonly Packed[]): void {
    for (const { nth, count } of blocks) this.sizes.set(nth, (this.sizes.get(nth) ?? 0) + count);
    for (const { nth, truth, odd, lines, packed } of blocks) {
      if (!truth) continue;
      if (odd) this.pile.addOddTruths({ nth, lines: lines! });
      else this.pile.addTruths({ nth, lines: lines!, times: bytes(packed!) });
    }
    for (const { nth, truth, odd, context, resent, count, lines, packed } of blocks) {
      if (truth) continue;
      const day = this.days[nth]!;
      if (!lines) this.serverSide.set(day, (this.serverSide.get(day) ?? 0) + count);
      else if (odd) this.pile.addOddEvents({ nth, lines, rows: bytes(packed!) });
      else this.pile.addEvents({ nth, lines, rows: bytes(packed!), context: context ?? '', resent });
    }
  }

  forget(nth: number): void {
    for (const day of this.sizes.keys()) if (day < nth) this.sizes.delete(day);
    this.pile.forget(nth);
  }

  /** The days from one to before another, by their numbers; all around them must be there. */
  section(from: number, end: number): Sifted {
    const { days, pile, serverSide } = this;
    const sorted = pile.sorted((nth) => nth >= from && nth < end);
    const truths = sorted.truths.flatMap(({ nth, ids, at }) =>
      ids.map((id, index) => plainTruth(days[nth]!, id, at[index]!)),
    );
    return {
      days: days.slice(from, end),
      plain: this.plainByDay(sorted.plain),
      unseen: new Map(sorted.unseen.map((lines) => [days[lines.nth]!, new PackedTruths(lines)])),
      loose: sorted.loose.filter((key) => !key.startsWith(ROW)),
      truths,
      rows: sorted.rows,
      serverSide,
      isTruth: pile.knows,
    };
  }

  private plainByDay(plain: Sorted['plain']): Map<Day, PlainPairs[]> {
    const found = new Map<Day, PlainPairs[]>();
    for (const { nth, context, resent, text, places, at } of plain) {
      if (places.length === 0) continue;
      const hours = this.described ? at.map((each) => this.letterAt(nth, each)).join('') : '';
      const pairs = new PackedPairs(context, hours, resent, text, places);
      const known = found.get(this.days[nth]!);
      if (known) known.push(pairs);
      else found.set(this.days[nth]!, [pairs]);
    }
    return found;
  }

  private letterAt(nth: number, at: number): string {
    return String.fromCharCode(HOUR_ZERO + this.hourAt(nth, at));
  }

  private hourAt(nth: number, at: number): number {
    return Math.floor((at - this.starts[nth]!) / HOUR_MS);
  }
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
    return linesAt(this.text, this.places);
  }
}

/** The same of truths. */
class PackedTruths implements UnseenTruths {
  readonly count: number;
  readonly at: readonly number[];

  constructor(private readonly packed: LinesOfDay) {
    this.count = packed.at.length;
    this.at = packed.at;
  }

  get ids(): readonly Key[] {
    return linesAt(this.packed.text, this.packed.places);
  }
}

function linesAt(text: string, places: Int32Array): string[] {
  const lines = new Array<string>(places.length / 2);
  for (let line = 0; line < lines.length; line += 1) lines[line] = text.slice(places[2 * line], places[2 * line + 1]);
  return lines;
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
