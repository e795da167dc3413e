import type { KeyObject } from 'node:crypto';
import type { Entry, Ledger, Position } from '../../ledger/ledger.js';
import type { Checkpoint, SealStore } from '../../ledger/seal.js';
import type { PeriodJournal } from '../export/period-journal.js';

/** How much of an entry goes into a pack: as it is stored, its personal fields sealed; or its hash and what it is called. */
export type Bodies = 'sealed' | 'withheld';

/** What a pack says of a period beside its journal. */
export interface PackFacts {
  period: string;
  state: 'open' | 'closed';
  version?: number;
  /** Entries after this position up to `through` go in whole: with them what the close itself stored. */
  after: Position;
  through: Position;
  /** Zone, days, versions, digest: printed with the pack as what its numbers depend on. */
  parameters: Readonly<Record<string, unknown>>;
  /** Every metric as reported and as known, and the adjustments. */
  numbers: unknown;
  /** What ties to the journal: trial balance, roll-forward, bridge. */
  statements: unknown;
  /** What was tied out, waived, or in the way. */
  tieOut: { results: readonly { entry_id: string; position: number }[]; [named: string]: unknown };
}

export interface PackSource {
  ledger: Pick<Ledger, 'readFeed' | 'findMany'>;
  seals: Pick<SealStore, 'nodes' | 'storedHashes'>;
  /** One that covers `through`. */
  checkpoint: Checkpoint;
  /** Ed25519, of the ledger's seals. */
  signingKey: KeyObject;
  facts: PackFacts;
  journal: PeriodJournal;
  /** The text of `verify-pack.mjs`. */
  verifier: string;
  createdAt: Date;
  bodies: Bodies;
  /** What its files are put into: a zip is signed itself, a folder is not. */
  container: 'zip' | 'folder';
}

/** A file of a pack, as it comes. */
export interface PackFile {
  name: string;
  chunks: AsyncIterable<string | Uint8Array>;
}

/** An entry as a pack has it: every field that its hash covers, the body as its stored text. Our own decisions are never withheld: they hold nothing personal. */
export function packedEntry(entry: Entry, bodies: Bodies): Record<string, unknown> {
  const named = {
    position: entry.position,
    id: entry.id,
    type: entry.type,
    origin: entry.origin,
    occurred_at: entry.occurredAt.toISOString(),
    recorded_at: entry.recordedAt.toISOString(),
    stored_hash: entry.storedHash.toString('hex'),
  };
  if (bodies === 'withheld' && entry.origin !== 'truth-ledger') return { ...named, withheld: true };
  return {
    ...named,
    stream: entry.stream,
    revision: entry.revision,
    schema_version: entry.schemaVersion,
    account: entry.account,
    origin_event_id: entry.originEventId,
    correlation_id: entry.correlationId,
    causation_id: entry.causationId,
    actor: entry.actor,
    authenticated_by: entry.authenticatedBy,
    subjects: entry.subjects,
    attributes: entry.attributes,
    content_mac: entry.contentMac.toString('hex'),
    key_id: entry.keyId,
    body: entry.body,
  };
}
