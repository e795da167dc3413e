/**
 * The port of the ledger: an append-only log of entries with one total order, the feed.
 *
 * What it promises: an append that returned is durable. A received event is in it once for ever, whoever sends it again and when.
 * Positions are dense ordinals of the feed, 1, 2, 3 …, and a reader that has seen position n never meets an entry at or below n later.
 * What it does not promise: any order between streams other than that of the feed; that an append whose answer was lost did not happen
 * (send it again: the ids make that safe).
 *
 * `backends/` keeps it, in PostgreSQL or in KurrentDB; `test/contracts/ledger.contract.spec.ts` runs over every backend of the registry.
 */

import type { HashedEntries } from './hashed-entries.js';

/** Dense ordinal in the feed, from 1; 0 is "before everything". Safe as a number up to 2^53. */
export type Position = number;
/** Place in a stream, from 0. */
export type Revision = number;
export type StreamName = string;

/** What a stream must look like for an append to happen: nothing there yet, or its last entry at this revision. */
export type Expected = 'no_stream' | Revision;

/** An entry before it has a place in the feed. Its body is already sealed. */
export interface NewEntry {
  /** UUID from `kernel/entry-id`. */
  id: string;
  stream: StreamName;
  /** `stripe.charge.succeeded`, `user.signed_up`, `DayReconciled`. Matches `^[\p{L}\p{N}_.$:-]+$`. */
  type: string;
  schemaVersion: number;
  /** Who sent it: `stripe`, a CloudEvents source, or `truth-ledger` for our own decisions. */
  origin: string;
  /** The authenticated account within the origin. */
  account: string;
  originEventId: string;
  /** When it happened, according to its sender. */
  occurredAt: Date;
  correlationId: string;
  causationId?: string;
  /** Who is answerable: `provider:stripe`, `key:<id>`, `system`. */
  actor: string;
  /** How that was established: `stripe-signature`, `api-key`, `none`. */
  authenticatedBy: string;
  /** Keyed hashes of the persons it speaks of, or where it names nobody of the purchases, so that erasure reaches it whatever it means. */
  subjects: readonly string[];
  /** Open facts about the delivery that interpreters need: `api_version`, `livemode`, … */
  attributes: Readonly<Record<string, string>>;
  /** The received JSON text with its personal leaves sealed. */
  body: string;
  /** HMAC of the canonical content before sealing; equal for two copies of one event. */
  contentMac: Buffer;
  /** The key of the sealed leaves, wrapped; absent when nothing was sealed. The entry keeps its id, the vault the key itself. */
  key?: VaultKey;
}

/** A key of the vault: its id (UUIDv7, so that keys of one time lie together) and the key wrapped by `VAULT_KEY`. */
export interface VaultKey {
  id: string;
  wrapped: Buffer;
  /** Whether it is stored already; otherwise the ledger stores it with the entry. */
  durable?: boolean;
}

export interface Entry extends Omit<NewEntry, 'key'> {
  keyId?: string;
  position: Position;
  revision: Revision;
  recordedAt: Date;
  /** SHA-256 over every stored field but the position: the leaf of the Merkle tree. */
  storedHash: Buffer;
}

/** What erasing looks for: which entry it is, its key, and whom it speaks of. */
export type Tagged = Pick<Entry, 'position' | 'keyId' | 'subjects'>;

/** An entry that an erasure which stands reaches; of several erasures, once for each. */
export interface Erased {
  keyId: string;
  /** The number of the erasure. */
  erasure: number;
}

/** When an entry was received, and what its sender calls the event that it is of. */
export type Receipt = Pick<Entry, 'id' | 'recordedAt' | 'originEventId'>;

/**
 * What became of a received event. `conflict`: the identity is known with other content; nothing was written. Whether a repeat is told
 * `recorded` or `duplicate` is best effort between processes; that it is kept once is not.
 */
export interface Recorded {
  outcome: 'recorded' | 'duplicate' | 'conflict';
  /** Of the entry that is kept; absent where the backend gives places in the feed only after the append was answered. */
  position?: Position;
}

export interface HashedPage {
  entries: HashedEntries;
  head: Position;
}

export interface FeedPage {
  entries: Entry[];
  /** The last position of the feed when the page was read. */
  head: Position;
}

export interface LedgerHealth {
  /** Whether what keeps the entries answers. */
  ok: boolean;
  /** What is wrong, without hosts or users. */
  detail?: string;
  /** The last position of the feed; absent when it cannot be told just now. */
  head?: Position;
  /** Whether appends go on while the database of the read model is down. */
  standsAlone: boolean;
  /** How long the feed has lagged behind the appends, in milliseconds, where the two can differ. */
  indexLagMs?: number;
}

export interface Ledger {
  /** Appends a received event to its own stream (`no_stream`). Resolves when durable. Throws Problem `unavailable` when it cannot be, with `retryAfterS`. */
  record(entry: NewEntry): Promise<Recorded>;
  /** Appends decisions to a stream. All or nothing. The same entries again at the same place are a success. Throws Problem `wrong_expected_revision` or `unavailable`. */
  append(
    stream: StreamName,
    expected: Expected,
    entries: readonly NewEntry[],
  ): Promise<{ revision: Revision; position: Position }>;
  /** Entries of a stream in order, from a revision on; none when the stream does not exist. Holds what was appended before the call. */
  readStream(stream: StreamName, options?: { from?: Revision; limit?: number }): Promise<Entry[]>;
  /** Entries of the feed after a position, in order. At most `limit` entries and about 16 MiB. */
  readFeed(after: Position, limit: number): Promise<FeedPage>;
  /** The entries at the `limit` positions after one, their hashes derived anew; for a backend that can do so without making entries. */
  readHashed?(after: Position, limit: number): Promise<HashedPage>;
  /** Pages of the feed after a position for ever, as they become durable; ends when the signal aborts. Waits at the head without polling hard. */
  subscribe(after: Position, options: { limit: number; signal: AbortSignal }): AsyncIterable<FeedPage>;
  /** The last position of the feed, 0 when it is empty. */
  head(): Promise<Position>;
  find(id: string): Promise<Entry | undefined>;
  /** The entries that exist of these ids, at most 1,000, in no order. */
  findMany(ids: readonly string[]): Promise<Entry[]>;
  /** The same without all but what a receipt says; for a backend that can do so without reading bodies. */
  findReceipts?(ids: readonly string[]): Promise<Receipt[]>;
  at(position: Position): Promise<Entry | undefined>;
  /** Of the `limit` positions after one, the entries that have a key and carry one of the tags; for a backend that finds them without reading bodies. */
  findTagged?(after: Position, limit: number, tags: readonly string[]): Promise<Tagged[]>;
  /** The same of all tags in `ledger.erasure_tags`; for a backend beside that table. */
  findErased?(after: Position, limit: number): Promise<Erased[]>;
  /** Stored hashes of the feed after a position, 32 bytes each, joined; at most `limit`. Much cheaper than entries. */
  storedHashes(after: Position, limit: number): Promise<Buffer>;
  /**
   * Takes over entries of another ledger at the positions and with the times and hashes they have there, and the keys that still exist of
   * them. They must follow on the head; what is there already is left out. Durable and in the feed when it resolves. Nobody else may append meanwhile.
   */
  takeOver(entries: readonly Entry[], keys: readonly VaultKey[]): Promise<void>;
  /** Never throws. */
  health(): Promise<LedgerHealth>;
  /** Appends waiting now, and the most that may wait before `unavailable` is answered. */
  queue(): { waiting: number; limit: number };
  close(): Promise<void>;
}
