import type { Position as LogPosition } from '@kurrent/kurrentdb-client';
import type { Entry, FeedPage, Position, Revision, StreamName } from '../../ledger.js';
import { isEntryId } from '../../streams.js';
import type { FeedSignal } from '../postgres/feed-signal.js';
import type { EventReads } from './event-reads.js';
import type { StoredEvent } from './event-format.js';
import type { FeedIndex, IndexRow } from './feed-index.js';
import type { RecentEvents } from './recent-events.js';
import { unavailable } from './writer.js';

const INDEX_WAIT_MS = 10_000;
const READS_AT_ONCE = 16;

/** Entries, each from its event in KurrentDB and its place in the index. */
export class FeedReads {
  constructor(
    private readonly index: FeedIndex,
    private readonly events: EventReads,
    private readonly recent: RecentEvents,
    private readonly signal: FeedSignal,
    private readonly closing: AbortSignal,
  ) {}

  async feed(after: Position, limit: number): Promise<FeedPage> {
    // The head first: a page may show more than it, never less.
    const { position: head } = await this.index.head();
    const rows = await this.index.page(after, limit);
    const before = rows[0]?.position === after ? rows.shift() : undefined;
    const last = rows.at(-1);
    if (!last) return { entries: [], head };
    const stored = this.recent.at(rows.map(({ at }) => at.commit)) ?? (await this.read(before?.at, last.at));
    const entries = rows.map((row) => entryOf(row, stored.get(row.at.commit)));
    return { entries, head: Math.max(head, last.position) };
  }

  private async read(after: LogPosition | undefined, last: LogPosition): Promise<Map<bigint, StoredEvent>> {
    const logged = await this.events.log(after, last);
    return new Map(logged.map(({ at, stored }) => [at.commit, stored]));
  }

  async head(): Promise<Position> {
    return (await this.index.head()).position;
  }

  /** Entries of a stream. What was appended but a moment ago is waited for: an entry has a place in the feed. */
  async stream(stream: StreamName, from: Revision, limit: number): Promise<Entry[]> {
    const stored = await this.events.stream(stream, from, limit);
    const places = await this.places(stored.map(({ entry }) => entry.id));
    return stored.map((each) => entryOf(places.get(each.entry.id)!, each));
  }

  async at(position: Position): Promise<Entry | undefined> {
    const row = await this.index.at(position);
    return row && this.entryAt(row);
  }

  async findMany(ids: readonly string[]): Promise<Entry[]> {
    const rows = [...(await this.index.ofEntries(ids.filter(isEntryId))).values()];
    const entries: Entry[] = [];
    for (let at = 0; at < rows.length; at += READS_AT_ONCE)
      entries.push(...(await Promise.all(rows.slice(at, at + READS_AT_ONCE).map((row) => this.entryAt(row)))));
    return entries;
  }

  /** Where entries are in the feed, all of them; waits for those just appended. Throws Problem `unavailable` when the index does not come to them. */
  async places(ids: readonly string[], waitMs = INDEX_WAIT_MS): Promise<Map<string, IndexRow>> {
    const wanted = new Set(ids).size;
    const stop = AbortSignal.any([this.closing, AbortSignal.timeout(waitMs)]);
    for (;;) {
      const seen = this.signal.version;
      const rows = await this.index.ofEntries(ids);
      if (rows.size === wanted) return rows;
      if (stop.aborted) throw unavailable('It is in the ledger, but its place in the feed is not known yet.');
      await this.signal.changed(seen, stop);
    }
  }

  private async entryAt(row: IndexRow): Promise<Entry> {
    const [stored] = await this.events.stream(row.stream, row.revision, 1);
    return entryOf(row, stored);
  }
}

/** Nothing is ever left out: an entry that was in the log once and is not any more is a damage that must show. */
function entryOf(row: IndexRow, stored: StoredEvent | undefined): Entry {
  if (stored?.entry.id !== row.entryId)
    throw new Error(`the entry at position ${row.position} is in the index, but KurrentDB does not have it any more`);
  return { ...stored.entry, position: row.position, recordedAt: row.recordedAt, storedHash: row.storedHash };
}
