import type { BalanceLine } from '../../balance-line.js';
import type { ReadObject } from '../../object-list.js';
import { decimalsOf, signedOf } from './interpret/amount.js';
import { idIn } from './interpret/stripe-json.js';
import { objectIn } from '../../json-members.js';

/** A balance transaction of a list as a line of the provider's own statement. Throws TypeError or RangeError for what is none. */
export function balanceLine({ object }: ReadObject): BalanceLine {
  const {
    id,
    created,
    currency,
    amount,
    fee,
    net,
    source,
    available_on: available,
    reporting_category: category,
  } = object;
  if (typeof id !== 'string' || typeof created !== 'number')
    throw new TypeError('a balance transaction has no id or time');
  const sourceId = idIn(source);
  const { charge } = objectIn(source);
  return {
    id,
    at: created * 1000,
    currency: decimalsOf(currency).currency,
    gross: BigInt(signedOf(amount, currency)),
    fee: BigInt(signedOf(fee ?? 0, currency)),
    net: BigInt(signedOf(net ?? amount, currency)),
    category: typeof category === 'string' ? category : 'other',
    ...(typeof available === 'number' ? { availableAt: available * 1000 } : {}),
    ...(sourceId === undefined ? {} : { source: sourceId }),
    ...(idIn(charge) === undefined ? {} : { payment: idIn(charge) }),
  };
}
