import type { HashedPage, Ledger, Position } from './ledger.js';
import { storedHash } from './stored-hash.js';

interface Page {
  entries: readonly { position: Position }[];
  /** The last position of the feed. */
  head: Position;
}

/**
 * Pages of the feed after a position, up to its head. A page without entries below the head is a hole: it is read twice, because the head
 * may have grown since the entries were looked for, and then stepped over. The last page has no entries.
 */
export async function* pagesOf<P extends Page>(
  read: (after: Position, limit: number) => Promise<P>,
  from: Position,
  limit: number,
): AsyncGenerator<P> {
  let isHole = false;
  for (let after = from; ;) {
    const page = await read(after, limit);
    const last = page.entries.at(-1);
    if (!last && after < page.head && !isHole) {
      isHole = true;
      continue;
    }
    isHole = false;
    yield page;
    if (!last && after >= page.head) return;
    after = last?.position ?? Math.min(page.head, after + limit);
  }
}

const ENTRIES_PER_PAGE = 1_000;
const HASHES_PER_PAGE = 20_000; // kept as hashes, while entries are on their way

/** Where hashes of entries are read to be verified. */
export type Hashed = Pick<Ledger, 'readFeed' | 'readHashed'>;

/** The hash of each entry after a position, derived anew from its fields. */
export function hashedPagesOf(ledger: Hashed, from: Position, limit: number | undefined): AsyncGenerator<HashedPage> {
  const { readHashed } = ledger;
  if (readHashed) return pagesOf(readHashed.bind(ledger), from, limit ?? HASHES_PER_PAGE);
  const read = async (after: Position, max: number): Promise<HashedPage> => {
    const { entries, head } = await ledger.readFeed(after, max);
    return {
      head,
      entries: entries.map((entry) => {
        const derived = storedHash(entry);
        const isIntact = derived.equals(entry.storedHash);
        return { position: entry.position, recordedAt: entry.recordedAt.getTime(), derived, isIntact };
      }),
    };
  };
  return pagesOf(read, from, limit ?? ENTRIES_PER_PAGE);
}
