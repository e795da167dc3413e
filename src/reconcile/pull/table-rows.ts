import { Readable } from 'node:stream';
import type { Json } from '../../ingest/json-members.js';
import { SourceFailure } from '../source.js';
import type { SourceFile } from './files.js';
import { linesOf, objectOf } from './lines.js';

const RECORD_MAX = 1024 * 1024; // characters of one CSV record

export type TableFormat = 'csv' | 'jsonl' | 'parquet';

/** By the end of its name, unless the settings say so. */
export function formatOf(name: string): TableFormat | undefined {
  const ending = /\.(csv|tsv|jsonl|ndjson|json|parquet)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === undefined) return undefined;
  return ending === 'parquet' ? 'parquet' : ending === 'csv' || ending === 'tsv' ? 'csv' : 'jsonl';
}

/** The rows of a file, one at a time; `undefined` for one that cannot be read. */
export function rowsOf(file: SourceFile, format: TableFormat, delimiter?: string): AsyncIterable<Json | undefined> {
  if (format === 'parquet') return parquetRows(file);
  return format === 'csv' ? csvRows(file, delimiter) : jsonRows(file);
}

async function* jsonRows(file: SourceFile): AsyncGenerator<Json | undefined> {
  for await (const line of linesOf(file.pieces(), file.name)) if (line.trim() !== '') yield objectOf(line);
}

async function* csvRows(file: SourceFile, delimiter?: string): AsyncGenerator<Json | undefined> {
  const { parse } = await import('csv-parse');
  let skipped = 0;
  const parser = parse({
    ...{ columns: true, bom: true, skip_empty_lines: true, max_record_size: RECORD_MAX, skip_records_with_error: true },
    delimiter: delimiter ?? (/\.tsv(\.gz)?$/i.test(file.name) ? '\t' : ','),
    on_skip: () => void (skipped += 1),
  });
  const source = Readable.from(file.pieces());
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of source.pipe(parser) as AsyncIterable<Json>) {
      for (; skipped > 0; skipped -= 1) yield undefined;
      yield row;
    }
    for (; skipped > 0; skipped -= 1) yield undefined;
  } catch (error) {
    if (error instanceof SourceFailure) throw error;
    const { code, message } = error as Error & { code?: string };
    throw new SourceFailure(`${file.name} cannot be read: ${code ?? message}`); // words of the parser may quote a record
  } finally {
    source.destroy(); // the end of the parser does not reach back to the file
  }
}

/** Row group by row group: memory holds one of them. */
async function* parquetRows(file: SourceFile): AsyncGenerator<Json> {
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const buffer = { byteLength: file.size, slice: (from: number, to = file.size) => file.range(from, to) };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      yield* (await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd, compressors })) as Json[];
      rowStart = rowEnd;
    }
  } catch (error) {
    if (error instanceof SourceFailure) throw error;
    throw new SourceFailure(`${file.name} cannot be read as Parquet: ${(error as Error).message}`);
  }
}
