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
    history.pushState(null, '', hrefOf(change));
    setState(read());
  };
  return [state, go];
}

/** The address of what is shown now, but for a change. */
export function hrefOf(change: UrlState): string {
  const next = Object.entries({ ...read(), ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const search = new URLSearchParams(next).toString();
  return search === '' ? '/' : `/?${search}`;
}

/** Takes something out of the address, and out of the history, that should not have come in. */
export const replace = (change: UrlState): void => history.replaceState(null, '', hrefOf(change));

const read = (): UrlState => Object.fromEntries(new URLSearchParams(location.search));
