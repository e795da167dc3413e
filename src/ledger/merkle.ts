import { hash } from 'node:crypto';

/** The Merkle tree of RFC 9162 (and RFC 6962) over stored hashes: pure arithmetic on 32-byte hashes, leaves numbered from 0. */

export const leafHash = (storedHash: Buffer): Buffer => hashOf(0, storedHash, undefined);
export const nodeHash = (left: Buffer, right: Buffer): Buffer => hashOf(1, left, right);
export const EMPTY_ROOT: Buffer = hash('sha256', Buffer.alloc(0), 'buffer');

const input = Buffer.alloc(65); // a prefix and two hashes
function hashOf(prefix: number, first: Buffer, second: Buffer | undefined): Buffer {
  input[0] = prefix;
  let end = 1 + first.copy(input, 1);
  if (second) end += second.copy(input, end);
  return Buffer.from(hash('sha256', input.subarray(0, end), 'binary'), 'latin1'); // quicker than asking for a buffer
}

/** A whole subtree: `level` 0 is a leaf, `index` counts subtrees of that level from the left. */
export interface Subtree {
  level: number;
  index: number;
  hash: Buffer;
}

const HASH_BYTES = 32;
const LEVELS_MAX = 53; // numbers of leaves are safe integers
const leaf = Buffer.alloc(1 + HASH_BYTES);
// What is joined: the prefix of a node, its left and its right child. A hash that is on its way up is always the right one.
const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
const RIGHT = 1 + HASH_BYTES;

/**
 * The right edge of a growing tree: the roots of its whole subtrees. All that is needed to append and to tell the root. Appending makes no
 * objects: it is done for each entry of a ledger.
 */
export class Frontier {
  /** Of each level that the number of leaves has a bit for, the root of the subtree. */
  private readonly peaks = Buffer.alloc(LEVELS_MAX * HASH_BYTES);
  private leaves = 0;

  /** `peaks` are the whole subtrees that make up the tree, from left to right. */
  constructor(peaks: readonly Subtree[] = []) {
    for (const { level, index, hash: root } of peaks) {
      if (index * 2 ** level !== this.leaves) throw new RangeError('the subtrees do not join');
      root.copy(this.peaks, level * HASH_BYTES);
      this.leaves += 2 ** level;
    }
  }

  get size(): number {
    return this.leaves;
  }

  /** Adds one leaf; `onNode` hears of each subtree above it that became whole, of levels that are multiples of `levelStep`. */
  append(leafHash: Buffer, onNode?: (node: Subtree) => void, levelStep = 1): void {
    leafHash.copy(pair, RIGHT, 0, HASH_BYTES);
    this.rise(onNode, levelStep);
  }

  /** The same for the leaf of a stored hash, which lies in `hashes` from `at` on. */
  appendStored(hashes: Buffer, at: number, onNode?: (node: Subtree) => void, levelStep = 1): void {
    hashes.copy(leaf, 1, at, at + HASH_BYTES);
    pair.write(hash('sha256', leaf, 'binary'), RIGHT, 'latin1');
    this.rise(onNode, levelStep);
  }

  private rise(onNode: ((node: Subtree) => void) | undefined, levelStep: number): void {
    let whole: Subtree[] | undefined; // told of at the end: whoever hears of them may append to another tree
    let level = 0;
    let index = this.leaves;
    for (; index % 2 === 1; index = (index - 1) / 2) {
      this.peaks.copy(pair, 1, level * HASH_BYTES, (level + 1) * HASH_BYTES);
      pair.write(hash('sha256', pair, 'binary'), RIGHT, 'latin1');
      level += 1;
      if (onNode && level % levelStep === 0)
        (whole ??= []).push({ level, index: (index - 1) / 2, hash: Buffer.from(pair.subarray(RIGHT)) });
    }
    pair.copy(this.peaks, level * HASH_BYTES, RIGHT);
    this.leaves += 1;
    whole?.forEach(onNode!);
  }

  /** The same tree, to go on from here in another way. */
  fork(): Frontier {
    const other = new Frontier();
    this.peaks.copy(other.peaks);
    other.leaves = this.leaves;
    return other;
  }

