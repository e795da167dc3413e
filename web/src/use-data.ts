import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';

export type Data<T> = { state: 'loading' } | { state: 'failed'; error: ApiError } | { state: 'ready'; value: T };

/**
 * What a question answers, asked again when its key changes, or `round`: then the last answer stays until the new one is there. What an older
 * question answers is dropped.
 */
export function useData<T>(key: string, ask: () => Promise<T>, round = 0): Data<T> {
  const [data, setData] = useState<Data<T> & { key: string }>({ state: 'loading', key });
  useEffect(() => {
    let current = true;
    setData((before) => (before.key === key ? before : { state: 'loading', key }));
    ask().then(
      (value) => current && setData({ state: 'ready', value, key }),
      (error: ApiError) => current && setData({ state: 'failed', error, key }),
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  return data.key === key ? data : { state: 'loading' };
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
