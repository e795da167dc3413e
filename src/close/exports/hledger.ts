import { exponentOf, formatMajor } from '../../kernel/money.js';
import { DistinctNames } from '../export/distinct-names.js';
import type { AccountType, ExportFormat, ExportOptions } from '../export/export-format.js';
import { EntryGatherer, onOneLine, type ExportLine } from '../export/export-lines.js';

// hledger knows by these words what belongs in a balance sheet.
const ROOTS: Readonly<Record<AccountType, string>> = {
  asset: 'assets',
  liability: 'liabilities',
  equity: 'equity',
  income: 'revenues',
  expense: 'expenses',
};

// A semicolon begins a comment, two spaces end an account.
const plain = (text: string): string => onOneLine(text).replaceAll(';', ',').replace(/\s+/g, ' ');

function accountName(code: string, account: ExportOptions['account']): string {
  const known = account(code);
  const name = plain(known ? `${ROOTS[known.type]}:${code} ${known.name}` : `uncharted:${code}`);
  return name.replace(/\s*:[\s:]*/g, ':').replace(/:$/, '');
}

const sample = (currency: string): string => `1000.${'0'.repeat(exponentOf(currency))} ${currency}`;

export const hledger: ExportFormat = {
  name: 'hledger',
  contentType: 'text/plain; charset=utf-8',
  extension: 'journal',
  meaning: 'a journal for hledger',
  open({ period, account, functionalCurrency }) {
    const entries = new EntryGatherer();
    const accounts = new DistinctNames((code) => accountName(code, account));
    const currencies = new Set<string>();
    let heading = `; Truth Ledger, journal of ${period}\n`;

    const declare = (line: ExportLine): string => {
      const { name, isNew } = accounts.of(line.account);
      const commodity = currencies.has(line.currency) ? '' : `commodity ${sample(line.currency)}\n`;
      currencies.add(line.currency);
      return commodity + (isNew ? `account ${name}\n` : '');
    };
    const posting = (line: ExportLine): string => {
      const { amount, currency, functional, rate } = line;
      const tags = [`kind:${line.kind}`];
      if (line.object !== undefined) tags.push(`object:${tag(line.object)}`);
      if (functional !== undefined && functionalCurrency !== undefined)
        tags.push(`functional:${formatMajor(functional, functionalCurrency)} ${functionalCurrency}`);
      if (rate !== undefined) tags.push(`rate:${tag(rate)}`);
      return `    ${accounts.of(line.account).name}  ${formatMajor(amount, currency)} ${currency}  ; ${tags.join(', ')}\n`;
    };
    const transaction = (lines: readonly ExportLine[] | undefined): string => {
      if (!lines) return '';
      const [first] = lines;
      const code = plain(first!.entry).replace(/[()]/g, '_');
      const before = heading + lines.map(declare).join('');
      heading = '';
      return `${before}${first!.day} * (${code}) ${plain(first!.memo)}\n${lines.map(posting).join('')}\n`;
    };
    return { line: (line) => transaction(entries.next(line)), end: () => transaction(entries.rest()) || heading };
  },
};

// A comma ends the value of a tag.
const tag = (text: string): string => onOneLine(text).replaceAll(',', ' ');
