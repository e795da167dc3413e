/** What was opened, closed again in reverse order. A failure to close one thing does not keep the others open. */
export interface Lifecycle {
  /** Remembers how to close something, and hands it back. */
  closes<T>(thing: T, close: (thing: T) => Promise<void>): T;
  /** Closes everything, once; throws the first failure at the end. */
  stop(): Promise<void>;
}

export function lifecycle(last: () => Promise<void>): Lifecycle {
  const closers: (() => Promise<void>)[] = [last];
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const close of closers.reverse()) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  return {
    closes(thing, close) {
      closers.push(() => close(thing));
      return thing;
    },
    stop: () => (stopped ??= stop()),
  };
}
