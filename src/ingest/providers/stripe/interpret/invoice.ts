import type { Fact, Ref } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOrNulls } from './amount.js';
import {
  createdAt,
  customerNode,
  idIn,
  type Json,
  listIn,
  objectIn,
  orderRef,
  ownId,
  peopleOf,
  refIn,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';

// The order in which an invoice lives through states of one second.
const STATUSES = ['draft', 'open', 'uncollectible', 'paid', 'void', 'deleted'];

const STEPS = [
  'created',
  'finalization_failed',
  'finalized',
  'sent',
  'updated',
  'payment_action_required',
  'payment_attempt_required',
  'payment_failed',
  'payment_succeeded',
  'paid',
  'overpaid',
  'overdue',
  'will_be_due',
  'marked_uncollectible',
  'voided',
  'deleted',
];

/** Invoices nobody sat in front of when they were paid: renewals, and what the back office billed. */
const WITHOUT_CUSTOMER = new Set([
  'subscription_cycle',
  'subscription_threshold',
  'automatic_pending_invoice_item_invoice',
  'manual',
]);

/** What was billed, and which payment belongs to it. Its money is its charge's. */
export const invoice: Interpreter = {
  name: 'stripe/invoice',
  version: 1,
  reads: STEPS.map((step) => `stripe.invoice.${step}`),
  interpret: (entry) => [invoiceChanged(stripeEvent(entry))],
};

function invoiceChanged(event: StripeEvent): Fact {
  const { object } = event;
  const metadata = objectIn(object['metadata']);
  const due = moneyOrNulls(object['amount_due'], object['currency']);
  const status = event.type === 'invoice.deleted' ? 'deleted' : openText(object['status']);
  const reason = openText(object['billing_reason']);
  return makeFact({
    type: 'InvoiceChanged',
    subject: `invoice:${ownId(event)}`,
    effect: 'changed',
    stamp: stampAt(
      event,
      (STATUSES.indexOf(status ?? '') + 1) * 100 + STEPS.indexOf(event.type.slice('invoice.'.length)),
    ),
    fields: {
      at: createdAt(event),
      status,
      billing_reason: reason,
      amount_due: due.amount,
      amount_paid: moneyOrNulls(object['amount_paid'], object['currency']).amount,
      currency: due.currency,
      subscription: subscriptionOf(object) ?? null,
      customer_present: reason !== undefined && WITHOUT_CUSTOMER.has(reason) ? false : undefined,
    },
    // Never the subscription: it would make all renewals one purchase.
    refs: [orderRef(metadata), ...paymentsOf(object)],
    nodes: peopleOf(event, { ...subscriptionMetadata(object), ...metadata }, object['customer_email']),
  });
}

/** Charge and intent, as all API versions name them: on the invoice itself before 2025-03-31, in its list of payments since. */
function paymentsOf(object: Json): (Ref | undefined)[] {
  const listed = listIn(object['payments']).flatMap((each) => paymentOf(each));
  return [refIn('payment', object['charge']), refIn('intent', object['payment_intent']), ...listed];
}

/** Of an invoice payment; one made outside Stripe (`payment_record`) names neither. */
function paymentOf(invoicePayment: Json): (Ref | undefined)[] {
  const payment = objectIn(invoicePayment['payment']);
  return [refIn('payment', payment['charge']), refIn('intent', payment['payment_intent'])];
}

const parentOf = (object: Json): Json => objectIn(objectIn(object['parent'])['subscription_details']);

const subscriptionOf = (object: Json): string | undefined =>
  idIn(object['subscription']) ?? idIn(parentOf(object)['subscription']);

// Only for who it belongs to: an order id of the subscription would join its renewals.
const subscriptionMetadata = (object: Json): Json =>
  objectIn(
    (object['subscription_details'] === undefined ? parentOf(object) : objectIn(object['subscription_details']))[
      'metadata'
    ],
  );

/** Since 2025-03-31 the only event that joins an invoice and its payment whatever the version. */
export const invoicePayment: Interpreter = {
  name: 'stripe/invoice-payment',
  version: 1,
  reads: ['stripe.invoice_payment.paid'],
  interpret: (entry) => {
    const event = stripeEvent(entry);
    const invoiceId = idIn(event.object['invoice']);
    const refs = paymentOf(event.object).filter((ref) => ref !== undefined);
    if (invoiceId === undefined || refs.length === 0) return [];
    const nodes = [customerNode(event, event.object)].filter((node) => node !== undefined);
    return [
      makeFact({
        type: 'Linked',
        subject: `invoice:${invoiceId}`,
        effect: 'linked',
        stamp: stampAt(event, 0),
        fields: {},
        refs,
        nodes,
      }),
    ];
  },
};

/** A preview of the next invoice: it has no id yet and may never come to be. */
export const upcomingInvoice: Interpreter = {
  name: 'stripe/upcoming-invoice',
  version: 1,
  reads: ['stripe.invoice.upcoming'],
  interpret: () => [],
};
