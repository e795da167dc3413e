import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { decisionId, entryId } from '../../src/kernel/entry-id.js';
import type { Entry, Ledger, NewEntry, Recorded } from '../../src/ledger/ledger.js';
import { receivedStream } from '../../src/ledger/streams.js';
import type { Database } from '../../src/storage/database.js';
import { until } from '../support/start-storage.js';

/** What a contract suite needs of a backend: an empty ledger that may be opened more than once. */
export interface LedgerFixture {
  /** The database of the keys. */
  database: Pick<Database, 'pool'>;
  /** Whether a repeat is told as one even when its first copy went through another process a moment ago. */
  exactBetweenProcesses: boolean;
  /** One more handle on the same ledger, as another process would have it. */
  open(options?: { clock?: () => Date; limits?: { waitingMax?: number; waitingBytesMax?: number } }): Promise<Ledger>;
  /** Resolves when everything that was appended has its place in the feed. Needs an open handle. */
  settled(): Promise<void>;
  /** Takes every entry out of it, between cases. */
  empty(): Promise<void>;
  /** A handle whose next append is written, and its answer lost on the way. Only where something can be broken. */
  openLossy: () => Promise<{ ledger: Ledger; loseNextAnswer(): void }>;
  /** Removes the ledger. Handles are closed by their users. */
  drop(): Promise<void>;
}

/** Records an event, and says where its entry is once it has its place. */
export async function tell(
  ledger: Ledger,
  entry: NewEntry,
): Promise<{ outcome: Recorded['outcome']; position: number }> {
  const { outcome, position } = await ledger.record(entry);
  const kept = await found(ledger, entry.id);
  expect(position ?? kept.position).toBe(kept.position);
  return { outcome, position: kept.position };
}

/** The entry of an event that was recorded, as soon as it has its place in the feed. */
export async function found(ledger: Ledger, id: string): Promise<Entry> {
  let entry: Entry | undefined;
  await until(async () => (entry = await ledger.find(id)) !== undefined);
  return entry!;
}

const macOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A received event with this id of its sender; two with one id are copies of one delivery unless told otherwise. */
export function received(originEventId: string, changes: Partial<NewEntry> = {}): NewEntry {
  const origin = changes.origin ?? 'stripe';
  const id = entryId({ door: 'provider', account: 'acct_1', origin, id: originEventId });
  const body = changes.body ?? JSON.stringify({ id: originEventId, amount: 1234 });
  return {
    id,
    stream: receivedStream(origin, id),
    type: 'stripe.charge.succeeded',
    schemaVersion: 1,
    origin,
    account: 'acct_1',
    originEventId,
    occurredAt: new Date('2026-03-01T10:00:00.123Z'),
    correlationId: `correlation-${originEventId}`,
    actor: 'provider:stripe',
    authenticatedBy: 'stripe-signature',
    subjects: ['u.abc', 'e.def'],
    attributes: { api_version: '2026-01-01', livemode: 'true' },
    body,
    contentMac: macOf(body),
    ...changes,
  };
}

/** Decisions for consecutive places of a stream, from a revision on, told apart by their text. */
export const decisions = (stream: string, from: number, texts: readonly string[]): NewEntry[] =>
  texts.map((text, index) => ({
    ...received(text, { origin: 'truth-ledger' }),
    id: decisionId(stream, from + index),
    stream,
    type: 'PeriodClosed',
    attributes: {},
    body: JSON.stringify({ text }),
    contentMac: macOf(text),
  }));

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
