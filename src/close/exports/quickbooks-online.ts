import { formatMajor } from '../../kernel/money.js';
import { csvRow, guarded } from '../export/csv-text.js';
import type { ExportFormat } from '../export/export-format.js';
import { byCurrency, EntryGatherer, type ExportLine, moved, onOneLine } from '../export/export-lines.js';

const COLUMNS = ['JournalNo', 'JournalDate', 'AccountName', 'Debits', 'Credits', 'Description', 'Name', 'Currency'];

/** `MM/DD/YYYY`: what a company in the United States imports. */
export const usDate = (day: string): string => `${day.slice(5, 7)}/${day.slice(8, 10)}/${day.slice(0, 4)}`;

export const quickbooksOnline: ExportFormat = {
  name: 'quickbooks-online',
  contentType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  meaning: 'journal entries for QuickBooks Online',
  open({ period, account }) {
    const entries = new EntryGatherer();
    let number = 0; // the names of our entries are longer than the 21 characters that a journal's number may have
    let heading = csvRow(COLUMNS);

    const row = (line: ExportLine): string => {
      const { amount, currency } = line;
      const known = account(line.account);
      return csvRow([
        `${period}-${number}`,
        usDate(line.day),
        guarded(onOneLine(known?.name ?? line.account)),
        amount > 0n ? formatMajor(amount, currency) : '',
        amount < 0n ? formatMajor(-amount, currency) : '',
        guarded(onOneLine(`${line.memo} [${line.entry}]`)),
        guarded(onOneLine(known?.party ?? '')),
        currency,
      ]);
    };
    const journals = (lines: readonly ExportLine[] | undefined): string => {
      let text = heading;
      heading = '';
      for (const part of lines ? byCurrency(moved(lines)) : []) {
        number += 1; // a journal has one currency
        text += part.map(row).join('');
      }
      return text;
    };
    return { line: (line) => journals(entries.next(line)), end: () => journals(entries.rest()) };
  },
};
