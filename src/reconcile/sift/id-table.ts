import type { Lines } from './lines.js';

// Who may choose ids can choose them so that their hashes are alike, and each step is taken for each id. With others a step or two are enough.
const STEPS_MAX = 1_000;

/** Finds lines of one text by their ids, without a string for each, which would have to be made, moved by each collection of garbage, and thrown away. */
export class IdTable {
  /** By a hash: the number of a line plus one; 0 where there is none. At least half of them are empty. */
  private readonly slots: Int32Array;

  /** Knows none of the lines yet. */
  constructor(private readonly lines: Lines) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * lines.count + 2)));
  }

  /** Has a line found by its id from now on; gives the one that was found by the same id before, else −1. Throws where too many ids have equal hashes. */
  add(line: number): number {
    const { text, starts, idEnds, hashes } = this.lines;
    const slot = this.slotOf(text, starts[line]!, idEnds[line]!, hashes[line]!);
    const before = this.slots[slot]! - 1;
    this.slots[slot] = line + 1;
    return before;
  }

  /** The line of an id that lies somewhere in a text; −1 where there is none. */
  find(text: string, start: number, end: number, hash: number): number {
    return this.slots[this.slotOf(text, start, end, hash)]! - 1;
  }

  private slotOf(text: string, start: number, end: number, hash: number): number {
    const { slots } = this;
    let slot = spread(hash) & (slots.length - 1);
    for (let steps = 0; steps < STEPS_MAX; steps += 1) {
      const line = slots[slot]! - 1;
      if (line < 0 || (this.lines.hashes[line] === hash && this.isEqual(line, text, start, end))) return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
    throw new Error('Too many ids of a day have hashes that are alike.');
  }

  private isEqual(line: number, text: string, start: number, end: number): boolean {
    const { text: own, starts, idEnds } = this.lines;
    const from = starts[line]!;
    if (idEnds[line]! - from !== end - start) return false;
    for (let at = 0; at < end - start; at += 1)
      if (own.charCodeAt(from + at) !== text.charCodeAt(start + at)) return false;
    return true;
  }
}

const BITS_OF_ID = 16;

/** A Bloom filter with two bits for each id: whether any of some ids may have a hash. Said of one in sixty or so that none of them has. */
export class IdFilter {
  private readonly bits: Int32Array;
  private count = 0;

  /** Knows ids of these hashes, with room for as many again. */
  constructor(known: readonly Int32Array[] = []) {
    const count = known.reduce((sum, { length }) => sum + length, 0);
    this.bits = new Int32Array(Math.max(1 << 10, 2 ** Math.ceil(Math.log2((count * 2 * BITS_OF_ID) / 32))));
    for (const hashes of known) for (const hash of hashes) this.add(hash);
  }

  add(hash: number): void {
    this.count += 1;
    this.set(spread(hash));
    this.set(Math.imul(hash, MIXED));
  }

  has(hash: number): boolean {
    return this.isSet(spread(hash)) && this.isSet(Math.imul(hash, MIXED));
  }

  /** Whether so many more ids fit in. */
  fits(count: number): boolean {
    return (this.count + count) * BITS_OF_ID <= this.bits.length * 32;
  }

  private set(bit: number): void {
    this.bits[(bit >>> 5) & (this.bits.length - 1)]! |= 1 << (bit & 31);
  }

  private isSet(bit: number): boolean {
    return ((this.bits[(bit >>> 5) & (this.bits.length - 1)]! >>> (bit & 31)) & 1) === 1;
  }
}

const MIXED = 0x9e3779b1 | 0;

/** The low bits, by which a place is found, of all of them. */
const spread = (hash: number): number => hash ^ (hash >>> 15);
