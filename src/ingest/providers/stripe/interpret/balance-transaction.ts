import type { Fact, Scalar } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import { decimalsOf, signedOf } from './amount.js';
import { idIn, isObject, type Json, listIn, msOf, msOrNull } from './stripe-json.js';

/** Fees by what they are for; a kind that is not known yet is among the others, so that they sum to the whole. */
const FEES: Readonly<Record<string, string>> = {
  stripe_fee: 'fee_processing',
  application_fee: 'fee_application',
  tax: 'fee_tax',
  withheld_tax: 'fee_tax',
  payment_method_passthrough_fee: 'fee_passthrough',
};

/** A balance transaction, where an object carries it whole; no facts where it is absent or only an id. */
export function balanceMoved(about: Pick<Fact, 'subject' | 'stamp'>, transaction: unknown): Fact[] {
  if (!isObject(transaction)) return [];
  const id = idIn(transaction['id']);
  const { amount, fee, net, currency, exchange_rate: rate } = transaction;
  if (id === undefined || typeof amount !== 'number') return [];
  const { subject, stamp } = about;
  return [
    makeFact({
      ...{ subject, stamp, type: 'BalanceMoved', effect: `balance:${id}` },
      fields: {
        at: msOf(transaction['created']),
        available_at: msOrNull(transaction['available_on']),
        gross: signedOf(amount, currency),
        fee: signedOf(fee ?? 0, currency),
        net: signedOf(net ?? amount, currency),
        currency: decimalsOf(currency).currency,
        exchange_rate: typeof rate === 'number' ? String(rate) : null,
        category: openText(transaction['reporting_category']),
        kind: openText(transaction['type']),
        ...feesOf(transaction),
      },
    }),
  ];
}

function feesOf({ fee_details: details, currency }: Json): Record<string, Scalar> {
  const sums: Record<string, number> = {};
  for (const { type, amount } of listIn(details)) {
    const name = FEES[String(type)] ?? 'fee_other';
    sums[name] = (sums[name] ?? 0) + Number(amount);
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, signedOf(sum, currency)]));
}
