import type pg from 'pg';
import type { Position as LogPosition } from '@kurrent/kurrentdb-client';
import { SetupError } from '../../../kernel/errors.js';
import type { Database } from '../../../storage/database.js';
import { isAway } from '../../../storage/is-away.js';
import { LOCK_NOT_AVAILABLE, stateOf } from '../../../storage/sql-states.js';
import type { Position, Revision, StreamName, VaultKey } from '../../ledger.js';
import { FEED_CHANNEL } from '../postgres/writer.js';
import { unavailable } from './writer.js';

/** Where an entry is in the feed, in the log and in its stream, and what its place adds to it. */
export interface IndexRow {
  position: Position;
  entryId: string;
  at: LogPosition;
  revision: Revision;
  recordedAt: Date;
  storedHash: Buffer;
  stream: StreamName;
}

export interface NewIndexRow extends IndexRow {
  /** About what the entry takes in memory. */
  bytes: number;
  keyId: string | undefined;
}

/** What was added to the index. */
export interface Extended {
  /** Entries whose key is not in the database. */
  withoutKey: Position[];
}

/** How far the log was read. */
export interface IndexHead {
  position: Position;
  /** Undefined: nothing was read yet. */
  at: LogPosition | undefined;
  recordedAt: Date;
  /** Whoever leads proves itself by it; the next one raises it. */
  epoch: bigint;
  /** Milliseconds since everything that was in the log then was known to have its place; undefined when it never was. */
  lagMs: number | undefined;
}

const PAGE_BYTES_MAX = 16 * 1024 * 1024;
const LEASE_S = 6; // a leader that is silent for longer is replaced

/** How long the head is waited for, and how long whoever holds it may be silent, in milliseconds. */
export interface HeadLimits {
  waitMs: number;
  silentMs: number;
}
const HEAD_LIMITS: HeadLimits = { waitMs: 2_000, silentMs: 5_000 };

const ROW = 'position, entry_id, commit_position, prepare_position, revision, recorded_at, stored_hash, stream';
const HEAD = `position, commit_position, prepare_position, recorded_at, epoch,
  (extract(epoch from now() - caught_up_at) * 1000)::float8 as lag_ms`;

/** The order of the feed, in PostgreSQL. It is derived from the log alone. A database that cannot be reached is Problem `unavailable`. */
export class FeedIndex {
  private ledger: string | undefined;

  constructor(
    private readonly database: Pick<Database, 'pool' | 'transaction'>,
    private readonly limits: HeadLimits = HEAD_LIMITS,
  ) {}

  /** Claims an index that belongs to no ledger yet. Throws SetupError when it is another ledger's. */
  async adopt(ledger: string): Promise<void> {
    this.ledger = ledger;
    await this.query('update ledger.feed_index_head set ledger = $1 where ledger is null', [ledger]);
    const [row] = await this.query<{ ledger: string }>('select ledger from ledger.feed_index_head', []);
    if (row!.ledger !== ledger)
      throw new SetupError(
        `The database keeps the order of the ledger "${row!.ledger}", not of "${ledger}": set LEDGER_URL or DATABASE_URL as they were.`,
      );
  }

  async head(): Promise<IndexHead> {
    const [row] = await this.query<HeadRow>(`select ${HEAD} from ledger.feed_index_head`, []);
    return toHead(row!);
  }

  /** The row at a position, where there is one, then those after it: at most `limit`, and of entries of about 16 MiB. */
  async page(after: Position, limit: number): Promise<IndexRow[]> {
    return this.rows(
      `with page as (
        select coalesce(max(position) filter (where total <= ${PAGE_BYTES_MAX}), min(position)) as last from (
          select position, sum(bytes + 1024) over (order by position) as total
          from ledger.feed_index where position > $1 and position <= $1 + $2) sized)
      select ${ROW} from ledger.feed_index where position >= $1 and position <= (select last from page) order by position`,
      [after, limit],
    );
  }

  async at(position: Position): Promise<IndexRow | undefined> {
    if (!Number.isSafeInteger(position) || position < 1) return undefined;
    return (await this.rows(`select ${ROW} from ledger.feed_index where position = $1`, [position]))[0];
  }