  root(): Buffer {
    let root: Buffer | undefined;
    for (let level = 0, rest = this.leaves; rest > 0; level += 1, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const peak = Buffer.from(this.peaks.subarray(level * HASH_BYTES, (level + 1) * HASH_BYTES));
      root = root ? nodeHash(peak, root) : peak;
    }
    return root ?? EMPTY_ROOT;
  }
}

/** Where whole subtrees sit that make up leaves `from` (inclusive) to `to` (exclusive), `from` being a multiple of a large enough power of two. */
export function wholeSubtrees(from: number, to: number): { level: number; index: number }[] {
  const found: { level: number; index: number }[] = [];
  let start = from;
  while (start < to) {
    let level = 0;
    while (start % 2 ** (level + 1) === 0 && start + 2 ** (level + 1) <= to) level += 1;
    found.push({ level, index: start / 2 ** level });
    start += 2 ** level;
  }
  return found;
}

/** Reads the hash of a whole subtree. */
export type NodeReader = (level: number, index: number) => Promise<Buffer>;

/** Root of the leaves `from` to `to`, where `from` is the left end of a subtree of the RFC's recursion. */
async function rangeRoot(from: number, to: number, node: NodeReader): Promise<Buffer> {
  const parts = await Promise.all(wholeSubtrees(from, to).map(({ level, index }) => node(level, index)));
  return parts.reduceRight((right, left) => nodeHash(left, right));
}

/** The root of the first `size` leaves. */
export const rootOf = (size: number, node: NodeReader): Promise<Buffer> =>
  size === 0 ? Promise.resolve(EMPTY_ROOT) : rangeRoot(0, size, node);

/** Proof that leaf `index` is in the tree of `size` leaves: sibling hashes from the leaf up (RFC 9162, 2.1.3.1). */
export async function inclusionProof(index: number, size: number, node: NodeReader): Promise<Buffer[]> {
  if (!(index >= 0 && index < size)) throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  const path: Promise<Buffer>[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      path.unshift(rangeRoot(middle, to, node));
      to = middle;
    } else {
      path.unshift(rangeRoot(from, middle, node));
      from = middle;
    }
  }
  return Promise.all(path);
}

/** Whether the proof leads from the leaf to the root (RFC 9162, 2.1.3.2). */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!(index >= 0 && index < size)) return false;
  let node = index;
  let last = size - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      computed = nodeHash(sibling, computed);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      computed = nodeHash(computed, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && computed.equals(root);
}

/** Proof that the tree of `size` leaves continues the one of `first` leaves (RFC 9162, 2.1.4.1). */
export async function consistencyProof(first: number, size: number, node: NodeReader): Promise<Buffer[]> {
  if (!(first >= 0 && first <= size)) throw new RangeError(`${first} is not a size before ${size}`);
  if (first === 0 || first === size) return [];
  const path: Promise<Buffer>[] = [];
  let whole = true; // whether the old tree is still a subtree the verifier knows by its root
  let from = 0;
  let to = size;
  while (first !== to) {
    const middle = from + largestPowerBelow(to - from);
    if (first <= middle) {
      path.unshift(rangeRoot(middle, to, node));
      to = middle;
    } else {
      path.unshift(rangeRoot(from, middle, node));
      from = middle;
      whole = false;
    }
  }
  if (!whole) path.unshift(rangeRoot(from, to, node));
  return Promise.all(path);
}

/** Whether the proof shows both roots to be of one growing tree (RFC 9162, 2.1.4.2). */
export function verifyConsistency(
  first: number,
  size: number,
  firstRoot: Buffer,
  root: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (first > size || first < 0) return false;
  if (first === size) return proof.length === 0 && firstRoot.equals(root);
  if (first === 0) return proof.length === 0 && firstRoot.equals(EMPTY_ROOT);
  const path = isPowerOfTwo(first) ? [firstRoot, ...proof] : [...proof];
  let node = first - 1;
  let last = size - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  const seed = path.shift();
  if (!seed) return false;
  let [older, newer] = [seed, seed];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newer = nodeHash(newer, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && older.equals(firstRoot) && newer.equals(root);
}

const half = (count: number): number => Math.floor(count / 2);
const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
