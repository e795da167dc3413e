/** The same, but the next one is made while one is worked on. However it ends, nothing is being made then any more. */
export async function* oneAhead<T>(all: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = heardLater(all.next());
  try {
    for (;;) {
      const made = await next;
      if (made.done) return;
      next = heardLater(all.next());
      yield made.value;
    }
  } finally {
    await next.catch(() => undefined);
    await all.return(undefined);
  }
}

/** A promise that is awaited later: that it failed is told to whoever does, and not the process, which would end. */
export function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Runs works one after the other, in the order in which they come; one that fails keeps no other back. */
export function inLine(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
