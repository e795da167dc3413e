import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';

export type Data<T> = { state: 'loading' } | { state: 'failed'; error: ApiError } | { state: 'ready'; value: T };

/** What a question answers, asked again when its key changes. What an older question answers is dropped. */
export function useData<T>(key: string, ask: () => Promise<T>): Data<T> {
  const [data, setData] = useState<Data<T> & { key: string }>({ state: 'loading', key });
  useEffect(() => {
    let current = true;
    setData({ state: 'loading', key });
    ask().then(
      (value) => current && setData({ state: 'ready', value, key }),
      (error: ApiError) => current && setData({ state: 'failed', error, key }),
    );
    return () => {
      current = false;
    };
  }, [key]);
  return data.key === key ? data : { state: 'loading' };
}
