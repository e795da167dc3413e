import { SetupError } from '../../kernel/errors.js';
import type { Database } from '../../storage/database.js';
import type { Entry, Ledger, Position, VaultKey } from '../ledger.js';
import { Frontier } from '../merkle.js';
import { storedHash } from '../stored-hash.js';
import { copySeals, copySecrets, keysOf } from './vault-and-seals.js';

/** A ledger and the database that has its keys, secrets and seals. */
export interface Place {
  ledger: Ledger;
  database: Database;
}

export interface Copied {
  /** Entries of the target now, and how many of them were added by this copy. */
  entries: number;
  added: number;
  /** Root of the Merkle tree over all of them, the same on both sides. */
  root: Buffer;
}

const PAGE_MAX = 500;
const HASHES_MAX = 16_384;

/**
 * Copies a ledger with its positions, times and hashes, and what belongs to it: secrets, keys, seals. May be killed anywhere and run again.
 * Each entry is checked against its hash before, and the hashes on the other side after. Nobody may append to either meanwhile.
 * Throws SetupError when the target holds something else, an Error when an entry is not as it was written.
 */
export async function copyLedger(
  from: Place,
  to: Place,
  { onProgress, pageMax = PAGE_MAX }: { onProgress?: (done: number, total: number) => void; pageMax?: number } = {},
): Promise<Copied> {
  const there = await to.ledger.head();
  const tree = await compare(from.ledger, to.ledger, there);
  const beside = from.database === to.database;
  if (!beside) await copySecrets(from.database, to.database);
  let after = there;
  for (;;) {
    const { entries, head } = await from.ledger.readFeed(after, pageMax);
    const last = entries.at(-1);
    if (!last) break;
    entries.forEach(assertAsWritten);
    const keys = beside ? [] : await keysOf(from.database, entries);
    await takeOver(to.ledger, entries, keys);
    for (const entry of entries) tree.appendStored(entry.storedHash, 0);
    after = last.position;
    onProgress?.(after, Math.max(head, after));
  }
  if (!beside) await copySeals(from.database, to.database);
  return { entries: after, added: after - there, root: tree.root() };
}

/** What the target has must be the beginning of the source, hash by hash. */
async function compare(from: Ledger, to: Ledger, upTo: Position): Promise<Frontier> {
  if (upTo > (await from.head()))
    throw new SetupError('The target has more entries than the source; copy the other way.');
  const tree = new Frontier();
  for (let after = 0; after < upTo; after += HASHES_MAX) {
    const count = Math.min(HASHES_MAX, upTo - after);
    const [wanted, found] = await Promise.all([from.storedHashes(after, count), to.storedHashes(after, count)]);
    if (!wanted.equals(found)) throw new SetupError('The target holds another ledger; copy into an empty one.');
    for (let at = 0; at < wanted.length; at += 32) tree.appendStored(wanted, at);
  }
  return tree;
}

async function takeOver(to: Ledger, entries: readonly Entry[], keys: readonly VaultKey[]): Promise<void> {
  const first = entries[0]!.position;
  await to.takeOver(entries, keys);
  const found = await to.storedHashes(first - 1, entries.length);
  if (found.equals(Buffer.concat(entries.map((entry) => entry.storedHash)))) return;
  throw new SetupError(
    `The target has something else at the positions ${first} to ${entries.at(-1)!.position}: somebody else appended to it. Copy into an empty one.`,
  );
}

function assertAsWritten(entry: Entry): void {
  if (!storedHash(entry).equals(entry.storedHash))
    throw new Error(
      `the entry at position ${entry.position} is not as it was written; nothing is copied from there on`,
    );
}
