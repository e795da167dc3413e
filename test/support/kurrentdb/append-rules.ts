// Whether an append is written, already there, or refused: the server's rules, of which only ids and stream count, never the content.
import type { Log } from './log.js';

export type ExpectedState = 'any' | 'stream_exists' | 'no_stream' | bigint;

export type Decision =
  | { outcome: 'write' }
  /** Every event is there; `last` is the revision of the last of them, and readers see it or not. */
  | { outcome: 'idempotent'; last: bigint }
  | { outcome: 'wrong-expected-version'; current: bigint }
  | { outcome: 'stream-deleted' };

export function decide(log: Log, stream: string, expected: ExpectedState, ids: readonly string[]): Decision {
  const current = log.last(stream);
  const refused: Decision = { outcome: 'wrong-expected-version', current };
  if (log.isTombstoned(stream)) {
    if (ids.length > 0) return { outcome: 'stream-deleted' };
    return expected === 'any' || expected === 'no_stream' ? { outcome: 'write' } : refused;
  }
  if (expected === 'stream_exists') {
    if (log.isSoftDeleted(stream)) return { outcome: 'stream-deleted' };
    if (current < 0n && log.last(`$$${stream}`) < 0n) return refused;
  }
  if (expected === 'any' || expected === 'stream_exists') return decideByMemory(log, stream, ids, refused);
  const revision = expected === 'no_stream' ? -1n : expected;
  if (revision < current) return decideByPlace(log, stream, revision, ids, refused);
  return revision === current ? { outcome: 'write' } : refused;
}

/** The weak way: only what the leader remembers, and the first id decides whether anything is looked up at all. */
function decideByMemory(log: Log, stream: string, ids: readonly string[], refused: Decision): Decision {
  let last: bigint | undefined;
  for (const id of ids) {
    const known = log.recent.revisionOf(stream, id);
    if (known === undefined) return last === undefined ? { outcome: 'write' } : refused;
    last = known;
  }
  return last === undefined ? { outcome: 'write' } : { outcome: 'idempotent', last };
}

/** The strong way: id for id against what stands at those revisions, in memory or on disk, however long ago. */
function decideByPlace(
  log: Log,
  stream: string,
  expected: bigint,
  ids: readonly string[],
  refused: Decision,
): Decision {
  const anew = expected === -1n && log.isSoftDeleted(stream);
  if (ids.length === 0) return anew ? { outcome: 'write' } : refused;
  for (const [index, id] of ids.entries()) {
    const revision = expected + 1n + BigInt(index);
    if (log.recent.revisionOf(stream, id) === revision || log.raw(stream, revision)?.id === id) continue;
    return index === 0 && anew ? { outcome: 'write' } : refused;
  }
  return { outcome: 'idempotent', last: expected + BigInt(ids.length) };
}
