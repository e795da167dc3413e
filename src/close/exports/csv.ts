import { exponentOf, formatMajor } from '../../kernel/money.js';
import { csvRow, guarded } from '../csv-text.js';
import type { ExportFormat } from '../export-format.js';
import type { ExportLine } from '../export-lines.js';

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

function fields(line: ExportLine, functionalCurrency: string | undefined): string[] {
  const { amount, currency, functional } = line;
  const hasFunctional = functional !== undefined && functionalCurrency !== undefined;
  return [
    guarded(line.entry),
    String(line.line),
    line.period,
    line.day,
    new Date(line.at).toISOString(),
    line.receivedAt?.toISOString() ?? '',
    guarded(line.account),
    amount > 0n ? formatMajor(amount, currency) : '',
    amount < 0n ? formatMajor(-amount, currency) : '',
    currency,
    String(amount),
    String(exponentOf(currency)),
    guarded(line.rate ?? ''),
    hasFunctional ? formatMajor(functional, functionalCurrency) : '',
    guarded(line.originEventId ?? ''),
    guarded(line.object ?? ''),
    line.kind,
    line.adjusts ?? '',
    guarded(line.memo),
    hasFunctional ? functionalCurrency : '',
    line.entryId ?? '',
    line.position === undefined ? '' : String(line.position),
  ];
}

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
    return { line: (line) => once() + csvRow(fields(line, functionalCurrency)), end: once };
  },
};
