import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import type { RateToRecord } from '../../close/post/fx-rates.js';
import { Problem } from '../../kernel/errors.js';
import { type FxRatesRequest, RateRows } from './books-queries.js';

const COLUMNS = ['day', 'base', 'quote', 'rate'];

/** The rates of a request, given as JSON or as CSV text. Throws Problem `invalid_request` that names every wrong row. */
export function ratesIn({ source, rates, csv }: z.infer<typeof FxRatesRequest>): RateToRecord[] {
  const rows = rates ?? rowsOf(csv!);
  return rows.map((row) => ({ source, ...row }));
}

function rowsOf(csv: string): z.infer<typeof RateRows> {
  const read = RateRows.safeParse(recordsOf(csv));
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ path, message }) => {
    const [row, ...field] = path;
    return row === undefined ? `csv ${message}` : `csv row ${Number(row) + 1}: ${[...field, message].join(' ')}`;
  });
  throw new Problem('invalid_request', errors[0], { errors });
}

function recordsOf(csv: string): unknown {
  try {
    return parse(csv, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      columns: (header: string[]) => {
        const names = header.map((name) => name.toLowerCase());
        const missing = COLUMNS.filter((name) => !names.includes(name));
        if (missing.length > 0) throw new RangeError(`the header lacks ${missing.join(', ')}`);
        return names.map((name) => (COLUMNS.includes(name) ? name : undefined));
      },
    });
  } catch (error) {
    throw new Problem(
      'invalid_request',
      `csv is not readable: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
