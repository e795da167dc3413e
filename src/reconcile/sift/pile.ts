import { IdFilter, IdTable } from './id-table.js';
import { endOf, hashOf, type Lines } from './lines.js';
import type { Key } from '../source.js';

/** Truths of a day as PostgreSQL packed them: an id each, and 8 bytes that say when, in microseconds since 2000. */
export interface TruthBlock {
  /** Number of the day. */
  nth: number;
  lines: Lines;
  times: DataView;
}

/** Events of a day that are alike but for their ids: `<key>␟<id of the message>` each, and 8 bytes that are the id of its row. */
export interface EventBlock {
  nth: number;
  context: string;
  /** How often each of them came again. */
  resent: number;
  lines: Lines;
  rows: DataView;
}

/** What has become of a truth so far: its events are what needs looking at, or it is odd itself, or there are several of its id. */
const ALONE = 0;
const PAIRED = 1;
const LOOSE = 2;
const ODD = 3;

const EPOCH_2000_MS = 946_684_800_000;

/** Truths of a day with what has become of each, by their lines. */
interface Truths {
  nth: number;
  lines: Lines;
  table: IdTable;
  marks: Uint8Array;
}

type PlainTruths = Truths & Pick<TruthBlock, 'times'>;

interface Events {
  block: EventBlock;
  /** Of each event the line of its truth; −1 where there is none of its day that may be plain. */
  truths: Int32Array;
}

/**
 * Both sides of days in a row, each id looked at once: which truths have one event of the same day and nothing else, which have none at
 * all, and which ids need looking at. All truths of a day must come before its events; days come in their order. It slides: the first days
 * can be forgotten, and more be added. Each day has a table of its own ids, so small that it stays near the processor; whether an id may be
 * one of another day's as well is told by a filter, before those are looked through.
 */
export class Pile {
  private blocks: Truths[] = [];
  private readonly plain = new Map<number, PlainTruths>();
  /** Of the ids of all blocks, and perhaps of some that were forgotten. */
  private filter = new IdFilter();
  private events: Events[] = [];
  /** Ids of events that had no truth of their day when they came, with the last day of each. */
  private readonly strangers = new Map<Key, number>();
  private oddRows: { nth: number; row: string }[] = [];

  /** `isPlainAt`: whether a truth of a day that happened then, in epoch milliseconds, may be one of a plain pair, where that is asked. */
  constructor(private readonly isPlainAt?: (nth: number, at: number) => boolean) {}

  addTruths({ nth, lines, times }: TruthBlock): void {
    this.plain.set(nth, { ...this.add(nth, lines, ALONE), times });
  }

  /** Truths of which there is more to say than when they happened. */
  addOddTruths({ nth, lines }: Pick<TruthBlock, 'nth' | 'lines'>): void {
    this.add(nth, lines, ODD);
  }

  private add(nth: number, lines: Lines, mark: number): Truths {
    const own = { nth, lines, table: new IdTable(lines), marks: new Uint8Array(lines.count).fill(mark) };
    const { text, count, starts, idEnds, hashes } = lines;
    for (let line = 0; line < count; line += 1) {
      const before = own.table.add(line);
      if (before >= 0) own.marks[before] = own.marks[line] = ODD;
      if (this.markIn(this.blocks, text, starts[line]!, idEnds[line]!, hashes[line]!, ODD)) own.marks[line] = ODD;
    }
    this.blocks.push(own);
    if (this.filter.fits(count)) this.filter.add(hashes);
    else this.filter = new IdFilter(this.blocks.map((block) => block.lines.hashes));
    return own;
  }

  addEvents(block: EventBlock): void {
    const { nth, lines } = block;
    const { text, count, starts, idEnds, hashes } = lines;
    const own = this.plain.get(nth);
    const truths = new Int32Array(count);
    for (let line = 0; line < count; line += 1) {
      const [start, end, hash] = [starts[line]!, idEnds[line]!, hashes[line]!];
      const truth = own ? own.table.find(text, start, end, hash) : -1;
      truths[line] = truth;
      if (truth >= 0) this.see(own!, truth);
      else {
        // Its truth may be forgotten before it is.
        this.strangers.set(idAt(lines, line), nth);
        this.markIn(this.blocks, text, start, end, hash, LOOSE);
      }
    }
    this.events.push({ block, truths });
  }

  /** A truth has an event of its day. */
  private see(own: PlainTruths, line: number): void {
    if (own.marks[line] === ALONE && this.mayBePlain(own, line)) own.marks[line] = PAIRED;
    else if (own.marks[line] !== ODD) own.marks[line] = LOOSE;
  }

  /** Marks the truths of an id, but for odd ones, in these days; gives whether there were any. */
  private markIn(
    blocks: readonly Truths[],
    text: string,
    start: number,
    end: number,
    hash: number,
    mark: number,
  ): boolean {
    if (!this.filter.has(hash)) return false;
    let found = false;
    for (const { table, marks } of blocks) {
      const line = table.find(text, start, end, hash);
      if (line < 0) continue;
      found = true;
      if (marks[line] !== ODD) marks[line] = mark;
    }
    return found;
  }

