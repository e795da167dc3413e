import type { RateLimit } from './limits.js';

interface Bucket {
  tokens: number;
  /** Epoch milliseconds of the last refill. */
  at: number;
}

const BUCKETS_MAX = 100_000; // one is about 100 bytes

/**
 * Token buckets by name. A request may take more than a bucket ever holds when the bucket is full: it goes into debt and the next ones
 * wait, so that a large batch is slowed down and not refused for ever. The longest unused buckets are forgotten first.
 */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly limit: RateLimit) {}

  /** Seconds until `count` tokens may be taken, 0 for now. Takes nothing. */
  waitS(name: string, count: number, nowMs: number): number {
    const needed = Math.min(count, this.limit.burst);
    const missing = needed - this.filled(name, nowMs);
    return missing <= 0 ? 0 : missing / this.limit.perSecond;
  }

  take(name: string, count: number, nowMs: number): void {
    const tokens = this.filled(name, nowMs) - count;
    this.buckets.delete(name); // to the end of the order in which they are forgotten
    this.buckets.set(name, { tokens, at: nowMs });
    if (this.buckets.size > BUCKETS_MAX) this.buckets.delete(this.buckets.keys().next().value!);
  }

  private filled(name: string, nowMs: number): number {
    const bucket = this.buckets.get(name);
    if (!bucket) return this.limit.burst;
    const elapsedS = Math.max(0, nowMs - bucket.at) / 1000;
    return Math.min(this.limit.burst, bucket.tokens + elapsedS * this.limit.perSecond);
  }
}
