import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { Problem } from '../kernel/errors.js';
import type { Position } from './ledger.js';
import { consistencyProof, Frontier, inclusionProof, leafHash, rootOf, wholeSubtrees } from './merkle.js';
import type { NodeReader, Subtree } from './merkle.js';

/** Only the roots of whole subtrees of 2^8, 2^16, … leaves are stored; what lies between is computed from 256 hashes. */
export const LEVEL_STEP = 8;

/** A signed statement: the first `size` entries of the ledger `origin` have this Merkle root. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
  signedAt: Date;
  /** Ed25519 over `checkpointText`. */
  signature: Buffer;
}

/** Stored hashes of entries in a row, 32 bytes each, as they were sealed. */
export interface SealedHashes {
  /** The position before the first of them. */
  after: Position;
  hashes: Buffer;
}

/** Where seals are kept. All writes are append-only and may be repeated. */
export interface SealStore {
  /** Stored hashes of the feed after a position, 32 bytes each, joined; at most `limit`. */
  storedHashes(after: Position, limit: number): Promise<Buffer>;
  /** Roots of the subtrees of one level from an index on, joined; at most `limit`. Levels are multiples of LEVEL_STEP. */
  nodes(level: number, from: number, limit: number): Promise<Buffer>;
  /** `hashes` are the stored hashes that this checkpoint covers and the one before did not. */
  save(nodes: readonly Subtree[], checkpoint: Checkpoint, hashes: Buffer): Promise<void>;
  /** Stored hashes as they were sealed, from a stretch that ends after the given position; undefined when there is none further on. */
  sealedHashes(after: Position): Promise<SealedHashes | undefined>;
  latest(): Promise<Checkpoint | undefined>;
  /** Checkpoints of sizes after the given one, in order. */
  after(size: number, limit: number): Promise<Checkpoint[]>;
}

/** A place elsewhere that keeps each checkpoint, as a signed note. */
export interface Witness {
  /** The size in the last whole note that it has; undefined when it has none. */
  last(): Promise<number | undefined>;
  write(note: string): Promise<void>;
}

export interface SealerOptions {
  store: SealStore;
  /** The name of this ledger in its checkpoints: letters, digits, dots, slashes. */
  origin: string;
  /** Ed25519 private key. */
  signingKey: KeyObject;
  witness?: Witness;
  /** Entries of one step; memory is 32 bytes each. */
  stepMax?: number;
}

/** Extends the tree over what was appended and signs its root. It reads the feed; nothing waits for it. */
export class Sealer {
  private frontier: Frontier | undefined;
  private lastSigned: Checkpoint | undefined;
  /** The size of the last checkpoint that the witness has. */
  private witnessed: number | undefined;
  private full = false;

  constructor(private readonly options: SealerOptions) {}

  /** The last checkpoint known to this sealer. */
  get latest(): Checkpoint | undefined {
    return this.lastSigned;
  }

  /** Whether the last step had as many entries as one may have, so that more wait already. */
  get isBehind(): boolean {
    return this.full;
  }

  /**
   * Seals up to `stepMax` (16,384) entries. Resolves with the new checkpoint, undefined when there was nothing to seal; call it
   * again at once while `isBehind`. Throws Problem `wrong_state` when the stored tree no longer leads to the root that was signed.
   */
  async step(now: Date): Promise<Checkpoint | undefined> {
    const { store, stepMax = 16_384 } = this.options;
    this.frontier ??= await this.resume();
    const { frontier } = this;
    const leaves = await store.storedHashes(frontier.size, stepMax);
    this.full = leaves.length === stepMax * 32;
    if (leaves.length === 0) {
      await this.tellWitness(); // of what it could not be told before
      return undefined;
    }
    const nodes: Subtree[] = [];
    try {
      for (let at = 0; at < leaves.length; at += 32) {
        frontier.appendStored(leaves, at, (node) => nodes.push(node), LEVEL_STEP);
      }
      const checkpoint = signCheckpoint(
        this.options.origin,
        frontier.size,
        frontier.root(),
        now,
        this.options.signingKey,
      );
      await store.save(nodes, checkpoint, leaves);
      this.lastSigned = checkpoint;
    } catch (error) {
      this.frontier = undefined; // resumed from what is stored at the next step
      throw error;
    }
    await this.tellWitness();
    return this.lastSigned;
  }

  /** Gives the witness what was saved and never reached it too: the process was killed between the two, or its disk was full. */
  private async tellWitness(): Promise<void> {
    const { store, witness, signingKey } = this.options;
    const newest = this.lastSigned?.size;
    if (!witness || newest === undefined) return;
    const last = this.witnessed ?? (await witness.last());
    // One that has none, or notes of another ledger, begins with the newest checkpoint: it speaks for all before it.
    let told = last !== undefined && last <= newest ? last : newest - 1;
    this.witnessed = told; // also where it fails now: what is sealed until it works again is told then
    while (told < newest) {
      for (const checkpoint of await store.after(told, 100)) {
        await witness.write(signedNote(checkpoint, signingKey));
        told = this.witnessed = checkpoint.size;
      }
    }
  }

