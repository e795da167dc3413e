import type { Clock } from '../../kernel/clock.js';
import type { Database } from '../../storage/database.js';

const VACUUM = 'vacuum ledger.vault_keys, ledger.pooled_keys';
const APART_MS = 60_000; // many erasures in a row share one
const EVERY_MS = 3_600_000; // keys of who goes on sending things are deleted again and again

interface KeySpaceDeps {
  database: Pick<Database, 'pool'>;
  ledgerDatabase: Pick<Database, 'pool'>;
  clock: Clock;
  log(line: string, error?: unknown): void;
}

/**
 * The place on the disk where deleted keys are until it is written over: freed behind the answers, and noted with the erasures that it was
 * freed for. A process that ends meanwhile leaves that to the next.
 */
export class KeySpace {
  private freeing: Promise<void> | undefined;
  private freedAt = -Infinity;
  private deletedSince = false;
  private stopped = false;
  private backend: { pool: Database['pool']; pid: number } | undefined;

  constructor(private readonly deps: KeySpaceDeps) {}

  /** Begins to free it where that is due; never waits for it, and never throws. */
  async look(deleted: number): Promise<void> {
    this.deletedSince ||= deleted > 0;
    const sinceMs = this.deps.clock().getTime() - this.freedAt;
    if (this.stopped || this.freeing || sinceMs < APART_MS) return;
    const waiting = await this.waiting().catch(() => undefined);
    const isDue =
      waiting && (waiting.some((numbers) => numbers.length > 0) || (this.deletedSince && sinceMs >= EVERY_MS));
    if (!isDue || this.freeing) return;
    this.freedAt = this.deps.clock().getTime();
    this.deletedSince = false;
    this.freeing = this.free(waiting)
      .catch((error: unknown) => {
        if (!this.stopped) this.deps.log('the keys could not be vacuumed; that is tried again', error);
      })
      .finally(() => (this.freeing = undefined));
  }

  /** Resolves when what was begun is done. */
  idle(): Promise<void> {
    return this.freeing ?? Promise.resolve();
  }

  /** Gives up what was begun, and begins nothing any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    const { backend } = this;
    if (backend) await backend.pool.query('select pg_cancel_backend($1)', [backend.pid]).catch(() => undefined);
  }

  /** Erasures in each database that have deleted keys whose place is not freed yet. */
  private waiting(): Promise<number[][]> {
    return Promise.all(
      this.places().map(async ({ database, erasures }) => {
        const { rows } = await database.pool.query<{ number: number }>(
          `select number from ${erasures} where finished_at is not null and vacuumed_at is null and keys_deleted > 0`,
        );
        return rows.map(({ number }) => number);
      }),
    );
  }

  private async free(waiting: readonly number[][]): Promise<void> {
    const { database, ledgerDatabase, clock } = this.deps;
    for (const { pool } of new Set([ledgerDatabase, database])) await this.vacuum(pool);
    for (const [at, place] of this.places().entries())
      await place.database.pool.query(
        `update ${place.erasures} set vacuumed_at = $2 where number = any($1) and vacuumed_at is null`,
        [waiting[at], clock()],
      );
  }

  private async vacuum(pool: Database['pool']): Promise<void> {
    const client = await pool.connect();
    try {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      this.backend = { pool, pid: rows[0]!.pid };
      if (this.stopped) throw new Error('the service stops');
      await client.query(VACUUM);
    } finally {
      this.backend = undefined;
      client.release();
    }
  }

  private places() {
    const { database, ledgerDatabase } = this.deps;
    return [
      { database: ledgerDatabase, erasures: 'ledger.erasures' },
      { database, erasures: 'ingest.erasures' },
    ] as const;
  }
}
