import type { StreamName } from './ledger.js';

/** The stream of one received event: its category is the origin (letters and digits only), then the entry id. */
export const receivedStream = (origin: string, entryId: string): StreamName => `${category(origin)}-${entryId}`;

/** The stream of our own decisions about one thing: `reconciliation-2026-10-03.collector.signups`. */
export const decisionStream = (kind: string, id: string): StreamName => `${category(kind)}-${id}`;

// KurrentDB splits the category at the first dash, so a category has none.
const category = (text: string): string => text.replace(/[^\p{L}\p{N}_]+/gu, '_').replace(/^_+|_+$/g, '') || 'event';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is the id of an entry: lower case, as `kernel/entry-id` makes them. */
export const isEntryId = (text: string): boolean => UUID.test(text);

/** The id of the received event whose stream this would be: what follows the first dash, when that is an id. */
export function receivedIdOf(stream: StreamName): string | undefined {
  const tail = stream.slice(stream.indexOf('-') + 1);
  return isEntryId(tail) ? tail : undefined;
}

/** Where the first close of a period fixes how days make periods, and with it the zone that they are of. */
export const FISCAL_CALENDAR_STREAM: StreamName = decisionStream('setting', 'fiscal_calendar');
