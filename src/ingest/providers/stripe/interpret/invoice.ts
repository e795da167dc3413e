import type { Fact, Ref } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOrNulls } from './amount.js';
import { owed, periodsBilled } from './invoice-parts.js';
import {
  createdAt,
  customerNode,
  idIn,
  listIn,
  msOrNull,
  orderRef,
  ownId,
  peopleOf,
  readObject,
  refIn,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';
import { type Json, objectIn } from '../../../json-members.js';

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
  version: 4,
  reads: [...STEPS.map((step) => `stripe.invoice.${step}`), readObject('invoice')],
  interpret: (entry) => {
    const event = stripeEvent(entry);
    return [invoiceChanged(event), ...periodsBilled(event)];
  },
};

function invoiceChanged(event: StripeEvent): Fact {
  const { object } = event;
  const metadata = objectIn(object['metadata']);
  const amountOf = (name: string) => moneyOrNulls(object[name], object['currency']).amount;
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
      amount_due: amountOf('amount_due'),
      amount_paid: amountOf('amount_paid'),
      amount_remaining: amountOf('amount_remaining'),
      currency: moneyOrNulls(undefined, object['currency']).currency,
      subscription: idIn(parentOf(object)['subscription']) ?? null,
      customer_present: reason !== undefined && WITHOUT_CUSTOMER.has(reason) ? false : undefined,
      paid_at: status === 'paid' ? (paidAt(object) ?? event.at) : null,
      paid_elsewhere: isPositive(object['amount_paid_off_stripe']),
      ...owed(event, status),
    },
    // Never the subscription: it would make all renewals one purchase.
    refs: [orderRef(metadata), ...listIn(object['payments']).flatMap(paymentOf)],
    nodes: peopleOf(event, { ...objectIn(parentOf(object)['metadata']), ...metadata }, object['customer_email']),
  });
}

/** Of an invoice payment; one made outside Stripe (`payment_record`) names neither. */
function paymentOf(invoicePayment: Json): (Ref | undefined)[] {
  const payment = objectIn(invoicePayment['payment']);
  return [refIn('payment', payment['charge']), refIn('intent', payment['payment_intent'])];
}

// What it says of the subscription is only for who it belongs to: an order id of the subscription would join its renewals.
const parentOf = (object: Json): Json => objectIn(objectIn(object['parent'])['subscription_details']);

const paidAt = (object: Json): number | null => msOrNull(objectIn(object['status_transitions'])['paid_at']);
const isPositive = (amount: unknown): boolean => typeof amount === 'number' && amount > 0;

/** A payment of an invoice, which may have several. Since 2025-03-31 the only event that joins the two whatever the version. */
export const invoicePayment: Interpreter = {
  name: 'stripe/invoice-payment',
  version: 2,
  reads: ['stripe.invoice_payment.paid'],
  interpret: (entry) => {
    const event = stripeEvent(entry);
    const { object } = event;
    const invoiceId = idIn(object['invoice']);
    if (invoiceId === undefined) return [];
    const about = { subject: `invoice:${invoiceId}`, stamp: stampAt(event, 0) };
    const transitions = objectIn(object['status_transitions']);
    return [
      makeFact({
        ...{ ...about, type: 'InvoicePaymentMade', effect: `payment:${ownId(event)}` },
        fields: {
          at: msOrNull(transitions['paid_at']) ?? event.at,
          ...moneyOrNulls(object['amount_paid'], object['currency']),
          paid_elsewhere: objectIn(object['payment'])['type'] === 'payment_record',
        },
        refs: paymentOf(object),
        nodes: [customerNode(object)],
      }),
    ];
  },
};

/** A preview of the next invoice: it has no id yet and may never come to be. */
export const upcomingInvoice: Interpreter = {
  name: 'stripe/upcoming-invoice',
  version: 2,
  reads: ['stripe.invoice.upcoming'],
  interpret: () => [],
};
