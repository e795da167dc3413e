import type { Fact } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOf } from './amount.js';
import { balanceMoved } from './balance-transaction.js';
import {
  createdAt,
  idIn,
  ownId,
  readObject,
  refIn,
  settledAt,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';
import type { Json } from '../../../json-members.js';

// The order in which a refund lives through states of one second. A status that is not known yet comes before those that end it.
const STATUSES = ['pending', 'requires_action', 'succeeded', 'canceled', 'failed'];

/** A refund is itself by its id: several events restate it, and one charge may have many. */
export const refund: Interpreter = {
  name: 'stripe/refund',
  version: 3,
  reads: [
    ...['stripe.refund.created', 'stripe.refund.updated', 'stripe.refund.failed', 'stripe.charge.refund.updated'],
    readObject('refund'),
  ],
  interpret: (entry) => {
    const event = stripeEvent(entry);
    ownId(event);
    return refundChanged(event, event.object);
  },
};

/** What a refund object says, wherever it is found. No facts for one that belongs to no payment, such as of a cash balance. */
export function refundChanged(event: StripeEvent, object: Json): Fact[] {
  const id = idIn(object['id']);
  const payment = refIn('payment', object['charge']);
  const intent = refIn('intent', object['payment_intent']);
  const subject = payment ?? intent;
  if (id === undefined || subject === undefined) return [];
  // Until 2014 or so refunds had no status: they had simply been made.
  const status = openText(object['status']) ?? (event.type === 'refund.failed' ? 'failed' : 'succeeded');
  const rank = STATUSES.indexOf(status) + 1;
  const about = { subject, stamp: stampAt(event, rank * 100 + (event.type === 'refund.created' ? 0 : 10)) };
  return [
    makeFact({
      ...about,
      type: 'RefundChanged',
      effect: `refund:${id}`,
      fields: {
        at: createdAt(event, object),
        ...moneyOf(object['amount'], object['currency'] ?? event.object['currency']),
        status,
        failed_at:
          status === 'failed' ? (settledAt(event, object['failure_balance_transaction']) ?? event.at) : undefined,
        balance_transaction: idIn(object['balance_transaction']),
      },
      refs: [subject === intent ? undefined : intent],
    }),
    ...balanceMoved(about, object['balance_transaction']),
    ...balanceMoved(about, object['failure_balance_transaction']),
  ];
}
