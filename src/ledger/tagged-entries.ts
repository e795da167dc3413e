import type { Ledger, Position, Tagged } from './ledger.js';

const FOUND_AT_ONCE = 20_000; // positions that a backend looks through without bodies
const READ_AT_ONCE = 1_000;

/**
 * Goes through the feed after a position, up to another: the entries that have a key and carry one of the tags, and how far that is. An erasure
 * is rare, and an index on tags would cost at each append.
 */
export async function* taggedEntries(
  ledger: Pick<Ledger, 'readFeed' | 'findTagged'>,
  after: Position,
  upTo: Position,
  tags: readonly string[],
): AsyncGenerator<{ found: Tagged[]; upTo: Position }> {
  const wanted = new Set(tags);
  const isFound = ({ keyId, subjects }: Tagged): boolean =>
    keyId !== undefined && subjects.some((tag) => wanted.has(tag));
  for (let from = after; from < upTo;) {
    if (ledger.findTagged) {
      const until = Math.min(from + FOUND_AT_ONCE, upTo);
      yield { found: await ledger.findTagged(from, until - from, tags), upTo: until };
      from = until;
    } else {
      const { entries } = await ledger.readFeed(from, Math.min(READ_AT_ONCE, upTo - from));
      const until = entries.at(-1)?.position ?? upTo;
      yield { found: entries.filter(isFound), upTo: until };
      from = until;
    }
  }
}
