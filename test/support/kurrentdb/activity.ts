// What a node is doing, in numbers that tests wait for and compare.

export interface Counts {
  /** Open now. */
  connections: number;
  batchStreams: number;
  subscriptions: number;
  /** Since the start: appends that arrived whole, reads begun, events sent to readers and subscribers, capability questions. */
  appends: number;
  reads: number;
  eventsSent: number;
  featureCalls: number;
  batchStreamsOpened: number;
  subscriptionsOpened: number;
}

export interface Activity {
  readonly counts: Readonly<Counts>;
  note(what: keyof Counts, change?: 1 | -1): void;
  /** Resolves when the condition holds; it is asked again whenever a count changes. */
  until(condition: () => boolean): Promise<void>;
}

export function createActivity(): Activity {
  const counts: Counts = {
    connections: 0,
    batchStreams: 0,
    subscriptions: 0,
    appends: 0,
    reads: 0,
    eventsSent: 0,
    featureCalls: 0,
    batchStreamsOpened: 0,
    subscriptionsOpened: 0,
  };
  const waiting = new Set<() => void>();
  return {
    counts,
    note: (what, change = 1) => {
      counts[what] += change;
      for (const ask of [...waiting]) ask();
    },
    until: (condition) =>
      new Promise((resolve) => {
        const ask = (): void => {
          if (!condition()) return;
          waiting.delete(ask);
          resolve();
        };
        waiting.add(ask);
        ask();
      }),
  };
}