  async ofEntries(entryIds: readonly string[]): Promise<Map<string, IndexRow>> {
    if (entryIds.length === 0) return new Map();
    const rows = await this.rows(`select ${ROW} from ledger.feed_index where entry_id = any($1::uuid[])`, [entryIds]);
    return new Map(rows.map((row) => [row.entryId, row]));
  }

  async storedHashes(after: Position, limit: number): Promise<Buffer> {
    const [row] = await this.query<{ hashes: Buffer | null }>(
      `select string_agg(stored_hash, ''::bytea order by position) as hashes
      from ledger.feed_index where position > $1 and position <= $1 + $2`,
      [after, limit],
    );
    return row?.hashes ?? Buffer.alloc(0);
  }

  /** Becomes the one that reads the log, when nobody is or the last one went silent. */
  async lead(holder: string): Promise<IndexHead | undefined> {
    const [row] = await this.changeHead<HeadRow>(
      `update ledger.feed_index_head set epoch = epoch + 1, holder = $1, beat_at = now()
      where (holder is null or holder = $1 or beat_at < now() - make_interval(secs => ${LEASE_S})) and ledger is not distinct from $2
      returning ${HEAD}`,
      [holder, this.ledger],
    );
    return row && toHead(row);
  }

  /** False when another one leads. `caughtUp`: everything in the log is in the index. */
  async beat(epoch: bigint, caughtUp: boolean): Promise<boolean> {
    const rows = await this.changeHead(
      `update ledger.feed_index_head set beat_at = now(), caught_up_at = case when $2 then now() else caught_up_at end
      where epoch = $1 returning 1`,
      [epoch, caughtUp],
    );
    return rows.length === 1;
  }

  async resign(epoch: bigint): Promise<void> {
    await this.changeHead('update ledger.feed_index_head set holder = null where epoch = $1', [epoch]);
  }

  /**
   * Adds rows and moves the head to the last of them, or, without rows, over what is not ours. All or nothing; undefined when another one
   * leads or has moved the head. Keys that the entries use become the entries' own. `writtenAt`: when the server wrote the last event
   * before `to`, where that is known; nothing older is missing then.
   */
  async extend(
    from: IndexHead,
    rows: readonly NewIndexRow[],
    to: LogPosition,
    writtenAt?: Date,
  ): Promise<Extended | undefined> {
    const last = rows.at(-1);
    const work = async (client: pg.ClientBase): Promise<Extended | undefined> => {
      const { rowCount } = await client.query(
        `update ledger.feed_index_head set position = $3, commit_position = $4, prepare_position = $5, recorded_at = $6,
          caught_up_at = case when $7::timestamptz is null then caught_up_at
            else greatest(caught_up_at, least($7::timestamptz, now())) end
        where epoch = $1 and position = $2 and coalesce(commit_position, -1) < $4`,
        [
          from.epoch,
          from.position,
          last?.position ?? from.position,
          to.commit,
          to.prepare,
          (last?.recordedAt ?? from.recordedAt).toISOString(),
          writtenAt?.toISOString(),
        ],
      );
      if (rowCount !== 1) return undefined;
      if (last) await insert(client, rows);
      return { withoutKey: await keepUsedKeys(client, rows) };
    };
    // The index is derived: a crash may lose its last commits, and the log gives them again as they were.
    return this.withHead(work, 'set local synchronous_commit = off');
  }

  /** Makes keys durable that no entry has yet. */
  async keepKeys(keys: readonly VaultKey[]): Promise<void> {
    await this.query(
      `insert into ledger.pooled_keys (id, wrapped) select * from unnest($1::uuid[], $2::bytea[]) on conflict do nothing`,
      [keys.map(({ id }) => id), keys.map(({ wrapped }) => wrapped)],
    );
  }

  /** Keeps keys of entries that come from another ledger. */
  async takeKeys(keys: readonly VaultKey[]): Promise<void> {
    await this.query(
      `insert into ledger.vault_keys (id, wrapped) select * from unnest($1::uuid[], $2::bytea[]) on conflict do nothing`,
      [keys.map(({ id }) => id), keys.map(({ wrapped }) => wrapped)],
    );
  }

  private changeHead<R extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<R[]> {
    return this.withHead(async (client) => (await client.query<R>(sql, values)).rows);
  }

