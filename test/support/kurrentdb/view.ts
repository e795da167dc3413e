// What of the log the readers of a node may see: all of it, or, while it is held, only what was there when the hold began. That is a follower
// that lags, or entries that are acknowledged before they can be read.
import type { Log, LogRecord } from './log.js';

export interface View {
  sees(record: LogRecord): boolean;
  /** How many of the log's records, from its start, can be seen. */
  count(): number;
  /** From now on nothing more becomes visible. */
  hold(): void;
  release(): void;
  /** Resolves when there may be more to see, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
}

export function createView(log: Log): View {
  let held: bigint | undefined;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of [...waiting]) resolve();
  };
  log.watch(wake);
  return {
    sees: ({ position }) => held === undefined || position < held,
    count: () => (held === undefined ? log.records.length : log.indexOf(held)),
    hold: () => void (held ??= (log.records.at(-1)?.position ?? -1n) + 1n),
    release: () => {
      held = undefined;
      wake();
    },
    changed: (signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        waiting.add(done);
        signal.addEventListener('abort', done);
        if (signal.aborted) done();
      }),
  };
}
