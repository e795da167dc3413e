import { decisionId } from '../../../kernel/entry-id.js';
import { Problem } from '../../../kernel/errors.js';
import { isComparable } from '../../check-entry.js';
import type { Expected, NewEntry, Position, Recorded, Revision, StreamName } from '../../ledger.js';
import { receivedIdOf } from '../../streams.js';

interface Waiting<Answer> {
  /** About what it takes in memory and on the wire. */
  bytes: number;
  /** Monotonic milliseconds. */
  since: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export interface RecordRequest extends Waiting<Recorded & { position: Position }> {
  kind: 'record';
  entry: NewEntry;
  /** Hash of the row as last sent, and of earlier attempts whose outcome stayed unknown. */
  hash?: Buffer;
  attempts?: Buffer[];
}

export interface AppendRequest extends Waiting<{ revision: Revision; position: Position }> {
  kind: 'append';
  stream: StreamName;
  expected: Expected;
  entries: readonly NewEntry[];
}

export type Request = RecordRequest | AppendRequest;

/** What the ledger holds already under an id of the batch. */
export interface Known {
  position: Position;
  contentMac: Buffer;
  apiVersion: string | undefined;
  storedHash: Buffer | undefined;
}

export interface PlannedRow {
  entry: NewEntry;
  position: Position;
  revision: Revision;
  request: RecordRequest | undefined;
}

/** Rows to insert, and how to answer each request once they are durable. */
export interface Plan {
  rows: PlannedRow[];
  answer(): void;
}

/** The ids a batch must look up before it can be planned. */
export function idsOf(requests: readonly Request[]): string[] {
  const ids: string[] = [];
  for (const request of requests) {
    if (request.kind === 'record') ids.push(request.entry.id);
    else ids.push(...placesOf(request));
  }
  return ids;
}

/** The place an append builds on, the places it fills (or, when it has nothing to add, the next one), and a received event of that stream's name. */
function placesOf({ stream, expected, entries }: AppendRequest): string[] {
  const last = lastOf(expected);
  const places = last < 0 ? [] : [decisionId(stream, last)];
  for (let index = 0; index < Math.max(1, entries.length); index += 1)
    places.push(decisionId(stream, last + 1 + index));
  const received = receivedIdOf(stream);
  return received === undefined ? places : [...places, received];
}

/**
 * Decides what becomes of each request, in order, given what the ledger holds. Call it under the ledger lock. `known` is
 * extended by the rows planned, so that a batch may hold copies of one event or several appends to one stream.
 */
export function planBatch(requests: readonly Request[], known: Map<string, Known>, head: Position): Plan {
  const rows: PlannedRow[] = [];
  const answers: (() => void)[] = [];
  const place = (entry: NewEntry, revision: Revision, request?: RecordRequest): Position => {
    const position = head + rows.length + 1;
    rows.push({ entry, position, revision, request });
    known.set(entry.id, {
      position,
      contentMac: entry.contentMac,
      apiVersion: entry.attributes['api_version'],
      storedHash: undefined,
    });
    return position;
  };
  for (const request of requests) {
    if (request.kind === 'record') {
      const outcome = planRecord(request, known, place);
      answers.push(() => request.resolve(outcome));
    } else {
      const outcome = planAppend(request, known, place);
      answers.push(() => (outcome ? request.resolve(outcome) : request.reject(wrongRevision(request))));
    }
  }
  return { rows, answer: () => answers.forEach((answer) => answer()) };
}

type Place = (entry: NewEntry, revision: Revision, request?: RecordRequest) => Position;

function planRecord(
  request: RecordRequest,
  known: ReadonlyMap<string, Known>,
  place: Place,
): Recorded & { position: Position } {
  const { entry } = request;
  const first = known.get(entry.id);
  if (!first) return { outcome: 'recorded', position: place(entry, 0, request) };
  const { position, storedHash } = first;
  // An earlier attempt of ours whose answer was lost: only our own row can have this hash, it covers when and by whom.
  if (storedHash && request.attempts?.some((attempt) => attempt.equals(storedHash)))
    return { outcome: 'recorded', position };
  return { outcome: sameContent(entry, first) ? 'duplicate' : 'conflict', position };
}

const sameContent = (entry: NewEntry, first: Known): boolean =>
  entry.contentMac.equals(first.contentMac) || !isComparable(entry, first.apiVersion);

/** The answers of KurrentDB: written at the end, success when exactly these entries are there already, undefined (refused) otherwise. */
function planAppend(
  { stream, expected, entries }: AppendRequest,
  known: ReadonlyMap<string, Known>,
  place: Place,
): { revision: Revision; position: Position } | undefined {
  const last = lastOf(expected);
  const base = last < 0 ? undefined : known.get(decisionId(stream, last));
  if (last >= 0 && !base) return undefined;
  const received = receivedIdOf(stream);
  if (received !== undefined && known.has(received)) return undefined;
  if (!known.has(decisionId(stream, last + 1))) {
    let position = base?.position ?? 0;
    entries.forEach((entry, index) => (position = place(entry, last + 1 + index)));
    return { revision: last + entries.length, position };
  }
  if (entries.length === 0) return undefined;
  const there = entries.map((entry) => known.get(entry.id));
  const same = there.every((first, index) => first && entries[index]!.contentMac.equals(first.contentMac));
  return same ? { revision: last + entries.length, position: there.at(-1)!.position } : undefined;
}

const lastOf = (expected: Expected): Revision => (expected === 'no_stream' ? -1 : expected);

const wrongRevision = ({ stream, expected }: AppendRequest): Problem =>
  new Problem(
    'wrong_expected_revision',
    `The stream ${stream} is not at ${expected === 'no_stream' ? 'its start' : `revision ${expected}`}.`,
  );