  /**
   * The head is one row that every process waits for. A server does not notice for hours that the process behind a session is gone or
   * paused, so a silent holder is cut off, and who waits gives up and comes again: a session that waits in the server would outlive its client.
   */
  private withHead<T>(work: (client: pg.ClientBase) => Promise<T>, settings = ''): Promise<T> {
    const { waitMs, silentMs } = this.limits;
    const limits = `set local lock_timeout = ${waitMs}; set local idle_in_transaction_session_timeout = ${silentMs}`;
    const limited = async (client: pg.ClientBase): Promise<T> => {
      await client.query(`${limits}; ${settings}`);
      return work(client);
    };
    return this.reached(() => this.database.transaction(limited));
  }

  private async rows(sql: string, values: unknown[]): Promise<IndexRow[]> {
    return (await this.query<Row>(sql, values)).map(toRow);
  }

  private query<R extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<R[]> {
    return this.reached(async () => (await this.database.pool.query<R>(sql, values)).rows);
  }

  private async reached<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (stateOf(error) === LOCK_NOT_AVAILABLE) throw unavailable('Another session holds the head of the index.');
      throw isAway(error) ? unavailable('The index of the ledger cannot be reached just now.') : error;
    }
  }
}

async function insert(client: pg.ClientBase, rows: readonly NewIndexRow[]): Promise<void> {
  await client.query(
    `insert into ledger.feed_index (${ROW}, bytes)
    select * from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::bytea[], $8::text[], $9::int[])`,
    [
      rows.map(({ position }) => position),
      rows.map(({ entryId }) => entryId),
      rows.map(({ at }) => at.commit),
      rows.map(({ at }) => at.prepare),
      rows.map(({ revision }) => revision),
      rows.map(({ recordedAt }) => recordedAt.toISOString()),
      rows.map(({ storedHash }) => storedHash),
      rows.map(({ stream }) => stream),
      rows.map(({ bytes }) => bytes),
    ],
  );
  await client.query(`notify ${FEED_CHANNEL}`);
}

/** Moves keys from the pool to those of entries. Resolves with the places of entries whose key is in neither. */
async function keepUsedKeys(client: pg.ClientBase, rows: readonly NewIndexRow[]): Promise<Position[]> {
  const keyed = rows.filter(({ keyId }) => keyId !== undefined);
  if (keyed.length === 0) return [];
  // Every part of the statement sees the tables as they were before it.
  const { rows: without } = await client.query<{ position: bigint }>(
    `with used as (delete from ledger.pooled_keys where id = any($1::uuid[]) returning id, wrapped, made_at),
    kept as (insert into ledger.vault_keys (id, wrapped, created_at) select id, wrapped, made_at from used on conflict do nothing)
    select position from unnest($1::uuid[], $2::bigint[]) as entry (key_id, position)
    where not exists (select from ledger.pooled_keys where id = key_id)
    and not exists (select from ledger.vault_keys where id = key_id) order by position`,
    [keyed.map(({ keyId }) => keyId), keyed.map(({ position }) => position)],
  );
  return without.map(({ position }) => Number(position));
}

interface Row {
  position: bigint;
  entry_id: string;
  commit_position: bigint;
  prepare_position: bigint;
  revision: bigint;
  recorded_at: Date;
  stored_hash: Buffer;
  stream: string;
}

const toRow = (row: Row): IndexRow => ({
  position: Number(row.position),
  entryId: row.entry_id,
  at: { commit: row.commit_position, prepare: row.prepare_position },
  revision: Number(row.revision),
  recordedAt: row.recorded_at,
  storedHash: row.stored_hash,
  stream: row.stream,
});

interface HeadRow {
  position: bigint;
  commit_position: bigint | null;
  prepare_position: bigint | null;
  recorded_at: Date;
  epoch: bigint;
  lag_ms: number | null;
}

const toHead = (row: HeadRow): IndexHead => ({
  position: Number(row.position),
  at: row.commit_position === null ? undefined : { commit: row.commit_position, prepare: row.prepare_position ?? 0n },
  recordedAt: row.recorded_at,
  epoch: row.epoch,
  lagMs: row.lag_ms ?? undefined,
});
