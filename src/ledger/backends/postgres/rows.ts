import type { Entry, NewEntry, Position, Revision, VaultKey } from '../../ledger.js';
import { attributesJson } from '../../stored-hash.js';

/** A row about to be inserted. */
export interface NewRow {
  entry: NewEntry;
  position: Position;
  revision: Revision;
  storedHash: Buffer;
}

/** Columns of a read, in the order `toEntry` takes them; everything arrives as text and is parsed here. */
export const ENTRY_COLUMNS = `position, id, revision, schema_version, (extract(epoch from occurred_at) * 1000)::int8,
  (extract(epoch from recorded_at) * 1000)::int8, encode(stored_hash, 'hex'), encode(content_mac, 'hex'), stream, type, origin, account,
  origin_event_id, correlation_id, actor, authenticated_by, case when cardinality(subjects) > 0 then array_to_json(subjects)::text end,
  attributes::text, body, causation_id, key_id`;

/** For `pg`: leave every column as the text it came in. */
export const asText = { getTypeParser: () => (value: string) => value };

export function toEntry(row: readonly (string | null)[]): Entry {
  const entry: Entry = {
    position: Number(row[0]),
    id: row[1]!,
    revision: Number(row[2]),
    schemaVersion: Number(row[3]),
    occurredAt: new Date(Number(row[4])),
    recordedAt: new Date(Number(row[5])),
    storedHash: Buffer.from(row[6]!, 'hex'),
    contentMac: Buffer.from(row[7]!, 'hex'),
    stream: row[8]!,
    type: row[9]!,
    origin: row[10]!,
    account: row[11]!,
    originEventId: row[12]!,
    correlationId: row[13]!,
    actor: row[14]!,
    authenticatedBy: row[15]!,
    subjects: row[16] == null ? [] : (JSON.parse(row[16]) as string[]),
    attributes: JSON.parse(row[17]!) as Record<string, string>,
    body: row[18]!,
  };
  if (row[19] != null) entry.causationId = row[19];
  if (row[20] != null) entry.keyId = row[20];
  return entry;
}

const COLUMNS = 21;
const KEY_COLUMNS = 2;
const TEXT_TYPE = 25;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const DASH = 0x2d;
const HEX = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, '0123456789abcdef'.indexOf(String.fromCharCode(code))),
);
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** Rows of `ledger.entries` as COPY takes them in its binary format: neither side escapes or parses anything. */
export function encodeRows(rows: readonly NewRow[], recordedAt: Date): Buffer {
  const out = new CopyWriter(rows.reduce((sum, row) => sum + row.entry.body.length + 1024, 64));
  for (const row of rows) writeRow(out, row, recordedAt);
  return out.finished();
}

/** Rows of `ledger.vault_keys (id, wrapped)` in the same format. */
export function encodeKeys(keys: readonly VaultKey[]): Buffer {
  const out = new CopyWriter(keys.reduce((sum, key) => sum + key.wrapped.length + 32, 64));
  for (const key of keys) {
    out.columns(KEY_COLUMNS);
    out.uuid(key.id);
    out.bytes(key.wrapped);
  }
  return out.finished();
}

function writeRow(out: CopyWriter, { entry, position, revision, storedHash }: NewRow, recordedAt: Date): void {
  out.columns(COLUMNS);
  out.int8(position);
  out.uuid(entry.id);
  out.int8(revision);
  out.int4(4);
  out.int4(entry.schemaVersion);
  out.time(entry.occurredAt);
  out.time(recordedAt);
  out.bytes(storedHash);
  out.bytes(entry.contentMac);
  out.text(entry.stream);
  out.text(entry.type);
  out.text(entry.origin);
  out.text(entry.account);
  out.text(entry.originEventId);
  out.text(entry.correlationId);
  out.text(entry.actor);
  out.text(entry.authenticatedBy);
  out.texts(entry.subjects);
  out.json(attributesJson(entry.attributes));
  out.text(entry.body);
  out.text(entry.causationId);
  out.uuid(entry.key?.id);
}

/** Writes values in PostgreSQL's binary format, each after its length (-1: null), into one growing buffer. */
class CopyWriter {
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

  int8(value: number): void {
    this.int4(8);
    this.int4(Math.floor(value / 2 ** 32));
    this.int4(value);
  }

  time(value: Date): void {
    this.int4(8);
    this.room(8);
    this.at = this.buffer.writeBigInt64BE(BigInt(value.getTime() - POSTGRES_EPOCH_MS) * 1000n, this.at);
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
