import { makeFact } from '../../../../catalog/make-fact.js';
import { isDay } from '../../../../kernel/day.js';
import type { Interpreter } from '../../../interpreter.js';
import { signedMoney } from './amount.js';
import { changedAt, createdAt, placeOf, squareEvent, stampAt, wordOf } from './square-event.js';

const STATES = ['SENT', 'PAID', 'FAILED'];
/** Square's words for how a payout stands, in the words of facts. */
const WORDS: Readonly<Record<string, string>> = { SENT: 'in_transit', PAID: 'paid', FAILED: 'failed' };

/**
 * Money on its way to our bank, or from it. What a batch consists of is told by its entries, in a report; the batch itself is no entry of any.
 * A payout without entries (`SIMPLE`) is an entry of a batch to come, which does not name it.
 */
export const payout: Interpreter = {
  name: 'square/payout',
  version: 2,
  reads: ['square.payout.sent', 'square.payout.paid', 'square.payout.failed'],
  interpret: (entry) => {
    const event = squareEvent(entry, 'payout');
    const { object } = event;
    const state = object['status'];
    const { arrival_date: arrival } = object;
    return [
      makeFact({
        type: 'PayoutChanged',
        subject: `payout:${event.id}`,
        effect: 'changed',
        stamp: stampAt(event, placeOf(STATES, state)),
        fields: {
          at: createdAt(event),
          status: WORDS[String(state)] ?? wordOf(state),
          ...signedMoney(object['amount_money']),
          arrival_at: typeof arrival === 'string' && isDay(arrival) ? Date.parse(`${arrival}T00:00:00Z`) : null,
          failed_at: state === 'FAILED' ? changedAt(event) : undefined,
          automatic: object['type'] === 'BATCH',
          method: wordOf(object['type']),
          balance_line: object['type'] === 'SIMPLE' ? 'unnamed' : 'none',
        },
      }),
    ];
  },
};
