import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Entry, FeedPage, Position } from '../../src/ledger/ledger.js';
import type { Subtree } from '../../src/ledger/merkle.js';
import { type Checkpoint, Sealer, type SealStore } from '../../src/ledger/seal.js';
import { storedHash } from '../../src/ledger/stored-hash.js';

/** The rows of a ledger and of its seals, as somebody with the disk in hand could change them. */
export interface Rows {
  entries: Entry[];
  head: Position;
  checkpoints: Checkpoint[];
  leaves: { size: number; after: number; hashes: Buffer }[];
  nodes: Subtree[];
  witness: Checkpoint[];
}

export const copyOf = (rows: Rows): Rows => ({
  entries: [...rows.entries],
  head: rows.head,
  checkpoints: [...rows.checkpoints],
  leaves: [...rows.leaves],
  nodes: [...rows.nodes],
  witness: [...rows.witness],
});

export const feedOf = ({ entries, head }: Rows) => {
  const sorted = [...entries].sort((a, b) => a.position - b.position);
  return {
    readFeed(after: Position, limit: number): Promise<FeedPage> {
      const page = sorted.filter(({ position }) => position > after && position <= after + limit);
      return Promise.resolve({ entries: page, head: Math.max(head, page.at(-1)?.position ?? 0) });
    },
    head: () => Promise.resolve(head),
  };
};

export const sealsOf = (rows: Rows): SealStore => ({
  storedHashes: (after, limit) =>
    Promise.resolve(Buffer.concat(rows.entries.slice(after, after + limit).map((entry) => entry.storedHash))),
  nodes(level, from, limit) {
    const wanted = rows.nodes.filter((node) => node.level === level && node.index >= from && node.index < from + limit);
    return Promise.resolve(Buffer.concat(wanted.sort((a, b) => a.index - b.index).map(({ hash }) => hash)));
  },
  save(nodes, checkpoint, hashes) {
    rows.nodes.push(...nodes);
    rows.checkpoints.push(checkpoint);
    rows.leaves.push({ size: checkpoint.size, after: checkpoint.size - hashes.length / 32, hashes });
    return Promise.resolve();
  },
  latest: () => Promise.resolve(rows.checkpoints.at(-1)),
  after: (size, limit) =>
    Promise.resolve(
      [...rows.checkpoints]
        .sort((a, b) => a.size - b.size)
        .filter((checkpoint) => checkpoint.size > size)
        .slice(0, limit),
    ),
  sealedHashes(after) {
    const row = rows.leaves.find(({ size }) => size > after);
    if (!row) return Promise.resolve(undefined);
    const from = Math.max(after, row.after);
    return Promise.resolve({ after: from, hashes: row.hashes.subarray((from - row.after) * 32) });
  },
});

export const { privateKey: signingKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } =
  generateKeyPairSync('ed25519');

const UUID = (n: number): string => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;

export const entryAt = (position: Position): Entry => {
  const entry: Omit<Entry, 'storedHash'> = {
    ...{
      position,
      id: UUID(position),
      stream: `stripe-${UUID(position)}`,
      revision: 0,
      type: 'stripe.charge.succeeded',
    },
    ...{ schemaVersion: 1, origin: 'stripe', account: 'acct_1', originEventId: `evt_${position}` },
    occurredAt: new Date(1_760_000_000_000 + position * 1000),
    recordedAt: new Date(1_760_000_100_000 + position),
    ...{ correlationId: `c-${position}`, causationId: `k-${position}`, actor: 'provider:stripe' },
    ...{ authenticatedBy: 'stripe-signature', subjects: [`c.${position}`], attributes: { livemode: 'true' } },
    body: JSON.stringify({ id: `evt_${position}`, amount: position * 100, email: '~sealed:1:c2VhbGVk' }),
    contentMac: Buffer.alloc(32, position % 251),
    keyId: UUID(900_000 + position),
  };
  return { ...entry, storedHash: storedHash(entry) };
};

/** A ledger sealed at some sizes, with entries behind the last of them. */
export async function sealedLedger(sizes: readonly number[], entries: number): Promise<Rows> {
  const rows: Rows = { entries: [], head: entries, checkpoints: [], leaves: [], nodes: [], witness: [] };
  const sealer = new Sealer({ store: sealsOf(rows), origin: 'truth-ledger', signingKey });
  for (const size of sizes) {
    while (rows.entries.length < size) rows.entries.push(entryAt(rows.entries.length + 1));
    await sealer.step(new Date(1_760_000_200_000 + size));
  }
  while (rows.entries.length < entries) rows.entries.push(entryAt(rows.entries.length + 1));
  rows.witness = [...rows.checkpoints];
  return rows;
}
