import { strToU8, Zip, ZipDeflate } from 'fflate';
import { Problem } from '../../kernel/errors.js';
import { formatMajor } from '../../kernel/money.js';
import { csvRow, guarded } from '../export/csv-text.js';
import type { ExportFormat } from '../export/export-format.js';
import { EntryGatherer, homeAmounts, onOneLine, unbalanced, type ExportLine } from '../export/export-lines.js';

const COLUMNS = ['*Narration', '*Date', 'Description', '*AccountCode', '*TaxRate', '*Amount'];
const LINES_MAX = 300; // of a file, its heading included

const ukDate = (day: string): string => `${day.slice(8, 10)}/${day.slice(5, 7)}/${day.slice(0, 4)}`;

/** A zip that grows file by file; `take` gives what was made since it was last asked. */
class GrowingZip {
  private chunks: Uint8Array[] = [];
  private readonly zip = new Zip((error, chunk) => {
    if (error) throw error;
    this.chunks.push(chunk);
  });

  add(name: string, text: string): void {
    const file = new ZipDeflate(name, { level: 6 });
    file.mtime = '1980-01-01T00:00:00'; // the same lines make the same bytes
    this.zip.add(file);
    file.push(strToU8(text), true);
  }

  end(): void {
    this.zip.end();
  }

  take(): Uint8Array {
    const all = Buffer.concat(this.chunks);
    this.chunks = [];
    return all;
  }
}

export const xero: ExportFormat = {
  name: 'xero',
  contentType: 'application/zip',
  extension: 'zip',
  meaning: `manual journals for Xero: a zip of files of at most ${LINES_MAX} lines`,
  open({ period, functionalCurrency, taxRate = 'Tax Exempt' }) {
    const entries = new EntryGatherer();
    const home = homeAmounts(functionalCurrency);
    const zip = new GrowingZip();
    let files = 0;
    let rows: string[] = [];

    const flush = (): void => {
      files += 1;
      zip.add(`${period}-${String(files).padStart(4, '0')}.csv`, csvRow(COLUMNS) + rows.join(''));
      rows = [];
    };
    const journal = (lines: readonly ExportLine[] | undefined): void => {
      if (!lines) return;
      const [{ entry }] = lines as [ExportLine];
      if (lines.length >= LINES_MAX)
        throw new Problem(
          'invalid_request',
          `Xero takes ${LINES_MAX} lines a file, and ${entry} alone has ${lines.length}.`,
        );
      if (rows.length + lines.length >= LINES_MAX) flush();
      const amounts = lines.map(home);
      const rest = amounts.reduce((sum, { amount }) => sum + amount, 0n);
      if (rest !== 0n) throw unbalanced(entry, rest, amounts[0]!.currency);
      lines.forEach((line, index) => {
        const { amount, currency } = amounts[index]!;
        // Rows of one narration and date become one journal, so a narration has the entry's name.
        rows.push(
          csvRow([
            guarded(onOneLine(`${line.period} ${entry}`)),
            ukDate(line.day),
            guarded(onOneLine(line.memo)),
            guarded(line.account),
            taxRate,
            formatMajor(amount, currency),
          ]),
        );
      });
    };
    return {
      line(line) {
        journal(entries.next(line));
        return zip.take();
      },
      end() {
        journal(entries.rest());
        if (rows.length > 0 || files === 0) flush();
        zip.end();
        return zip.take();
      },
    };
  },
};
