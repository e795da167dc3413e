import type { Readable } from 'node:stream';
import { Problem } from '../../../kernel/errors.js';
import type { BalanceLine } from '../../balance-line.js';
import { Cells, csvRows } from '../../csv-rows.js';
import type { ReportContent, ReportKind, StatedBalance } from '../../provider-report.js';
import { ITEMISED, itemisedLine } from './report-rows.js';

const provider = 'stripe';

export const balanceItemised: ReportKind = {
  provider,
  name: 'balance_itemised',
  undated: true,
  complete: true,
  read: itemised,
  meaning: 'Balance change from activity and payouts, itemised (CSV): every balance transaction made in a time.',
};

export const payoutReconciliation: ReportKind = {
  provider,
  name: 'payout_reconciliation',
  undated: true,
  complete: false,
  read: itemised,
  meaning: 'Payout reconciliation, itemised (CSV): the balance transactions of the payouts made in a time.',
};

export const balanceSummary: ReportKind = {
  provider,
  name: 'balance_summary',
  undated: true,
  complete: false,
  read: summary,
  meaning: 'Balance summary (CSV): the balance at the start and at the end of a time.',
};

async function itemised(name: string, file: Readable): Promise<ReportContent> {
  const lines: BalanceLine[] = [];
  for await (const row of csvRows(file, name, ITEMISED)) lines.push(itemisedLine(name, row));
  return { lines, balances: [], objects: [] };
}

const SUMMARY = ['category', 'net_amount', 'currency'];
const ENDS = { starting_balance: 'start', ending_balance: 'end' } as const;

/** Rows of `category`, `net_amount` and `currency`; of all categories the two ends are read. */
async function summary(name: string, file: Readable): Promise<ReportContent> {
  const balances = new Map<string, Partial<StatedBalance>>();
  for await (const row of csvRows(file, name, SUMMARY)) {
    const cells = new Cells(name, row);
    const end = ENDS[cells.text('category') as keyof typeof ENDS];
    if (end === undefined) continue;
    const currency = cells.currency('currency');
    const known = balances.get(currency) ?? {};
    if (known[end] !== undefined) cells.wrong('category', 'names the same balance twice');
    balances.set(currency, { ...known, [end]: cells.money('net_amount', currency) });
  }
  const stated = [...balances].map(([currency, { start, end }]): StatedBalance => {
    if (start === undefined || end === undefined)
      throw new Problem('invalid_request', `${name}: starting_balance or ending_balance of ${currency} is missing.`);
    return { currency, start, end };
  });
  if (stated.length === 0)
    throw new Problem('invalid_request', `${name}: there is no row of starting_balance and ending_balance.`);
  return { lines: [], balances: stated, objects: [] };
}
