import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../kernel/errors.js';
import type { Request } from './batch.js';

export interface CommitLimits {
  /** Requests and bytes of one transaction. */
  batchMax: number;
  batchBytesMax: number;
  /** Requests and bytes that may wait before `unavailable` is answered. */
  waitingMax: number;
  waitingBytesMax: number;
  /** How long a request may have waited when an attempt fails before it is answered `unavailable`, in milliseconds. */
  patienceMs: number;
}

export const COMMIT_LIMITS: CommitLimits = {
  batchMax: 512,
  batchBytesMax: 4 * 1024 * 1024,
  waitingMax: 10_000,
  waitingBytesMax: 64 * 1024 * 1024,
  patienceMs: 5_000,
};

/** Requests that are worth a commit of their own at once. */
const WORTHWHILE = 16;

const BACKOFF_MS = [10, 50, 100, 250];

/** Writes a batch in one transaction and answers its requests once durable. Throws when it does not know that it is. */
export type WriteBatch = (batch: readonly Request[]) => Promise<void>;

/**
 * Many requests, one transaction: a single commit is in flight, and what arrives meanwhile is the next one. A failed transaction
 * is tried again with the same ids, which makes an unknown outcome harmless; requests that waited too long are answered
 * `unavailable`. A row that the database refuses fails alone: the batch is halved until it is found.
 */
export class GroupCommit {
  private readonly waiting: Request[] = [];
  private waitingBytes = 0;
  private inFlight = 0;
  private running: Promise<void> | undefined;
  /** Ends the wait for the end of the turn. */
  private begin: () => void = () => undefined;
  private closed = false;

  constructor(
    private readonly write: WriteBatch,
    private readonly limits: CommitLimits,
    private readonly log: (line: string) => void,
  ) {}

  submit(request: Request): void {
    if (this.closed) return request.reject(unavailable('The ledger is closed.'));
    if (
      this.waiting.length >= this.limits.waitingMax ||
      this.waitingBytes + request.bytes > this.limits.waitingBytesMax
    ) {
      return request.reject(unavailable('Too many appends are waiting.'));
    }
    this.waiting.push(request);
    this.waitingBytes += request.bytes;
    this.running ??= this.run();
    if (this.waiting.length >= WORTHWHILE) this.begin();
  }

  queue(): { waiting: number; limit: number } {
    return { waiting: this.waiting.length + this.inFlight, limit: this.limits.waitingMax };
  }

  /** Takes no more; resolves when what was waiting is answered. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (;;) {
      if (this.waiting.length < WORTHWHILE) await this.endOfTurn();
      if (this.waiting.length === 0) break;
      const batch = this.take();
      this.inFlight = batch.length;
      await this.commit(batch);
      this.inFlight = 0;
    }
    this.running = undefined;
  }

  /** Requests of one turn of the event loop commit together; but when many come in it, the database writes the first of them while the others are still read. */
  private endOfTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.begin = resolve;
      setImmediate(resolve);
    });
  }

  private take(): Request[] {
    let count = 0;
    let bytes = 0;
    while (count < this.waiting.length && count < this.limits.batchMax) {
      const next = this.waiting[count]!.bytes;
      if (count > 0 && bytes + next > this.limits.batchBytesMax) break;
      bytes += next;
      count += 1;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async commit(batch: readonly Request[]): Promise<void> {
    let left = batch;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      try {
        return await this.write(left);
      } catch (error) {
        if (isDataError(error)) return this.isolate(left, error);
        this.log(`ledger: an append of ${left.length} did not commit: ${describe(error)}`);
        for (const request of left)
          if (request.kind === 'record' && request.hash) (request.attempts ??= []).push(request.hash);
        left = this.giveUp(left);
        this.expire();
        if (left.length > 0) await sleep(BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)]);
      }
    }
  }

  private async isolate(batch: readonly Request[], error: unknown): Promise<void> {
    const [only, other] = batch;
    if (only && !other)
      return only.reject(new Problem('invalid_request', `The entry cannot be stored: ${describe(error)}.`));
    const middle = batch.length >> 1;
    await this.commit(batch.slice(0, middle));
    await this.commit(batch.slice(middle));
  }

  private giveUp(requests: readonly Request[]): Request[] {
    const oldest = performance.now() - this.limits.patienceMs;
    const left = requests.filter((request) => request.since > oldest);
    for (const request of requests)
      if (request.since <= oldest) request.reject(unavailable('The ledger did not answer in time.'));
    return left;
  }

  private expire(): void {
    const left = this.giveUp(this.waiting);
    if (left.length === this.waiting.length) return;
    this.waiting.splice(0, this.waiting.length, ...left);
    this.waitingBytes = left.reduce((sum, request) => sum + request.bytes, 0);
  }
}

export const unavailable = (detail: string): Problem => new Problem('unavailable', detail, { retryAfterS: 1 });

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** Classes 22 (bad value), 23 (a key id used twice) and 54 (a limit of the database): the row's own fault. */
const isDataError = (error: unknown): boolean => /^(22|23|54)[0-9A-Z]{3}$/.test(codeOf(error));

// The code and the message only: a detail could quote what was sent.
const describe = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${codeOf(error)}`.trim() : String(error);
