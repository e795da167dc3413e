import type { Readable } from 'node:stream';
import { Problem } from '../kernel/errors.js';
import { parseMajor } from '../kernel/money.js';

export interface CsvRow {
  /** Of the file, from 1; the heading is the first. */
  line: number;
  /** By column, in lower case. */
  cells: Readonly<Record<string, string>>;
}

const CELLS_MAX = 1_048_576; // bytes of one row

/**
 * Rows of a CSV file (RFC 4180) under its headings. Throws Problem `invalid_request` that names the heading that is missing of `needed`, in lower
 * case, or the line that is none.
 */
export async function* csvRows(file: Readable, name: string, needed: readonly string[]): AsyncGenerator<CsvRow> {
  const { parse } = await import('csv-parse');
  let isHeaded = false;
  const parser = file.pipe(
    parse({
      bom: true,
      columns(names: string[]) {
        isHeaded = true;
        return columnsOf(name, names, needed);
      },
      info: true,
      max_record_size: CELLS_MAX,
      skip_empty_lines: true,
      relax_column_count: false,
    }),
  );
  file.on('error', (error) => parser.destroy(error));
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: { lines: number }; record: CsvRow['cells'] }>)
      yield { line: info.lines, cells: record };
  } catch (error) {
    const { code, lines } = error as { code?: string; lines?: number };
    if (typeof code !== 'string' || !code.startsWith('CSV_')) throw error;
    throw new Problem('invalid_request', `${name}, line ${lines ?? '?'}: ${WRONG[code] ?? 'this is no row of CSV'}.`);
  }
  if (!isHeaded) throw new Problem('invalid_request', `${name}: there are no headings.`);
}

/** A column that is not there would read as nothing: no fee, no source. */
function columnsOf(name: string, headings: readonly string[], needed: readonly string[]): string[] {
  const columns = headings.map((each) => each.trim().toLowerCase());
  const missing = needed.find((column) => !columns.includes(column));
  if (missing !== undefined) throw new Problem('invalid_request', `${name}: "${missing}" is not among the headings.`);
  return columns;
}

const WRONG: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'the row has another number of cells than the headings',
  CSV_QUOTE_NOT_CLOSED: 'a quoted cell has no end',
  CSV_INVALID_CLOSING_QUOTE: 'something follows a quoted cell',
  CSV_MAX_RECORD_SIZE: 'the row is too long',
};

/** What a row of a known kind of file has to hold. Every mistake is a Problem that names file, line and column, and quotes no cell. */
export class Cells {
  constructor(
    private readonly name: string,
    private readonly row: CsvRow,
  ) {}

  /** A text; undefined where the column is absent or empty. */
  find(...columns: string[]): string | undefined {
    for (const column of columns) {
      const text = this.row.cells[column]?.trim();
      if (text) return text;
    }
    return undefined;
  }

  text(...columns: string[]): string {
    return this.find(...columns) ?? this.wrong(columns[0]!, 'is needed');
  }

  currency(...columns: string[]): string {
    const code = this.text(...columns).toUpperCase();
    return /^[A-Z]{3}$/.test(code) ? code : this.wrong(columns[0]!, 'must be a currency code such as USD');
  }

  /** Major units as decimal text in minor units. */
  money(column: string, currency: string): bigint {
    return (
      parseMajor(this.text(column), currency) ?? this.wrong(column, `must be an amount such as 12.34 of ${currency}`)
    );
  }

  /** `2026-10-03 09:00:00` or RFC 3339, of UTC, in epoch milliseconds. */
  time(...columns: string[]): number {
    const text = this.text(...columns);
    const plain = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)?)?$/.test(text);
    const at = plain
      ? Date.parse(`${text.replace(' ', 'T').replace(/Z|\+00:00$/, '')}${text.length > 10 ? 'Z' : ''}`)
      : NaN;
    return Number.isNaN(at) ? this.wrong(columns[0]!, 'must be a time of UTC such as 2026-10-03 09:00:00') : at;
  }

  wrong(column: string, why: string): never {
    throw new Problem('invalid_request', `${this.name}, line ${this.row.line}: ${column} ${why}.`);
  }
}