  private async resume(): Promise<Frontier> {
    const { store, signingKey } = this.options;
    const last = await store.latest();
    this.lastSigned = last;
    if (!last) return new Frontier();
    const read = nodeReader(store);
    const peaks = await Promise.all(
      wholeSubtrees(0, last.size).map(async (place) => ({ ...place, hash: await read(place.level, place.index) })),
    );
    const frontier = new Frontier(peaks);
    if (!frontier.root().equals(last.root) || !verifyCheckpoint(last, createPublicKey(signingKey))) {
      throw new Problem(
        'wrong_state',
        `The ledger does not have the root that was signed at size ${last.size}; \`truth-ledger verify\` says what was changed.`,
      );
    }
    return frontier;
  }
}

/** Reads any whole subtree: stored roots directly, the rest from the 256 hashes below it. */
export function nodeReader(store: Pick<SealStore, 'nodes' | 'storedHashes'>): NodeReader {
  return async (level, index) => {
    const base = level - (level % LEVEL_STEP);
    const width = 2 ** (level - base);
    const from = index * width;
    const hashes = base === 0 ? await store.storedHashes(from, width) : await store.nodes(base, from, width);
    if (hashes.length !== width * 32) throw new Error(`the tree lacks hashes of level ${base} from ${from} on`);
    const subtree = new Frontier();
    for (let at = 0; at < hashes.length; at += 32) {
      const hash = hashes.subarray(at, at + 32);
      subtree.append(base === 0 ? leafHash(hash) : hash);
    }
    return subtree.root();
  };
}

/**
 * Seals what was appended and waits `everyMs`, until the signal aborts. A step costs the same for one entry as for thousands, so what comes
 * during one is left for the next: only who is behind goes on at once. Failures go to `failed` and are tried again.
 */
export async function keepSealing(
  sealer: Sealer,
  options: {
    clock: () => Date;
    signal: AbortSignal;
    wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
    everyMs?: number;
    failed: (error: unknown) => void;
  },
): Promise<void> {
  const { clock, signal, wait, everyMs = 5_000, failed } = options;
  while (!signal.aborted) {
    try {
      do await sealer.step(clock());
      while (sealer.isBehind && !signal.aborted);
    } catch (error) {
      failed(error);
    }
    await wait(everyMs, signal).catch(() => undefined); // aborted
  }
}

/** Proof that an entry is under a checkpoint. */
export interface InclusionProof {
  position: Position;
  /** The entry's stored hash; its leaf is SHA-256(0x00 || storedHash). */
  storedHash: Buffer;
  /** Sibling hashes from the leaf up (RFC 9162). */
  path: Buffer[];
  checkpoint: Checkpoint;
}

/** Throws RangeError for a position that the checkpoint does not cover. */
export async function proveInclusion(
  store: Pick<SealStore, 'nodes' | 'storedHashes'>,
  position: Position,
  checkpoint: Checkpoint,
): Promise<InclusionProof> {
  const path = await inclusionProof(position - 1, checkpoint.size, nodeReader(store));
  return { position, storedHash: await store.storedHashes(position - 1, 1), path, checkpoint };
}

/** The root of the first `size` entries. */
export const rootAt = (store: SealStore, size: number): Promise<Buffer> => rootOf(size, nodeReader(store));

/** Proof that the ledger at a later size continues the one at an earlier size. */
export const proveConsistency = (store: SealStore, earlier: number, later: number): Promise<Buffer[]> =>
  consistencyProof(earlier, later, nodeReader(store));

/** What is signed: the body of a checkpoint in the form of transparency logs, one line each for origin, size, root and time. */
export const checkpointText = ({ origin, size, root, signedAt }: Omit<Checkpoint, 'signature'>): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n${signedAt.toISOString()}\n`;

export function signCheckpoint(origin: string, size: number, root: Buffer, signedAt: Date, key: KeyObject): Checkpoint {
  const unsigned = { origin, size, root, signedAt };
  return { ...unsigned, signature: sign(null, Buffer.from(checkpointText(unsigned)), key) };
}

export const verifyCheckpoint = (checkpoint: Checkpoint, publicKey: KeyObject): boolean =>
  verify(null, Buffer.from(checkpointText(checkpoint)), publicKey, checkpoint.signature);

/** A checkpoint as a signed note (C2SP): its text, an empty line, and a line with the name, the key's short hash and the signature. */
export function signedNote(checkpoint: Checkpoint, key: KeyObject): string {
  const keyId = keyIdOf(checkpoint.origin, createPublicKey(key));
  const signature = Buffer.concat([keyId, checkpoint.signature]).toString('base64');
  return `${checkpointText(checkpoint)}\n\u2014 ${checkpoint.origin} ${signature}\n`;
}

/** The short hash by which a signed note names a key: 4 bytes. */
export function keyIdOf(origin: string, publicKey: KeyObject): Buffer {
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const named = Buffer.concat([Buffer.from(`${origin}\n\x01`), raw]);
  return createHash('sha256').update(named).digest().subarray(0, 4);
}
