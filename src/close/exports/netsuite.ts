import { Problem } from '../../kernel/errors.js';
import { exponentOf, formatMajor } from '../../kernel/money.js';
import { csvRow, guarded } from '../export/csv-text.js';
import type { ExportFormat } from '../export/export-format.js';
import { byCurrency, EntryGatherer, type ExportLine, moved, onOneLine } from '../export/export-lines.js';
import { usDate } from './quickbooks-online.js';

const COLUMNS = ['External ID', 'Date', 'Currency', 'Account', 'Debit', 'Credit', 'Memo'];
const WHOLE_DIGITS_MAX = 10;
const FRACTION_DIGITS = 2;

/** An amount with ten digits before the point and two behind it. Throws Problem for one that does not fit: it is not rounded. */
function decimal(amount: bigint, currency: string, entry: string): string {
  const text = formatMajor(amount, currency);
  const exponent = exponentOf(currency);
  const whole = exponent > 0 ? text.slice(0, -exponent - 1) : text;
  const fraction = exponent > 0 ? text.slice(-exponent) : '';
  if (whole.length > WHOLE_DIGITS_MAX || /[1-9]/.test(fraction.slice(FRACTION_DIGITS)))
    throw new Problem(
      'invalid_request',
      `NetSuite takes ten digits and two decimals, and journal entry ${entry} has ${text} ${currency}.`,
    );
  return fraction === '' ? whole : `${whole}.${fraction.slice(0, FRACTION_DIGITS)}`;
}

export const netsuite: ExportFormat = {
  name: 'netsuite',
  contentType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  meaning: 'journal entries for the CSV import of NetSuite',
  open({ account, subsidiary }) {
    const entries = new EntryGatherer();
    const [column, ofAll] = subsidiary === undefined ? [[], []] : [['Subsidiary'], [guarded(onOneLine(subsidiary))]];
    let heading = csvRow([...COLUMNS, ...column]);

    const row = (line: ExportLine): string => {
      const { amount, currency, entry } = line;
      const name = account(line.account)?.name;
      return csvRow([
        guarded(onOneLine(`${line.period}/${entry}/${currency}`)),
        usDate(line.day),
        currency,
        guarded(onOneLine(name === undefined ? line.account : `${line.account} ${name}`)),
        amount > 0n ? decimal(amount, currency, entry) : '',
        amount < 0n ? decimal(-amount, currency, entry) : '',
        guarded(onOneLine(line.memo)),
        ...ofAll,
      ]);
    };
    const journals = (lines: readonly ExportLine[] | undefined): string => {
      let text = heading;
      heading = '';
      for (const part of lines ? byCurrency(moved(lines)) : []) text += part.map(row).join('');
      return text;
    };
    return { line: (line) => journals(entries.next(line)), end: () => journals(entries.rest()) };
  },
};
