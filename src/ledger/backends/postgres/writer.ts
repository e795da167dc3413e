import pg from 'pg';
import type { Clock } from '../../../kernel/clock.js';
import type { Position, VaultKey } from '../../ledger.js';
import { storedHashOf } from '../../stored-hash.js';
import { idsOf, planBatch, type Known, type PlannedRow, type Request } from './batch.js';
import { copyIn, CopyRefused } from '../../../storage/copy-in.js';
import { LOCK_NOT_AVAILABLE, stateOf } from '../../../storage/sql-states.js';
import { endSilentHolder } from './silent-holder.js';
import { asText, encodeKeys, encodeRows, type NewRow } from './rows.js';

export const FEED_CHANNEL = 'truth_ledger_feed';
const WRITER_ROLE = 'truth_ledger_writer';

// Nothing may hang for ever: a stuck statement ends, a stuck process loses the ledger lock, a dead peer is cut off.
const ATTEMPT_MS = 15_000;
const SETTINGS = `set statement_timeout = '10s'; set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '10s';
  set enable_seqscan = off`;

/** Batches that look first, after one that found its ids or its place taken: where that happens it happens again. */
const CAREFUL_BATCHES = 64;

const COPY_ENTRIES = 'copy ledger.entries from stdin (format binary)';
const COPY_KEYS = 'copy ledger.vault_keys (id, wrapped) from stdin (format binary)';

/** The one connection that appends. Opened when needed and again after every failure. */
export class Writer {
  private client: pg.Client | undefined;
  private lastRecordedMs = 0;
  /** The head that our last commit left on this connection, and probably still there; undefined when it is not known. */
  private head: Position | undefined;
  private careful = 0;

  constructor(
    private readonly connection: pg.ClientConfig,
    private readonly clock: Clock,
    private readonly committed: () => void,
    private readonly log: (line: string) => void,
  ) {}

