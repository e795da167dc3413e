import { eachLine, PackedIds } from './packed-ids.js';
import { type Key, SEPARATOR } from './source.js';

/** Truths of a day as PostgreSQL packed them: an id each, and 8 bytes that say when, in microseconds since 2000. */
export interface TruthBlock {
  /** Number of the day. */
  nth: number;
  text: string;
  count: number;
  times: Buffer;
}

/** Events of a day that are alike but for their ids: `<key>␟<id of the message>` each, and 8 bytes that are the id of its row. */
export interface EventBlock {
  nth: number;
  context: string;
  /** How often each of them came again. */
  resent: number;
  text: string;
  count: number;
  rows: Buffer;
}

/** What has become of a truth so far: its events are what needs looking at, or it is odd itself, or there are several of its id. */
const ALONE = 0;
const PAIRED = 1;
const LOOSE = 2;
const ODD = 3;

const EPOCH_2000_MS = 946_684_800_000;

/** Truths by their numbers from `first` on. */
type Truths = TruthBlock & { first: number };

interface Events {
  block: EventBlock;
  /** Of each event where its line begins, and the number of its truth, −1 where there was none of its day. */
  starts: Int32Array;
  truths: Int32Array;
}

/**
 * Both sides of days in a row, each id looked at once: which truths have one event of the same day and nothing else, which have none at
 * all, and which ids need looking at. All truths of a day must come before its events; days come in their order. It slides: the first days
 * can be forgotten, and more be added.
 */
export class Pile {
  /** Marked with what has become of them. */
  private readonly ids = new PackedIds();
  private readonly truths = new Map<number, Truths>();
  /** Number of the first id of each day that has any. */
  private readonly begins = new Map<number, number>();
  private events: Events[] = [];
  /** Ids of events that had no truth of their day when they came, with the last day of each. */
  private readonly strangers = new Map<Key, number>();
  private oddRows: { nth: number; row: string }[] = [];

  /** `isPlainAt`: whether a truth of a day that happened then, in epoch milliseconds, may be one of a plain pair, where that is asked. */
  constructor(private readonly isPlainAt?: (nth: number, at: number) => boolean) {}

  addTruths(block: TruthBlock): void {
    this.truths.set(block.nth, { ...block, first: this.ids.end });
    this.add(block, ALONE);
  }

  /** Truths of which there is more to say than when they happened. */
  addOddTruths(block: Pick<TruthBlock, 'nth' | 'text' | 'count'>): void {
    this.add(block, ODD);
  }

  private add({ nth, text, count }: Pick<TruthBlock, 'nth' | 'text' | 'count'>, mark: number): void {
    const { ids, begins } = this;
    if (!begins.has(nth)) begins.set(nth, ids.end);
    const counted = eachLine(text, '', (start, _, end, hash) => {
      const before = ids.add(text, start, end, hash);
      if (before >= 0) ids.mark(before, ODD);
      ids.mark(ids.end - 1, before < 0 ? mark : ODD);
    });
    mustBe(count, counted);
  }

  addEvents(block: EventBlock): void {
    const { nth, text, count } = block;
    const { ids } = this;
    const day = this.truths.get(nth);
    const events = { block, starts: new Int32Array(count), truths: new Int32Array(count) };
    let index = 0;
    const counted = eachLine(text, SEPARATOR, (start, keyEnd, _, hash) => {
      const truth = ids.find(text, start, keyEnd, hash);
      events.starts[index] = start;
      events.truths[index++] = truth;
      const isOfDay = truth >= 0 && day !== undefined && isOf(day, truth);
      // Its truth may be forgotten before it is.
      if (!isOfDay) this.strangers.set(text.slice(start, keyEnd), nth);
      if (isOfDay && ids.markOf(truth) === ALONE && this.mayBePlain(day, truth)) ids.mark(truth, PAIRED);
      else if (truth >= 0) this.loosen(truth);
    });
    mustBe(count, counted);
    this.events.push(events);
  }

  /** Events that cannot be packed with the others; each says only its key. */
  addOddEvents({ nth, text, count, rows }: Pick<EventBlock, 'nth' | 'text' | 'count' | 'rows'>): void {
    const counted = eachLine(text, '', (start, _, end) => this.strangers.set(text.slice(start, end), nth));
    mustBe(count, counted);
    for (let index = 0; index < count; index += 1) this.oddRows.push({ nth, row: rowAt(rows, index) });
  }

  /** Tells, whatever is forgotten later, whether an id may be that of a truth which is not forgotten now. */
  get knows(): (id: Key) => boolean {
    const { begin } = this.ids;
    return (id) => this.ids.mayBeFrom(begin, id);
  }

  /** Forgets all days before this one. */
  forget(nth: number): void {
    let first = this.ids.end;
    for (const [day, begin] of this.begins)
      if (day < nth) this.begins.delete(day);
      else first = Math.min(first, begin);
    this.ids.forget(first);
    for (const day of this.truths.keys()) if (day < nth) this.truths.delete(day);
    for (const [key, last] of this.strangers) if (last < nth) this.strangers.delete(key);
    this.events = this.events.filter(({ block }) => block.nth >= nth);
    this.oddRows = this.oddRows.filter((odd) => odd.nth >= nth);
  }

