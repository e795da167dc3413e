import { IdFilter, IdTable } from './id-table.js';
import { endOf, hashOf, idAt, type Lines } from './lines.js';
import { Strangers } from './strangers.js';
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

// What has become of a truth so far. Whoever asks whether it needs looking at compares with LOOSE: the order matters.
/** It has no event yet. */
const ALONE = 0;
/** It has exactly one, of its day. */
const PAIRED = 1;
/** It is the only one of its id, but its events need looking at. */
const LOOSE = 2;
/** There is more to say of it than when it happened, or there are several of its id; that stays so. */
const ODD = 3;

const EPOCH_2000_MS = 946_684_800_000;

/** Truths of a day with what has become of each, by their lines. */
interface Marked {
  nth: number;
  lines: Lines;
  table: IdTable;
  marks: Uint8Array;
}

type Plain = Marked & Pick<TruthBlock, 'times'>;

/** What is kept of events: where their ids end, and hashes, are not asked again. */
interface Events extends Omit<EventBlock, 'lines'>, Pick<Lines, 'text' | 'starts'> {
  /** Of each event the line of its truth; −1 where there is none of its day that may be plain. */
  truthLines: Int32Array;
}

/**
 * Both sides of days in a row, each id looked at once: which truths have one event of the same day and nothing else, which have none at
 * all, and which ids need looking at. All truths of a day must come before its events; days come in their order. It slides: the first days
 * can be forgotten, and more be added. Each day has a table of its own ids, so small that it stays near the processor; whether an id may be
 * one of another day's as well is told by a filter, before those are looked through.
 */
export class Pile {
  private blocks: Marked[] = [];
  private readonly plain = new Map<number, Plain>();
  /** Of the ids of all blocks, and perhaps of some that were forgotten. */
  private filter = new IdFilter();
  private events: Events[] = [];
  private readonly strangers = new Strangers();
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

  private add(nth: number, lines: Lines, mark: number): Marked {
    const own = { nth, lines, table: new IdTable(lines), marks: new Uint8Array(lines.count).fill(mark) };
    for (let line = 0; line < lines.count; line += 1) {
      if (mark < LOOSE && this.strangers.has(lines, line)) own.marks[line] = LOOSE; // its event came before, on another day
      // Of several truths of an id only the last is found, which is enough: all of them are odd.
      const before = own.table.add(line);
      if (before >= 0) own.marks[before] = own.marks[line] = ODD;
      const other = this.findAt(lines, line);
      if (other) other.marks[other.line] = own.marks[line] = ODD;
    }
    this.blocks.push(own);
    if (this.filter.fits(lines.count)) for (const hash of lines.hashes) this.filter.add(hash);
    else this.filter = new IdFilter(this.blocks.map((block) => block.lines.hashes));
    return own;
  }

  addEvents({ nth, context, resent, lines, rows }: EventBlock): void {
    const { text, count, starts, idEnds, hashes } = lines;
    const own = this.plain.get(nth);
    const truthLines = new Int32Array(count);
    for (let line = 0; line < count; line += 1) {
      const truth = own ? own.table.find(text, starts[line]!, idEnds[line]!, hashes[line]!) : -1;
      truthLines[line] = truth;
      if (truth >= 0) this.pairWith(own!, truth);
      else this.addStranger(lines, line, nth);
    }
    this.events.push({ nth, context, resent, text, starts, rows, truthLines });
  }

  /** Events that cannot be packed with the others; each says only its key. */
  addOddEvents({ nth, lines, rows }: Pick<EventBlock, 'nth' | 'lines' | 'rows'>): void {
    for (let line = 0; line < lines.count; line += 1) {
      this.addStranger(lines, line, nth);
      this.oddRows.push({ nth, row: String(wide(rows, line)) });
    }
  }

  /** A truth has an event of its day. */
  private pairWith(own: Plain, line: number): void {
    if (own.marks[line] === ALONE && this.mayBePlain(own, line)) own.marks[line] = PAIRED;
    else if (own.marks[line] !== ODD) own.marks[line] = LOOSE;
  }

