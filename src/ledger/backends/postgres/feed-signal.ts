import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { FEED_CHANNEL } from './writer.js';

/** Without any signal readers look again this often: what a lost connection kept from us is at most this late. */
const POLL_MS = 1_000;
const RECONNECT_MS = 1_000;

/** Tells readers that the feed may have grown: at once for appends of this process, by LISTEN for those of others. */
export class FeedSignal {
  private changes = 0;
  private wakers = new Set<() => void>();
  private readonly closing = new AbortController();
  private listening: Promise<void> | undefined;

  constructor(private readonly connection: pg.ClientConfig) {}

  /** How often the feed may have grown so far: take it before reading, and wait for it to move on. */
  get version(): number {
    return this.changes;
  }

  notify(): void {
    this.changes += 1;
    const wakers = this.wakers;
    this.wakers = new Set();
    for (const wake of wakers) wake();
  }

  /** Resolves when the version has left `seen`, after a poll interval, or when aborted. */
  async changed(seen: number, signal: AbortSignal): Promise<void> {
    this.listening ??= this.listen();
    if (this.changes !== seen || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, POLL_MS);
      signal.addEventListener('abort', wake, { once: true });
      this.wakers.add(wake);
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.notify();
    await this.listening;
  }

  private async listen(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.listenOnce().catch(() => undefined); // polling goes on meanwhile
      if (!this.closing.signal.aborted)
        await sleep(RECONNECT_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection is gone. */
  private async listenOnce(): Promise<void> {
    const client = new pg.Client({ ...this.connection, keepAlive: true, connectionTimeoutMillis: 5_000 });
    const gone = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', resolve);
      this.closing.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('notification', () => this.notify());
    try {
      await client.connect();
      await client.query(`listen ${FEED_CHANNEL}`);
      this.notify(); // what was written before we listened
      await gone;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
