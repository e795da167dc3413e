import type { Ledger } from '../ledger/ledger.js';
import type { ExportLine } from './export-lines.js';
import type { PostingLine } from './posting.js';

const LINES_AT_ONCE = 500;

/** The lines, each with when its ledger entry was received and what its sender called it. Reads the ledger a page of lines at a time. */
export async function* withReceipts(
  lines: AsyncIterable<PostingLine>,
  ledger: Pick<Ledger, 'findMany'>,
): AsyncIterable<ExportLine> {
  let page: PostingLine[] = [];
  for await (const line of lines) {
    if (page.push(line) < LINES_AT_ONCE) continue;
    yield* await received(page, ledger);
    page = [];
  }
  if (page.length > 0) yield* await received(page, ledger);
}

async function received(page: readonly PostingLine[], ledger: Pick<Ledger, 'findMany'>): Promise<ExportLine[]> {
  const ids = [...new Set(page.flatMap(({ entryId }) => (entryId === undefined ? [] : [entryId])))];
  const entries = new Map((ids.length > 0 ? await ledger.findMany(ids) : []).map((entry) => [entry.id, entry]));
  return page.map((line) => {
    const entry = line.entryId === undefined ? undefined : entries.get(line.entryId);
    return entry ? { ...line, receivedAt: entry.recordedAt, originEventId: entry.originEventId } : line;
  });
}
