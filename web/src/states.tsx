import type { ComponentChildren } from 'preact';
import type { Data } from './use-data.ts';

/** The three states of an answer: on its way, refused, there. */
export function Show<T>({ data, children }: { data: Data<T>; children: (value: T) => ComponentChildren }) {
  if (data.state === 'loading')
    return (
      <p class="loading" role="status">
        Loading …
      </p>
    );
  if (data.state === 'failed')
    return (
      <p class="failed" role="alert">
        {data.error.status === 403 ? `This key may not see this: ${data.error.message}` : data.error.message}
      </p>
    );
  return <>{children(data.value)}</>;
}

/** What a key may not do is said once, and no button for it is shown. */
export function Needs({ what, scope }: { what: string; scope: string }) {
  return (
    <p class="hint">
      {what} needs a key with the scope {scope}.
    </p>
  );
}
