import type { Fact } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { decimalsOf, signedOf } from './amount.js';
import { balanceMoved } from './balance-transaction.js';
import {
  createdAt,
  idIn,
  msOrNull,
  ownId,
  readObject,
  settledAt,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';

// The order in which a payout lives through states of one second. `failed` can follow `paid`, which says only what is expected.
const STATUSES = ['pending', 'in_transit', 'paid', 'canceled', 'failed'];
const STEPS = ['created', 'updated', 'paid', 'canceled', 'failed', 'reconciliation_completed'];

/** Money on its way to our bank. What it consists of is told by its balance transactions. */
export const payout: Interpreter = {
  name: 'stripe/payout',
  version: 2,
  reads: [...STEPS.map((step) => `stripe.payout.${step}`), readObject('payout')],
  interpret: (entry) => payoutFacts(stripeEvent(entry)),
};

function payoutFacts(event: StripeEvent): Fact[] {
  const { object, type } = event;
  const status = openText(object['status']);
  const ties = (STATUSES.indexOf(status ?? '') + 1) * 100 + STEPS.indexOf(type.slice('payout.'.length));
  const about = { subject: `payout:${ownId(event)}`, stamp: stampAt(event, ties) };
  return [
    makeFact({
      ...{ ...about, type: 'PayoutChanged', effect: 'changed' },
      fields: {
        at: createdAt(event),
        status,
        amount: signedOf(object['amount'], object['currency']),
        currency: decimalsOf(object['currency']).currency,
        arrival_at: msOrNull(object['arrival_date']),
        failed_at:
          status === 'failed' ? (settledAt(event, object['failure_balance_transaction']) ?? event.at) : undefined,
        canceled_at: status === 'canceled' ? event.at : undefined,
        failure: openText(object['failure_code']),
        automatic: object['automatic'] === true,
        method: openText(object['method']),
        reconciliation_status: openText(object['reconciliation_status']),
        balance_transaction: idIn(object['balance_transaction']),
      },
    }),
    ...balanceMoved(about, object['balance_transaction']),
    ...balanceMoved(about, object['failure_balance_transaction']),
  ];
}
