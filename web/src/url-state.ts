import { useEffect, useState } from 'preact/hooks';

export type UrlState = Readonly<Record<string, string | undefined>>;

/** What is shown stands in the address, so that a link shows the same to somebody else. */
export function useUrlState(): [UrlState, (change: UrlState) => void] {
  const [state, setState] = useState(read);
  useEffect(() => {
    const follow = (): void => setState(read());
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = (change: UrlState): void => {
    const next = Object.entries({ ...read(), ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const search = new URLSearchParams(next).toString();
    history.pushState(null, '', search === '' ? '/' : `/?${search}`);
    setState(read());
  };
  return [state, go];
}

const read = (): UrlState => Object.fromEntries(new URLSearchParams(location.search));
