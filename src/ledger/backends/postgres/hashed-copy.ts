import type pg from 'pg';
import { hash } from 'node:crypto';
import { CopiedRows } from '../../../storage/copied-rows.js';
import { copyOut } from '../../../storage/copy-out.js';
import type { HashedEntry, Position } from '../../ledger.js';
import { attributesJson, ENTRY_DOMAIN } from '../../stored-hash.js';

// In the order in which the hash runs over them, then what it does not cover.
const COLUMNS = `id, stream, revision, type, schema_version, origin, account, origin_event_id, occurred_at, recorded_at, correlation_id,
  causation_id, actor, authenticated_by, subjects, attributes::text, content_mac, key_id, body, position, stored_hash`;
const REMEMBERED_MAX = 10_000;

/**
 * The hash of each entry of a range, derived anew from its fields: the same as `storedHash` of the entry, made of the bytes that the
 * server sends. Reading a ledger only to verify it needs no entries, and making them is most of the work.
 */
export async function copyHashed(client: pg.ClientBase, after: Position, until: Position): Promise<HashedEntry[]> {
  const hasher = new RowHasher();
  const found: HashedEntry[] = [];
  await copyOut(
    client,
    `copy (select ${COLUMNS} from ledger.entries where position > ${after} and position <= ${until} order by position)
     to stdout (format binary)`,
    (row) => {
      const entry = hasher.read(row);
      if (entry) found.push(entry);
    },
  );
  return found;
}

/** Reads rows, and writes what the hash runs over. */
class RowHasher extends CopiedRows {
  private out = Buffer.allocUnsafe(64 * 1024);
  private end = 0;
  /** Canonical attributes by the text that the server sends: there are few. */
  private readonly attributes = new Map<string, string>();

  /** Undefined for the mark of the end. */
  read(row: Buffer): HashedEntry | undefined {
    if (!this.begin(row)) return undefined;
    // Each field may get a length of seven digits; subjects and attributes hardly grow.
    const needed = row.length * 2 + 1024;
    if (needed > this.out.length) this.out = Buffer.allocUnsafe(needed);
    this.end = this.out.write(ENTRY_DOMAIN, 0, 'latin1');
    this.put(this.uuid());
    this.text();
    this.put(String(this.int8()));
    this.text();
    this.put(String(this.int4()));
    this.text();
    this.text();
    this.text();
    this.time();
    const recordedAt = this.time();
    this.text();
    if (this.isThere()) this.text();
    this.text();
    this.text();
    this.texts();
    this.put(this.canonical(this.utf8()));
    this.put(this.bytes().toString('base64'));
    if (this.isThere()) this.put(this.uuid());
    this.text();
    const derived = Buffer.from(hash('sha256', this.out.subarray(0, this.end), 'hex'), 'hex');
    const position = this.int8();
    const storedHash = this.bytes();
    this.finish();
    return { position, recordedAt, derived, isIntact: derived.equals(storedHash) };
  }

  /** An optional field: `1` before it, or `0` for none. */
  private isThere(): boolean {
    const isThere = this.row.readInt32BE(this.at) >= 0;
    this.put(isThere ? '1' : '0');
    if (!isThere) this.at += 4;
    return isThere;
  }

  /** A text as it comes, its length before it. */
  private text(): void {
    const length = this.row.readInt32BE(this.at);
    const start = this.at + 4;
    this.at = start + length;
    this.length(length);
    this.end += this.row.copy(this.out, this.end, start, this.at);
  }

  private texts(): void {
    const array = this.bytes();
    const count = array.readInt32BE(0) === 0 ? 0 : array.readInt32BE(12);
    this.put(String(count));
    for (let at = 20, index = 0; index < count; index += 1) {
      const length = array.readInt32BE(at);
      this.length(length);
      this.end += array.copy(this.out, this.end, at + 4, at + 4 + length);
      at += 4 + length;
    }
  }

  /** ISO 8601 with milliseconds. We write no finer ones, so that what is finer must show. */
  private time(): number {
    const { ms, micros } = this.timestamp();
    this.put(new Date(ms).toISOString() + (micros === 0 ? '' : String(micros)));
    return ms;
  }

  private canonical(text: string): string {
    const known = this.attributes.get(text);
    if (known !== undefined) return known;
    if (this.attributes.size > REMEMBERED_MAX) this.attributes.clear();
    const made = attributesJson(JSON.parse(text) as Record<string, string>);
    this.attributes.set(text, made);
    return made;
  }

  private put(text: string): void {
    const start = this.end + 10;
    const length = this.out.write(text, start, 'utf8');
    this.length(length);
    this.out.copyWithin(this.end, start, start + length);
    this.end += length;
  }

  private length(bytes: number): void {
    this.end += this.out.write(`${bytes}:`, this.end, 'latin1');
  }
}
