import { Problem } from '../kernel/errors.js';
import type { ExportFormat, ExportOptions } from './export/export-format.js';
import { exportFormats } from './exports/index.js';
import { inCurrency, type ExportLine } from './export/export-lines.js';
import type { PostingLine } from './journal/posting.js';
import { type Receipts, withReceipts } from './export/with-receipts.js';

const CHUNK_SIZE = 64 * 1024; // characters or bytes

/** The format of a name. Throws Problem `invalid_request`. */
export function exportFormat(name: string): ExportFormat {
  const format = exportFormats.find((each) => each.name === name);
  if (format) return format;
  const names = exportFormats.map((each) => each.name).join(', ');
  throw new Problem('invalid_request', `There is no format ${JSON.stringify(name)}; there are ${names}.`);
}

/**
 * The chunks of one file, as lines come in: memory does not grow with their number. What is written is gathered, so that of a file of one chunk
 * nothing is given before all of it could be said.
 */
export async function* exportChunks(
  format: ExportFormat,
  lines: AsyncIterable<ExportLine>,
  options: ExportOptions,
): AsyncGenerator<string | Uint8Array> {
  const writer = format.open(options);
  let gathered: (string | Uint8Array)[] = [];
  let size = 0;
  for await (const line of lines) {
    const written = writer.line(line);
    if (written.length === 0) continue;
    gathered.push(written);
    size += written.length;
    if (size < CHUNK_SIZE) continue;
    yield joined(gathered);
    [gathered, size] = [[], 0];
  }
  gathered.push(writer.end());
  yield joined(gathered);
}

/** A writer gives text, or bytes. */
const joined = (parts: readonly (string | Uint8Array)[]): string | Uint8Array =>
  parts.every((part) => typeof part === 'string')
    ? parts.join('')
    : Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));

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
