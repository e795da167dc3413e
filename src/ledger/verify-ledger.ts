import type { KeyObject } from 'node:crypto';
import { diagnose, type Trusted } from './diagnose-ledger.js';
import { type Finding, finding } from './findings.js';
import type { HashedEntries } from './hashed-entries.js';
import type { Position } from './ledger.js';
import { Frontier } from './merkle.js';
import { NodesRead } from './nodes-read.js';
import { type Hashed, hashedPagesOf } from './pages-of.js';
import { type Checkpoint, LEVEL_STEP, type SealStore } from './seal.js';
import type { NamedCheckpoints } from './seal-entries.js';
import { SealedRead } from './sealed-read.js';
import { type SignedSize, signedSizes } from './signed-sizes.js';

export type Seals = Pick<SealStore, 'after' | 'sealedHashes' | 'nodes'>;

export interface VerifyOptions {
  /** What the witness has, in the order in which it got it. */
  witness?: () => AsyncIterable<Checkpoint>;
  /** What the entries themselves name. */
  named?: NamedCheckpoints | undefined;
  pageMax?: number | undefined;
  onProgress?: ((done: Position, head: Position) => void) | undefined;
}

export interface Verified {
  entries: number;
  /** Signed roots that the entries lead to. */
  checkpoints: number;
  /** As far as a signed root holds; what follows is not sealed yet. */
  sealed: Position;
  /** Of the last entry; equal for two ledgers only when all their entries are equal. */
  root: Buffer;
}

/**
 * Reads the whole ledger and derives everything again: each hash from its fields, each signed root from the hashes, positions without
 * holes, times that never go back; what was sealed hash by hash; and the checkpoints that entries name. Where anything does not hold, reads on from the last root that does
 * and tells what became of which entry. Yields what does not hold; the returned value says how much was looked at.
 */
export async function* verifyLedger(
  ledger: Hashed,
  seals: Seals,
  publicKey: KeyObject,
  options: VerifyOptions = {},
): AsyncGenerator<Finding, Verified> {
  const { checkpoints: named = [], findings: unsigned = [] } = options.named ?? {};
  const reading = new Reading(signedSizes(seals, publicKey, options.witness?.(), named), seals);
  await reading.all(ledger, options);
  const { trusted, head } = reading;
  const verified = reading.result();
  const told = new Set<Position>();
  yield* unsigned;
  yield* reading.findings;
  if (reading.isSuspicious) {
    const { entries } = verified;
    const evidence = { ledger, seals, signed: reading.signedSizes, trusted, head, entries, pageMax: options.pageMax };
    for await (const each of diagnose(evidence)) {
      told.add(each.position);
      yield each;
    }
  }
  // What an entry shows by itself, where nothing better is known of it.
  for (const each of reading.marks()) if (!told.has(each.position)) yield each;
  return verified;
}

/** One pass over the entries. It only finds out whether anything is wrong, and up to where all is right. */
class Reading {
  readonly findings: Finding[] = [];
  /** Sizes behind the trusted part. */
  signedSizes: SignedSize[] = [];
  trusted: Trusted = { position: 0, tree: new Frontier() };
  head: Position = 0;
  isSuspicious = false;
  private isRefuted = false;
  private readonly sealed: SealedRead;
  private readonly nodes: NodesRead;
  private readonly tree = new Frontier();
  private position: Position = 0;
  private recordedAt = 0;
  private checkpoints = 0;
  private next: SignedSize | undefined;
  /** The last signed size that the entries reach. */
  private lastSigned: Position = 0;
  private readonly altered: Position[] = [];
  private readonly early: Position[] = [];

  constructor(
    private readonly signed: AsyncGenerator<SignedSize>,
    seals: Seals,
  ) {
    this.sealed = new SealedRead(seals);
    this.nodes = new NodesRead(seals);
  }

