/** Between texts that are packed into one. */
export const LINE_END = '\x1e';

/** Told of each line of a text: where it lies, and a hash of it up to the first `separator`, which lies at `keyEnd` (`end`: there is none). */
export type EachLine = (start: number, keyEnd: number, end: number, hash: number) => void;

// Of FNV-1a, as 32 bits with a sign.
const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

const OF_ID = 4; // numbers that are kept of each id

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
 * moved by each collection of garbage, and thrown away. Ids are numbered in the order in which they are added, and have a mark each, at first 0. The
 * first ones can be forgotten; the numbers of the others stay.
 */
export class PackedIds {
  /** By a hash: that of an id, and its number plus one; 0 where there is none. */
  private slots = new Int32Array(2 << 10);
  private taken = 0;
  /** Of each id, by its number less `base`, in which text it begins and ends where, and its mark. */
  private places = new Int32Array(OF_ID << 10);
  private readonly texts: string[] = [];
  /** The first number that is kept, the first that is not forgotten, and the next one to give. */
  private base = 0;
  private first = 0;
  private next = 0;

  /** The number that the next id gets. */
  get end(): number {
    return this.next;
  }

  /** The first number that is not forgotten. */
  get begin(): number {
    return this.first;
  }

  /** Gives the id a number, under which it is found from now on; returns the one under which the same id was found before, else −1. */
  add(text: string, start: number, end: number, hash: number): number {
    if (this.taken * 4 >= this.slots.length) this.place(this.slots.length * 2);
    if (this.texts.at(-1) !== text) this.texts.push(text);
    const slot = this.slotOf(text, start, end, hash);
    const before = this.known(slot);
    if (this.slots[slot + 1] === 0) this.taken += 1;
    this.slots[slot] = hash;
    this.slots[slot + 1] = this.next + 1;
    const place = (this.next - this.base) * OF_ID;
    if (place >= this.places.length) this.places = longer(this.places);
    this.places[place] = this.texts.length - 1;
    this.places[place + 1] = start;
    this.places[place + 2] = end;
    this.places[place + 3] = 0;
    this.next += 1;
    return before;
  }

  /** The number of an id; −1 where there is none. */
  find(text: string, start: number, end: number, hash: number): number {
    return this.known(this.slotOf(text, start, end, hash));
  }

  /** The same of an id that stands alone. */
  numberOf(id: string): number {
    return this.find(id, 0, id.length, hashOf(id));
  }

  /** Whether the id has a number from this one on. Also true where those after it were forgotten since, and it cannot be told. */
  mayBeFrom(number: number, id: string): boolean {
    return number < this.base || this.slots[this.slotOf(id, 0, id.length, hashOf(id)) + 1]! > number;
  }

  textOf(number: number): string {
    const place = (number - this.base) * OF_ID;
    return this.texts[this.places[place]!]!.slice(this.places[place + 1], this.places[place + 2]);
  }

  startOf(number: number): number {
    return this.places[(number - this.base) * OF_ID + 1]!;
  }

  endOf(number: number): number {
    return this.places[(number - this.base) * OF_ID + 2]!;
  }

  markOf(number: number): number {
    return this.places[(number - this.base) * OF_ID + 3]!;
  }

  mark(number: number, mark: number): void {
    this.places[(number - this.base) * OF_ID + 3] = mark;
  }

  /** Forgets all ids whose number is less. They are thrown away once they are the most of all that is kept. */
  forget(first: number): void {
    this.first = Math.max(this.first, first);
    if ((this.first - this.base) * 2 <= this.next - this.base) return;
    this.places.copyWithin(0, (this.first - this.base) * OF_ID, (this.next - this.base) * OF_ID);
    this.texts.fill('', 0, this.first < this.next ? this.places[0] : this.texts.length);
    this.base = this.first;
    this.place(this.slots.length);
  }

  /** The number that is found in a slot. */
  private known(slot: number): number {
    const number = this.slots[slot + 1]! - 1;
    return number < this.first ? -1 : number;
  }

  private slotOf(text: string, start: number, end: number, hash: number): number {
    const { slots } = this;
    for (let slot = firstSlot(hash, slots); ; slot = nextSlot(slot, slots)) {
      const number = slots[slot + 1]! - 1;
      if (number < 0 || (slots[slot] === hash && this.isEqual(number, text, start, end))) return slot;
    }
  }

  private isEqual(number: number, text: string, start: number, end: number): boolean {
    const place = (number - this.base) * OF_ID;
    const from = this.places[place + 1]!;
    if (this.places[place + 2]! - from !== end - start) return false;
    const other = this.texts[this.places[place]!]!;
    for (let at = 0; at < end - start; at += 1)
      if (other.charCodeAt(from + at) !== text.charCodeAt(start + at)) return false;
    return true;
  }

  /** Places all ids that are kept anew. */
  private place(length: number): void {
    const former = this.slots;
    const slots = new Int32Array(length);
    this.taken = 0;
    for (let from = 0; from < former.length; from += 2) {
      if (former[from + 1]! <= this.base) continue;
      let slot = firstSlot(former[from]!, slots);
      while (slots[slot + 1] !== 0) slot = nextSlot(slot, slots);
      slots[slot] = former[from]!;
      slots[slot + 1] = former[from + 1]!;
      this.taken += 1;
    }
    this.slots = slots;
  }
}

/** The low bits, by which a slot is found, of all of them. */
const firstSlot = (hash: number, slots: Int32Array): number => ((hash ^ (hash >>> 15)) << 1) & (slots.length - 1);
const nextSlot = (slot: number, slots: Int32Array): number => (slot + 2) & (slots.length - 1);

function hashOf(id: string): number {
  let hash = SEED;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), PRIME);
  return hash;
}

function longer(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2);
  longer.set(array);
  return longer;
}
