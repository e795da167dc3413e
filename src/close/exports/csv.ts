import { isoTime } from '../../kernel/iso-time.js';
import { exponentOf, formatMajor, majorOf } from '../../kernel/money.js';
import { csvField, csvRow, guarded } from '../export/csv-text.js';
import type { ExportFormat } from '../export/export-format.js';
import type { ExportLine } from '../export/export-lines.js';

const COLUMNS = [
  'entry_id',
  'line',
  'period',
  'posting_date',
  'event_time',
  'received_time',
  'account',
  'debit',
  'credit',
  'currency',
  'amount_minor',
  'exponent',
  'fx_rate',
  'functional_amount',
  'source_event_id',
  'provider_object',
  'kind',
  'adjusts_period',
  'memo',
  'functional_currency',
  'ledger_entry_id',
  'ledger_position',
];

/** A row in the order of the columns. Numbers, times and our own ids need no quotes; text that others gave is guarded. */
function row(line: ExportLine, functionalCurrency: string | undefined): string {
  const { amount, currency, functional, receivedAt, position } = line;
  const minor = amount.toString();
  const debit = amount > 0n ? majorOf(minor, currency) : '';
  const credit = amount < 0n ? majorOf(minor.slice(1), currency) : '';
  const hasFunctional = functional !== undefined && functionalCurrency !== undefined;
  const worth = hasFunctional ? formatMajor(functional, functionalCurrency) : '';
  return (
    `${text(line.entry)},${line.line},${csvField(line.period)},${line.day},${isoTime(line.at)},` +
    `${receivedAt ? isoTime(receivedAt.getTime()) : ''},${text(line.account)},${debit},${credit},${csvField(currency)},` +
    `${minor},${exponentOf(currency)},${text(line.rate)},${worth},${text(line.originEventId)},${text(line.object)},` +
    `${csvField(line.kind)},${csvField(line.adjusts ?? '')},${text(line.memo)},` +
    `${hasFunctional ? csvField(functionalCurrency) : ''},${line.entryId ?? ''},${position ?? ''}\r\n`
  );
}

const text = (given: string | undefined): string => (given === undefined ? '' : csvField(guarded(given)));

export const csv: ExportFormat = {
  name: 'csv',
  contentType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  meaning: 'one row for each line, every column we have (RFC 4180)',
  needsReceipts: true,
  open({ functionalCurrency }) {
    let heading = csvRow(COLUMNS);
    const once = (): string => {
      const text = heading;
      heading = '';
      return text;
    };
    return { line: (line) => once() + row(line, functionalCurrency), end: once };
  },
};
