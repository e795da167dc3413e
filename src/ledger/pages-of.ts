import { HashedEntries } from './hashed-entries.js';
import type { HashedPage, Ledger, Position } from './ledger.js';
import { storedDigest } from './stored-hash.js';

interface Page {
  entries: { at(index: number): { position: Position } | undefined };
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
const HASHES_PER_PAGE = 4_000;
/** Pages that are asked for while one is gone through: the server reads and sends on one core while another hashes. */
const PAGES_AHEAD = 2;

/** Where hashes of entries are read to be verified. */
export type Hashed = Pick<Ledger, 'head' | 'readFeed' | 'readHashed'>;

/** The hash of each entry after a position, derived anew from its fields. */
export async function* hashedPagesOf(
  ledger: Hashed,
  from: Position,
  limit: number | undefined,
): AsyncGenerator<HashedPage> {
  if (!ledger.readHashed) {
    yield* pagesOf((after, max) => hashedHere(ledger, after, max), from, limit ?? ENTRIES_PER_PAGE);
    return;
  }
  const read = ledger.readHashed.bind(ledger);
  const max = limit ?? HASHES_PER_PAGE;
  // Up to the head nothing is added any more, so that pages can be asked for before it is known how the ones before them end.
  const whole = from + Math.max(0, Math.floor(((await ledger.head()) - from) / max) * max);
  yield* readAhead(read, from, whole, max);
  yield* pagesOf(read, whole, max);
}

async function* readAhead(
  read: (after: Position, limit: number) => Promise<HashedPage>,
  from: Position,
  until: Position,
  limit: number,
): AsyncGenerator<HashedPage> {
  const pages: Promise<HashedPage>[] = [];
  let asked = from;
  const ask = (): void => {
    if (asked >= until) return;
    const page = read(asked, limit);
    page.catch(() => undefined); // heard where it is awaited
    pages.push(page);
    asked += limit;
  };
  for (let page = 0; page < PAGES_AHEAD; page += 1) ask();
  for (let page = pages.shift(); page; page = pages.shift()) {
    const here = await page;
    ask();
    yield here;
  }
}

async function hashedHere(ledger: Pick<Ledger, 'readFeed'>, after: Position, limit: number): Promise<HashedPage> {
  const { entries, head } = await ledger.readFeed(after, limit);
  const hashed = new HashedEntries(entries.length);
  for (const entry of entries)
    hashed.add(entry.position, entry.recordedAt.getTime(), storedDigest(entry), entry.storedHash);
  return { head, entries: hashed };
}
