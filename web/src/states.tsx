import type { ComponentChildren } from 'preact';
import type { List } from './api.ts';
import { figure } from './format.ts';
import type { Data } from './use-data.ts';

interface ShowProps<T> {
  data: Data<T>;
  children: (value: T) => ComponentChildren;
}

/** The three states of an answer: on its way, refused, there. */
export function Show<T>({ data, children }: ShowProps<T>) {
  if (data.state === 'loading')
    return (
      <p class="loading" role="status">
        Loading …
      </p>
    );
  if (data.state === 'failed')
    return (
      <p class="failed" role="alert">
        {data.error.status === 403 ? (
          `This key may not see this: ${data.error.message}`
        ) : (
          <>
            {data.error.message}{' '}
            <button type="button" class="quiet" onClick={data.retry}>
              Try again
            </button>
          </>
        )}
      </p>
    );
  return <>{children(data.value)}</>;
}

/** Said where a list is longer than what was read of it. */
export function CutNote({ list: { rows, cut }, what }: { list: List<unknown>; what: string }) {
  if (!cut) return null;
  return (
    <p class="warning" role="status">
      Only the first {figure(rows.length)} {what} were read: there are more.
    </p>
  );
}

/** What a key may not do is said once, and no button for it is shown. */
export function Needs({ what, scope }: { what: string; scope: string }) {
  return (
    <p class="hint">
      {what} needs a key with the scope {scope}.
    </p>
  );
}

/** Said of everything that only a browser told. */
export function Lossy({ children }: { children: ComponentChildren }) {
  return (
    <p class="hint">
      <span class="tag lossy">lossy</span> {children}
    </p>
  );
}