  /** What it came to so far, of what is plain or unseen only the days that are asked for. */
  sorted(isAsked: (nth: number) => boolean = () => true): Sorted {
    const { ids } = this;
    const loose = new Set(this.strangers.keys());
    for (const key of this.strangers.keys()) {
      const truth = ids.numberOf(key);
      if (truth >= 0) this.loosen(truth); // it came after the event, on another day
    }
    for (let truth = ids.begin; truth < ids.end; truth += 1)
      if (ids.markOf(truth) >= LOOSE) loose.add(ids.textOf(truth));
    const days = [...this.truths.values()];
    return {
      loose: [...loose],
      truths: days.map((day) => this.looseOf(day)),
      rows: [...this.oddRows.map(({ row }) => row), ...this.events.flatMap((events) => this.looseRowsOf(events))],
      unseen: days.filter(({ nth }) => isAsked(nth)).map((day) => this.unseenOf(day)),
      plain: this.events.filter(({ block }) => isAsked(block.nth)).map((events) => this.plainOf(events)),
    };
  }

  private loosen(truth: number): void {
    if (this.ids.markOf(truth) !== ODD) this.ids.mark(truth, LOOSE);
  }

  private looseRowsOf({ block, truths }: Events): string[] {
    const found: string[] = [];
    for (let index = 0; index < truths.length; index += 1)
      if (!this.isPlain(truths[index]!)) found.push(rowAt(block.rows, index));
    return found;
  }

  private looseOf(day: Truths): TruthsOfDay {
    const found: TruthsOfDay = { nth: day.nth, ids: [], at: [] };
    for (let truth = day.first; truth < day.first + day.count; truth += 1) {
      if (this.ids.markOf(truth) !== LOOSE) continue;
      found.ids.push(this.ids.textOf(truth));
      found.at.push(timeOf(day, truth));
    }
    return found;
  }

  private unseenOf(day: Truths): LinesOfDay {
    const { ids } = this;
    const places = new Int32Array(2 * day.count);
    const at: number[] = [];
    for (let truth = day.first; truth < day.first + day.count; truth += 1) {
      if (ids.markOf(truth) !== ALONE) continue;
      places[2 * at.length] = ids.startOf(truth);
      places[2 * at.length + 1] = ids.endOf(truth);
      at.push(timeOf(day, truth));
    }
    return { nth: day.nth, text: day.text, places: places.slice(0, 2 * at.length), at };
  }

  private plainOf({ block, starts, truths }: Events): PairsOfDay {
    const { nth, context, resent, text } = block;
    const day = this.truths.get(nth);
    const places = new Int32Array(2 * truths.length);
    const at: number[] = [];
    let count = 0;
    for (let index = 0; index < truths.length; index += 1) {
      const truth = truths[index]!;
      if (!this.isPlain(truth)) continue;
      places[2 * count] = starts[index]!;
      places[2 * count + 1] = index + 1 < starts.length ? starts[index + 1]! - 1 : text.length;
      if (this.isPlainAt) at.push(timeOf(day!, truth));
      count += 1;
    }
    return { nth, context, resent, text, places: places.slice(0, 2 * count), at };
  }

  private mayBePlain(day: Truths, truth: number): boolean {
    return !this.isPlainAt || this.isPlainAt(day.nth, timeOf(day, truth));
  }

  private isPlain(truth: number): boolean {
    return truth >= this.ids.begin && this.ids.markOf(truth) === PAIRED;
  }
}

/** What a pile came to. */
export interface Sorted {
  /** Ids of truths or events that need looking at. */
  loose: Key[];
  /** Truths of those of which all is known, because there is one of the id and only its events are not plain. */
  truths: TruthsOfDay[];
  /** Rows of all events of those ids. */
  rows: string[];
  /** Truths that no event names, each a line. */
  unseen: LinesOfDay[];
  /** One truth and one event of the same day each. */
  plain: PairsOfDay[];
}

export interface TruthsOfDay {
  nth: number;
  ids: Key[];
  /** When each happened, in epoch milliseconds. */
  at: number[];
}

/** Some lines of a text, as they lie there. */
export interface LinesOfDay {
  nth: number;
  text: string;
  /** Where each of them begins, and where it ends. */
  places: Int32Array;
  /** When the truth of each happened, in epoch milliseconds, where that is asked. */
  at: number[];
}

export type PairsOfDay = LinesOfDay & Pick<EventBlock, 'context' | 'resent'>;

function mustBe(count: number, counted: number): void {
  if (counted !== count) throw new Error('An id holds what lies between packed ids.');
}

const isOf = ({ first, count }: Truths, truth: number): boolean => truth >= first && truth < first + count;
const timeOf = ({ times, first }: Truths, truth: number): number => EPOCH_2000_MS + wide(times, truth - first) / 1000;
const rowAt = (rows: Buffer, index: number): string => String(wide(rows, index));

/** A number of 8 bytes, exact up to 2^53. */
const wide = (packed: Buffer, index: number): number =>
  packed.readInt32BE(8 * index) * 2 ** 32 + packed.readUInt32BE(8 * index + 4);
