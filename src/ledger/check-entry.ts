import { decisionId } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import type { Expected, NewEntry, StreamName } from './ledger.js';
import { assertStorable } from './stored-hash.js';
import { isEntryId } from './streams.js';

const ENTRY_TYPE = /^[\p{L}\p{N}_.$:-]+$/u;

/** Throws for a received event that no backend keeps: an Error for a mistake of the caller, Problem `invalid_request` or `too_large` for one of the sender. */
export function checkReceived(entry: NewEntry): void {
  if (!entry.stream.endsWith(entry.id))
    throw new Error(`a received event has a stream of its own, named after its id: ${entry.stream}`);
  check(entry);
}

/** The same for decisions at the place they are appended to. */
export function checkDecisions(stream: StreamName, expected: Expected, entries: readonly NewEntry[]): void {
  const first = firstRevision(expected);
  if (!Number.isSafeInteger(first) || first < 0) throw new Error(`not a revision: ${expected}`);
  entries.forEach((entry, index) => {
    const named = entry.stream === stream && entry.id === decisionId(stream, first + index);
    if (!named) throw new Error(`an entry of ${stream} at revision ${first + index} has the id decisionId gives it`);
    check(entry);
  });
}

/** The revision that an append at this place fills first. */
export const firstRevision = (expected: Expected): number => (expected === 'no_stream' ? 0 : expected + 1);

/** Contents are compared within one version of a provider's API only: another one writes the same event differently. */
export const isComparable = (entry: Pick<NewEntry, 'attributes'>, apiVersion: string | undefined): boolean =>
  entry.attributes['api_version'] === apiVersion;

function check(entry: NewEntry): void {
  if (!isEntryId(entry.id)) throw new Error(`not the id of an entry: ${entry.id}`);
  if (entry.key && !isEntryId(entry.key.id)) throw new Error(`not the id of a key: ${entry.key.id}`);
  if (!ENTRY_TYPE.test(entry.type))
    throw new Problem('invalid_request', 'The type of an entry has letters, digits and _ . $ : - only.');
  assertStorable(entry);
}
