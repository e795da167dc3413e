import type { Clock } from '../../../kernel/clock.js';
import type { Database } from '../../../storage/database.js';
import type {
  Entry,
  Erased,
  Expected,
  FeedPage,
  HashedPage,
  Ledger,
  LedgerHealth,
  NewEntry,
  Position,
  Receipt,
  Recorded,
  Revision,
  StreamName,
  Tagged,
  VaultKey,
} from '../../ledger.js';
import { checkDecisions, checkReceived } from '../../check-entry.js';
import { followFeed } from '../follow-feed.js';
import { FeedSignal } from './feed-signal.js';
import { COMMIT_LIMITS, GroupCommit, type CommitLimits } from './group-commit.js';
import { copyHashed } from './hashed-copy.js';
import { Reads } from './reads.js';
import { takeOver } from './take-over.js';
import { Writer } from './writer.js';

export interface PostgresLedgerOptions {
  /** Where `recordedAt` comes from. */
  clock: Clock;
  log?: (line: string) => void;
  limits?: Partial<CommitLimits>;
}

/** A ledger that knows the place of an entry when it is appended. */
export interface PostgresLedger extends Ledger {
  record(entry: NewEntry): Promise<Recorded & { position: Position }>;
}

/** Opens the ledger in a migrated database. Throws the driver's error when it cannot be reached. `close` leaves the database open. */
export async function openPostgresLedger(database: Database, options: PostgresLedgerOptions): Promise<PostgresLedger> {
  const log = options.log ?? (() => undefined);
  const signal = new FeedSignal(database.connection);
  const writer = new Writer(database.connection, options.clock, () => signal.notify(), log);
  await writer.start();
  const commits = new GroupCommit((batch) => writer.write(batch), { ...COMMIT_LIMITS, ...options.limits }, log);
  return new LedgerInPostgres(database, new Reads(database.pool), commits, writer, signal);
}

class LedgerInPostgres implements PostgresLedger {
  private readonly closing = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly reads: Reads,
    private readonly commits: GroupCommit,
    private readonly writer: Writer,
    private readonly signal: FeedSignal,
  ) {}

  record(entry: NewEntry): Promise<Recorded & { position: Position }> {
    return new Promise((resolve, reject) => {
      checkReceived(entry);
      this.commits.submit({ kind: 'record', entry, bytes: bytesOf(entry), since: performance.now(), resolve, reject });
    });
  }

  append(
    stream: StreamName,
    expected: Expected,
    entries: readonly NewEntry[],
  ): Promise<{ revision: Revision; position: Position }> {
    return new Promise((resolve, reject) => {
      checkDecisions(stream, expected, entries);
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

  async readHashed(after: Position, limit: number): Promise<HashedPage> {
    // The head first: an entry up to it is there when it is looked for.
    const head = await this.head();
    // A row behind it is new, or none of ours: that must be found too, however far it was put.
    const until = after + limit < head ? after + limit : undefined;
    const client = await this.database.pool.connect();
    try {
      const entries = await copyHashed(client, after, limit, until);
      return { entries, head: Math.max(head, entries.at(-1)?.position ?? 0) };
    } finally {
      client.release();
    }
  }

  subscribe(after: Position, options: { limit: number; signal: AbortSignal }): AsyncIterable<FeedPage> {
    const stop = AbortSignal.any([options.signal, this.closing.signal]);
    return followFeed((from) => this.reads.feed(from, options.limit), this.signal, after, stop);
  }

  storedHashes(after: Position, limit: number): Promise<Buffer> {
    return this.reads.storedHashes(after, limit);
  }

  async takeOver(entries: readonly Entry[], keys: readonly VaultKey[]): Promise<void> {
    await takeOver(this.database, entries, keys);
    this.signal.notify();
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

  findReceipts(ids: readonly string[]): Promise<Receipt[]> {
    return this.reads.findReceipts(ids);
  }

  findTagged(after: Position, limit: number, tags: readonly string[]): Promise<Tagged[]> {
    return this.reads.findTagged(after, limit, tags);
  }

  findErased(after: Position, limit: number): Promise<Erased[]> {
    return this.reads.findErased(after, limit);
  }

  at(position: Position): Promise<Entry | undefined> {
    return this.reads.at(position);
  }

  async health(): Promise<LedgerHealth> {
    try {
      return { ok: true, head: await this.head(), standsAlone: false };
    } catch {
      return { ok: false, detail: 'no answer', standsAlone: false };
    }
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

const bytesOf = (entry: NewEntry): number => entry.body.length + 1024;
