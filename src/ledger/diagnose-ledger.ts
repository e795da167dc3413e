import { alignLeaves, type Difference, type Leaf } from './align-hashes.js';
import { type Finding, finding } from './findings.js';
import type { Position } from './ledger.js';
import type { Frontier } from './merkle.js';
import { type Hashed, hashedPagesOf } from './pages-of.js';
import type { SealStore } from './seal.js';
import type { SignedSize } from './signed-sizes.js';

/** As far as a signed root speaks for every entry. */
export interface Trusted {
  position: Position;
  tree: Frontier;
}

export interface Evidence {
  ledger: Hashed;
  seals: Pick<SealStore, 'sealedHashes'>;
  /** Signed sizes behind the trusted part, in order. */
  signed: readonly SignedSize[];
  trusted: Trusted;
  /** The last position of the feed, as the ledger says. */
  head: Position;
  /** How many there are. */
  entries: number;
  pageMax?: number | undefined;
}

/** Tells what became of the entries behind the trusted part, from the hashes that were noted when they were sealed. */
export async function* diagnose(evidence: Evidence): AsyncGenerator<Finding> {
  const { trusted, signed, head } = evidence;
  const sealedTo = signed.at(-1)?.size ?? trusted.position;
  yield* rewritten(evidence, sealedTo);
  const differences: Difference[] = [];
  const tail = new Tail(differences, Math.max(sealedTo, trusted.position));
  let last = trusted.position;
  const current = currentLeaves(evidence, (position) => (last = position));
  for await (const aligned of alignLeaves(notedLeaves(evidence, sealedTo), current)) {
    if ('unsealed' in aligned) yield* tail.take(aligned.unsealed);
    else if ('cut' in aligned) {
      const { from, to } = aligned.cut;
      last = Math.max(to, head);
      yield truncation(from, last);
    } else if ('renumbered' in aligned) {
      const { was, is } = aligned.renumbered;
      yield finding('reordering', was, `The entry sealed at position ${was} now has position ${is}.`);
    } else differences.push(aligned);
  }
  yield* named(differences, tail.moved);
  // Where entries were taken out and the rest numbered anew, fewer are there without the end being missing.
  const fewer = differences.reduce((sum, { lost, extra }) => sum + lost.length - extra.length, 0);
  const end = Math.max(head, sealedTo);
  if (end > last + Math.max(0, fewer)) yield truncation(last + 1, end);
}

const truncation = (from: Position, to: Position): Finding =>
  finding('truncation', from, `The end is gone: the entries from position ${from} to ${to}.`, to);

/** The hashes noted behind the trusted part, undefined where none were. */
async function* notedLeaves({ seals, trusted }: Evidence, to: Position): AsyncGenerator<Leaf> {
  for (let position = trusted.position; ;) {
    const stretch = await seals.sealedHashes(position);
    const until = stretch?.after ?? to;
    while (position < until) yield { position: ++position, hash: undefined };
    if (!stretch) return;
    for (let at = 0; at < stretch.hashes.length; at += 32)
      yield { position: ++position, hash: stretch.hashes.toString('hex', at, at + 32) };
  }
}

/** Whether even the hashes noted do not lead to the roots: entries and notes were changed together, or notes are lacking. */
async function* rewritten(evidence: Evidence, sealedTo: Position): AsyncGenerator<Finding> {
  const { trusted, signed } = evidence;
  const tree = trusted.tree.fork();
  const roots = signed.filter(({ root }) => root !== undefined).values();
  let next = roots.next().value;
  const disagree = (size: Position): Finding =>
    finding(
      'rewritten',
      size,
      `Positions ${trusted.position + 1} to ${size} do not lead to the root that was signed of them.`,
    );
  for await (const { hash, position } of notedLeaves(evidence, sealedTo)) {
    if (hash === undefined) {
      // Nothing was noted, and the entries themselves, where they reach so far, were found not to lead there.
      if (next && next.size <= evidence.entries) yield disagree(next.size);
      return;
    }
    tree.appendStored(Buffer.from(hash, 'hex'), 0);
    if (next?.size !== position) continue;
    if (!next.root!.equals(tree.root())) {
      yield disagree(position);
      return;
    }
    next = roots.next().value;
  }
}

async function* currentLeaves(
  { ledger, trusted, pageMax }: Evidence,
  seen: (position: Position) => void,
): AsyncGenerator<Leaf> {
  for await (const { entries } of hashedPagesOf(ledger, trusted.position, pageMax)) {
    for (const entry of entries) {
      seen(entry.position);
      yield { position: entry.position, hash: entry.derived.toString('hex') };
    }
  }
}

/** Entries behind what was sealed: all that can be said of them is that their positions have no hole, and that none was moved there. */
class Tail {
  /** Where sealed entries are now that were moved here, by their hash. */
  readonly moved = new Map<string, Position>();
  private lost: Set<string | undefined> | undefined;

  constructor(
    private readonly differences: readonly Difference[],
    private position: Position,
  ) {}

  *take({ position, hash }: Leaf): Generator<Finding> {
    this.lost ??= new Set(this.differences.flatMap(({ lost }) => lost.map((leaf) => leaf.hash)));
    const wasSealed = hash !== undefined && this.lost.has(hash);
    if (wasSealed) this.moved.set(hash, position);
    else if (position > this.position + 1 && this.differences.length === 0)
      yield finding('deletion', this.position + 1, `There is no entry at position ${this.position + 1}.`, position - 1);
    this.position = position;
  }
}

/** Gives each difference its name: what is lost here and extra there was moved; what is lost and extra at one place was changed. */
function* named(differences: readonly Difference[], behind: ReadonlyMap<string, Position>): Generator<Finding> {
  const places = new Map<string | undefined, Position>(behind);
  for (const { extra } of differences) for (const { hash, position } of extra) places.set(hash, position);
  const moved = new Set<string | undefined>();
  for (const { lost } of differences) {
    for (const { hash, position } of lost) {
      const now = hash === undefined ? undefined : places.get(hash);
      if (now === undefined) continue;
      moved.add(hash);
      yield finding('reordering', position, `The entry sealed at position ${position} is now at ${now}.`);
    }
  }
  for (const difference of differences) {
    const lost = difference.lost.filter(({ hash }) => !moved.has(hash));
    const extra = difference.extra.filter(({ hash }) => !moved.has(hash));
    const changed = Math.min(lost.length, extra.length);
    for (const { position } of extra.slice(0, changed))
      yield finding('edit', position, `Entry ${position} is not what was sealed there.`);
    for (const { position } of lost.slice(changed))
      yield finding('deletion', position, `The entry sealed at position ${position} is gone.`);
    for (const { position } of difference.isLast ? [] : extra.slice(changed))
      yield finding('insertion', position, `Entry ${position} was put in: it was not sealed there.`);
  }
}
