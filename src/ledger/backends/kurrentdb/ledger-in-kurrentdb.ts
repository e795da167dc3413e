import type { Clock } from '../../../kernel/clock.js';
import { Problem } from '../../../kernel/errors.js';
import { checkDecisions, checkReceived, firstRevision, isComparable } from '../../check-entry.js';
import type {
  Entry,
  Expected,
  FeedPage,
  Ledger,
  LedgerHealth,
  NewEntry,
  Position,
  Recorded,
  Revision,
  StreamName,
  VaultKey,
} from '../../ledger.js';
import { receivedIdOf } from '../../streams.js';
import { followFeed } from '../follow-feed.js';
import type { FeedSignal } from '../postgres/feed-signal.js';
import type { ClientHolder } from './client-holder.js';
import { eventIdOf, eventOf } from './event-format.js';
import type { EventReads } from './event-reads.js';
import { within } from './failures.js';
import type { FeedIndex } from './feed-index.js';
import type { FeedReads } from './feed-reads.js';
import type { Indexer } from './indexer.js';
import type { Writer } from './writer.js';

const PROBE_MS = 1_500;
const INDEX_LAG_MAX_MS = 30_000;
const CONFLICT_PLACE_MS = 2_000; // how long a conflict waits to name the position of what is kept

export interface Parts {
  writer: Writer;
  events: EventReads;
  index: FeedIndex;
  feed: FeedReads;
  signal: FeedSignal;
  indexer: Indexer;
  clients: readonly ClientHolder[];
  clock: Clock;
  prefix: string;
  /** Where the log ended when the ledger was opened. */
  end: bigint;
  closing: AbortController;
}

/** The port over KurrentDB: events hold the entries, the index in PostgreSQL their places in the feed. */
export class LedgerInKurrentDb implements Ledger {
  /** The last place in the log that is known to be written: what lies at or before it is not new. */
  private known: bigint;
  private readonly openedAt = performance.now();

  constructor(private readonly parts: Parts) {
    this.known = parts.end;
  }

  async record(entry: NewEntry): Promise<Recorded> {
    checkReceived(entry);
    return this.parts.writer.inTurn(entry.stream, bytesOf(entry), (since) => this.recordNow(entry, since));
  }

  async append(
    stream: StreamName,
    expected: Expected,
    entries: readonly NewEntry[],
  ): Promise<{ revision: Revision; position: Position }> {
    checkDecisions(stream, expected, entries);
    const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
    return this.parts.writer.inTurn(stream, bytes, (since) => this.appendNow(stream, expected, entries, since));
  }

  readStream(stream: StreamName, options: { from?: Revision; limit?: number } = {}): Promise<Entry[]> {
    return this.parts.feed.stream(stream, options.from ?? 0, options.limit ?? Infinity);
  }

  readFeed(after: Position, limit: number): Promise<FeedPage> {
    return this.parts.feed.feed(after, limit);
  }

  subscribe(after: Position, options: { limit: number; signal: AbortSignal }): AsyncIterable<FeedPage> {
    const stop = AbortSignal.any([options.signal, this.parts.closing.signal]);
    return followFeed((from) => this.parts.feed.feed(from, options.limit), this.parts.signal, after, stop);
  }

  head(): Promise<Position> {
    return this.parts.feed.head();
  }

  async find(id: string): Promise<Entry | undefined> {
    return (await this.parts.feed.findMany([id]))[0];
  }

  findMany(ids: readonly string[]): Promise<Entry[]> {
    return this.parts.feed.findMany(ids);
  }

  at(position: Position): Promise<Entry | undefined> {
    return this.parts.feed.at(position);
  }

  storedHashes(after: Position, limit: number): Promise<Buffer> {
    return this.parts.index.storedHashes(after, limit);
  }

  /** One after the other: the log gives them their order. An event that is there already is recognised and not written again. */
  async takeOver(entries: readonly Entry[], keys: readonly VaultKey[]): Promise<void> {
    const { writer, index, feed, prefix } = this.parts;
    await index.takeKeys(keys);
    for (const entry of entries) {
      const event = eventOf(entry, entry.keyId, entry.recordedAt);
      const expected = entry.revision === 0 ? 'no_stream' : entry.revision - 1;
      const append = (since: number) => writer.append(prefix + entry.stream, expected, [event], since);
      const { outcome } = await writer.inTurn(entry.stream, bytesOf(entry), append);
      if (outcome !== 'appended')
        throw new Error(`the stream ${entry.stream} holds something else than the entry at position ${entry.position}`);
    }
    const last = entries.at(-1);
    if (last) await feed.places([last.id]);
  }

  async health(): Promise<LedgerHealth> {
    const [leader, head] = await Promise.all([
      within(PROBE_MS, this.parts.events.end()).then(
        () => true,
        () => false,
      ),
      within(PROBE_MS, this.parts.index.head()).catch(() => undefined),
    ]);
    const { withoutKey } = this.parts.indexer;
    // An index that never came to the end of its log has been behind for at least as long as we are here.
    const indexLagMs = head && Math.round(head.lagMs ?? performance.now() - this.openedAt);
    const problems = [
      ...(leader ? [] : ['no leader of KurrentDB answers']),
      ...(head ? [] : ['the index of the feed does not answer']),
      ...((indexLagMs ?? 0) > INDEX_LAG_MAX_MS ? ['the index of the feed is behind'] : []),
      ...(withoutKey > 0 ? [`entries that came into the feed without their keys: ${withoutKey}`] : []),
    ];
    return {
      ok: leader,
      standsAlone: true,
      ...(problems.length > 0 ? { detail: problems.join('; ') } : {}),
      ...(head ? { head: head.position, indexLagMs } : {}),
    };
  }