  /** An event has no truth of its day. One of another day needs looking at, and may be forgotten before the event is. */
  private addStranger(lines: Lines, line: number, nth: number): void {
    this.strangers.add(lines, line, nth);
    const truth = this.findAt(lines, line);
    if (truth && truth.marks[truth.line] !== ODD) truth.marks[truth.line] = LOOSE;
  }

  /** The truth of the id of a line, in blocks that were added; where there are several, all are odd. The newest first: an event is seldom late by much. */
  private findAt(
    { text, starts, idEnds, hashes }: Lines,
    line: number,
  ): { marks: Uint8Array; line: number } | undefined {
    const hash = hashes[line]!;
    if (!this.filter.has(hash)) return undefined;
    for (let nth = this.blocks.length - 1; nth >= 0; nth -= 1) {
      const { table, marks } = this.blocks[nth]!;
      const found = table.find(text, starts[line]!, idEnds[line]!, hash);
      if (found >= 0) return { marks, line: found };
    }
    return undefined;
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
    this.strangers.forget(nth);
    this.events = this.events.filter((events) => events.nth >= nth);
    this.oddRows = this.oddRows.filter((odd) => odd.nth >= nth);
  }

  /** What it came to so far, of what is plain or unseen only the days that are asked for. */
  sorted(isAsked: (nth: number) => boolean = () => true): Sorted {
    const loose = new Set(this.strangers.keys());
    for (const { lines, marks } of this.blocks)
      for (let line = 0; line < marks.length; line += 1) if (marks[line]! >= LOOSE) loose.add(idAt(lines, line));
    const days = [...this.plain.values()];
    return {
      loose: [...loose],
      truths: days.map((day) => looseOf(day)),
      rows: [...this.oddRows.map(({ row }) => row), ...this.events.flatMap((events) => this.looseRowsOf(events))],
      unseen: days.filter(({ nth }) => isAsked(nth)).map((day) => unseenOf(day)),
      plain: this.events.filter(({ nth }) => isAsked(nth)).map((events) => this.plainOf(events)),
    };
  }

  private looseRowsOf({ nth, rows, truthLines }: Events): string[] {
    const found: string[] = [];
    const marks = this.plain.get(nth)?.marks;
    for (let line = 0; line < truthLines.length; line += 1)
      if (!isPlain(marks, truthLines[line]!)) found.push(String(wide(rows, line)));
    return found;
  }

  private plainOf(events: Events): PairsOfDay {
    const { nth, context, resent, text, starts, truthLines } = events;
    const own = this.plain.get(nth);
    const places = new Int32Array(2 * truthLines.length);
    const at: number[] = [];
    let count = 0;
    for (let line = 0; line < truthLines.length; line += 1) {
      const truth = truthLines[line]!;
      if (!isPlain(own?.marks, truth)) continue;
      places[2 * count] = starts[line]!;
      places[2 * count + 1] = endOf(events, line);
      if (this.isPlainAt) at.push(timeAt(own!, truth));
      count += 1;
    }
    return { nth, context, resent, text, places: places.slice(0, 2 * count), at };
  }

  private mayBePlain(day: Plain, line: number): boolean {
    return !this.isPlainAt || this.isPlainAt(day.nth, timeAt(day, line));
  }
}

const isPlain = (marks: Uint8Array | undefined, truth: number): boolean => truth >= 0 && marks?.[truth] === PAIRED;

function looseOf(day: Plain): TruthsOfDay {
  const found: TruthsOfDay = { nth: day.nth, ids: [], at: [] };
  for (let line = 0; line < day.marks.length; line += 1) {
    if (day.marks[line] !== LOOSE) continue;
    found.ids.push(idAt(day.lines, line));
    found.at.push(timeAt(day, line));
  }
  return found;
}

function unseenOf(day: Plain): LinesOfDay {
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

const timeAt = ({ times }: Pick<TruthBlock, 'times'>, line: number): number => EPOCH_2000_MS + wide(times, line) / 1000;

/** A number of 8 bytes, exact up to 2^53. */
const wide = (packed: DataView, index: number): number =>
  packed.getInt32(8 * index) * 2 ** 32 + packed.getUint32(8 * index + 4);
