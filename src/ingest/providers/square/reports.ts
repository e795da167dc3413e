import { text } from 'node:stream/consumers';
import { Problem } from '../../../kernel/errors.js';
import { parseStrict } from '../../../kernel/json-scan.js';
import type { BalanceLine } from '../../balance-line.js';
import { isObject, type Json } from '../../json-members.js';
import type { ReadObject } from '../../object-list.js';
import type { ReportKind } from '../../provider-report.js';
import { entryLine } from './interpret/payout-entry.js';

/** `{ "payout_entries": […] }`, as `GET /v2/payouts/{payout_id}/payout-entries` answers it, or such pages one a line. */
export const payoutEntries: ReportKind = {
  provider: 'square',
  name: 'payout_entries',
  undated: false,
  complete: true,
  meaning:
    "Entries of payouts (JSON, as Square's interface answers): charges, refunds and fees with what Square kept of each.",
  async read(name, file) {
    const lines: BalanceLine[] = [];
    const objects: ReadObject[] = [];
    for (const page of pagesOf(name, await text(file))) {
      const entries = page['payout_entries'];
      if (!Array.isArray(entries)) throw new Problem('invalid_request', `${name}: there is no list "payout_entries".`);
      for (const entry of entries as unknown[]) {
        const nth = lines.length + 1;
        lines.push(lineOf(name, nth, entry));
        objects.push({ object: { ...(entry as Json), object: 'payout_entry' }, live: true });
      }
    }
    return { lines, balances: [], objects };
  },
};

function pagesOf(name: string, whole: string): Json[] {
  const texts = whole.trimStart().startsWith('{') && !/\}\s*\n\s*\{/.test(whole) ? [whole] : whole.split('\n');
  return texts
    .filter((each) => each.trim() !== '')
    .map((each, index) => {
      try {
        const page = parseStrict(each, { tokensMax: TOKENS_MAX });
        if (isObject(page)) return page;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
      throw new Problem('invalid_request', `${name}, page ${index + 1}: this is no JSON object.`);
    });
}

const TOKENS_MAX = 10_000_000; // a page of Square's has a hundred entries; a file may have been put together from many

function lineOf(name: string, nth: number, entry: unknown): BalanceLine {
  try {
    if (!isObject(entry)) throw new TypeError('it is no object');
    const { id, at, currency, gross, fee, net, category, source, payment, payout } = entryLine(entry);
    return {
      id,
      at,
      currency,
      gross: BigInt(gross),
      fee: BigInt(fee),
      net: BigInt(net),
      category,
      ...(source === undefined ? {} : { source }),
      ...(payment === undefined ? {} : { payment }),
      ...(payout === undefined ? {} : { payout }),
    };
  } catch (error) {
    throw new Problem('invalid_request', `${name}, entry ${nth}: ${(error as Error).message}.`);
  }
}
