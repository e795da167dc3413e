import { Readable } from 'node:stream';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { reportKinds } from '../../src/ingest/providers/index.js';
import { T0 } from '../fixtures/square-events.js';

/** What a report of a provider keeps as entries. */
export async function reportEntries(provider: string, kind: string, file: string): Promise<InterpretableEntry[]> {
  const { objects } = await reportKinds
    .find((each) => each.provider === provider && each.name === kind)!
    .read('report', Readable.from([file]));
  return objects.map(({ object }) => ({
    ...{ id: String(object['id']), position: 1, type: `${provider}.object.${String(object['object'])}` },
    ...{ schemaVersion: 1, origin: provider, account: 'shop', originEventId: String(object['id']), occurredAt: T0 },
    ...{ attributes: { livemode: 'true' }, body: { data: { object } } },
  }));
}

const HEADINGS = [
  ...['Merchant Account', 'Psp Reference', 'Creation Date', 'TimeZone', 'Type', 'Modification Reference'],
  ...['Net Currency', 'Net Debit (NC)', 'Net Credit (NC)', 'Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)'],
  ...['Interchange (NC)', 'Batch Number'],
];

/** A line of Adyen's settlement details. `net`: `49.00`, negative where it is a debit. */
export interface SettledLine {
  type: string;
  day: string;
  net: string;
  psp?: string;
  modification?: string;
  fee?: string;
  batch?: number;
  account?: string;
}

/** The file of such lines, in euros, each made at nine in the morning in UTC. */
export const settlementFile = (...lines: readonly SettledLine[]): string =>
  [HEADINGS, ...lines.map(cellsOf)].map((cells) => `${cells.join(',')}\n`).join('');

function cellsOf({
  type,
  day,
  net,
  psp = '',
  modification = '',
  fee = '',
  batch = 7,
  account = 'Harbour',
}: SettledLine) {
  const [debit, credit] = net.startsWith('-') ? [net.slice(1), ''] : ['', net];
  const time = `${day} 09:00:00`;
  return [account, psp, time, 'UTC', type, modification, 'EUR', debit, credit, fee, '', '', '', String(batch)];
}

/** What such lines are kept as. */
export const settledEntries = (...lines: readonly SettledLine[]): Promise<InterpretableEntry[]> =>
  reportEntries('adyen', 'settlement_details', settlementFile(...lines));
