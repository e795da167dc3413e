import type { Consent, Outage } from '../cause.js';
import { type PageRequest, pageRequests } from '../tracked/page-requests.js';
import type { MatchBy } from '../reconciled-metrics.js';
import type { Key, Reader, Seen, SourceReader, Window } from '../source.js';
import { consentsOf, type Payment, paymentsBehind, paymentsOf, personKeysOf } from './truth-queries.js';

/** What is asked about ids without a counterpart, and about what a loss concentrates in. */
export interface Lookups {
  /** Browser-side identifiers of whoever stands behind some subjects. */
  personKeys(subjects: readonly string[]): Promise<{ subject: string; key: Key }[]>;
  links: SourceReader['links'];
  seen(keys: readonly Key[], window: Window, described: boolean): Promise<Seen[]>;
  refused: SourceReader['refused'];
  consents(nodes: readonly Key[]): Promise<(Consent & { node: Key })[]>;
  pages(keys: readonly Key[], window: Window): Promise<PageRequest[]>;
  outages(windows: readonly Window[]): Promise<Outage[]>;
  /** By purchase. */
  payments(purchases: readonly string[]): Promise<ReadonlyMap<string, Payment>>;
  /** By any part of a purchase. */
  paymentsBehind(parts: readonly Key[]): Promise<ReadonlyMap<Key, Payment>>;
}

/** Each question goes to PostgreSQL, within the reader's transaction. */
export const lookupsOf = (reader: Reader, source: SourceReader, by: MatchBy): Lookups => ({
  personKeys: (subjects) => personKeysOf(reader, by, subjects),
  links: (keys) => source.links(keys),
  seen: (keys, window, described) => source.seen(keys, window, described),
  refused: (tags, window) => source.refused(tags, window),
  consents: (nodes) => consentsOf(reader, nodes),
  pages: (keys, window) => pageRequests(reader, keys, window),
  outages: async (windows) => (await source.outages?.(windows)) ?? [],
  payments: (purchases) => paymentsOf(reader, purchases),
  paymentsBehind: (parts) => paymentsBehind(reader, parts),
});