  async all(ledger: Hashed, { pageMax, onProgress }: VerifyOptions): Promise<void> {
    await this.readSigned();
    for await (const { entries, head } of hashedPagesOf(ledger, 0, pageMax)) {
      this.head = head;
      for (let index = 0; index < entries.length; index += 1) {
        // Waits only where there is something to wait for: this runs once for each entry.
        if (this.sealed.isUsedUp) await this.sealed.fill();
        this.take(entries, index);
        if (this.next && this.next.size <= this.tree.size) await this.passSigned();
      }
      await this.nodes.compare();
      onProgress?.(this.position, head);
    }
    if (this.position < this.head) this.isSuspicious = true; // the end is missing
    while (this.next) await this.passSigned();
    this.endOfSealed();
  }

  result(): Verified {
    const { size } = this.tree;
    return { entries: size, checkpoints: this.checkpoints, sealed: this.trusted.position, root: this.tree.root() };
  }

  /**
   * Of entries that are not right whatever was sealed. Of times only those that no seal speaks for, and only where all else is as it was:
   * an entry put in before them may have a later time.
   */
  *marks(): Generator<Finding> {
    for (const at of this.altered)
      yield finding('edit', at, `The fields of entry ${at} and its stored hash are not of each other.`);
    for (const at of this.early)
      if (at > this.lastSigned && !this.isSuspicious)
        yield finding('reordering', at, `Entry ${at} was recorded before an entry in front of it.`);
  }

  /** The tree grows by what the fields say now, so that a hash replaced together with its fields shows in the root. */
  private take({ positions, recordedAt: times, derived, intact }: HashedEntries, index: number): void {
    const position = positions[index]!;
    const recordedAt = times[index]!;
    if (intact[index] === 0) this.altered.push(position);
    else if (recordedAt < this.recordedAt) this.early.push(position);
    else this.recordedAt = recordedAt;
    if (position !== this.position + 1) this.isSuspicious = true;
    this.position = position;
    this.sealed.compare(derived, index * 32);
    this.tree.appendStored(derived, index * 32, this.nodes.seen, LEVEL_STEP);
  }

  private async passSigned(): Promise<void> {
    const { size, root, findings, elsewhere, onlyIn } = this.next!;
    const isThere = size <= this.tree.size;
    this.findings.push(...findings);
    if (isThere) this.lastSigned = size;
    if (isThere && elsewhere !== undefined)
      this.findings.push(
        finding('seal', size, `The ledger has lost its seal of size ${size}, which ${elsewhere} has.`),
      );
    if (isThere && root && onlyIn !== undefined && !root.equals(this.tree.root())) this.refute(onlyIn, size);
    if (isThere && root && root.equals(this.tree.root()) && this.position === size) {
      this.checkpoints += 1;
      this.trusted = { position: size, tree: this.tree.fork() };
      this.signedSizes = [];
    } else if (!isThere || root) {
      this.isSuspicious = true;
      this.signedSizes.push(this.next!);
    }
    await this.readSigned();
  }

  /** Where nothing but an entry speaks for a size, told once: from there on no later one can hold either. */
  private refute(entry: Position, size: Position): void {
    if (this.isRefuted) return;
    this.isRefuted = true;
    this.findings.push(
      finding('checkpoint', entry, `Entry ${entry} names another root of size ${size} than the entries have now.`),
    );
  }

  private async readSigned(): Promise<void> {
    const { value } = (await this.signed.next()) as { value: SignedSize | undefined };
    this.next = value;
  }

  /** Differences between entries and what was noted count against the entries only where no root speaks for them. */
  private endOfSealed(): void {
    const isTrusted = (position: Position): boolean => position <= this.trusted.position;
    const wrong = this.sealed.differs.filter(isTrusted);
    if (this.sealed.differs.length > wrong.length) this.isSuspicious = true;
    if (wrong.length > 0)
      this.findings.push(
        finding(
          'seal',
          wrong[0]!,
          'Hashes noted when sealing are not those that were sealed; the entries are.',
          wrong.at(-1),
        ),
      );
    for (const { from, to } of this.sealed.missingUpTo(this.lastSigned))
      this.findings.push(
        finding('seal', from, `The hashes noted when positions ${from} to ${to} were sealed are gone.`, to),
      );
    for (const position of this.nodes.wrong.filter(isTrusted))
      this.findings.push(
        finding('seal', position, `The hash of a whole subtree that ends at ${position} is not stored as it is.`),
      );
  }
}
