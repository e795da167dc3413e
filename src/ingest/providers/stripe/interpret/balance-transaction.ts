import type { Fact, Ref, Scalar } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import { decimalsOf, signedOf } from './amount.js';
import type { Interpreter } from '../../../interpreter.js';
import { readObject, refIn, stampAt, stripeEvent } from './stripe-event.js';
import { idIn, listIn, msOf, msOrNull } from './stripe-json.js';
import { isObject, type Json, objectIn } from '../../../json-members.js';

/**
 * A line of the balance that was read by itself, and the payout that it was found in. It belongs to what its source belongs to; the source
 * of a refund or a dispute has to be whole for that, because its id does not say which payment it is of.
 */
export const balanceTransaction: Interpreter = {
  name: 'stripe/balance-transaction',
  version: 1,
  reads: [readObject('balance_transaction')],
  interpret: (entry) => {
    const event = stripeEvent(entry);
    const { object } = event;
    const subject = sourceOf(object);
    const payout = idIn(objectIn(objectIn(entry.body)['data'])['payout']);
    return subject === undefined ? [] : balanceMoved({ subject, stamp: stampAt(event, 0) }, object, payout);
  },
};

const PAYMENT = /^(?:ch|py)_/;
const OF_A_PAYMENT = /^(?:re|pyr|dp|du|pdp)_/;

/** What a line of the balance is of: `payment:ch_1`, `payout:po_1`, or only itself. Undefined where a payment is, and it is not told which. */
export function sourceOf(transaction: Json): Ref | undefined {
  const { source } = transaction;
  const id = idIn(source);
  if (id !== undefined && PAYMENT.test(id)) return `payment:${id}`;
  if (id?.startsWith('po_')) return `payout:${id}`;
  if (id !== undefined && OF_A_PAYMENT.test(id)) {
    const { charge, payment_intent: intent } = objectIn(source);
    return refIn('payment', charge) ?? refIn('intent', intent);
  }
  const own = idIn(transaction['id']);
  return own === undefined ? undefined : `balance:${own}`;
}

/** Fees by what they are for; a kind that is not known yet is among the others, so that they sum to the whole. */
const FEES: Readonly<Record<string, string>> = {
  stripe_fee: 'fee_processing',
  application_fee: 'fee_application',
  tax: 'fee_tax',
  withheld_tax: 'fee_tax',
  payment_method_passthrough_fee: 'fee_passthrough',
};

/** A balance transaction, where an object carries it whole; no facts where it is absent or only an id. `payout`: of which it is a part. */
export function balanceMoved(about: Pick<Fact, 'subject' | 'stamp'>, transaction: unknown, payout?: string): Fact[] {
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
        exchange_rate: typeof rate === 'number' ? String(rate) : rate === undefined ? undefined : null,
        category: openText(transaction['reporting_category']),
        kind: openText(transaction['type']),
        provider: 'stripe',
        source: idIn(transaction['source']),
        payout,
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
