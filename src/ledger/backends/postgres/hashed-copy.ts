import type pg from 'pg';
import { hash } from 'node:crypto';
import { CopiedRows } from '../../../storage/copied-rows.js';
import { copyOut } from '../../../storage/copy-out.js';
import { HashInput } from '../../hash-input.js';
import { HashedEntries } from '../../hashed-entries.js';
import type { Position } from '../../ledger.js';

// In the order in which the hash runs over them, then what it does not cover.
const COLUMNS = `id, stream, revision, type, schema_version, origin, account, origin_event_id, occurred_at, recorded_at, correlation_id,
  causation_id, actor, authenticated_by, subjects, attributes::text, content_mac, key_id, body, position, stored_hash`;
/** Those before `position`. */
const HASHED_COLUMNS = 19;
/** Entries that there is room for from the beginning. */
const ROOM_MAX = 20_000;

/**
 * The hash of each entry after a position, of at most so many and up to another where one is given, derived anew from its fields: the same as `storedHash` of the entry, made of the bytes that the
 * server sends. Reading a ledger only to verify it needs no entries, and making them is most of the work.
 */
export async function copyHashed(
  client: pg.ClientBase,
  after: Position,
  limit: number,
  until?: Position,
): Promise<HashedEntries> {
  const hasher = new RowHasher();
  const found = new HashedEntries(Math.min(limit, ROOM_MAX));
  // The server is not asked to sort a whole page: rows lie in the order in which they were appended, and a plan that
  // sorts takes as long again and writes them to disk.
  const which =
    until === undefined
      ? `position > ${after} order by position limit ${limit}`
      : `position > ${after} and position <= ${until}`;
  await copyOut(
    client,
    `copy (select ${COLUMNS} from ledger.entries where ${which}) to stdout (format binary)`,
    (row) => hasher.read(row, found),
  );
  return found.inOrder();
}

/** Reads rows, and writes what the hash runs over. */
class RowHasher extends CopiedRows {
  private readonly input = new HashInput();

  /** Adds the entry of a row; nothing for the mark of the end. One whose fields no entry can have is told as not intact. */
  read(row: Buffer, found: HashedEntries): void {
    if (!this.begin(row)) return;
    const first = this.at;
    let recordedAt = 0;
    let derived: string;
    try {
      recordedAt = this.fields();
      derived = hash('sha256', this.input.finished(), 'binary');
    } catch {
      this.at = first;
      for (let column = 0; column < HASHED_COLUMNS; column += 1)
        this.at += 4 + Math.max(0, this.row.readInt32BE(this.at));
      derived = hash('sha256', row, 'binary'); // of no entry at all
    }
    const position = this.int8();
    found.add(position, recordedAt, derived, this.row, this.at + 4, this.row.readInt32BE(this.at));
    this.finish();
  }

  /** Writes what the hash runs over; gives when the entry was recorded, in epoch milliseconds. Throws for a value that we never write. */
  private fields(): number {
    const { input } = this;
    input.begin(this.row.length);
    this.id();
    this.text();
    input.number(this.int8());
    this.text();
    input.number(this.int4());
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
    this.attributes();
    this.base64();
    if (this.isThere()) this.id();
    this.text();
    return recordedAt;
  }

  /** The bytes of a field that has to be there. */
  private there(): number {
    const length = this.row.readInt32BE(this.at);
    if (length < 0) throw new RangeError('There is nothing where an entry has something.');
    return length;
  }

  /** An optional field: `1` before it, or `0` for none. */
  private isThere(): boolean {
    const isThere = this.row.readInt32BE(this.at) >= 0;
    this.input.number(isThere ? 1 : 0);
    if (!isThere) this.at += 4;
    return isThere;
  }

  private id(): void {
    this.there();
    this.input.uuid(this.row, this.at + 4);
    this.at += 20;
  }

  private text(): void {
    const length = this.there();
    this.input.utf8(this.row, this.at + 4, length);
    this.at += 4 + length;
  }

  private attributes(): void {
    const length = this.there();
    this.input.attributes(this.row, this.at + 4, length);
    this.at += 4 + length;
  }

  private base64(): void {
    const length = this.there();
    this.input.base64(this.row, this.at + 4, length);
    this.at += 4 + length;
  }

  private texts(): void {
    const bytes = this.there();
    const first = this.at + 4;
    const count = this.row.readInt32BE(first) === 0 ? 0 : this.row.readInt32BE(first + 12);
    this.input.number(count);
    this.at = first + 20;
    for (let index = 0; index < count; index += 1) this.text();
    this.at = first + bytes;
  }

  private time(): number {
    this.there();
    const { ms, micros } = this.timestamp();
    this.input.time(ms, micros);
    return ms;
  }
}
