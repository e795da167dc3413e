import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Finding, finding } from './findings.js';
import type { Position } from './ledger.js';
import type { NamedCheckpoint } from './seal-entries.js';
import { type Checkpoint, checkpointText, type SealStore, verifyCheckpoint } from './seal.js';

/** What was signed of one size of the ledger. */
export interface SignedSize {
  size: Position;
  /** Undefined where no signature holds. */
  root: Buffer | undefined;
  findings: Finding[];
  /** Who has it where the ledger's own seals lack it: `its witness`, `entry 12`. */
  elsewhere: string | undefined;
  /** The entry that names it, where nothing else speaks for that size. */
  onlyIn: Position | undefined;
}

/**
 * What the ledger's own seals, its witness and its entries say, in the order of sizes, each signature checked; those of `named` were checked
 * before.
 */
export async function* signedSizes(
  seals: Pick<SealStore, 'after'>,
  publicKey: KeyObject,
  witness?: AsyncIterable<Checkpoint>,
  named: readonly NamedCheckpoint[] = [],
): AsyncGenerator<SignedSize> {
  const [own, outside] = [stored(seals), rising(witness ?? Readable.from([]))];
  let [ours, theirs] = [await own.next(), await outside.next()];
  let next = 0;
  while (!ours.done || !theirs.done || next < named.length) {
    const sizes = [ours.value?.size, theirs.value?.size, named[next]?.checkpoint.size];
    const size = Math.min(...sizes.map((each) => each ?? Infinity));
    const [our, their] = [at(ours.value, size), at(theirs.value, size)];
    const inside: NamedCheckpoint[] = [];
    while (named[next]?.checkpoint.size === size) inside.push(named[next++]!);
    yield signedSize(size, { our, their, inside }, publicKey);
    if (our) ours = await own.next();
    if (their) theirs = await outside.next();
  }
}

const at = (checkpoint: Checkpoint | undefined, size: number): Checkpoint | undefined =>
  checkpoint?.size === size ? checkpoint : undefined;

/** Who says what of one size. */
interface Said {
  our: Checkpoint | undefined;
  their: Checkpoint | undefined;
  inside: readonly NamedCheckpoint[];
}

function signedSize(size: Position, { our, their, inside }: Said, publicKey: KeyObject): SignedSize {
  const findings: Finding[] = [];
  const holds = (checkpoint: Checkpoint | undefined, whose: string): Buffer | undefined => {
    if (!checkpoint) return undefined;
    if (verifyCheckpoint(checkpoint, publicKey)) return checkpoint.root;
    findings.push(finding('seal', size, `The signature of the ${whose} of size ${size} does not hold.`));
    return undefined;
  };
  const own = holds(our, 'seal');
  // Mostly they are one, and a signature is dear to check.
  const outside = our && their && areSame(our, their) ? own : holds(their, "witness's seal");
  if (own && outside && !own.equals(outside))
    findings.push(
      finding('rewritten', size, `The witness has another root of size ${size} than the ledger's own seal.`),
    );
  const beside = outside ?? own;
  for (const { position, checkpoint } of inside)
    if (beside && !checkpoint.root.equals(beside))
      findings.push(finding('checkpoint', position, `Entry ${position} names another root of size ${size}.`));
  const [entry] = inside;
  const who = outside ? 'its witness' : entry && `entry ${entry.position}`;
  return {
    size,
    root: beside ?? entry?.checkpoint.root,
    findings,
    elsewhere: our === undefined ? who : undefined,
    onlyIn: beside ? undefined : entry?.position,
  };
}

export const areSame = (a: Checkpoint, b: Checkpoint): boolean =>
  a.signature.equals(b.signature) && checkpointText(a) === checkpointText(b);

/** The ledger's own seals, in the order of sizes. */
export async function* stored(seals: Pick<SealStore, 'after'>): AsyncGenerator<Checkpoint, undefined> {
  for (let size = 0; ;) {
    const page = await seals.after(size, 500);
    if (page.length === 0) return undefined;
    yield* page;
    size = page.at(-1)!.size;
  }
}

/** Without those that a witness has once more. */
export async function* rising(checkpoints: AsyncIterable<Checkpoint>): AsyncGenerator<Checkpoint, undefined> {
  let size = 0;
  for await (const checkpoint of checkpoints) {
    if (checkpoint.size <= size) continue;
    size = checkpoint.size;
    yield checkpoint;
  }
  return undefined;
}
