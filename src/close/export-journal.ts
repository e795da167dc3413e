import { Problem } from '../kernel/errors.js';
import type { ExportFormat, ExportOptions } from './export-format.js';
import { exportFormats } from './exports/index.js';
import { inCurrency, type ExportLine } from './export-lines.js';
import type { PostingLine } from './posting.js';
import { type Receipts, withReceipts } from './with-receipts.js';

const CHUNK_CHARACTERS = 64 * 1024;

/** The format of a name. Throws Problem `invalid_request`. */
export function exportFormat(name: string): ExportFormat {
  const format = exportFormats.find((each) => each.name === name);
  if (format) return format;
  const names = exportFormats.map((each) => each.name).join(', ');
  throw new Problem('invalid_request', `There is no format ${JSON.stringify(name)}; there are ${names}.`);
}

/** The chunks of one file, as lines come in: memory does not grow with their number. */
export async function* exportChunks(
  format: ExportFormat,
  lines: AsyncIterable<ExportLine>,
  options: ExportOptions,
): AsyncGenerator<string | Uint8Array> {
  const writer = format.open(options);
  let text = '';
  for await (const line of lines) {
    const written = writer.line(line);
    if (typeof written === 'string') {
      text += written;
      if (text.length < CHUNK_CHARACTERS) continue;
      yield text;
      text = '';
    } else if (written.length > 0) yield written;
  }
  const last = writer.end();
  if (typeof last === 'string') text += last;
  if (text !== '') yield text;
  if (typeof last !== 'string') yield last;
}

export interface JournalQuery {
  format: ExportFormat;
  /** Only the lines of this currency. */
  currency?: string | undefined;
}

/** The journal in a format, its lines completed from the ledger where the format says so. */
export function exportJournal(
  { format, currency }: JournalQuery,
  journal: AsyncIterable<PostingLine>,
  ledger: Receipts,
  options: ExportOptions,
): AsyncGenerator<string | Uint8Array> {
  const lines = currency === undefined ? journal : inCurrency(journal, currency);
  return exportChunks(format, format.needsReceipts ? withReceipts(lines, ledger) : lines, options);
}

/** Waits for the first chunk, so that what is wrong with the question is known before an answer has begun. */
export async function begun<T>(chunks: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await chunks.next();
  return (async function* () {
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return(undefined);
    }
  })();
}
