import type { Fact } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import {
  checkoutRef,
  orderRef,
  ownId,
  peopleOf,
  refIn,
  stampAt,
  stripeEvent,
  type StripeEvent,
} from './stripe-event.js';
import { objectIn } from '../../../json-members.js';

const STEPS = [
  'created',
  'requires_action',
  'processing',
  'amount_capturable_updated',
  'partially_funded',
  'payment_failed',
  'succeeded',
  'canceled',
];

/** An intent joins charges with orders and people. It restates its charge's money, so it says nothing of money. */
export const paymentIntent: Interpreter = {
  name: 'stripe/payment-intent',
  version: 2,
  reads: STEPS.map((step) => `stripe.payment_intent.${step}`),
  interpret: (entry) => intentFacts(stripeEvent(entry)),
};

function intentFacts(event: StripeEvent): Fact[] {
  const { object } = event;
  const metadata = objectIn(object['metadata']);
  const stamp = stampAt(event, 0);
  const subject = `intent:${ownId(event)}`;
  const latest = refIn('payment', object['latest_charge']);
  const refs = [latest, orderRef(metadata), checkoutRef(metadata), refIn('invoice', object['invoice'])];
  const linked = makeFact({
    type: 'Linked',
    subject,
    effect: 'linked',
    stamp,
    fields: {},
    refs,
    nodes: peopleOf(event, metadata, object['receipt_email']),
  });
  const facts = linked.refs || linked.nodes ? [linked] : [];
  if (event.type !== 'payment_intent.payment_failed') return facts;
  const error = objectIn(object['last_payment_error']);
  const attempt = refIn('payment', error['charge']) ?? latest;
  const reason = openText(error['decline_code']) ?? openText(error['code']);
  return [
    ...facts,
    makeFact({
      type: 'PaymentFailed',
      subject: attempt ?? subject,
      effect: 'failed',
      stamp,
      fields: { at: event.at, reason },
      refs: attempt ? [subject] : [],
    }),
  ];
}
