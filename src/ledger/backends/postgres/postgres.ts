import type { Clock } from '../../../kernel/clock.js';
import { decisionId } from '../../../kernel/entry-id.js';
import { Problem } from '../../../kernel/errors.js';
import type { Database } from '../../../storage/database.js';
import type {
  Entry,
  Expected,
  FeedPage,
  Ledger,
  NewEntry,
  Position,
  Recorded,
  Revision,
  StreamName,
} from '../../ledger.js';
import { assertStorable } from '../../stored-hash.js';
import { isUuid } from './batch.js';
import { FeedSignal } from './feed-signal.js';
import { COMMIT_LIMITS, GroupCommit, type CommitLimits } from './group-commit.js';
import { Reads } from './reads.js';
import { Writer } from './writer.js';

export interface PostgresLedgerOptions {
  /** Where `recordedAt` comes from. */
  clock: Clock;
  log?: (line: string) => void;
  limits?: Partial<CommitLimits>;
}

/** A ledger, and what sealing reads from this backend more cheaply than entries. */
export interface PostgresLedger extends Ledger {
  /** Stored hashes of the feed after a position, 32 bytes each, joined. */
  storedHashes(after: Position, limit: number): Promise<Buffer>;
}

/** Opens the ledger in a migrated database. Throws the driver's error when it cannot be reached. `close` leaves the database open. */
export async function openPostgresLedger(database: Database, options: PostgresLedgerOptions): Promise<PostgresLedger> {
  const log = options.log ?? (() => undefined);
  const signal = new FeedSignal(database.connection);
  const writer = new Writer(database.connection, options.clock, () => signal.notify(), log);
  await writer.start();
  const commits = new GroupCommit((batch) => writer.write(batch), { ...COMMIT_LIMITS, ...options.limits }, log);
  return new LedgerInPostgres(new Reads(database.pool), commits, writer, signal);
}

class LedgerInPostgres implements PostgresLedger {
  private readonly closing = new AbortController();

  constructor(
    private readonly reads: Reads,
    private readonly commits: GroupCommit,
    private readonly writer: Writer,
    private readonly signal: FeedSignal,
  ) {}

  record(entry: NewEntry): Promise<Recorded> {
    return new Promise((resolve, reject) => {
      if (!entry.stream.endsWith(entry.id))
        throw new Error(`a received event has a stream of its own, named after its id: ${entry.stream}`);
      check(entry);
      this.commits.submit({ kind: 'record', entry, bytes: bytesOf(entry), since: performance.now(), resolve, reject });
    });
  }

  append(
    stream: StreamName,
    expected: Expected,
    entries: readonly NewEntry[],
  ): Promise<{ revision: Revision; position: Position }> {
    return new Promise((resolve, reject) => {
      const first = expected === 'no_stream' ? 0 : expected + 1;
      if (!Number.isSafeInteger(first) || first < 0) throw new Error(`not a revision: ${expected}`);
      entries.forEach((entry, index) => {
        const named = entry.stream === stream && entry.id === decisionId(stream, first + index);
        if (!named)
          throw new Error(`an entry of ${stream} at revision ${first + index} has the id decisionId gives it`);
        check(entry);
      });
      const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
      this.commits.submit({
        kind: 'append',
        stream,
        expected,
        entries,
        bytes,
        since: performance.now(),
        resolve,
        reject,
      });
    });
  }

  readStream(stream: StreamName, options: { from?: Revision; limit?: number } = {}): Promise<Entry[]> {
    return this.reads.stream(stream, options.from ?? 0, options.limit ?? Infinity);
  }

  readFeed(after: Position, limit: number): Promise<FeedPage> {
    return this.reads.feed(after, limit);
  }

  async *subscribe(after: Position, options: { limit: number; signal: AbortSignal }): AsyncGenerator<FeedPage> {
    const stop = AbortSignal.any([options.signal, this.closing.signal]);
    let last = after;
    let reading = this.readPage(after, options.limit);
    while (!stop.aborted) {
      const { seen, page } = await reading;
      const newest = page?.entries.at(-1);
      if (!page || !newest) await this.signal.changed(seen, stop);
      last = newest?.position ?? last;
      if (stop.aborted) return;
      // Behind the head the database reads the next page while the reader works on this one.
      const behind = page !== undefined && last < page.head;
      if (behind) reading = this.readPage(last, options.limit);
      if (page && newest) yield page;
      if (!behind) reading = this.readPage(last, options.limit);
    }
  }

  /** The version of the signal is taken before the read, so that whatever is appended during it wakes who waits for the next one. */
  private readPage(after: Position, limit: number): Promise<{ seen: number; page: FeedPage | undefined }> {
    const seen = this.signal.version;
    const reading = this.reads.feed(after, limit).then(
      (page) => ({ seen, page }),
      (error: unknown) => ({ seen, page: pageUnlessDown(error) }),
    );
    reading.catch(() => undefined); // a subscription that ended does not await its last read
    return reading;
  }

  storedHashes(after: Position, limit: number): Promise<Buffer> {
    return this.reads.storedHashes(after, limit);
  }

  head(): Promise<Position> {
    return this.reads.head();
  }

  find(id: string): Promise<Entry | undefined> {
    return this.reads.find(id);
  }

  findMany(ids: readonly string[]): Promise<Entry[]> {
    return this.reads.findMany(ids);
  }

  at(position: Position): Promise<Entry | undefined> {
    return this.reads.at(position);
  }

  queue(): { waiting: number; limit: number } {
    return this.commits.queue();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.commits.close();
    await Promise.all([this.writer.close(), this.signal.close()]);
  }
}

const ENTRY_TYPE = /^[\p{L}\p{N}_.$:-]+$/u;

function check(entry: NewEntry): void {
  if (!isUuid(entry.id)) throw new Error(`not the id of an entry: ${entry.id}`);
  if (entry.key && !isUuid(entry.key.id)) throw new Error(`not the id of a key: ${entry.key.id}`);
  if (!ENTRY_TYPE.test(entry.type))
    throw new Problem('invalid_request', 'The type of an entry has letters, digits and _ . $ : - only.');
  assertStorable(entry);
}

const bytesOf = (entry: NewEntry): number => entry.body.length + 1024;

// A subscription outlives its database: it goes on when that is back.
function pageUnlessDown(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'unavailable') return undefined;
  throw error;
}
