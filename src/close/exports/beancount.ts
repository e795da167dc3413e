import { formatMajor } from '../../kernel/money.js';
import { DistinctNames } from '../export/distinct-names.js';
import type { AccountType, ExportFormat, ExportOptions } from '../export/export-format.js';
import { EntryGatherer, onOneLine, type ExportLine } from '../export/export-lines.js';

const ROOTS: Readonly<Record<AccountType, string>> = {
  asset: 'Assets',
  liability: 'Liabilities',
  equity: 'Equity',
  income: 'Income',
  expense: 'Expenses',
};

/** A part of an account's name: letters, digits and dashes, a capital or a digit first. */
function component(text: string): string {
  const word = text.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  const upper = word.slice(0, 1).toUpperCase() + word.slice(1);
  return /^[A-Z0-9]/.test(upper) ? upper : `X-${upper}`.replace(/-$/, '');
}

function accountName(code: string, account: ExportOptions['account']): string {
  const known = account(code);
  const parts = known ? `${code} ${known.name}`.split(':') : ['Uncharted', code];
  return [known ? ROOTS[known.type] : 'Equity', ...parts.map(component)].join(':');
}

const quoted = (text: string): string => `"${onOneLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

export const beancount: ExportFormat = {
  name: 'beancount',
  contentType: 'text/plain; charset=utf-8',
  extension: 'beancount',
  meaning: 'a journal for Beancount',
  open({ period, account, functionalCurrency }) {
    const entries = new EntryGatherer();
    const accounts = new DistinctNames((code) => accountName(code, account));
    let heading = `option "title" ${quoted(`Truth Ledger, journal of ${period}`)}\n`;
    if (functionalCurrency !== undefined) heading += `option "operating_currency" ${quoted(functionalCurrency)}\n`;

    const declare = (line: ExportLine): string => {
      const { name, isNew } = accounts.of(line.account);
      return isNew ? `1970-01-01 open ${name}\n` : '';
    };
    const posting = (line: ExportLine): string => {
      const { amount, currency, functional, rate, object } = line;
      const metadata = [`kind: ${quoted(line.kind)}`];
      if (object !== undefined) metadata.push(`object: ${quoted(object)}`);
      if (functional !== undefined && functionalCurrency !== undefined)
        metadata.push(`functional: ${formatMajor(functional, functionalCurrency)} ${functionalCurrency}`);
      if (rate !== undefined) metadata.push(`rate: ${quoted(rate)}`);
      const own = metadata.map((text) => `    ${text}\n`).join('');
      return `  ${accounts.of(line.account).name}  ${formatMajor(amount, currency)} ${currency}\n${own}`;
    };
    const transaction = (lines: readonly ExportLine[] | undefined): string => {
      if (!lines) return '';
      const [first] = lines;
      const before = heading + lines.map(declare).join('');
      heading = '';
      return `${before}${first!.day} * ${quoted(first!.memo)}\n  entry: ${quoted(first!.entry)}\n${lines.map(posting).join('')}\n`;
    };
    return { line: (line) => transaction(entries.next(line)), end: () => transaction(entries.rest()) || heading };
  },
};
