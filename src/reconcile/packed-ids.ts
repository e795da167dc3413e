/** Between texts that are packed into one. */
export const LINE_END = '\x1e';

/** Told of each line of a text: where it lies, and a hash of it up to the first `separator`, which lies at `keyEnd` (`end`: there is none). */
export type EachLine = (start: number, keyEnd: number, end: number, hash: number) => void;

// Of FNV-1a, as 32 bits with a sign.
const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/** Goes through the lines of a text once, hashing them on the way; gives how many there were. `separator`: one character, or none. */
export function eachLine(text: string, separator: string, each: EachLine): number {
  const keyEnds = separator === '' ? -1 : separator.charCodeAt(0);
  let count = 0;
  for (let start = 0; start <= text.length; count += 1) {
    const found = text.indexOf(LINE_END, start);
    const end = found < 0 ? text.length : found;
    let hash = SEED;
    let at = start;
    for (; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === keyEnds) break;
      hash = Math.imul(hash ^ code, PRIME);
    }
    each(start, at, end, hash);
    start = end + 1;
  }
  return count;
}

/**
 * Ids by where they lie in longer texts: a map of hundreds of thousands of them without a string for each, which would have to be made,
 * moved by each collection of garbage, and thrown away. Ids are numbered in the order in which they are added.
 */
export class PackedIds {
  /** By a hash: that of an id, and its number plus one; 0 where there is none. */
  private slots = new Int32Array(2 << 10);
  private taken = 0;
  /** Of each id, by its number, in which text it begins and ends where. */
  private places = new Int32Array(3 << 10);
  private readonly texts: string[] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Gives the id a number; returns that of the same id if it was there before, under which it is found, else −1. */
  add(text: string, start: number, end: number, hash: number): number {
    if (this.taken * 4 >= this.slots.length) this.widen();
    if (this.texts.at(-1) !== text) this.texts.push(text);
    const slot = this.slotOf(text, start, end, hash);
    const before = this.slots[slot + 1]! - 1;
    if (before < 0) {
      this.slots[slot] = hash;
      this.slots[slot + 1] = this.count + 1;
      this.taken += 1;
    }
    if (this.count * 3 >= this.places.length) this.places = longer(this.places);
    this.places[this.count * 3] = this.texts.length - 1;
    this.places[this.count * 3 + 1] = start;
    this.places[this.count * 3 + 2] = end;
    this.count += 1;
    return before;
  }

  /** The number of an id; −1 where there is none. */
  find(text: string, start: number, end: number, hash: number): number {
    return this.slots[this.slotOf(text, start, end, hash) + 1]! - 1;
  }

  /** The same of an id that stands alone. */
  numberOf(id: string): number {
    let hash = SEED;
    for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), PRIME);
    return this.find(id, 0, id.length, hash);
  }

  textOf(number: number): string {
    const place = number * 3;
    return this.texts[this.places[place]!]!.slice(this.places[place + 1], this.places[place + 2]);
  }

  private slotOf(text: string, start: number, end: number, hash: number): number {
    const { slots } = this;
    for (let slot = firstSlot(hash, slots); ; slot = nextSlot(slot, slots)) {
      const number = slots[slot + 1]! - 1;
      if (number < 0 || (slots[slot] === hash && this.isEqual(number, text, start, end))) return slot;
    }
  }

  private isEqual(number: number, text: string, start: number, end: number): boolean {
    const from = this.places[number * 3 + 1]!;
    if (this.places[number * 3 + 2]! - from !== end - start) return false;
    const other = this.texts[this.places[number * 3]!]!;
    for (let at = 0; at < end - start; at += 1)
      if (other.charCodeAt(from + at) !== text.charCodeAt(start + at)) return false;
    return true;
  }

  private widen(): void {
    const former = this.slots;
    const slots = new Int32Array(former.length * 2);
    for (let from = 0; from < former.length; from += 2) {
      if (former[from + 1] === 0) continue;
      let slot = firstSlot(former[from]!, slots);
      while (slots[slot + 1] !== 0) slot = nextSlot(slot, slots);
      slots[slot] = former[from]!;
      slots[slot + 1] = former[from + 1]!;
    }
    this.slots = slots;
  }
}

/** The low bits, by which a slot is found, of all of them. */
const firstSlot = (hash: number, slots: Int32Array): number => ((hash ^ (hash >>> 15)) << 1) & (slots.length - 1);
const nextSlot = (slot: number, slots: Int32Array): number => (slot + 2) & (slots.length - 1);

function longer(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2);
  longer.set(array);
  return longer;
}
