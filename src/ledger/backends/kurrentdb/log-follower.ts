import { START, streamNameFilter, type KurrentDBClient, type Position as LogPosition } from '@kurrent/kurrentdb-client';
import type { RecordedLike } from './event-format.js';
import { asStream, cancel, CHECKPOINT_INTERVAL, type Subscription } from './event-reads.js';

const BUFFER = 512; // events

export interface LogEvent {
  event: RecordedLike;
  at: LogPosition;
}

export interface LogHandler {
  /** A batch in the order of the log. The next one comes when this one is done. */
  events(batch: readonly LogEvent[]): Promise<void>;
  /** Everything before this place was handed over and done. */
  checkpoint(at: LogPosition): Promise<void>;
}

/**
 * One catch-up subscription to `$all`, filtered to the streams with our prefix, from a place in the log on (exclusive). The client tells
 * checkpoints up to a buffer ahead of the events it has handed out; here one is passed on only when nothing before it is left.
 */
export class LogFollower {
  private readonly subscription: Subscription;
  private caughtUp = false;
  private busy = false;
  private ended = false;
  private failure: Error | undefined;
  private wake: () => void = () => undefined;
  private checkpoint: { at: LogPosition; done: () => void } | undefined;

  constructor(client: KurrentDBClient, prefix: string, after: LogPosition | undefined) {
    const filter = streamNameFilter({
      prefixes: [prefix],
      checkpointInterval: CHECKPOINT_INTERVAL,
      checkpointReached: (_subscription, at) => this.reached(at),
    });
    const options = { fromPosition: after ?? START, filter, requiresLeader: true } as const;
    this.subscription = asStream(client.subscribeToAll(options, { highWaterMark: BUFFER }));
    const notice = (): void => this.wake();
    this.subscription
      .on('readable', notice)
      .on('caughtUp', () => {
        this.caughtUp = true;
        notice();
      })
      .on('error', (error: Error) => {
        this.failure = error;
        notice();
      })
      // The server ending the call is a drop like any other.
      .on('end', () => {
        this.ended = true;
        notice();
      });
  }

  /** Whether everything in the log was handed over and done when this was asked. */
  get isIdle(): boolean {
    return this.caughtUp && !this.busy && this.subscription.readableLength === 0;
  }

  /** Whether what it handed over, or has to hand over, is not done yet. */
  get isBusy(): boolean {
    return this.busy || this.subscription.readableLength > 0;
  }

  /** Hands over until the signal aborts. Throws when the subscription breaks, and what the handler throws. */
  async run(handler: LogHandler, batchMax: number, signal: AbortSignal): Promise<void> {
    const aborted = (): void => this.wake();
    signal.addEventListener('abort', aborted, { once: true });
    try {
      while (!signal.aborted) {
        this.busy = true;
        const batch = this.take(batchMax);
        if (batch.length > 0) await handler.events(batch);
        else if (this.checkpoint) await this.passOn(handler);
        else if (this.failure) throw this.failure;
        else if (this.ended) throw new Error('the subscription was ended by the server');
        else await this.something(signal);
      }
    } finally {
      signal.removeEventListener('abort', aborted);
      this.checkpoint?.done();
      this.subscription.removeAllListeners('readable');
      cancel(this.subscription);
    }
  }

  /** What is there already. Read by hand, so that an event is either in the buffer or in the batch and never between the two. */
  private take(max: number): LogEvent[] {
    const batch: LogEvent[] = [];
    while (batch.length < max) {
      const resolved = this.subscription.read() as { event?: RecordedLike & { position: LogPosition } } | null;
      if (resolved === null) break;
      if (resolved.event) batch.push({ event: resolved.event, at: resolved.event.position });
    }
    return batch;
  }

  private async something(signal: AbortSignal): Promise<void> {
    this.busy = false;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      // It may have come between the last look and this one.
      if (signal.aborted || this.checkpoint || this.failure || this.ended || this.subscription.readableLength > 0)
        resolve();
    });
  }

  /** Awaited by the client before it goes on to the next message, and must not throw: that would stall the subscription for ever. */
  private reached(at: LogPosition): Promise<void> {
    return new Promise((resolve) => {
      this.checkpoint = { at, done: resolve };
      this.wake();
    });
  }

  private async passOn(handler: LogHandler): Promise<void> {
    const { at, done } = this.checkpoint!;
    this.checkpoint = undefined;
    try {
      await handler.checkpoint(at);
    } finally {
      done();
    }
  }
}
