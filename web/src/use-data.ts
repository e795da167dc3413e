import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';

export type Data<T> =
  { state: 'loading' } | { state: 'failed'; error: ApiError; retry: () => void } | { state: 'ready'; value: T };

/** An event of the window: the service answers a question with that nobody is signed in any more. */
export const SIGNED_OUT = 'truth-ledger:signed-out';

type Kept<T> = { state: 'loading' } | { state: 'failed'; error: ApiError } | { state: 'ready'; value: T };

/**
 * What a question answers, asked again when its key changes, or `round`: then the last answer stays until the new one is there. What an older
 * question answers is dropped. A refusal can be asked again by hand.
 */
export function useData<T>(key: string, ask: () => Promise<T>, round = 0): Data<T> {
  const [data, setData] = useState<Kept<T> & { key: string }>({ state: 'loading', key });
  const [retries, setRetries] = useState(0);
  // Before the next frame is drawn, not after it: questions that follow each other would wait for a frame each.
  useLayoutEffect(() => {
    let current = true;
    setData((before) => (before.key === key ? before : { state: 'loading', key }));
    ask().then(
      (value) => current && setData({ state: 'ready', value, key }),
      (error: ApiError) => {
        if (!current) return;
        setData({ state: 'failed', error, key });
        if (error.status === 401) dispatchEvent(new Event(SIGNED_OUT));
      },
    );
    return () => {
      current = false;
    };
  }, [key, round, retries]);
  if (data.key !== key) return { state: 'loading' };
  if (data.state !== 'failed') return data;
  const retry = (): void => {
    setData({ state: 'loading', key });
    setRetries((last) => last + 1);
  };
  return { ...data, retry };
}

/** A number that grows by one every so often while the page is looked at. */
export function useRounds(everyMs: number): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && setRound((last) => last + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return round;
}
