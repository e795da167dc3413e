import type { InterpretableEntry } from '../../../../catalog/facts.js';
import { stampOf } from '../../../../catalog/facts.js';
import { idOf } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { isObject, type Json, objectIn } from '../../../json-members.js';
import { signedMoney } from './amount.js';
import { timeIn, wordOf } from './square-event.js';

const RANK = 5;

/** Square's kinds of entries in the words that lines of every provider's balance share; others keep their own. */
const CATEGORIES: Readonly<Record<string, string>> = {
  CHARGE: 'charge',
  REFUND: 'refund',
  FEE: 'fee',
  DEPOSIT_FEE: 'fee',
  DEPOSIT_FEE_REVERSED: 'fee',
  PROCESSING_FEE: 'fee',
  PROCESSING_FEE_REFUND: 'fee',
  TAX_ON_FEE: 'tax',
  ADJUSTMENT: 'other_adjustment',
  OTHER_ADJUSTMENT: 'other_adjustment',
  HOLD_ADJUSTMENT: 'risk_reserved_funds',
  RELEASE_ADJUSTMENT: 'risk_reserved_funds',
  RESERVE_HOLD: 'risk_reserved_funds',
  RESERVE_RELEASE: 'risk_reserved_funds',
  // An entry says nothing of which payout it is: its rule needs no event, unlike that of `payout`.
  PAYOUT: 'unnamed_payout',
  RETURNED_PAYOUT: 'unnamed_payout_reversal',
};

/** Of one kind whichever way the money goes: the sign says whether it is taken or given back. */
const DISPUTES = new Set(['DISPUTE', 'OPEN_DISPUTE']);

function categoryOf(type: unknown, gross: bigint): string {
  if (DISPUTES.has(String(type))) return gross > 0n ? 'dispute_reversal' : 'dispute';
  return CATEGORIES[String(type)] ?? wordOf(type) ?? 'other';
}

/** A line of Square's balance: one entry of a payout, as a report has it. */
export const payoutEntry: Interpreter = {
  name: 'square/payout-entry',
  version: 3,
  reads: ['square.object.payout_entry'],
  interpret: (entry: InterpretableEntry) => {
    const object = objectIn(objectIn(objectIn(entry.body)['data'])['object']);
    const line = entryLine(object);
    return [
      makeFact({
        type: 'BalanceMoved',
        subject: line.subject,
        effect: `balance:${line.id}`,
        stamp: stampOf(RANK, entry.occurredAt, entry.originEventId),
        fields: {
          ...{
            at: line.at,
            available_at: null,
            gross: line.gross,
            fee: line.fee,
            net: line.net,
            currency: line.currency,
          },
          ...{ exchange_rate: null, category: line.category, kind: wordOf(object['type']), fee_processing: line.fee },
          ...{ provider: 'square', source: line.source, payout: line.payout },
        },
      }),
    ];
  },
};

/** What an entry of a payout says. Throws RangeError or TypeError for what is none. */
export function entryLine(object: Json) {
  const id = idOf(object['id']);
  const at = timeIn(object['effective_at']);
  if (id === undefined || at === undefined) throw new TypeError('an entry of a payout has no id or time');
  const { amount: gross, currency } = signedMoney(object['gross_amount_money']);
  const { amount: net } = signedMoney(object['net_amount_money']);
  const { payment, source } = sourceOf(object);
  return {
    ...{ id, at, currency, gross, net, source, payment },
    // Square writes fees with either sign; what is left of the gross says which it is.
    fee: String(BigInt(gross) - BigInt(net)),
    category: categoryOf(object['type'], BigInt(gross)),
    payout: idOf(object['payout_id']),
    subject: payment === undefined ? `balance:${id}` : `payment:${payment}`,
  };
}

/** What the entry is of stands in the member of its own kind: `type_refund_details`. */
function sourceOf(object: Json): { payment: string | undefined; source: string | undefined } {
  const details = Object.entries(object).find(([name, value]) => /^type_\w+_details$/.test(name) && isObject(value));
  const { payment_id: payment, refund_id: refund, dispute_id: dispute } = objectIn(details?.[1]);
  return { payment: idOf(payment), source: idOf(refund) ?? idOf(dispute) ?? idOf(payment) };
}
