const HEADER_BYTES = 19;
const END = -1;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** Reads rows of COPY's binary format, as `copyOut` hands them on, field by field in the order of the columns. */
export class CopiedRows {
  protected row: Buffer = Buffer.alloc(0);
  protected at = HEADER_BYTES; // comes with the first row

  /** Goes to the first field of a row. False for the mark of the end. */
  protected begin(row: Buffer): boolean {
    this.row = row;
    const columns = row.readInt16BE(this.at);
    this.at += 2;
    return columns !== END;
  }

  /** Has to be called once all fields of a row were read. */
  protected finish(): void {
    this.at = 0;
  }

  protected int4(): number {
    const value = this.row.readInt32BE(this.at + 4);
    this.at += 8;
    return value;
  }

  protected int8(): number {
    const value = this.row.readInt32BE(this.at + 4) * 2 ** 32 + this.row.readUInt32BE(this.at + 8);
    this.at += 12;
    return value;
  }

  protected bytes(): Buffer {
    const start = this.at + 4;
    this.at = start + this.row.readInt32BE(this.at);
    return this.row.subarray(start, this.at);
  }

  protected utf8(): string {
    const start = this.at + 4;
    this.at = start + this.row.readInt32BE(this.at);
    return this.row.toString('utf8', start, this.at);
  }

  protected uuid(): string {
    const hex = this.row.toString('hex', this.at + 4, this.at + 20);
    this.at += 20;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Epoch milliseconds, and the microseconds beyond them. */
  protected timestamp(): { ms: number; micros: number } {
    const high = this.row.readInt32BE(this.at + 4);
    const low = this.row.readUInt32BE(this.at + 8);
    this.at += 12;
    // Microseconds of the distant future are no whole number of JavaScript's: 2^32 of them are 4,294,967 milliseconds and 296.
    const rest = high * 296 + low;
    const whole = Math.floor(rest / 1000);
    return { ms: high * 4_294_967 + whole + POSTGRES_EPOCH_MS, micros: rest - whole * 1000 };
  }
}
