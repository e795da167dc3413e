import { binaryEvent, type EventData } from '@kurrent/kurrentdb-client';
import { decisionId, lengthPrefixed, uuidV5 } from '../../../kernel/entry-id.js';
import type { Entry, NewEntry, Revision } from '../../ledger.js';
import { isEntryId } from '../../streams.js';

/** An entry as it lies in KurrentDB: all of it but what its place in the feed adds. */
export interface StoredEvent {
  entry: Omit<Entry, 'position' | 'recordedAt' | 'storedHash'>;
  /** What the writer's clock said. The feed never goes back, so an entry's `recordedAt` may be later. */
  writtenAt: Date;
  eventId: string;
}

/** What of a recorded event is read here; the client's types differ between streams and `$all`. */
export interface RecordedLike {
  streamId: string;
  id: string;
  revision: bigint;
  type: string;
  data: unknown;
  metadata: unknown;
  /** What the server's clock said when it was written. */
  created: Date;
}

/** Names in an event's metadata. The stored format: KurrentDB's own where it has one, ours in the rest. */
interface Metadata {
  $correlationId: string;
  $causationId?: string;
  truth_ledger: 1;
  entry_id: string;
  schema_version: number;
  origin: string;
  account: string;
  origin_event_id: string;
  occurred_at: string;
  recorded_at: string;
  actor: string;
  authenticated_by: string;
  subjects: readonly string[];
  attributes: Readonly<Record<string, string>>;
  content_mac: string;
  key_id?: string;
}

/** The server counts data, metadata and the type twice; below 25.1 an append may have 1 MiB. */
const APPEND_BYTES_MAX = 1024 * 1024 - 1024;

/** Same entry with the same content: the same event, which the server recognises for ever. Other content: another, which it refuses. */
export const eventIdOf = ({ id, contentMac }: Pick<NewEntry, 'id' | 'contentMac'>): string =>
  uuidV5(lengthPrefixed(['event', id, contentMac.toString('base64')]));

/** The event of an entry. Its body stays bytes: the client would write JSON in its own way. */
export function eventOf(entry: Omit<NewEntry, 'key'>, keyId: string | undefined, writtenAt: Date): EventData {
  const metadata: Metadata = {
    $correlationId: entry.correlationId,
    ...(entry.causationId === undefined ? {} : { $causationId: entry.causationId }),
    truth_ledger: 1,
    entry_id: entry.id,
    schema_version: entry.schemaVersion,
    origin: entry.origin,
    account: entry.account,
    origin_event_id: entry.originEventId,
    occurred_at: entry.occurredAt.toISOString(),
    recorded_at: writtenAt.toISOString(),
    actor: entry.actor,
    authenticated_by: entry.authenticatedBy,
    subjects: entry.subjects,
    attributes: entry.attributes,
    content_mac: entry.contentMac.toString('base64'),
    ...(keyId === undefined ? {} : { key_id: keyId }),
  };
  return binaryEvent({
    id: eventIdOf(entry),
    type: entry.type,
    data: Buffer.from(entry.body, 'utf8'),
    // As bytes: what the client would make of an object is the same text, after a copy of it.
    metadata: Buffer.from(JSON.stringify(metadata), 'utf8'),
  });
}

/** Bytes that the server counts; more than `appendFits` allows is refused by some versions. */
export function sizeOf({ type, data, metadata }: EventData): number {
  return (data as Uint8Array).length + (metadata as Uint8Array).length + 2 * type.length;
}

export const appendFits = (events: readonly EventData[]): boolean =>
  events.reduce((sum, event) => sum + sizeOf(event), 0) <= APPEND_BYTES_MAX;

/** What was stored; undefined for an event that is no entry of this ledger, whoever wrote it. */
export function storedEventOf(event: RecordedLike, prefix: string): StoredEvent | undefined {
  const { metadata, data } = event;
  if (!event.streamId.startsWith(prefix) || !(data instanceof Uint8Array) || !isMetadata(metadata)) return undefined;
  const revision = Number(event.revision);
  const stream = event.streamId.slice(prefix.length);
  const entry: StoredEvent['entry'] = {
    id: metadata.entry_id,
    stream,
    revision,
    type: event.type,
    schemaVersion: metadata.schema_version,
    origin: metadata.origin,
    account: metadata.account,
    originEventId: metadata.origin_event_id,
    occurredAt: new Date(metadata.occurred_at),
    correlationId: metadata.$correlationId,
    actor: metadata.actor,
    authenticatedBy: metadata.authenticated_by,
    subjects: [...metadata.subjects],
    attributes: metadata.attributes,
    body: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'),
    contentMac: Buffer.from(metadata.content_mac, 'base64'),
  };
  if (metadata.$causationId !== undefined) entry.causationId = metadata.$causationId;
  if (metadata.key_id !== undefined) entry.keyId = metadata.key_id;
  if (!isInPlace(entry.id, stream, revision) || eventIdOf(entry) !== event.id) return undefined;
  return { entry, writtenAt: new Date(metadata.recorded_at), eventId: event.id };
}

/** Whether an entry with this id may lie there. A copy in a stream of another name may too; the index takes only the first in the log. */
const isInPlace = (id: string, stream: string, revision: Revision): boolean =>
  !stream.includes('\0') && ((revision === 0 && stream.endsWith(id)) || decisionId(stream, revision) === id);

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const isTime = (text: string): boolean => ISO_TIME.test(text) && !Number.isNaN(Date.parse(text));

const TEXTS = [
  '$correlationId',
  'entry_id',
  'origin',
  'account',
  'origin_event_id',
  'occurred_at',
  'recorded_at',
  'actor',
  'authenticated_by',
  'content_mac',
] as const;

function isMetadata(value: unknown): value is Metadata {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  const given = value as Record<string, unknown>;
  const { subjects, attributes, key_id: keyId } = given;
  return (
    given['truth_ledger'] === 1 &&
    TEXTS.every((name) => typeof given[name] === 'string') &&
    (given['$causationId'] === undefined || typeof given['$causationId'] === 'string') &&
    (keyId === undefined || (typeof keyId === 'string' && isEntryId(keyId))) &&
    isEntryId(String(given['entry_id'])) &&
    Number.isSafeInteger(given['schema_version']) &&
    [given['occurred_at'], given['recorded_at']].every((time) => isTime(String(time))) &&
    Array.isArray(subjects) &&
    subjects.every((each) => typeof each === 'string') &&
    typeof attributes === 'object' &&
    attributes !== null &&
    !Array.isArray(attributes) &&
    Object.values(attributes).every((each) => typeof each === 'string')
  );
}
