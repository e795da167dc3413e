import { describe, expect, it } from '@jest/globals';
import {
  consistencyProof,
  EMPTY_ROOT,
  Frontier,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/ledger/merkle.js';
import type { NodeReader } from '../../../src/ledger/merkle.js';

// The known answers of RFC 6962 implementations: leaves of these bytes, and the roots of the first 1 to 8 of them.
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const [N1, N23, N4567, N5, N67, N0123, N4, N0] = [
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
];
// Leaf (from 1), size, path; then two sizes and their path.
const INCLUSION: [number, number, string[]][] = [
  [1, 1, []],
  [1, 8, [N1, N23, N4567]],
  [6, 8, [N5, N67, N0123]],
  [3, 3, [ROOTS[1]!]],
  [2, 5, [N0, N23, N5]],
];
const CONSISTENCY: [number, number, string[]][] = [
  [1, 1, []],
  [1, 8, [N1, N23, N4567]],
  [6, 8, [N4, N67, N0123]],
  [2, 5, [N23, N5]],
];

function treeOf(leaves: readonly Buffer[]): { root: Buffer; node: NodeReader } {
  const nodes = new Map<string, Buffer>();
  const tree = new Frontier();
  leaves.forEach((leaf, index) => {
    nodes.set(`0/${index}`, leaf);
    tree.append(leaf, (node) => nodes.set(`${node.level}/${node.index}`, node.hash));
  });
  return { root: tree.root(), node: (level, index) => Promise.resolve(nodes.get(`${level}/${index}`)!) };
}

const leavesOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)));

describe('the Merkle tree', () => {
  it('given the inputs of the published test vectors, then the roots are the published ones', () => {
    expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const leaves = INPUTS.map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(ROOTS.map((_, index) => treeOf(leaves.slice(0, index + 1)).root.toString('hex'))).toEqual(ROOTS);
  });

  it('given the same inputs, then the published proofs, of inclusion and of consistency', async () => {
    const { node } = treeOf(INPUTS.map((hex) => leafHash(Buffer.from(hex, 'hex'))));
    const hex = (path: Buffer[]): string[] => path.map((hash) => hash.toString('hex'));
    for (const [leaf, size, path] of INCLUSION) expect(hex(await inclusionProof(leaf - 1, size, node))).toEqual(path);
    for (const [first, size, path] of CONSISTENCY) expect(hex(await consistencyProof(first, size, node))).toEqual(path);
  });

  it('given any size up to 40, then each leaf has a proof, which holds for no other leaf, place or root', async () => {
    for (let size = 1; size <= 40; size += 1) {
      const leaves = leavesOf(size);
      const { root, node } = treeOf(leaves);
      expect(await rootOf(size, node)).toEqual(root);
      for (let index = 0; index < size; index += 1) {
        const proof = await inclusionProof(index, size, node);
        expect(verifyInclusion(leaves[index]!, index, size, proof, root)).toBe(true);
        expect(verifyInclusion(leafHash(Buffer.from('other')), index, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaves[index]!, index + 1, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaves[index]!, index, size, proof, EMPTY_ROOT)).toBe(false);
        expect(verifyInclusion(leaves[index]!, index, size, [...proof, root], root)).toBe(false);
      }
    }
  });

  it('given any two sizes up to 33, then the later tree proves to continue the earlier, and no other', async () => {
    const leaves = leavesOf(33);
    const { node } = treeOf(leaves);
    const roots = Array.from({ length: 34 }, (_, size) => treeOf(leaves.slice(0, size)).root);
    for (let size = 0; size <= 33; size += 1) {
      for (let first = 0; first <= size; first += 1) {
        const proof = await consistencyProof(first, size, node);
        expect(verifyConsistency(first, size, roots[first]!, roots[size]!, proof)).toBe(true);
        expect(verifyConsistency(first, size, leafHash(Buffer.from('x')), roots[size]!, proof)).toBe(false);
        if (first > 0 && first < size)
          expect(verifyConsistency(first, size, roots[first]!, roots[first]!, proof)).toBe(false);
      }
    }
  });

  it('given a frontier taken from whole subtrees, when it goes on, then it is the tree that never stopped', () => {
    const leaves = leavesOf(21);
    const peaks = [
      { level: 3, index: 0, hash: treeOf(leaves.slice(0, 8)).root },
      { level: 1, index: 4, hash: treeOf(leaves.slice(8, 10)).root },
    ];
    const resumed = new Frontier(peaks);
    for (const leaf of leaves.slice(10)) resumed.append(leaf);
    expect(resumed.root()).toEqual(treeOf(leaves).root);
    expect(() => new Frontier(peaks.slice(1))).toThrow(RangeError);
  });

  it('given a leaf or size outside the tree, then there is no proof', async () => {
    const { node } = treeOf(leavesOf(3));
    await expect(inclusionProof(3, 3, node)).rejects.toThrow(RangeError);
    await expect(consistencyProof(4, 3, node)).rejects.toThrow(RangeError);
  });
});
