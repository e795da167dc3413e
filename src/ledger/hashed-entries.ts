import type { Position } from './ledger.js';

const HASH_BYTES = 32;

/** What verifying needs of an entry. */
export interface HashedEntry {
  position: Position;
  /** Epoch milliseconds. */
  recordedAt: number;
  /** The hash that follows from its fields. */
  derived: Buffer;
  /** Whether that is the hash it is stored with. */
  isIntact: boolean;
}

/** Entries as verifying reads them, column by column: an object for each would be half of its work. */
export class HashedEntries implements Iterable<HashedEntry> {
  length = 0;
  positions: Float64Array;
  /** Epoch milliseconds. */
  recordedAt: Float64Array;
  /** The hashes that follow from the fields, 32 bytes each, joined. */
  derived: Buffer;
  /** 1 where that is the hash the entry is stored with. */
  intact: Uint8Array;

  /** `capacity`: how many there is room for; it grows when there are more. */
  constructor(capacity: number) {
    this.positions = new Float64Array(capacity);
    this.recordedAt = new Float64Array(capacity);
    this.derived = Buffer.alloc(capacity * HASH_BYTES);
    this.intact = new Uint8Array(capacity);
  }

  /** `derived` has a character for each byte; the hash that the entry is stored with lies in `stored`. */
  add(
    position: Position,
    recordedAt: number,
    derived: string,
    stored: Buffer,
    at = 0,
    bytes: number = stored.length,
  ): void {
    const index = this.length;
    if (index === this.positions.length) this.grow();
    this.positions[index] = position;
    this.recordedAt[index] = recordedAt;
    this.derived.write(derived, index * HASH_BYTES, 'latin1');
    const isIntact = bytes === HASH_BYTES && sameHash(this.derived, index * HASH_BYTES, stored, at);
    this.intact[index] = isIntact ? 1 : 0;
    this.length = index + 1;
  }

  /** The one of an index, from the end where that is negative. */
  at(index: number): HashedEntry | undefined {
    const from = index < 0 ? this.length + index : index;
    if (from < 0 || from >= this.length) return undefined;
    return {
      position: this.positions[from]!,
      recordedAt: this.recordedAt[from]!,
      derived: this.derived.subarray(from * HASH_BYTES, (from + 1) * HASH_BYTES),
      isIntact: this.intact[from] === 1,
    };
  }

  *[Symbol.iterator](): Iterator<HashedEntry> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index)!;
  }

  /** The same in the order of positions: itself where it is in that order. */
  inOrder(): HashedEntries {
    const { positions, length } = this;
    let isInOrder = true;
    for (let index = 1; isInOrder && index < length; index += 1) isInOrder = positions[index - 1]! <= positions[index]!;
    if (isInOrder) return this;
    const ordered = new HashedEntries(length);
    const places = Array.from({ length }, (_, index) => index).sort((a, b) => positions[a]! - positions[b]!);
    for (const place of places) ordered.copy(this, place);
    return ordered;
  }

  private copy(from: HashedEntries, place: number): void {
    const index = this.length;
    this.positions[index] = from.positions[place]!;
    this.recordedAt[index] = from.recordedAt[place]!;
    from.derived.copy(this.derived, index * HASH_BYTES, place * HASH_BYTES, (place + 1) * HASH_BYTES);
    this.intact[index] = from.intact[place]!;
    this.length = index + 1;
  }

  private grow(): void {
    const { positions, recordedAt, derived, intact } = new HashedEntries(Math.max(16, this.length * 2));
    positions.set(this.positions);
    recordedAt.set(this.recordedAt);
    derived.set(this.derived);
    intact.set(this.intact);
    [this.positions, this.recordedAt, this.derived, this.intact] = [positions, recordedAt, derived, intact];
  }
}

/** Whether two buffers have the same hash at these places. A loop is quicker than asking for so short a comparison. */
export function sameHash(a: Buffer, atA: number, b: Buffer, atB: number): boolean {
  let difference = 0;
  for (let byte = 0; byte < HASH_BYTES; byte += 1) difference |= a[atA + byte]! ^ b[atB + byte]!;
  return difference === 0;
}
