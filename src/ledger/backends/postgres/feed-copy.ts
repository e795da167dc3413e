import type pg from 'pg';
import { copyOut, type Flow } from '../../../storage/copy-out.js';
import type { Position } from '../../ledger.js';

/** An entry without what only auditors and sealing need. `occurredAt` in epoch milliseconds, `body` as its text. */
export interface LeanEntry {
  position: Position;
  id: string;
  type: string;
  schemaVersion: number;
  origin: string;
  account: string;
  originEventId: string;
  occurredAt: number;
  attributes: Readonly<Record<string, string>>;
  body: string;
}

const COLUMNS = `position, id, schema_version, occurred_at, type, origin, account, origin_event_id, attributes::text, body`;
const HEADER_BYTES = 19;
const END = -1;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const NO_ATTRIBUTES = Object.freeze({});

/** Hands on the entries after a position up to another, in order, as the server sends them: nothing is kept, so no page can be too large. */
export async function copyFeed(
  client: pg.ClientBase,
  after: Position,
  until: Position,
  onEntry: (entry: LeanEntry, flow: Flow) => void,
): Promise<void> {
  const reader = new RowReader();
  await copyOut(
    client,
    `copy (select ${COLUMNS} from ledger.entries where position > ${after} and position <= ${until} order by position)
     to stdout (format binary)`,
    (row, flow) => {
      const entry = reader.read(row);
      if (entry) onEntry(entry, flow);
    },
  );
}

/** Reads rows of COPY's binary format. */
class RowReader {
  private row: Buffer = Buffer.alloc(0);
  private at = HEADER_BYTES; // comes with the first row

  /** Undefined for the mark of the end. */
  read(row: Buffer): LeanEntry | undefined {
    this.row = row;
    const columns = row.readInt16BE(this.at);
    this.at += 2;
    if (columns === END) return undefined;
    const position = this.int8();
    const id = this.uuid();
    const schemaVersion = this.int4();
    const occurredAt = Math.floor(this.int8() / 1000) + POSTGRES_EPOCH_MS;
    const entry: LeanEntry = {
      position,
      id,
      type: this.text(),
      schemaVersion,
      origin: this.text(),
      account: this.text(),
      originEventId: this.text(),
      occurredAt,
      attributes: this.json(),
      body: this.text(),
    };
    this.at = 0;
    return entry;
  }

  private int4(): number {
    const value = this.row.readInt32BE(this.at + 4);
    this.at += 8;
    return value;
  }

  private int8(): number {
    const value = this.row.readInt32BE(this.at + 4) * 2 ** 32 + this.row.readUInt32BE(this.at + 8);
    this.at += 12;
    return value;
  }

  private uuid(): string {
    const hex = this.row.toString('hex', this.at + 4, this.at + 20);
    this.at += 20;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  private text(): string {
    const start = this.at + 4;
    this.at = start + this.row.readInt32BE(this.at);
    return this.row.toString('utf8', start, this.at);
  }

  private json(): Readonly<Record<string, string>> {
    const text = this.text();
    return text === '{}' ? NO_ATTRIBUTES : (JSON.parse(text) as Record<string, string>);
  }
}
