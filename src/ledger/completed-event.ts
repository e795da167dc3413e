import type { Entry } from './ledger.js';

/** The attribute of an entry that holds the whole of an event, or a piece of it, where another entry has it shortened: the id of that event. */
export const COMPLETES = 'completes';

/** What its sender calls the event of an entry. An entry that completes another has an id of its own, which no sender knows. */
export function senderEventOf({ originEventId, attributes }: Pick<Entry, 'originEventId' | 'attributes'>): {
  originEventId: string;
  completes?: string;
} {
  const completes = attributes[COMPLETES];
  return completes === undefined ? { originEventId } : { originEventId: completes, completes };
}
