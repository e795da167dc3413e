import { refTo } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOf } from './amount.js';
import { changedAt, createdAt, placeOf, saleRef, squareEvent, stampAt, wordOf } from './square-event.js';

const STATES = ['PENDING', 'APPROVED', 'COMPLETED', 'REJECTED', 'FAILED'];
/** Square's words for how a refund stands, in the words of facts. */
const WORDS: Readonly<Record<string, string>> = {
  PENDING: 'pending',
  APPROVED: 'pending',
  COMPLETED: 'succeeded',
  REJECTED: 'failed',
  FAILED: 'failed',
};

/** A refund is itself by its id. One that belongs to no payment is money of its own sale. */
export const refund: Interpreter = {
  name: 'square/refund',
  version: 1,
  reads: ['square.refund.created', 'square.refund.updated'],
  interpret: (entry) => {
    const event = squareEvent(entry, 'refund');
    const { object } = event;
    const sale = saleRef(object['order_id']);
    const state = String(object['status']);
    const status = WORDS[state] ?? wordOf(object['status']);
    return [
      makeFact({
        type: 'RefundChanged',
        subject: refTo('payment', object['payment_id']) ?? sale ?? `intent:${event.id}`,
        effect: `refund:${event.id}`,
        stamp: stampAt(event, placeOf(STATES, state)),
        fields: {
          at: createdAt(event),
          ...moneyOf(object['amount_money']),
          status,
          failed_at: status === 'failed' ? changedAt(event) : undefined,
        },
      }),
    ];
  },
};
