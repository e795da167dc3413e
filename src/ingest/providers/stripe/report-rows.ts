import type { BalanceLine } from '../../balance-line.js';
import { Cells, type CsvRow } from '../../csv-rows.js';

/** Headings that Stripe's itemised reports have to have: of changes of the balance, or of a payout's parts. */
export const ITEMISED = [
  ...['balance_transaction_id', 'created_utc', 'currency', 'gross', 'fee', 'net', 'reporting_category', 'source_id'],
] as const;

/**
 * A row of an itemised report (`balance_change_from_activity.itemized`, `payout_reconciliation.itemized`): amounts are in major units, and
 * `created_utc` is needed because `created` is in the zone that the report was made for. Throws Problem that names the line.
 */
export function itemisedLine(name: string, row: CsvRow): BalanceLine {
  const cells = new Cells(name, row);
  const currency = cells.currency('currency');
  const available = cells.find('available_on_utc');
  return {
    id: cells.text('balance_transaction_id'),
    at: cells.time('created_utc'),
    ...(available === undefined ? {} : { availableAt: cells.time('available_on_utc') }),
    currency,
    gross: cells.money('gross', currency),
    fee: cells.money('fee', currency),
    net: cells.money('net', currency),
    category: cells.text('reporting_category'),
    source: cells.find('source_id'),
    payment: cells.find('charge_id'),
    payout: cells.find('automatic_payout_id', 'payout_id'),
  };
}
