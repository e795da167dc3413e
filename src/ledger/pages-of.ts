import type { FeedPage, Ledger, Position } from './ledger.js';

/**
 * Pages of the feed after a position, up to its head. A page without entries below the head is a hole: it is read twice, because the head
 * may have grown since the entries were looked for, and then stepped over. The last page has no entries.
 */
export async function* pagesOf(
  ledger: Pick<Ledger, 'readFeed'>,
  from: Position,
  limit: number,
): AsyncGenerator<FeedPage> {
  let isHole = false;
  for (let after = from; ;) {
    const page = await ledger.readFeed(after, limit);
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
