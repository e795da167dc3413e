/** A call that did not answer within our own time: the client itself has no timer for most of them. */
export class CallTimeout extends Error {
  override readonly name = 'CallTimeout';
}

/**
 * What an error of the client says about the call.
 * `conflict`: the stream is not where it was expected. `not_leader`: try again at once. `unknown`: it may have happened; send the same
 * again. `too_large`, `refused`: it never will. `gone`: the stream was deleted for ever. `denied`: the user may not.
 */
export type Verdict = 'conflict' | 'not_leader' | 'unknown' | 'too_large' | 'refused' | 'gone' | 'denied';

const VERDICTS: Readonly<Record<string, Verdict>> = {
  'wrong-expected-version': 'conflict',
  'not-leader': 'not_leader',
  'maximum-append-size-exceeded': 'too_large',
  'append-record-size-exceeded': 'too_large',
  'transaction-max-size-exceeded': 'too_large',
  'stream-deleted': 'gone',
  'stream-tombstoned': 'gone',
  'access-denied': 'denied',
  'invalid-argument': 'refused',
  unsupported: 'refused',
};

// The client passes on what it does not know as text only.
const TEXTS: readonly [RegExp, Verdict][] = [
  [/MaximumAppend(Event)?SizeExceeded/, 'too_large'],
  [/BadRequest|InvalidTransaction/, 'refused'],
];

// gRPC status codes of errors that come from the connection and not from a command.
const CODES: Readonly<Record<number, Verdict>> = { 3: 'refused', 7: 'denied', 8: 'too_large', 16: 'denied' };

/** Whatever is not known to be final may have happened, or may happen next time. */
export function verdictOf(error: unknown): Verdict {
  const { type, code, message } = error as { type?: unknown; code?: unknown; message?: unknown };
  const named = typeof type === 'string' ? VERDICTS[type] : undefined;
  if (named) return named;
  const told = TEXTS.find(([pattern]) => pattern.test(String(message)));
  if (told) return told[1];
  return (typeof code === 'number' ? CODES[code] : undefined) ?? 'unknown';
}

/**
 * Whether the client may be broken for good. Not after errors after which it connects anew by itself, and not after an answer that came over
 * a connection which works: `unknown` without a code, such as "Server Is Busy".
 */
export function needsNewClient(error: unknown): boolean {
  const { type, code } = error as { type?: unknown; code?: unknown };
  if (type === 'unknown' && code === undefined) return false;
  return !['unavailable', 'cancelled', 'not-leader', 'deadline-exceeded', 'timeout'].includes(String(type));
}

/** For a log line: the kind and the message only, which name no host. */
export function describe(error: unknown): string {
  const { type, code, message } = error as { type?: string; code?: string | number; message?: string };
  const kind = type ?? (code === undefined ? undefined : `code ${code}`);
  return [kind, message].filter(Boolean).join(': ') || String(error);
}

/** The answer of a call, or CallTimeout after so many milliseconds. */
export async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CallTimeout(`no answer within ${ms} ms`)), ms);
  });
  call.catch(() => undefined); // it may still fail when nobody waits any more
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}
