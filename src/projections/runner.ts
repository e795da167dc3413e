import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Entry, Ledger } from '../ledger/ledger.js';
import type { Database } from '../storage/database.js';
import {
  assertLease,
  FencedOut,
  keepBeating,
  type Lease,
  moveCheckpoint,
  releaseLease,
  takeLease,
  TRY_EVERY_MS,
} from './lease.js';
import type { ModelStore } from './model-store.js';
import type { Parked, Projector } from './projector.js';

const BATCH_MAX = 2_000;
const RETRY_MS = 500;
/** A batch costs the same few statements whatever its size: while entries pour in, as many as come in this time are one batch. */
const PACE_MS = 50;
const POURING = { from: 16, to: 1_000 };
/** After so many entries the rows at hand are forgotten: what follows soon finds its own, and a service that only follows stays small. */
const ENTRIES_KEPT = 3_000;
const OTHER_VERSION_MS = 10_000;
/** While this many appends wait, the projector leaves the machine to them; the numbers may be late, an acknowledgement may not. */
const BUSY_APPENDS = 32;

export interface RunnerDeps {
  ledger: Ledger;
  database: Database;
  store: ModelStore;
  projector: Projector;
  holder: string;
  /** No other process may project: a lease that somebody has is that of a dead one. */
  alone: boolean;
  /** A model of another version was rebuilt by a newer process, or for another zone: this one must not write to it. */
  modelVersion: string;
  /** Keeps what could not be projected, in the batch's own transaction. */
  park(client: pg.ClientBase, parked: readonly Parked[]): Promise<void>;
  log(level: 'info' | 'warn' | 'error', message: string, error?: unknown): void;
}

export interface RunnerState {
  position: number;
  head: number;
  running: boolean;
  failed: string | undefined;
}

/** Follows the feed: rows, checkpoint and parked entries of a batch in one transaction, fenced by the lease. */
export class Runner {
  readonly state: RunnerState = { position: 0, head: 0, running: false, failed: undefined };
  private readonly stopping = new AbortController();
  private sinceForgotten = 0;
  private done: Promise<void> = Promise.resolve();

  constructor(private readonly deps: RunnerDeps) {}

  start(): void {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async run(): Promise<void> {
    let force = this.deps.alone;
    while (!this.stopping.signal.aborted) {
      try {
        const lease = await takeLease(this.deps.database.pool, this.deps.holder, force);
        force = false;
        if (lease) await this.lead(lease);
        else await this.pause(TRY_EVERY_MS);
      } catch (error) {
        this.deps.projector.forget();
        this.state.running = false;
        if (this.stopping.signal.aborted) return;
        const fenced = error instanceof FencedOut;
        // The text of a driver's error may quote values: it goes to the log, which cleans it, and no further.
        const outdated = error instanceof OtherVersion;
        const failed = outdated ? error.message : 'a batch could not be written; it is tried again';
        this.state.failed = fenced ? undefined : failed;
        const line = fenced || outdated ? error.message : 'projector: a batch failed';
        this.deps.log(fenced ? 'info' : 'error', line, error);
        await this.pause(outdated ? OTHER_VERSION_MS : RETRY_MS);
      }
    }
  }

  private async lead(lease: Lease): Promise<void> {
    const { pool } = this.deps.database;
    const lost = new AbortController();
    const stopBeating = keepBeating(pool, lease, () => lost.abort());
    try {
      await this.follow(lease, AbortSignal.any([this.stopping.signal, lost.signal]));
    } finally {
      stopBeating();
      this.state.running = false;
      await releaseLease(pool, lease).catch(() => undefined);
    }
  }

  private async follow(lease: Lease, signal: AbortSignal): Promise<void> {
    const { rows } = await this.deps.database.pool.query('select from model.checkpoint where model_version = $1', [
      this.deps.modelVersion,
    ]);
    if (rows.length === 0)
      throw new OtherVersion('the read model was rebuilt by another version or for another zone: restart this process');
    this.state.position = await checkpointOf(this.deps.database.pool, 'model');
    this.deps.projector.forget();
    this.state.running = true;
    const pages = this.deps.ledger.subscribe(this.state.position, { limit: BATCH_MAX, signal });
    for await (const { entries, head } of pages) {
      this.state.head = Math.max(head, this.state.position);
      if (entries.length > 0) {
        await this.yieldToAppends(signal);
        const began = performance.now();
        await this.project(entries, lease);
        const pouring = entries.length >= POURING.from && entries.length < POURING.to;
        if (pouring) await this.pause(PACE_MS - (performance.now() - began));
      }
      this.state.failed = undefined;
    }
  }

  /** Batches grow while appends wait, so the work per entry falls; after a quarter of a second a batch goes in any case. */
  private async yieldToAppends(signal: AbortSignal): Promise<void> {
    for (let waited = 0; waited < 10 && this.deps.ledger.queue().waiting >= BUSY_APPENDS && !signal.aborted; waited++) {
      await this.pause(25);
    }
  }

  private async project(entries: readonly Entry[], lease: Lease): Promise<void> {
    const { database, store, projector, modelVersion } = this.deps;
    for (let left = entries; left.length > 0; left = left.filter((entry) => entry.position > this.state.position)) {
      const { changes, parked, position } = await projector.project(left);
      const write = store.prepare(changes);
      await database.transaction(async (client) => {
        // The read model is derived: a crash may lose its last commits, and the checkpoint with them.
        // A process that is paused in here holds rows that others wait for: the server ends it.
        await client.query("set local synchronous_commit = off; set local idle_in_transaction_session_timeout = '5s'");
        await assertLease(client, lease);
        await moveCheckpoint(client, modelVersion, this.state.position, position);
        await write(client);
        if (parked.length > 0) await this.deps.park(client, parked);
      });
      projector.written();
      this.sinceForgotten += position - this.state.position;
      this.state.position = position;
      if (this.sinceForgotten > ENTRIES_KEPT) {
        projector.forget();
        this.sinceForgotten = 0;
      }
    }
  }

  private async pause(ms: number): Promise<void> {
    if (ms > 0) await wait(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

class OtherVersion extends Error {
  override readonly name = 'OtherVersion';
}

export async function checkpointOf(pool: pg.Pool | pg.ClientBase, schema: string): Promise<number> {
  const { rows } = await pool.query<{ position: bigint }>(`select position from ${schema}.checkpoint`);
  return Number(rows[0]!.position);
}
