import type { StreamName } from './ledger.js';

/** The stream of one received event: its category is the origin (letters and digits only), then the entry id. */
export const receivedStream = (origin: string, entryId: string): StreamName => `${category(origin)}-${entryId}`;

/** The stream of our own decisions about one thing: `reconciliation-2026-10-03.collector.signups`. */
export const decisionStream = (kind: string, id: string): StreamName => `${category(kind)}-${id}`;

// KurrentDB splits the category at the first dash, so a category has none.
const category = (text: string): string => text.replace(/[^\p{L}\p{N}_]+/gu, '_').replace(/^_+|_+$/g, '') || 'event';
