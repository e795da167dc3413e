import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../storage/database.js';
import type { VaultKey } from '../ledger.js';
import { newEntryKey, openEntryKey, type EntryKey } from './keys.js';

export interface PoolOptions {
  /** How long the pool lasts at the highest rate of the last hour while nothing can be added. */
  minutes: number;
  /** Never fewer keys than this, never more than that. */
  keysMin?: number;
  keysMax?: number;
  log?: (line: string) => void;
}

const KEYS_MIN = 5_000;
const KEYS_MAX = 250_000; // about 60 MB
const BATCH = 1_000;
const USABLE_MS = 24 * 3_600_000; // a key that was not used by then is dropped …
const DELETED_AFTER_H = 48; // … and by then nobody can have it any more
const INSERT_MS = 10_000;
const RETRY_MS = 1_000;
const LOOK_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Keys that are durable before anything is sealed under them: for a ledger that is not in the database of the keys, so that entries are
 * taken for minutes while that database is down. In memory they are as wrapped as in the table.
 */
export class KeyPool {
  private readonly batches: { madeAt: number; keys: VaultKey[] }[] = [];
  private readonly usage = new Usage();
  private readonly stopping = new AbortController();
  private wake: () => void = () => undefined;
  private done: Promise<void> = Promise.resolve();
  private sweptAt = 0;
  private failing = false;

  constructor(
    private readonly database: Pick<Database, 'pool'>,
    private readonly vaultKey: KeyObject,
    private readonly options: PoolOptions,
  ) {}

  /** Fills the pool, and keeps it full until it is closed. Resolves when the first keys are there, or the database is not. */
  async start(): Promise<void> {
    await this.fill();
    this.done = this.run();
  }

  /** A key of its own for one entry; undefined when none is left. */
  take(): { key: EntryKey; kept: VaultKey } | undefined {
    this.dropOld();
    const batch = this.batches[0];
    const kept = batch?.keys.pop();
    this.usage.count(Date.now());
    if (!batch || batch.keys.length === 0) {
      this.batches.shift();
      this.wake();
    }
    return kept && { key: openEntryKey(this.vaultKey, kept), kept };
  }

  /** Keys that are left, and how many there should be. */
  state(): { left: number; target: number } {
    return { left: this.left, target: this.target };
  }

  /** Gives unused keys back. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.done;
    const ids = this.batches.splice(0).flatMap(({ keys }) => keys.map(({ id }) => id));
    if (ids.length === 0) return;
    // What is not deleted now is found later.
    await limited(this.database.pool.query('delete from ledger.pooled_keys where id = any($1::uuid[])', [ids])).catch(
      () => undefined,
    );
  }

  private get left(): number {
    return this.batches.reduce((sum, { keys }) => sum + keys.length, 0);
  }

  private get target(): number {
    const { minutes, keysMin = KEYS_MIN, keysMax = KEYS_MAX } = this.options;
    return Math.min(Math.max(Math.ceil(minutes * this.usage.peakPerMinute(Date.now())), keysMin), keysMax);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Before anything is looked at, so that whoever takes the last key meanwhile is heard.
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      const filled = await this.fill();
      if (filled) await this.sweep();
      await (filled ? Promise.race([woken, pause(LOOK_EVERY_MS, signal)]) : pause(RETRY_MS, signal));
    }
  }

  /** Adds keys until there are enough. False when the database did not take them. */
  private async fill(): Promise<boolean> {
    this.dropOld();
    try {
      while (this.left < this.target && !this.stopping.signal.aborted) {
        const madeAt = Date.now();
        const keys = Array.from({ length: BATCH }, () => newEntryKey(this.vaultKey, madeAt).kept);
        await limited(
          this.database.pool.query(
            'insert into ledger.pooled_keys (id, wrapped) select * from unnest($1::uuid[], $2::bytea[])',
            [keys.map(({ id }) => id), keys.map(({ wrapped }) => wrapped)],
          ),
        );
        this.batches.push({ madeAt, keys: keys.map((key) => ({ ...key, durable: true })) });
        this.failing = false;
      }
      return true;
    } catch {
      if (!this.failing) this.options.log?.(`vault: no keys can be added just now; ${this.left} are left`);
      this.failing = true;
      return false;
    }
  }

  /** Keys of processes that died, and those that were sealed under in vain. The index has moved away every key that an entry has. */
  private async sweep(): Promise<void> {
    if (Date.now() - this.sweptAt < SWEEP_EVERY_MS) return;
    this.sweptAt = Date.now();
    await limited(
      this.database.pool.query(
        `delete from ledger.pooled_keys where made_at < (select caught_up_at from ledger.feed_index_head) - make_interval(hours => $1)`,
        [DELETED_AFTER_H],
      ),
    ).catch(() => undefined); // the next hour will do
  }

  private dropOld(): void {
    while (this.batches[0] && Date.now() - this.batches[0].madeAt > USABLE_MS) this.batches.shift();
  }
}

const MINUTE_MS = 60_000;
const MINUTES_KEPT = 60;

/** How many keys were taken in each of the last minutes. */
class Usage {
  private readonly minutes = new Map<number, number>();

  count(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    const counted = this.minutes.get(minute);
    this.minutes.set(minute, (counted ?? 0) + 1);
    if (counted === undefined) this.forget(minute);
  }

  peakPerMinute(nowMs: number): number {
    this.forget(Math.floor(nowMs / MINUTE_MS));
    return Math.max(0, ...this.minutes.values());
  }

  private forget(now: number): void {
    for (const minute of this.minutes.keys()) if (minute < now - MINUTES_KEPT) this.minutes.delete(minute);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

/** A database that does not answer counts as one that is not there. */
async function limited<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), INSERT_MS);
  });
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
