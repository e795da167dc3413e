import { setTimeout as wait } from 'node:timers/promises';

const ANSWER_MS = 3_000;

/** The answer of the queue, or an error after three seconds: a client of Redis waits for ever by itself. What was asked may still happen. */
export async function answered<T>(asked: Promise<T>, ms = ANSWER_MS): Promise<T> {
  const done = new AbortController();
  const late = wait(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error('the queue does not answer');
  });
  late.catch(() => undefined);
  asked.catch(() => undefined); // when it fails after that, nobody waits for it
  try {
    return await Promise.race([asked, late]);
  } finally {
    done.abort();
  }
}
