import type pg from 'pg';
import { CopiedRows } from '../../../storage/copied-rows.js';
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
const NO_ATTRIBUTES = Object.freeze({});

/** Hands on the entries after a position up to another, in order, as the server sends them: nothing is kept, so no page can be too large. */
export async function copyFeed(
  client: pg.ClientBase,
  after: Position,
  until: Position,
  onEntry: (entry: LeanEntry, flow: Flow) => void,
): Promise<void> {
  const reader = new LeanRows();
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

class LeanRows extends CopiedRows {
  /** Undefined for the mark of the end. */
  read(row: Buffer): LeanEntry | undefined {
    if (!this.begin(row)) return undefined;
    const position = this.int8();
    const id = this.uuid();
    const schemaVersion = this.int4();
    const occurredAt = this.timestamp().ms;
    const entry: LeanEntry = {
      position,
      id,
      type: this.utf8(),
      schemaVersion,
      origin: this.utf8(),
      account: this.utf8(),
      originEventId: this.utf8(),
      occurredAt,
      attributes: this.json(),
      body: this.utf8(),
    };
    this.finish();
    return entry;
  }

  private json(): Readonly<Record<string, string>> {
    const text = this.utf8();
    return text === '{}' ? NO_ATTRIBUTES : (JSON.parse(text) as Record<string, string>);
  }
}
