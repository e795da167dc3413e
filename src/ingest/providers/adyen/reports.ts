import { Problem } from '../../../kernel/errors.js';
import type { BalanceLine } from '../../balance-line.js';
import { csvRows } from '../../csv-rows.js';
import type { ReadObject } from '../../object-list.js';
import type { ReportKind } from '../../provider-report.js';
import { type Cells, FEES, settlementLine } from './interpret/settlement-line.js';

const NEEDED = [
  ...['merchant account', 'psp reference', 'modification reference', 'type', 'creation date', 'timezone'],
  ...['net currency', 'net debit (nc)', 'net credit (nc)', 'batch number', ...FEES],
];

/** Adyen announces it with REPORT_AVAILABLE, one for each batch that is paid out. */
export const settlementDetails: ReportKind = {
  provider: 'adyen',
  name: 'settlement_details',
  undated: false,
  complete: true,
  meaning: 'Settlement details (CSV): every line of a batch that was paid out, with what Adyen kept of it.',
  async read(name, file) {
    const lines: BalanceLine[] = [];
    const objects: ReadObject[] = [];
    const seen = new Map<string, number>();
    for await (const { line, cells } of csvRows(file, name, NEEDED)) {
      const id = idOf(cells, seen);
      lines.push(lineOf(name, line, id, cells));
      objects.push({ object: { object: 'settlement_line', id, cells }, live: true });
    }
    return { lines, balances: [], objects };
  },
};

/** Adyen gives lines no id: account, batch, references and type make one, and a number where a batch has the same twice. */
function idOf(cells: Cells, seen: Map<string, number>): string {
  const { 'merchant account': account, 'batch number': batch, 'psp reference': psp, type } = cells;
  const id = [account, batch, psp, cells['modification reference'], type]
    .map((part) => (part ? part.trim() : '-'))
    .join('.');
  const count = (seen.get(id) ?? 0) + 1;
  seen.set(id, count);
  return count === 1 ? id : `${id}.${count}`;
}

function lineOf(name: string, line: number, id: string, cells: Cells): BalanceLine {
  try {
    const { account, at, currency, gross, fee, net, category, source, payment, payout } = settlementLine(cells);
    return {
      id,
      account,
      at,
      currency,
      gross,
      fee,
      net,
      category,
      ...(source === undefined ? {} : { source }),
      ...(payment === undefined ? {} : { payment }),
      ...(payout === undefined ? {} : { payout }),
    };
  } catch (error) {
    throw new Problem('invalid_request', `${name}, line ${line}: ${(error as Error).message}.`);
  }
}
