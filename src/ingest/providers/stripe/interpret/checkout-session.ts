import { openText, userNode } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOrNulls, nearestOf } from './amount.js';
import {
  checkoutRef,
  createdAt,
  orderRef,
  ownId,
  peopleOf,
  refIn,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';
import { type Json, objectIn } from '../../../json-members.js';

/** What an event says of sessions that are too old to have a status, and its place among events of one second. */
const PHASES: Readonly<Record<string, { status: string; ties: number }>> = {
  'checkout.session.completed': { status: 'complete', ties: 10 },
  'checkout.session.async_payment_failed': { status: 'complete', ties: 20 },
  'checkout.session.async_payment_succeeded': { status: 'complete', ties: 30 },
  'checkout.session.expired': { status: 'expired', ties: 40 },
};

/** The funnel's last step. The money of a session is its charge's. */
export const checkoutSession: Interpreter = {
  name: 'stripe/checkout-session',
  version: 3,
  reads: Object.keys(PHASES).map((type) => `stripe.${type}`),
  interpret: (entry) => [sessionChanged(stripeEvent(entry))],
};

function sessionChanged(event: StripeEvent) {
  const { object } = event;
  const metadata = objectIn(object['metadata']);
  const phase = PHASES[event.type]!;
  const status = openText(object['status']) ?? phase.status;
  return makeFact({
    type: 'CheckoutSessionChanged',
    subject: `session:${ownId(event)}`,
    effect: 'changed',
    stamp: stampAt(event, phase.ties),
    fields: {
      at: createdAt(event),
      completed_at: status === 'complete' ? event.at : undefined,
      mode: openText(object['mode']),
      status,
      payment_status: openText(object['payment_status']),
      ...moneyOrNulls(object['amount_total'], object['currency']),
      tax: taxIn(object),
      // Somebody filled in the page, even where the invoice behind it looks like one of the back office.
      customer_present: true,
    },
    refs: [
      refIn('intent', object['payment_intent']),
      refIn('invoice', object['invoice']),
      orderRef(metadata),
      checkoutRef(metadata),
    ],
    nodes: peopleOf(
      event,
      metadata,
      objectIn(object['customer_details'])['email'] ?? object['customer_email'],
      userNode(object['client_reference_id']),
    ),
  });
}

/** Tax within the total: what was worked out, so that of a currency without decimals it may have them. */
function taxIn({ total_details: details, currency }: Json): string | undefined {
  const tax = objectIn(details)['amount_tax'];
  return typeof tax === 'number' && typeof currency === 'string' ? nearestOf(tax, currency) : undefined;
}
