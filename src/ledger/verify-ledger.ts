import type { KeyObject } from 'node:crypto';
import type { Entry, Ledger, Position } from './ledger.js';
import { Frontier, leafHash } from './merkle.js';
import { verifyCheckpoint, type Checkpoint, type SealStore } from './seal.js';
import { storedHash } from './stored-hash.js';

/** Something that is not as it was written. */
export interface Finding {
  position: Position;
  what: 'missing' | 'altered' | 'out_of_order' | 'wrong_root' | 'bad_signature' | 'sealed_but_gone';
}

export interface Verified {
  entries: number;
  checkpoints: number;
  /** Of the last entry; equal for two ledgers only when all their entries are equal. */
  root: Buffer;
}

/**
 * Reads the whole ledger and derives everything again: each hash from its fields, each signed root from the hashes, positions
 * without holes, times that never go back. Yields what does not hold; the returned value says how much was looked at.
 */
export async function* verifyLedger(
  ledger: Pick<Ledger, 'readFeed'>,
  seals: Pick<SealStore, 'after'>,
  publicKey: KeyObject,
  pageMax = 1_000,
): AsyncGenerator<Finding, Verified> {
  const tree = new Frontier();
  const signed = new CheckpointReader(seals);
  let checkpoints = 0;
  let position = 0;
  let recordedAt = 0;
  for (let more = true; more;) {
    const page = await ledger.readFeed(position, pageMax);
    for (const entry of [...page.entries, undefined]) {
      // After the last entry of a page only a hole can follow: an empty page below the head.
      const upTo =
        entry?.position ?? (page.entries.length === 0 ? Math.min(page.head, position + pageMax) + 1 : position + 1);
      for (position += 1; position < upTo; position += 1) {
        tree.append(Buffer.alloc(32));
        yield { position, what: 'missing' };
        if (await signed.at(position)) yield { position, what: 'wrong_root' };
      }
      if (!entry) position -= 1;
      else {
        const checked = checkEntry(entry, tree, recordedAt);
        for (const what of checked) yield { position, what };
        recordedAt = Math.max(recordedAt, entry.recordedAt.getTime());
        const checkpoint = await signed.at(position);
        if (checkpoint) checkpoints += 1;
        if (checkpoint && !verifyCheckpoint(checkpoint, publicKey)) yield { position, what: 'bad_signature' };
        if (checkpoint && !checkpoint.root.equals(tree.root())) yield { position, what: 'wrong_root' };
      }
    }
    more = position < page.head || page.entries.length > 0;
  }
  for (let left = await signed.next(); left; left = await signed.next())
    yield { position: left.size, what: 'sealed_but_gone' };
  return { entries: position, checkpoints, root: tree.root() };
}

/** The tree grows by what the fields say now, so that a hash replaced together with its fields shows in the root. */
function checkEntry(entry: Entry, tree: Frontier, recordedAt: number): Finding['what'][] {
  const hash = storedHash(entry);
  tree.append(leafHash(hash));
  const found: Finding['what'][] = [];
  if (!hash.equals(entry.storedHash)) found.push('altered');
  if (entry.recordedAt.getTime() < recordedAt) found.push('out_of_order');
  return found;
}

/** Checkpoints in the order of their sizes, a page at a time. */
class CheckpointReader {
  private page: Checkpoint[] = [];
  private read = 0;
  private done = false;

  constructor(private readonly seals: Pick<SealStore, 'after'>) {}

  /** The checkpoint of this size. Sizes must be asked for in order. */
  async at(size: number): Promise<Checkpoint | undefined> {
    if (this.page.length === 0 && !this.done) await this.fill();
    return this.page[0]?.size === size ? this.page.shift() : undefined;
  }

  async next(): Promise<Checkpoint | undefined> {
    if (this.page.length === 0 && !this.done) await this.fill();
    return this.page.shift();
  }

  private async fill(): Promise<void> {
    this.page = await this.seals.after(this.read, 500);
    this.read = this.page.at(-1)?.size ?? this.read;
    this.done = this.page.length === 0;
  }
}
