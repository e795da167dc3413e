/** What the doors accept at most. */
export interface IngestLimits {
  /** Bytes of one request as it arrives. */
  bodyBytesMax: number;
  /** Bytes of one entry as it is stored, on every backend. */
  storedBytesMax: number;
  /** Events of one CloudEvents batch. */
  eventsMax: number;
  /** Events of one collector request. */
  trackedEventsMax: number;
  /** Bytes of one client-side event. */
  trackedEventBytesMax: number;
  /** Bytes of a collector request after decompression. */
  inflatedBytesMax: number;
  /** Events of one client (anonymous id and truncated address): refill per second, and at once. */
  client: RateLimit;
  /** Events of one write key. */
  key: RateLimit;
  /** Collector requests that wait for their commit. */
  waitingMax: number;
}

export interface RateLimit {
  perSecond: number;
  burst: number;
}

export const defaultLimits: IngestLimits = {
  bodyBytesMax: 1024 * 1024,
  storedBytesMax: Math.floor(0.9 * 1024 * 1024),
  eventsMax: 1_000,
  trackedEventsMax: 2_500,
  trackedEventBytesMax: 32 * 1024,
  inflatedBytesMax: 8 * 1024 * 1024,
  client: { perSecond: 50, burst: 1_000 },
  key: { perSecond: 5_000, burst: 50_000 },
  waitingMax: 2_000,
};
