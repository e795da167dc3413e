const TEXT_TYPE = 25;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;
const DASH = 0x2d;
const HEX = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, '0123456789abcdef'.indexOf(String.fromCharCode(code))),
);
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/**
 * Rows as COPY takes them in its binary format: each value after its length (-1: null), in one growing buffer. Neither side escapes
 * or parses anything.
 */
export class CopyWriter {
  private buffer: Buffer;
  private at: number;

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes);
    this.at = SIGNATURE.copy(this.buffer);
  }

  finished(): Buffer {
    this.columns(-1);
    return this.buffer.subarray(0, this.at);
  }

  columns(count: number): void {
    this.room(2);
    this.at = this.buffer.writeInt16BE(count, this.at);
  }

  int4(value: number): void {
    this.room(4);
    this.put4(value, this.at);
    this.at += 4;
  }

  /** A whole number up to 2^53. */
  int8(value: number): void {
    this.int4(8);
    this.int4(Math.floor(value / 2 ** 32));
    this.int4(value);
  }

  /** A whole number of any size, as its decimal text. */
  int8Text(value: string): void {
    if (value.length <= 15) return this.int8(Number(value));
    this.int4(8);
    this.room(8);
    this.at = this.buffer.writeBigInt64BE(BigInt(value), this.at);
  }

  /** An instant in epoch milliseconds. */
  time(atMs: number): void {
    const micros = (atMs - POSTGRES_EPOCH_MS) * 1000;
    if (Number.isSafeInteger(micros)) return this.int8(micros);
    this.int8Text(String(BigInt(atMs - POSTGRES_EPOCH_MS) * 1000n)); // centuries away
  }

  /** A day in epoch milliseconds of its midnight in UTC. */
  date(midnightMs: number): void {
    this.int4(4);
    this.int4((midnightMs - POSTGRES_EPOCH_MS) / DAY_MS);
  }

  bool(value: boolean): void {
    this.int4(1);
    this.room(1);
    this.buffer[this.at++] = value ? 1 : 0;
  }

  null(): void {
    this.int4(-1);
  }

  uuid(value: string | undefined): void {
    if (value === undefined) return this.int4(-1);
    this.int4(16);
    this.room(16);
    for (let index = 0; index < value.length;) {
      const high = value.charCodeAt(index);
      if (high === DASH) {
        index += 1;
        continue;
      }
      this.buffer[this.at] = (HEX[high]! << 4) | HEX[value.charCodeAt(index + 1)]!;
      this.at += 1;
      index += 2;
    }
  }

  bytes(value: Buffer): void {
    this.int4(value.length);
    this.room(value.length);
    this.at += value.copy(this.buffer, this.at);
  }

  text(value: string | undefined): void {
    if (value === undefined) return this.int4(-1);
    this.room(4 + value.length * 3);
    this.measured(this.at + this.utf8(value, this.at + 4) + 4);
  }

  texts(values: readonly string[]): void {
    this.room(24);
    const start = this.at;
    this.at += 4;
    this.int4(values.length === 0 ? 0 : 1); // dimensions
    this.int4(0); // no nulls
    this.int4(TEXT_TYPE);
    if (values.length > 0) {
      this.int4(values.length);
      this.int4(1); // the first index
    }
    for (const value of values) this.text(value);
    this.put4(this.at - start - 4, start);
  }

  json(value: string): void {
    this.room(5 + value.length * 3);
    this.buffer[this.at + 4] = 1; // the version of the format
    this.measured(this.at + this.utf8(value, this.at + 5) + 5);
  }

  /** Writes the length of what was put behind the next four bytes, up to `end`. */
  private measured(end: number): void {
    this.put4(end - this.at - 4, this.at);
    this.at = end;
  }

  private put4(value: number, at: number): void {
    this.buffer[at] = value >>> 24;
    this.buffer[at + 1] = value >>> 16;
    this.buffer[at + 2] = value >>> 8;
    this.buffer[at + 3] = value;
  }

  // Short plain text is quicker copied here than handed to the runtime.
  private utf8(value: string, at: number): number {
    const { length } = value;
    if (length > 48) return this.buffer.write(value, at, 'utf8');
    for (let index = 0; index < length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit > 127) return this.buffer.write(value, at, 'utf8');
      this.buffer[at + index] = unit;
    }
    return length;
  }

  private room(needed: number): void {
    if (this.at + needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + needed));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}
