/** The same, but the next one is made while one is worked on. However it ends, nothing is being made then any more. */
export async function* oneAhead<T>(all: AsyncGenerator<T>): AsyncGenerator<T> {
  const begin = (): Promise<IteratorResult<T>> => {
    const next = all.next();
    next.catch(() => undefined); // whoever asks for it is told
    return next;
  };
  let next = begin();
  try {
    for (;;) {
      const made = await next;
      if (made.done) return;
      next = begin();
      yield made.value;
    }
  } finally {
    await next.catch(() => undefined);
    await all.return(undefined);
  }
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
