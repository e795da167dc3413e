import { senderEventOf } from '../../ledger/completed-event.js';
import type { Entry, Ledger, Receipt } from '../../ledger/ledger.js';
import type { ExportLine } from './export-lines.js';
import type { PostingLine } from '../journal/posting.js';

/** Fewer where a backend gives whole entries for it, which are large. */
const LINES_AT_ONCE = { receipts: 1_000, entries: 200 };

export type Receipts = Pick<Ledger, 'findMany' | 'findReceipts'>;

/**
 * The lines, each with when its ledger entry was received and what its sender called it. Reads the ledger a page of lines at a time, and asks
 * for a page while the one before is gone through.
 */
export async function* withReceipts(
  lines: AsyncIterable<PostingLine>,
  ledger: Receipts,
): AsyncGenerator<ExportLine, void> {
  const atOnce = ledger.findReceipts ? LINES_AT_ONCE.receipts : LINES_AT_ONCE.entries;
  const ask = (some: readonly PostingLine[]): Promise<ExportLine[]> => {
    const asked = received(some, ledger);
    asked.catch(() => undefined); // heard where it is awaited
    return asked;
  };
  let before: Promise<ExportLine[]> | undefined;
  let page: PostingLine[] = [];
  for await (const line of lines) {
    if (page.push(line) < atOnce) continue;
    const next = ask(page);
    page = [];
    if (before) yield* await before;
    before = next;
  }
  const last = ask(page);
  if (before) yield* await before;
  yield* await last;
}

async function received(page: readonly PostingLine[], ledger: Receipts): Promise<ExportLine[]> {
  const ids = new Set<string>();
  for (const { entryId } of page) if (entryId !== undefined) ids.add(entryId);
  const receipts = new Map<string, Receipt>();
  if (ids.size > 0) for (const receipt of await find(ledger, [...ids])) receipts.set(receipt.id, receipt);
  return page.map((line) => {
    const receipt = line.entryId === undefined ? undefined : receipts.get(line.entryId);
    return receipt ? { ...line, receivedAt: receipt.recordedAt, originEventId: receipt.originEventId } : line;
  });
}

const find = (ledger: Receipts, ids: readonly string[]): Promise<Receipt[]> =>
  ledger.findReceipts ? ledger.findReceipts(ids) : ledger.findMany(ids).then((entries) => entries.map(receiptOf));

const receiptOf = (entry: Entry): Receipt => ({
  id: entry.id,
  recordedAt: entry.recordedAt,
  originEventId: senderEventOf(entry).originEventId,
});
