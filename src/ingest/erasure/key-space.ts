import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.js';
import type { Database } from '../../storage/database.js';
import { type Deleted, deletedKeys, freeable, noteFreed, type Place } from './freed-keys.js';

const VACUUM = 'vacuum ledger.vault_keys, ledger.pooled_keys';
const APART_MS = 60_000; // many erasures in a row share one
const EVERY_MS = 3_600_000; // keys of who goes on sending things are deleted again and again
const PATIENCE_MS = 10_000; // for transactions that still see the keys; most end within milliseconds
const LOOK_MS = 100;

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
  /** The last time it failed, or a transaction still saw what was deleted. */
  private isLeft = false;
  private stopped = false;
  private backend: { pool: Database['pool']; pid: number } | undefined;
  /** What waits in each place, as it was first seen. */
  private waiting: Deleted[][] = [[], []];

  constructor(
    private readonly deps: KeySpaceDeps,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** Begins to free it where that is due; never waits for it, and never throws. */
  async look(deleted: number): Promise<void> {
    this.deletedSince ||= deleted > 0;
    const now = this.deps.clock().getTime();
    const sinceMs = now - this.freedAt;
    if (this.stopped || this.freeing || sinceMs < APART_MS) return;
    const waiting = await this.lookForWaiting().catch(() => undefined);
    if (!waiting || this.freeing) return;
    const isNew = ({ finished_at: at }: Deleted): boolean => now - at.getTime() < EVERY_MS;
    const isAny = this.deletedSince || waiting.flat().length > 0;
    if (!this.isLeft && !waiting.flat().some(isNew) && !(isAny && sinceMs >= EVERY_MS)) return;
    this.freedAt = now;
    this.freeing = this.free(waiting)
      .catch((error: unknown) => {
        this.isLeft = this.deletedSince = true;
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

  private async lookForWaiting(): Promise<Deleted[][]> {
    const places = this.places();
    this.waiting = await Promise.all(places.map((place, at) => deletedKeys(place, this.waiting[at]!)));
    return this.waiting;
  }

  private async free(waiting: readonly Deleted[][]): Promise<void> {
    const { database, ledgerDatabase, clock } = this.deps;
    const freed = await this.patiently(waiting);
    this.isLeft = freed.flat().length < waiting.flat().length;
    if (!this.deletedSince && this.isLeft && freed.flat().length === 0) return; // it would free nothing
    this.deletedSince = false;
    for (const { pool } of new Set([ledgerDatabase, database])) await this.vacuum(pool);
    for (const [at, place] of this.places().entries()) await noteFreed(place, freed[at]!, clock());
  }

  /** Those of what waits whose keys no transaction sees any more. */
  private async patiently(waiting: readonly Deleted[][]): Promise<Deleted[][]> {
    for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
      const freed = await Promise.all(this.places().map((place, at) => freeable(place, waiting[at]!)));
      const isWhole = freed.flat().length === waiting.flat().length;
      if (isWhole || this.stopped || waitedMs >= this.patienceMs) return freed;
      await sleep(LOOK_MS, undefined, { ref: false });
    }
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

  private places(): readonly Place[] {
    const { database, ledgerDatabase } = this.deps;
    return [
      { database: ledgerDatabase, erasures: 'ledger.erasures' },
      { database, erasures: 'ingest.erasures' },
    ];
  }
}
