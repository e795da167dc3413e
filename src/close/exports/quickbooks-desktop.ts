import { formatMajor } from '../../kernel/money.js';
import type { ExportFormat } from '../export/export-format.js';
import {
  EntryGatherer,
  homeAmounts,
  onOneLine,
  unbalanced,
  type HomeAmount,
  type ExportLine,
} from '../export/export-lines.js';
import { usDate } from './quickbooks-online.js';

const HEADING =
  '!TRNS\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tDOCNUM\tMEMO\tNAME\r\n!SPL\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tDOCNUM\tMEMO\tNAME\r\n!ENDTRNS\r\n';
const TYPE = 'GENERAL JOURNAL';

/** Windows-1252 is what the program reads. Of what it lacks only the letter below an accent is kept, else a question mark; fields hold no tab and no quote. */
const field = (text: string): string =>
  [...onOneLine(text).replaceAll('"', "'")]
    .map((letter) =>
      /[ -~\u00a0-\u00ff]/.test(letter) ? letter : letter.normalize('NFKD').replace(/[^ -~]/g, '') || '?',
    )
    .join('');

export const quickbooksDesktop: ExportFormat = {
  name: 'quickbooks-desktop',
  contentType: 'text/plain; charset=windows-1252',
  extension: 'iif',
  meaning: 'general journal entries for QuickBooks Desktop (IIF)',
  open({ period, account, functionalCurrency }) {
    const entries = new EntryGatherer();
    const home = homeAmounts(functionalCurrency);
    let number = 0;
    let heading = HEADING;

    const row = (keyword: string, line: ExportLine, { amount, currency }: HomeAmount): string =>
      `${[
        keyword,
        TYPE,
        usDate(line.day),
        field(account(line.account)?.name ?? line.account),
        formatMajor(amount, currency),
        `${period}-${number}`,
        field(`${line.memo} [${line.entry}]`),
        field(account(line.account)?.party ?? ''),
      ].join('\t')}\r\n`;
    const transaction = (lines: readonly ExportLine[] | undefined): string => {
      let text = heading;
      heading = '';
      if (!lines) return text;
      number += 1;
      const amounts = lines.map(home);
      const rest = amounts.reduce((sum, { amount }) => sum + amount, 0n);
      if (rest !== 0n) throw unbalanced(lines[0]!.entry, rest, amounts[0]!.currency);
      lines.forEach((line, index) => (text += row(index === 0 ? 'TRNS' : 'SPL', line, amounts[index]!)));
      return `${text}ENDTRNS\r\n`;
    };
    const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
    return {
      line: (line) => bytes(transaction(entries.next(line))),
      end: () => bytes(transaction(entries.rest())),
    };
  },
};
