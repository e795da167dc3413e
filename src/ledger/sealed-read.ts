import { sameHash } from './hashed-entries.js';
import type { Position } from './ledger.js';
import type { SealStore } from './seal.js';

const DIFFERENCES_MAX = 10_000;

/** What was noted when sealing, hash by hash, beside the entries as they are read. */
export class SealedRead {
  /** Entries whose hash is another than the one noted, by how many there are up to them. */
  readonly differs: Position[] = [];
  /** Whether `fill` has to be called before the next entry. */
  isUsedUp = true;
  private hashes: Buffer = Buffer.alloc(0);
  private at = 0; // in bytes
  private known: Position = 0; // entries compared with, or known to have no hash
  private skip = 0;
  private covered: Position = 0; // the last entry that there is a hash for
  private readonly missing: { from: Position; to: Position }[] = [];

  constructor(private readonly seals: Pick<SealStore, 'sealedHashes'>) {}

  /** With the hash that lies in `hashes` from `at` on. */
  compare(hashes: Buffer, at: number): void {
    this.known += 1;
    if (this.skip > 0) this.skip -= 1;
    else if (this.at < this.hashes.length) {
      if (!sameHash(this.hashes, this.at, hashes, at) && this.differs.length < DIFFERENCES_MAX)
        this.differs.push(this.known);
      this.at += 32;
    }
    this.isUsedUp = this.skip === 0 && this.at >= this.hashes.length && this.hashes.length > 0;
  }

  async fill(): Promise<void> {
    const next = await this.seals.sealedHashes(this.known);
    this.isUsedUp = false;
    this.hashes = next?.hashes ?? Buffer.alloc(0);
    this.at = 0;
    this.skip = next ? next.after - this.known : 0;
    if (!next) return;
    // An older version noted none, so that the first ones may lack.
    if (this.skip > 0 && this.covered > 0) this.missing.push({ from: this.known + 1, to: next.after });
    this.covered = next.after + next.hashes.length / 32;
  }

  /** Stretches without hashes between those that have them, and up to the last signed size. */
  missingUpTo(size: Position): readonly { from: Position; to: Position }[] {
    const isCutOff = this.covered > 0 && this.covered < size;
    return isCutOff ? [...this.missing, { from: this.covered + 1, to: size }] : this.missing;
  }
}