  /** One transaction: lock, look up, copy in what is new, commit; then the requests are answered. Throws the driver's error, the outcome then being unknown. */
  async write(requests: readonly Request[]): Promise<void> {
    const client = (this.client ??= await this.open());
    const timer = setTimeout(() => cut(client), ATTEMPT_MS);
    try {
      const answer = (await this.appendNew(client, requests)) ?? (await this.transact(client, requests));
      answer();
    } catch (error) {
      this.head = undefined;
      await this.abandon(client);
      if (stateOf(error) === LOCK_NOT_AVAILABLE) await endSilentHolder(this.connection).catch(() => undefined); // the next attempt will tell
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Connects at once, so that a mistake in the settings shows at start. */
  async start(): Promise<void> {
    this.client ??= await this.open();
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (!client) return;
    const timer = setTimeout(() => cut(client), 2_000);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  /**
   * Nearly every batch is received events that are all new, behind our own last commit: then one message is all, and nothing is looked up.
   * When it is not, the unique index says so of an id that is known, and the head of one that has moved, either way. Undefined then,
   * and nothing was written.
   */
  private async appendNew(client: pg.Client, requests: readonly Request[]): Promise<(() => void) | undefined> {
    if (this.careful > 0 || this.head === undefined || requests.some(({ kind }) => kind !== 'record')) {
      this.careful -= this.careful > 0 ? 1 : 0;
      return undefined;
    }
    const { rows, answer } = planBatch(requests, new Map(), this.head);
    try {
      await this.commit(
        client,
        rows,
        this.head,
        new Date(Math.max(this.clock().getTime(), this.lastRecordedMs)),
        'begin;',
      );
      return answer;
    } catch (error) {
      if (!(error instanceof CopyRefused) && stateOf(error) !== UNIQUE_VIOLATION) throw error;
      await client.query('rollback');
      this.careful = CAREFUL_BATCHES;
      return undefined;
    }
  }

  private async transact(client: pg.Client, requests: readonly Request[]): Promise<() => void> {
    const locking = client.query<(string | null)[]>({
      text: lockAndLookUp(idsOf(requests)),
      rowMode: 'array',
      types: asText,
    });
    const hashed = this.hashAhead(requests);
    const [, locked, lookedUp] = (await locking) as unknown as pg.QueryArrayResult<(string | null)[]>[];
    const [position, recordedMs] = locked!.rows[0]!;
    const { rows, answer } = planBatch(requests, knownOf(lookedUp!.rows), Number(position));
    if (rows.length === 0) {
      await client.query('rollback'); // nothing to make durable, so nothing to flush
      return answer;
    }
    const recordedAt = new Date(Math.max(hashed.getTime(), Number(recordedMs)));
    await this.commit(client, rows, Number(position), recordedAt, '', hashed);
    return answer;
  }

  /**
   * Copies rows in behind a head and commits; `begin` where nothing has begun the transaction yet. Moving the head takes the lock. Throws
   * CopyRefused when it is not where the rows were counted from: behind it when others appended, before it when the database is an earlier
   * one (a standby that lagged, a backup).
   */
  private async commit(
    client: pg.Client,
    rows: readonly PlannedRow[],
    head: Position,
    recordedAt: Date,
    begin: '' | 'begin;',
    hashed?: Date,
  ): Promise<void> {
    const full = withHashes(rows, recordedAt, hashed);
    const keys = keysOf(full);
    const moved = `update ledger.head set position = ${head + rows.length}, recorded_at = '${recordedAt.toISOString()}'
      where position = ${head}`;
    const texts = [moved, COPY_ENTRIES, ...(keys.length > 0 ? [COPY_KEYS] : []), `notify ${FEED_CHANNEL}`, 'commit'];
    const chunks = [encodeRows(full, recordedAt), encodeKeys(keys)];
    const done = await copyIn(client, begin + texts.join(';'), chunks, 'UPDATE 0');
    // A transaction that failed answers COMMIT with ROLLBACK, without an error.
    if (done.at(-1) !== 'COMMIT') throw new Error('the transaction was rolled back');
    this.head = head + rows.length;
    this.lastRecordedMs = recordedAt.getTime();
    this.committed();
  }

  /** Hashes while the database takes the lock, with the time they will most likely be recorded at. */
  private hashAhead(requests: readonly Request[]): Date {
    const recordedAt = new Date(Math.max(this.clock().getTime(), this.lastRecordedMs));
    const iso = recordedAt.toISOString();
    for (const request of requests) if (request.kind === 'record') request.hash = storedHashOf(request.entry, 0, iso);
    return recordedAt;
  }

  private async open(): Promise<pg.Client> {
    this.head = undefined; // another connection may reach another server
    const client = new pg.Client({ ...this.connection, keepAlive: true, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {
      if (this.client === client) this.client = undefined;
    });
    const timer = setTimeout(() => cut(client), ATTEMPT_MS);
    try {
      await client.connect();
      await client.query(SETTINGS);
      const { rows } = await client.query<{ flushes: boolean; role: boolean }>(
        `select current_setting('synchronous_commit') <> 'off' as flushes,
          coalesce((select pg_has_role(oid, 'member') and has_table_privilege(oid, 'ledger.entries', 'insert')
            from pg_roles where rolname = $1), false) as role`,
        [WRITER_ROLE],
      );
      if (!rows[0]!.flushes) await client.query('set synchronous_commit = on');
      await this.takeRole(client, rows[0]!.role);
      return client;
    } catch (error) {
      cut(client);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async takeRole(client: pg.Client, possible: boolean): Promise<void> {
    const taken =
      possible &&
      (await client.query(`set role ${WRITER_ROLE}`).then(
        () => true,
        () => false,
      ));
    if (!taken)
      this.log(`ledger: the role ${WRITER_ROLE} cannot be used here; triggers alone keep the ledger append-only`);
  }

  /** After a failure the connection is used again only when it says that it is well. */
  private async abandon(client: pg.Client): Promise<void> {
    try {
      await client.query('rollback');
    } catch {
      if (this.client === client) this.client = undefined;
      cut(client);
    }
  }
}

const UNIQUE_VIOLATION = '23505';

// Two statements in one message: each has a snapshot of its own, so the second one sees all that the lock waited for.
// The ids are UUIDs by the time they come here, nothing else can be in the text.
const lockAndLookUp = (ids: readonly string[]): string =>
  `begin; select position, (extract(epoch from recorded_at) * 1000)::int8 from ledger.head for update;
  select id, position, encode(content_mac, 'hex'), attributes->>'api_version', encode(stored_hash, 'hex') from ledger.entries where id = any('{${ids.join()}}'::uuid[])`;

function knownOf(rows: readonly (string | null)[][]): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const [id, position, contentMac, apiVersion, storedHash] of rows) {
    known.set(id!, {
      position: Number(position),
      contentMac: Buffer.from(contentMac!, 'hex'),
      apiVersion: apiVersion ?? undefined,
      storedHash: Buffer.from(storedHash!, 'hex'),
    });
  }
  return known;
}

function withHashes(rows: readonly PlannedRow[], recordedAt: Date, hashed: Date | undefined): NewRow[] {
  const asHashed = recordedAt.getTime() === hashed?.getTime();
  const iso = recordedAt.toISOString();
  return rows.map(({ entry, position, revision, request }) => {
    const storedHash = (asHashed && request?.hash) || storedHashOf(entry, revision, iso);
    if (request) request.hash = storedHash;
    return { entry, position, revision, storedHash };
  });
}

/** The keys to store with the rows, each once. */
function keysOf(rows: readonly NewRow[]): VaultKey[] {
  const keys = new Map<string, VaultKey>();
  for (const { entry } of rows) if (entry.key) keys.set(entry.key.id, entry.key);
  return [...keys.values()];
}

/** Closes the socket at once: a polite goodbye could wait for a peer that is gone. */
function cut(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