  queue(): { waiting: number; limit: number } {
    return this.parts.writer.queue();
  }

  async close(): Promise<void> {
    await this.parts.writer.close();
    this.parts.closing.abort();
    await Promise.all([this.parts.indexer.close(), this.parts.signal.close()]);
    for (const clients of this.parts.clients) clients.close();
  }

  private async recordNow(entry: NewEntry, since: number): Promise<Recorded> {
    await this.keepKeys([entry]);
    const known = this.known;
    const event = eventOf(entry, entry.key?.id, this.parts.clock());
    const answer = await this.parts.writer.append(this.parts.prefix + entry.stream, 'no_stream', [event], since);
    if (answer.outcome === 'conflict') return this.compare(entry);
    // Deleted for ever by an operator: it was here once, and must not come back.
    if (answer.outcome === 'gone') return { outcome: 'duplicate' };
    this.learn(answer.commit);
    // A repeat is told where the first one is, or nothing at all.
    const isNew = answer.commit !== undefined && answer.commit > known;
    return { outcome: isNew ? 'recorded' : 'duplicate' };
  }

  /** The stream has something else: the same event in other words, or other content. */
  private async compare(entry: NewEntry): Promise<Recorded> {
    const [first] = await this.parts.events.stream(entry.stream, 0, 1);
    if (first?.entry.id !== entry.id) throw new Error(`the stream ${entry.stream} holds something else than its entry`);
    const same =
      first.entry.contentMac.equals(entry.contentMac) || !isComparable(entry, first.entry.attributes['api_version']);
    if (same) return { outcome: 'duplicate' };
    const places = await this.parts.feed.places([entry.id], CONFLICT_PLACE_MS).catch(() => undefined);
    return { outcome: 'conflict', position: places?.get(entry.id)?.position };
  }

  private async appendNow(
    stream: StreamName,
    expected: Expected,
    entries: readonly NewEntry[],
    since: number,
  ): Promise<{ revision: Revision; position: Position }> {
    if (entries.length === 0) return this.placeAt(stream, expected);
    await this.refuseReceived(stream, expected);
    await this.keepKeys(entries);
    const now = this.parts.clock();
    const events = entries.map((entry) => eventOf(entry, entry.key?.id, now));
    const answer = await this.parts.writer.append(this.parts.prefix + stream, expected, events, since);
    if (answer.outcome === 'gone') throw new Error(`the stream ${stream} was deleted in KurrentDB`);
    if (answer.outcome === 'appended') this.learn(answer.commit);
    else if (!(await this.isThere(stream, expected, entries))) throw wrongRevision(stream, expected);
    const last = entries.at(-1)!.id;
    const { position } = (await this.parts.feed.places([last])).get(last)!;
    return { revision: firstRevision(expected) + entries.length - 1, position };
  }

  /** The server cannot tell in every case that these very entries were appended before: then they are read. */
  private async isThere(stream: StreamName, expected: Expected, entries: readonly NewEntry[]): Promise<boolean> {
    const there = await this.parts.events.stream(stream, firstRevision(expected), entries.length);
    return there.length === entries.length && there.every(({ eventId }, at) => eventId === eventIdOf(entries[at]!));
  }

  /** Nothing to append: only the expectation is checked. */
  private async placeAt(stream: StreamName, expected: Expected): Promise<{ revision: Revision; position: Position }> {
    const last = firstRevision(expected) - 1;
    const there = await this.readStream(stream, { from: Math.max(last, 0), limit: 2 });
    const ends = last < 0 ? there.length === 0 : there.length === 1;
    if (!ends) throw wrongRevision(stream, expected);
    return { revision: last, position: there[0]?.position ?? 0 };
  }

  /** A received event is the only entry of its stream. */
  private async refuseReceived(stream: StreamName, expected: Expected): Promise<void> {
    const received = receivedIdOf(stream);
    if (received === undefined) return;
    const [first] = await this.parts.events.stream(stream, 0, 1);
    if (first?.entry.id === received) throw wrongRevision(stream, expected);
  }

  /** Keys that are not durable yet become so before what is sealed under them. */
  private async keepKeys(entries: readonly NewEntry[]): Promise<void> {
    const keys = entries.flatMap(({ key }) => (key && !key.durable ? [key] : []));
    if (keys.length > 0) await this.parts.index.keepKeys(keys);
  }

  private learn(commit: bigint | undefined): void {
    if (commit !== undefined && commit > this.known) this.known = commit;
  }
}

const bytesOf = (entry: Pick<NewEntry, 'body'>): number => entry.body.length + 1024;

const wrongRevision = (stream: StreamName, expected: Expected): Problem =>
  new Problem(
    'wrong_expected_revision',
    `The stream ${stream} is not at ${expected === 'no_stream' ? 'its start' : `revision ${expected}`}.`,
  );
