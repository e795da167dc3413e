import { setTimeout as sleep } from 'node:timers/promises';
import type { AppendResult, EventData } from '@kurrent/kurrentdb-client';
import { NO_STREAM } from '@kurrent/kurrentdb-client';
import { Problem } from '../../../kernel/errors.js';
import type { Expected } from '../../ledger.js';
import type { ClientHolder } from './client-holder.js';
import { appendFits } from './event-format.js';
import { CallTimeout, describe, needsNewClient, verdictOf, within } from './failures.js';

export interface WriterLimits {
  /** Appends and bytes that may wait or be under way before `unavailable` is answered. */
  waitingMax: number;
  waitingBytesMax: number;
  /** Appends that are under way at a time. */
  inFlightMax: number;
  /** How long one attempt may take, and how long an append may be tried, in milliseconds. */
  attemptMs: number;
  patienceMs: number;
}

export const WRITER_LIMITS: WriterLimits = {
  waitingMax: 10_000,
  waitingBytesMax: 64 * 1024 * 1024,
  inFlightMax: 1_024,
  attemptMs: 5_000,
  patienceMs: 15_000,
};

/** `conflict`: the stream is not where it was expected. `gone`: somebody deleted it for ever. */
export type Appended =
  { outcome: 'appended'; commit: bigint | undefined } | { outcome: 'conflict' } | { outcome: 'gone' };

const SAY_EVERY_MS = 1_000;
const BACKOFF_MS = [20, 100, 250, 500, 1_000];

/**
 * Appends with an exact expectation, so that the same append may be sent again as often as needed: whenever the answer is lost, it is.
 * Appends to one stream go one after the other, in the order of the calls.
 */
export class Writer {
  private waiting = 0;
  private waitingBytes = 0;
  private inFlight = 0;
  private readonly turns: (() => void)[] = [];
  private readonly last = new Map<string, Promise<unknown>>();
  private closed = false;
  private saidAt = -SAY_EVERY_MS;

  constructor(
    private readonly clients: ClientHolder,
    private readonly limits: WriterLimits,
    private readonly log: (line: string) => void,
  ) {}

  queue(): { waiting: number; limit: number } {
    return { waiting: this.waiting, limit: this.limits.waitingMax };
  }

  /** Runs the work when the stream's earlier work is done. Throws Problem `unavailable` at once when too much waits. */
  async inTurn<T>(stream: string, bytes: number, work: (since: number) => Promise<T>): Promise<T> {
    if (this.closed) throw unavailable('The ledger is closed.');
    const { waitingMax, waitingBytesMax } = this.limits;
    if (this.waiting >= waitingMax || this.waitingBytes + bytes > waitingBytesMax)
      throw unavailable('Too many appends are waiting.');
    const since = performance.now();
    this.waiting += 1;
    this.waitingBytes += bytes;
    const before = this.last.get(stream) ?? Promise.resolve();
    const mine = before.then(() => work(since));
    const settled = mine.catch(() => undefined);
    this.last.set(stream, settled);
    try {
      return await mine;
    } finally {
      if (this.last.get(stream) === settled) this.last.delete(stream);
      this.waiting -= 1;
      this.waitingBytes -= bytes;
    }
  }

  /** Appends, however often it takes. Throws Problem `unavailable` when the outcome stays unknown, `too_large`, or the client's error. */
  async append(stream: string, expected: Expected, events: EventData[], since: number): Promise<Appended> {
    if (!appendFits(events))
      throw new Problem('too_large', 'The entries are larger together than one append of KurrentDB may be.');
    await this.turn();
    try {
      return await this.attempts(stream, expected, events, since);
    } finally {
      this.inFlight -= 1;
      this.turns.shift()?.();
    }
  }

  /** Takes no more; resolves when what was waiting is answered. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.last.size > 0) await Promise.all(this.last.values());
  }

  private async attempts(stream: string, expected: Expected, events: EventData[], since: number): Promise<Appended> {
    for (let attempt = 0; ; attempt += 1) {
      // Once it is closed everything has its one attempt, and what that does not settle is for the sender to send again.
      const patienceMs = this.closed && attempt > 0 ? 0 : this.limits.patienceMs;
      if (performance.now() - since > patienceMs) throw unavailable('The ledger did not answer in time.');
      const failed = await this.once(stream, expected, events).catch((error: unknown) => error as Error);
      if (!(failed instanceof Error)) return { outcome: 'appended', commit: failed.position?.commit };
      const verdict = verdictOf(failed);
      if (verdict === 'conflict') return { outcome: 'conflict' };
      if (verdict === 'gone') return { outcome: 'gone' };
      if (verdict === 'too_large') throw new Problem('too_large', 'KurrentDB takes no append of this size.');
      if (verdict !== 'unknown' && verdict !== 'not_leader') throw failed;
      this.sayAgain(failed);
      if (verdict === 'unknown' || attempt > 0) await this.backOff(attempt);
    }
  }

  /** Once a second: in an outage every append under way fails. */
  private sayAgain(error: Error): void {
    const now = performance.now();
    if (now - this.saidAt < SAY_EVERY_MS) return;
    this.saidAt = now;
    this.log(`ledger: appends are sent again: ${describe(error)}`);
  }

  private async once(stream: string, expected: Expected, events: EventData[]): Promise<AppendResult> {
    const client = await this.clients.current();
    try {
      const streamState = expected === 'no_stream' ? NO_STREAM : BigInt(expected);
      // Without a timer of our own a silent server, or a batch stream that was half closed, would hold the append for ever.
      const result = await within(this.limits.attemptMs, client.appendToStream(stream, events, { streamState }));
      this.clients.worked();
      return result;
    } catch (error) {
      const broken = error instanceof CallTimeout || (verdictOf(error) === 'unknown' && needsNewClient(error));
      if (broken) this.clients.replace(client, describe(error));
      throw error;
    }
  }

  private async turn(): Promise<void> {
    this.inFlight += 1;
    if (this.inFlight > this.limits.inFlightMax) await new Promise<void>((resolve) => this.turns.push(resolve));
  }

  // Spread out, so that a thousand appends do not come back in one instant.
  private async backOff(attempt: number): Promise<void> {
    const ms = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)]!;
    await sleep(ms * (0.5 + Math.random()));
  }
}

export const unavailable = (detail: string): Problem => new Problem('unavailable', detail, { retryAfterS: 1 });
