import type { Position } from './ledger.js';
import type { Subtree } from './merkle.js';
import type { SealStore } from './seal.js';

/** The stored roots of whole subtrees, which proofs are made of, beside those that follow from the entries as they are read. */
export class NodesRead {
  /** Where the subtrees end that are stored otherwise, or not at all. */
  readonly wrong: Position[] = [];
  private pending: Subtree[] = [];

  constructor(private readonly seals: Pick<SealStore, 'nodes'>) {}

  /** To be told of each subtree that became whole, of levels that are multiples of LEVEL_STEP. */
  readonly seen = (node: Subtree): void => void this.pending.push(node);

  /** Compares those seen since the last call. */
  async compare(): Promise<void> {
    const nodes = this.pending;
    this.pending = [];
    for (const level of new Set(nodes.map((node) => node.level))) {
      const ours = nodes.filter((node) => node.level === level);
      const theirs = await this.seals.nodes(level, ours[0]!.index, ours.length);
      ours.forEach(({ index, hash }, at) => {
        if (!theirs.subarray(at * 32, at * 32 + 32).equals(hash)) this.wrong.push((index + 1) * 2 ** level);
      });
    }
  }
}