  /** Events that cannot be packed with the others; each says only its key. */
  addOddEvents({ nth, lines, rows }: Pick<EventBlock, 'nth' | 'lines' | 'rows'>): void {
    for (let line = 0; line < lines.count; line += 1) {
      this.strangers.set(idAt(lines, line), nth);
      this.oddRows.push({ nth, row: String(wide(rows, line)) });
    }
  }

  /** Tells, whatever is forgotten later, whether an id is that of a truth which is not forgotten now. */
  get knows(): (id: Key) => boolean {
    const [blocks, filter] = [[...this.blocks], this.filter]; // which never loses an id
    return (id) => {
      const hash = hashOf(id);
      return filter.has(hash) && blocks.some(({ table }) => table.find(id, 0, id.length, hash) >= 0);
    };
  }

  /** Forgets all days before this one. */
  forget(nth: number): void {
    this.blocks = this.blocks.filter((block) => block.nth >= nth);
    for (const day of this.plain.keys()) if (day < nth) this.plain.delete(day);
    for (const [key, last] of this.strangers) if (last < nth) this.strangers.delete(key);
    this.events = this.events.filter(({ block }) => block.nth >= nth);
    this.oddRows = this.oddRows.filter((odd) => odd.nth >= nth);
  }

  /** What it came to so far, of what is plain or unseen only the days that are asked for. */
  sorted(isAsked: (nth: number) => boolean = () => true): Sorted {
    const loose = new Set(this.strangers.keys());
    // A truth may have come after its event, on another day.
    for (const key of this.strangers.keys()) this.markIn(this.blocks, key, 0, key.length, hashOf(key), LOOSE);
    for (const { lines, marks } of this.blocks)
      for (let line = 0; line < marks.length; line += 1) if (marks[line]! >= LOOSE) loose.add(idAt(lines, line));
    const days = [...this.plain.values()];
    return {
      loose: [...loose],
      truths: days.map((day) => looseOf(day)),
      rows: [...this.oddRows.map(({ row }) => row), ...this.events.flatMap((events) => this.looseRowsOf(events))],
      unseen: days.filter(({ nth }) => isAsked(nth)).map((day) => unseenOf(day)),
      plain: this.events.filter(({ block }) => isAsked(block.nth)).map((events) => this.plainOf(events)),
    };
  }

  private looseRowsOf({ block, truths }: Events): string[] {
    const found: string[] = [];
    const marks = this.plain.get(block.nth)?.marks;
    for (let line = 0; line < truths.length; line += 1)
      if (!isPlain(marks, truths[line]!)) found.push(String(wide(block.rows, line)));
    return found;
  }

  private plainOf({ block, truths }: Events): PairsOfDay {
    const { nth, context, resent, lines } = block;
    const own = this.plain.get(nth);
    const places = new Int32Array(2 * truths.length);
    const at: number[] = [];
    let count = 0;
    for (let line = 0; line < truths.length; line += 1) {
      if (!isPlain(own?.marks, truths[line]!)) continue;
      places[2 * count] = lines.starts[line]!;
      places[2 * count + 1] = endOf(lines, line);
      if (this.isPlainAt) at.push(timeAt(own!, truths[line]!));
      count += 1;
    }
    return { nth, context, resent, text: lines.text, places: places.slice(0, 2 * count), at };
  }

  private mayBePlain(day: PlainTruths, line: number): boolean {
    return !this.isPlainAt || this.isPlainAt(day.nth, timeAt(day, line));
  }
}

const isPlain = (marks: Uint8Array | undefined, truth: number): boolean => truth >= 0 && marks?.[truth] === PAIRED;

function looseOf(day: PlainTruths): TruthsOfDay {
  const found: TruthsOfDay = { nth: day.nth, ids: [], at: [] };
  for (let line = 0; line < day.marks.length; line += 1) {
    if (day.marks[line] !== LOOSE) continue;
    found.ids.push(idAt(day.lines, line));
    found.at.push(timeAt(day, line));
  }
  return found;
}

function unseenOf(day: PlainTruths): LinesOfDay {
  const { nth, lines, marks } = day;
  const places = new Int32Array(2 * lines.count);
  const at: number[] = [];
  for (let line = 0; line < lines.count; line += 1) {
    if (marks[line] !== ALONE) continue;
    places[2 * at.length] = lines.starts[line]!;
    places[2 * at.length + 1] = lines.idEnds[line]!;
    at.push(timeAt(day, line));
  }
  return { nth, text: lines.text, places: places.slice(0, 2 * at.length), at };
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

const idAt = ({ text, starts, idEnds }: Lines, line: number): Key => text.slice(starts[line], idEnds[line]);
const timeAt = ({ times }: Pick<TruthBlock, 'times'>, line: number): number => EPOCH_2000_MS + wide(times, line) / 1000;

/** A number of 8 bytes, exact up to 2^53. */
const wide = (packed: DataView, index: number): number =>
  packed.getInt32(8 * index) * 2 ** 32 + packed.getUint32(8 * index + 4);
