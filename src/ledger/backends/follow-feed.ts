import { Problem } from '../../kernel/errors.js';
import type { FeedPage, Position } from '../ledger.js';
import type { FeedSignal } from './postgres/feed-signal.js';

/** Pages of a feed for ever. Behind the head the next page is read while the reader works on the one before. */
export async function* followFeed(
  readFeed: (after: Position) => Promise<FeedPage>,
  signal: FeedSignal,
  after: Position,
  stop: AbortSignal,
): AsyncGenerator<FeedPage> {
  let last = after;
  let reading = readPage(readFeed, signal, after);
  while (!stop.aborted) {
    const { seen, page } = await reading;
    const newest = page?.entries.at(-1);
    if (!page || !newest) await signal.changed(seen, stop);
    last = newest?.position ?? last;
    if (stop.aborted) return;
    const behind = page !== undefined && last < page.head;
    if (behind) reading = readPage(readFeed, signal, last);
    if (page && newest) yield page;
    if (!behind) reading = readPage(readFeed, signal, last);
  }
}

/** The version of the signal is taken before the read, so that whatever is appended during it wakes who waits for the next one. */
function readPage(
  readFeed: (after: Position) => Promise<FeedPage>,
  signal: FeedSignal,
  after: Position,
): Promise<{ seen: number; page: FeedPage | undefined }> {
  const seen = signal.version;
  const reading = readFeed(after).then(
    (page) => ({ seen, page }),
    (error: unknown) => ({ seen, page: pageUnlessDown(error) }),
  );
  reading.catch(() => undefined); // a subscription that ended does not await its last read
  return reading;
}

// A subscription outlives its database: it goes on when that is back.
function pageUnlessDown(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'unavailable') return undefined;
  throw error;
}
