import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../../storage/database.js';
import type { VaultKey } from '../ledger.js';
import { newEntryKey, openEntryKey, type EntryKey } from './keys.js';

export interface PoolOptions {
  /** How long the pool lasts at the highest rate of the last hour while nothing can be added. */
  minutes: number;
  /** Never fewer keys than this, never more than that. */
  keysMin?: number;
  keysMax?: number;
  /** How often it is looked after, in milliseconds. */
  lookMs?: number;
  log?: (line: string) => void;
}

const KEYS_MIN = 5_000;
const KEYS_MAX = 250_000; // about 60 MB
const BATCH = 1_000;
const USABLE_MS = 24 * 3_600_000; // a key that was not used by then is dropped …
const DELETED_AFTER_H = 48; // … and by then nobody can have it any more
const ANSWER_MS = 10_000;
const RETRY_MS = 1_000;
const LOOK_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;
const SPENT_KEPT_MS = 10 * 60_000; // longer than a replica is behind that takes over
const SPENT_MAX = KEYS_MAX / BATCH;

/** Keys that were stored together, in one statement: all of them are in the table, or none. */
interface Batch {
  madeAt: number;
  /** When no key of it was given out any more. */
  spentAt?: number;
  /** A key of it that is never used: as long as it is in the table, the others were. */
  mark: string;
  unused: VaultKey[];
  used: VaultKey[];
}

/**
 * Keys that are durable before anything is sealed under them: for a ledger that is not in the database of the keys, so that entries are
 * taken for minutes while that database is down. In memory they are as wrapped as in the table.
 *
 * A database can be set back: an older replica takes over, or a backup is restored. Keys that are gone then are not used any more, and
 * those that were used in the last minutes, whose entries may be in the ledger, are put in again.
 */
export class KeyPool {
  private batches: Batch[] = [];
  private spent: Batch[] = [];
  /** Used keys that a database which was set back does not have. */
  private missing: VaultKey[] = [];
  private looking: Promise<void> | undefined;
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
    const kept = batch?.unused.pop();
    if (kept) batch!.used.push(kept);
    this.usage.count(Date.now());
    if (!batch || batch.unused.length === 0) {
      this.spend();
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
    // What is not deleted now is found later.
    await limited(this.giveBack()).catch(() => undefined);
  }

  private async giveBack(): Promise<void> {
    await this.look();
    const given = [...this.batches.splice(0), ...this.spent.splice(0)];
    const ids = given.flatMap(({ mark, unused }) => [mark, ...unused.map(({ id }) => id)]);
    if (ids.length === 0) return;
    await this.query('delete from ledger.pooled_keys where id = any($1::uuid[])', [ids]);
  }

  private get left(): number {
    return this.batches.reduce((sum, { unused }) => sum + unused.length, 0);
  }

  private get target(): number {
    const { minutes, keysMin = KEYS_MIN, keysMax = KEYS_MAX } = this.options;
    return Math.min(Math.max(Math.ceil(minutes * this.usage.peakPerMinute(Date.now())), keysMin), keysMax);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { lookMs = LOOK_EVERY_MS } = this.options;
    while (!signal.aborted) {
      // Before anything is looked at, so that whoever takes the last key meanwhile is heard.
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      const filled = await this.fill();
      if (filled) await this.sweep();
      await (filled ? Promise.race([woken, pause(lookMs, signal)]) : pause(RETRY_MS, signal));
    }
  }

  /** Adds keys until there are enough, after those that were lost are replaced. False when the database did not answer. */
  private async fill(): Promise<boolean> {
    this.dropOld();
    try {
      await limited(this.look());
      while (this.left < this.target && !this.stopping.signal.aborted) this.batches.push(await this.newBatch());
      this.failing = false;
      return true;
    } catch {
      if (!this.failing) this.options.log?.(`vault: no keys can be added just now; ${this.left} are left`);
      this.failing = true;
      return false;
    }
  }

  private async newBatch(): Promise<Batch> {
    const madeAt = Date.now();
    const keys = Array.from({ length: 1 + BATCH }, () => newEntryKey(this.vaultKey, madeAt).kept);
    await limited(this.insert('pooled_keys', keys));
    const [mark, ...unused] = keys.map((key) => ({ ...key, durable: true }));
    return { madeAt, mark: mark!.id, unused, used: [] };
  }

  /** One at a time, also where the database is so slow that the next one is asked for. */
  private look(): Promise<void> {
    return (this.looking ??= this.lookForLost().finally(() => (this.looking = undefined)));
  }

  /** Stops using batches that the database does not have any more, and puts in again what was used of them. */
  private async lookForLost(): Promise<void> {
    const marks = new Set([...this.batches, ...this.spent].map(({ mark }) => mark));
    if (marks.size > 0) {
      const there = 'select id from ledger.pooled_keys where id = any($1::uuid[])';
      for (const { id } of await this.query<{ id: string }>(there, [[...marks]])) marks.delete(id);
      this.discard(marks);
    }
    while (this.missing.length > 0) {
      const some = this.missing.slice(0, BATCH);
      // Where keys of entries are: the index may have passed these entries already, and would not look for their keys again.
      await this.insert('vault_keys', some);
      this.missing.splice(0, some.length);
    }
  }

  /** From here on nobody is given a key of those batches. */
  private discard(marks: ReadonlySet<string>): void {
    const isLost = ({ mark }: Batch): boolean => marks.has(mark);
    const lost = [...this.batches, ...this.spent].filter(isLost);
    const used = lost.flatMap((batch) => batch.used);
    this.missing = this.missing.concat(used);
    this.batches = this.batches.filter((batch) => !isLost(batch));
    const since = Date.now() - SPENT_KEPT_MS;
    this.spent = this.spent.filter((batch) => !isLost(batch) && batch.spentAt! > since).slice(-SPENT_MAX);
    if (lost.length === 0) return;
    this.options.log?.(
      `vault: PostgreSQL was set back to an earlier state; unused keys are made anew, ${used.length} used ones are put in again`,
    );
  }

  private insert(table: 'pooled_keys' | 'vault_keys', keys: readonly VaultKey[]): Promise<unknown> {
    return this.query(
      `insert into ledger.${table} (id, wrapped) select * from unnest($1::uuid[], $2::bytea[]) as made (id, wrapped)
       where not exists (select from ledger.erased_keys e where e.id = made.id) on conflict do nothing`,
      [keys.map(({ id }) => id), keys.map(({ wrapped }) => wrapped)],
    );
  }

  /** Keys of processes that died, and those that were sealed under in vain. The index has moved away every key that an entry has. */
  private async sweep(): Promise<void> {
    if (Date.now() - this.sweptAt < SWEEP_EVERY_MS) return;
    this.sweptAt = Date.now();
    const unclaimed = `delete from ledger.pooled_keys
      where made_at < (select caught_up_at from ledger.feed_index_head) - make_interval(hours => $1)`;
    await limited(this.query(unclaimed, [DELETED_AFTER_H])).catch(() => undefined); // the next hour will do
  }

  /** A connection that does not answer is given up, so that the next question has another one. */
  private async query<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    const question = { text, values, query_timeout: ANSWER_MS };
    return (await this.database.pool.query<R>(question)).rows;
  }

  private dropOld(): void {
    while (this.batches[0] && Date.now() - this.batches[0].madeAt > USABLE_MS) this.spend();
  }

  private spend(): void {
    const spentAt = Date.now();
    this.spent.push(...this.batches.splice(0, 1).map((batch) => ({ ...batch, spentAt })));
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
    timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS);
  });
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
