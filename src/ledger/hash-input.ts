import { attributesJson, ENTRY_DOMAIN } from './stored-hash.js';

const REMEMBERED_MAX = 10_000;
const DAY_MS = 86_400_000;
const ZERO = 0x30;
const COLON = 0x3a;
const DASH = 0x2d;
const DOMAIN = Buffer.from(ENTRY_DOMAIN, 'latin1');
const HEX = Buffer.from('0123456789abcdef', 'latin1');
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');
const PADDING = 0x3d; // =
const COPIED_HERE_MAX = 64;

/**
 * What the hash of an entry runs over (see `storedHash`), put together of fields as they lie in memory: no text is made of what is text in
 * bytes already, because a ledger is verified by doing this for each of its entries.
 */
export class HashInput {
  private out = Buffer.allocUnsafe(64 * 1024);
  private end = 0;
  /** Canonical attributes by the text that the server sends: there are few. */
  private readonly attributesBy = new Map<string, Buffer>();
  private lastAttributes: { text: Buffer; canonical: Buffer } = { text: Buffer.alloc(0), canonical: Buffer.alloc(0) };
  private day = NaN;
  private date = '';

  /** Begins with an entry of fields that have so many bytes in all. */
  begin(bytes: number): void {
    // Each field may get a length of seven digits; ids, subjects and attributes grow to less than twice their size.
    const needed = bytes * 2 + 1024;
    if (needed > this.out.length) this.out = Buffer.allocUnsafe(needed);
    this.end = DOMAIN.copy(this.out);
  }

  finished(): Buffer {
    return this.out.subarray(0, this.end);
  }

  /** A text that lies in UTF-8 somewhere. */
  utf8(from: Buffer, start: number, length: number): void {
    this.length(length);
    const { out, end } = this;
    if (length > COPIED_HERE_MAX) from.copy(out, end, start, start + length);
    else for (let at = 0; at < length; at += 1) out[end + at] = from[start + at]!;
    this.end = end + length;
  }

  /** Plain text: a byte for each character. */
  plain(text: string): void {
    this.length(text.length);
    this.end += this.out.write(text, this.end, 'latin1');
  }

  number(value: number): void {
    const digits = digitsOf(value);
    if (digits === 0) return this.plain(String(value));
    this.length(digits);
    this.digits(value, digits);
  }

  /** A UUID that lies in 16 bytes. */
  uuid(from: Buffer, start: number): void {
    this.length(36);
    const { out } = this;
    let { end } = this;
    for (let at = 0; at < 16; at += 1) {
      if (at === 4 || at === 6 || at === 8 || at === 10) out[end++] = DASH;
      const byte = from[start + at]!;
      out[end++] = HEX[byte >> 4]!;
      out[end++] = HEX[byte & 15]!;
    }
    this.end = end;
  }

  /**
   * ISO 8601 with milliseconds. We write no finer ones, so that what is finer must show. Written digit by digit: by way of `isoTime` and a
   * text, verifying needs a twelfth more of CPU.
   */
  time(ms: number, micros: number): void {
    const day = Math.floor(ms / DAY_MS);
    if (day !== this.day) {
      this.date = new Date(ms).toISOString().slice(0, -'00:00:00.000Z'.length);
      this.day = day;
    }
    const finer = micros === 0 ? '' : String(micros);
    const within = ms - day * DAY_MS;
    this.length(this.date.length + 13 + finer.length);
    this.end += this.out.write(this.date, this.end, 'latin1');
    this.digits(Math.floor(within / 3_600_000), 2);
    this.out[this.end++] = COLON;
    this.digits(Math.floor(within / 60_000) % 60, 2);
    this.out[this.end++] = COLON;
    this.digits(Math.floor(within / 1_000) % 60, 2);
    this.out[this.end++] = 0x2e; // .
    this.digits(within % 1_000, 3);
    this.out[this.end++] = 0x5a; // Z
    if (finer !== '') this.end += this.out.write(finer, this.end, 'latin1');
  }

  /** Bytes in base64. */
  base64(from: Buffer, start: number, length: number): void {
    this.length(Math.ceil(length / 3) * 4);
    const { out } = this;
    let { end } = this;
    for (let at = 0; at < length; at += 3) {
      const left = length - at;
      const first = from[start + at]!;
      const second = left > 1 ? from[start + at + 1]! : 0;
      const third = left > 2 ? from[start + at + 2]! : 0;
      out[end++] = BASE64[first >> 2]!;
      out[end++] = BASE64[((first & 3) << 4) | (second >> 4)]!;
      out[end++] = left > 1 ? BASE64[((second & 15) << 2) | (third >> 6)]! : PADDING;
      out[end++] = left > 2 ? BASE64[third & 63]! : PADDING;
    }
    this.end = end;
  }

  /** Attributes as any JSON text of them, which lies in UTF-8 somewhere. Many entries in a row have the same. */
  attributes(from: Buffer, start: number, length: number): void {
    const last = this.lastAttributes;
    let isSame = length === last.text.length;
    for (let at = 0; isSame && at < length; at += 1) isSame = from[start + at] === last.text[at];
    if (!isSame) {
      last.text = Buffer.from(from.subarray(start, start + length));
      last.canonical = this.canonical(last.text.toString('utf8'));
    }
    this.utf8(last.canonical, 0, last.canonical.length);
  }

  private canonical(text: string): Buffer {
    let known = this.attributesBy.get(text);
    if (!known) {
      if (this.attributesBy.size >= REMEMBERED_MAX) this.attributesBy.clear();
      known = Buffer.from(attributesJson(JSON.parse(text) as Record<string, string>), 'utf8');
      this.attributesBy.set(text, known);
    }
    return known;
  }

  private length(bytes: number): void {
    this.digits(bytes, digitsOf(bytes));
    this.out[this.end++] = COLON;
  }

  private digits(value: number, count: number): void {
    let rest = value;
    for (let at = this.end + count - 1; at >= this.end; at -= 1) {
      const tenth = Math.floor(rest / 10);
      this.out[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.end += count;
  }
}

/** How many digits a whole number has; 0 for one that is not written so: a negative or a very large one. */
function digitsOf(value: number): number {
  if (!(value >= 0 && value < 1e15)) return 0;
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count += 1;
  return count;
}
