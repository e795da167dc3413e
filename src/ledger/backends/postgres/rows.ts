import { CopyWriter } from '../../../storage/copy-writer.js';
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
  out.time(entry.occurredAt.getTime());
  out.time(recordedAt.getTime());
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
