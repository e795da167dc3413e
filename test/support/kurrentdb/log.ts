// The log of the double: what a server keeps on disk, and beside it the one thing that a restart loses, the recent ids.
import { randomUUID } from 'node:crypto';
import { createRecentIds, type RecentIds } from './recent-ids.js';

/** An event before it has a place. */
export interface ProposedEvent {
  id: string;
  type: string;
  contentType: string;
  data: Uint8Array;
  metadata: Uint8Array;
}

export interface LogRecord extends ProposedEvent {
  stream: string;
  /** From 0; the tombstone has the largest number there is. */
  revision: bigint;
  /** Commit and prepare position, which are equal for all that is written today. Grows by what the record takes: never contiguous. */
  position: bigint;
  created: Date;
}

export interface LogOptions {
  now?: () => Date;
  /** Where the log begins; above 2^53 it shows who keeps positions in numbers. */
  firstPosition?: bigint;
  /** What it may hold before it refuses. */
  maxBytes?: number;
  /** Hears of every write before it is answered, to keep it elsewhere. */
  written?: (records: readonly LogRecord[]) => void;
}

export interface Log {
  /** Every record that is left, in the order of positions. */
  readonly records: readonly LogRecord[];
  /** The ids that the leader's memory still knows; lost at a restart and when another node leads. */
  readonly recent: RecentIds;
  /** The last revision of a stream, -1 when nothing was ever written to it. */
  last(stream: string): bigint;
  /** An event as it lies on disk, whatever was deleted; none when it was scavenged or never there. */
  raw(stream: string, revision: bigint): LogRecord | undefined;
  /** The first revision that a reader may see. */
  firstVisible(stream: string): bigint;
  isTombstoned(stream: string): boolean;
  isSoftDeleted(stream: string): boolean;
  /** The place among `records` of the first one at or after a position. */
  indexOf(position: bigint): number;
  write(stream: string, events: readonly ProposedEvent[]): LogRecord[];
  softDelete(stream: string): LogRecord;
  /** Lets readers of a soft-deleted stream see it again from a revision on. */
  undelete(stream: string, from: bigint): void;
  tombstone(stream: string): LogRecord;
  /** Forgets what a scavenge would: all of a tombstoned stream but the tombstone, all of a soft-deleted one but its last event. */
  scavenge(): void;
  /** Puts back what an earlier process kept. */
  restore(records: readonly LogRecord[]): void;
  /** Writes what a server writes to `$all` when it begins to lead, and forgets the recent ids. */
  startEpoch(): void;
  /** Calls back after every write until the answer is called. */
  watch(changed: () => void): () => void;
}

const TOMBSTONE = 2n ** 63n - 1n;
const NOTHING = new Uint8Array();

export function createLog(options: LogOptions = {}): Log {
  const { now = () => new Date(), firstPosition = 0n, maxBytes = 512 * 2 ** 20, written } = options;
  let records: LogRecord[] = [];
  const streams = new Map<string, (LogRecord | undefined)[]>();
  const tombstoned = new Set<string>();
  const recent = createRecentIds();
  const watchers = new Set<() => void>();
  let next = firstPosition;
  let bytes = 0;

  const keep = (record: LogRecord): void => {
    records.push(record);
    if (record.revision === TOMBSTONE) tombstoned.add(record.stream);
    else if (streams.has(record.stream)) streams.get(record.stream)![Number(record.revision)] = record;
    else streams.set(record.stream, [record]);
    bytes += sizeOf(record);
    next = record.position + BigInt(sizeOf(record));
  };
  const last = (stream: string): bigint => BigInt((streams.get(stream)?.length ?? 0) - 1);
  const add = (stream: string, events: readonly ProposedEvent[], revisionOf: (index: number) => bigint) => {
    if (bytes > maxBytes) throw new Error(`The log of the double is full: it holds ${bytes} bytes.`);
    const created = now();
    const added = events.map((event, index) => {
      const record = { ...event, stream, revision: revisionOf(index), position: next, created };
      keep(record);
      recent.add(record);
      return record;
    });
    written?.(added);
    for (const changed of [...watchers]) changed();
    return added;
  };
  const write: Log['write'] = (stream, events) => {
    const start = last(stream) + 1n;
    return add(stream, events, (index) => start + BigInt(index));
  };
  const truncate = (stream: string, before: bigint): LogRecord =>
    write(`$$${stream}`, [systemEvent('$metadata', `{"$tb":${before}}`)])[0]!;
  const firstVisible = (stream: string): bigint => truncatedBefore(streams.get(`$$${stream}`)?.at(-1));

  return {
    get records() {
      return records;
    },
    recent,
    last,
    raw: (stream, revision) => (revision < 0n ? undefined : streams.get(stream)?.[Number(revision)]),
    firstVisible,
    isTombstoned: (stream) => tombstoned.has(stream),
    isSoftDeleted: (stream) => firstVisible(stream) === TOMBSTONE,
    indexOf: (position) => lowerBound(records, position),
    write,
    softDelete: (stream) => truncate(stream, TOMBSTONE),
    undelete: (stream, from) => void truncate(stream, from),
    tombstone: (stream) => add(stream, [systemEvent('$streamDeleted')], () => TOMBSTONE)[0]!,
    scavenge: () => {
      const lastOf = (stream: string): bigint => (tombstoned.has(stream) ? TOMBSTONE : last(stream));
      const gone = ({ stream, revision }: LogRecord): boolean =>
        (tombstoned.has(stream) || firstVisible(stream) === TOMBSTONE) && revision < lastOf(stream);
      for (const { stream, revision } of records.filter(gone)) streams.get(stream)![Number(revision)] = undefined;
      records = records.filter((record) => !gone(record));
      bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
    },
    restore: (kept) => kept.forEach(keep),
    startEpoch: () => {
      write('$epoch-information', [systemEvent('$epoch-information')]);
      recent.forget();
    },
    watch: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

/** What the record takes in the log: its parts and about what the server's own fields take. */
const sizeOf = ({ stream, type, data, metadata }: LogRecord): number =>
  stream.length + type.length + data.length + metadata.length + 64;

const systemEvent = (type: string, json = '{}'): ProposedEvent => ({
  id: randomUUID(),
  type,
  contentType: 'application/json',
  data: Buffer.from(json),
  metadata: NOTHING,
});

/** `$tb` of a stream's metadata; a soft-deleted stream has the largest revision there. */
function truncatedBefore(metadata: LogRecord | undefined): bigint {
  const found = metadata && /"\$tb"\s*:\s*(\d+)/.exec(Buffer.from(metadata.data).toString());
  return found ? BigInt(found[1]!) : 0n;
}

function lowerBound(records: readonly LogRecord[], position: bigint): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.position < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
