import type { Position } from './ledger.js';

/** An entry as its hash: `hash` is undefined where what was sealed at this position is not known. */
export interface Leaf {
  position: Position;
  hash: string | undefined;
}

/** A place where the two differ: sealed leaves that are not there, and leaves there that were not sealed there. */
export interface Difference {
  lost: Leaf[];
  extra: Leaf[];
  /** No leaf that both have follows: behind `lost` nothing is sealed, and some of `extra` may never have been. */
  isLast?: boolean;
}

/** A leaf that is there among its neighbours, with another number than theirs. */
export interface Renumbered {
  was: Position;
  is: Position;
}

/** A difference, a leaf behind the last sealed one, or how the sealed ones end where the others end before. */
export type Aligned =
  Difference | { renumbered: Renumbered } | { unsealed: Leaf } | { cut: { from: Position; to: Position } };

const WINDOWS = [64, 1_024, 16_384, 65_536]; // leaves to look ahead, more only where fewer find nothing

/**
 * Reads two rows of leaves beside each other, what was sealed and what is there, and yields where they differ. After a difference it goes
 * on at the nearest leaf that both have: an entry taken out or put in does not make all that follow it differ.
 */
export async function* alignLeaves(
  sealedLeaves: AsyncIterable<Leaf>,
  currentLeaves: AsyncIterable<Leaf>,
): AsyncGenerator<Aligned> {
  const sealed = new Lookahead(sealedLeaves);
  const current = new Lookahead(currentLeaves);
  let shift = 0; // how much higher entries are numbered than when they were sealed
  let isExplained = false; // whether entries were lost or extra since
  for (;;) {
    const [was, is] = [await sealed.peek(), await current.peek()];
    if (was && is) {
      if (was.hash === is.hash || (was.hash === undefined && was.position + shift === is.position)) {
        const moved = is.position - was.position !== shift && !isExplained;
        if (moved) yield { renumbered: { was: was.position, is: is.position } };
        shift = is.position - was.position;
        isExplained = false;
        sealed.take(1);
        current.take(1);
        continue;
      }
      isExplained = true;
      const hole = is.position - was.position - shift;
      if (hole > 0) yield { lost: await takeUpTo(sealed, hole), extra: [] };
      else yield await untilBothAgree(sealed, current);
    } else if (is) yield { unsealed: current.take(1)[0]! };
    else if (was) yield { cut: { from: was.position, to: await lastOf(sealed) } };
    else return;
  }
}

async function takeUpTo(leaves: Lookahead, count: number): Promise<Leaf[]> {
  const taken: Leaf[] = [];
  while (taken.length < count && (await leaves.peek())) taken.push(...leaves.take(1));
  return taken;
}

async function lastOf(leaves: Lookahead): Promise<Position> {
  let last = 0;
  for (let leaf = await leaves.peek(); leaf; leaf = await leaves.peek()) {
    last = leaf.position;
    leaves.take(1);
  }
  return last;
}

/** How many leaves are passed over on either side. */
interface Step {
  lost: number;
  extra: number;
}

/** Fewer in all; of as many, as many here as there: two were exchanged; else fewer lost: an entry that is there twice was put in. */
function isNearer(a: Step, b: Step): boolean {
  const rank = ({ lost, extra }: Step): number[] => [lost + extra, Math.abs(lost - extra), lost];
  const [left, right] = [rank(a), rank(b)];
  const differing = left.findIndex((each, index) => each !== right[index]);
  return differing >= 0 && left[differing]! < right[differing]!;
}

/** The leaves of both up to the nearest one that both have; with none in sight as many of one as of the other. */
async function untilBothAgree(sealed: Lookahead, current: Lookahead): Promise<Difference> {
  for (const width of WINDOWS) {
    const [was, is] = [await sealed.ahead(width), await current.ahead(width)];
    const places = new Map(was.map(({ hash }, index) => [hash, index]));
    let nearest: Step | undefined;
    for (let extra = 0; extra < is.length && (!nearest || extra <= nearest.lost + nearest.extra); extra += 1) {
      const lost = places.get(is[extra]!.hash);
      if (lost !== undefined && (!nearest || isNearer({ lost, extra }, nearest))) nearest = { lost, extra };
    }
    const seenAll = was.length < width && is.length < width;
    if (!nearest && !seenAll && width !== WINDOWS.at(-1)) continue;
    const pairs = Math.min(was.length, is.length);
    const { lost, extra } = nearest ?? { lost: pairs, extra: pairs };
    return { lost: sealed.take(lost), extra: current.take(extra), isLast: nearest === undefined };
  }
  throw new RangeError('there is no last window');
}

/** A row of leaves that can be looked at before they are taken. */
class Lookahead {
  private readonly leaves: AsyncIterator<Leaf>;
  private read: Leaf[] = [];
  private at = 0;
  private done = false;

  constructor(leaves: AsyncIterable<Leaf>) {
    this.leaves = leaves[Symbol.asyncIterator]();
  }

  async peek(): Promise<Leaf | undefined> {
    if (this.at === this.read.length) await this.fill(1);
    return this.read[this.at];
  }

  async ahead(count: number): Promise<Leaf[]> {
    await this.fill(count);
    return this.read.slice(this.at, this.at + count);
  }

  /** Of leaves that were looked at. */
  take(count: number): Leaf[] {
    const taken = this.read.slice(this.at, this.at + count);
    this.at += taken.length;
    return taken;
  }

  private async fill(count: number): Promise<void> {
    if (this.at > 0 && this.read.length - this.at < count) {
      this.read = this.read.slice(this.at);
      this.at = 0;
    }
    while (!this.done && this.read.length - this.at < count) {
      const next = await this.leaves.next();
      if (next.done) this.done = true;
      else this.read.push(next.value);
    }
  }
}
