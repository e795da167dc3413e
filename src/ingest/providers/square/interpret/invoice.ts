import { emailNode, idOf } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { type Json, objectIn, objectsIn } from '../../../json-members.js';
import { moneyOf } from './amount.js';
import { createdAt, customerNode, placeOf, saleRef, squareEvent, stampAt, wordOf } from './square-event.js';

const STATES = [
  'DRAFT',
  'SCHEDULED',
  'UNPAID',
  'FAILED',
  'PAYMENT_PENDING',
  'PARTIALLY_PAID',
  'PAID',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'CANCELED',
  'DELETED',
];

const STEPS = [
  'created',
  'published',
  'updated',
  'payment_made',
  'scheduled_charge_failed',
  'canceled',
  'refunded',
  'deleted',
];

/** What was billed. The money of an invoice is its payments', with which its sale joins it. */
export const invoice: Interpreter = {
  name: 'square/invoice',
  version: 1,
  reads: STEPS.map((step) => `square.invoice.${step}`),
  interpret: (entry) => {
    const event = squareEvent(entry, 'invoice');
    const { object } = event;
    const state = event.type === 'invoice.deleted' ? 'DELETED' : object['status'];
    const recipient = objectIn(object['primary_recipient']);
    const requests = objectsIn(object['payment_requests']);
    const subscription = idOf(object['subscription_id']);
    return [
      makeFact({
        type: 'InvoiceChanged',
        subject: `invoice:${event.id}`,
        effect: 'changed',
        stamp: stampAt(event, placeOf(STATES, state)),
        fields: {
          at: createdAt(event),
          status: wordOf(state),
          ...amountsOf(requests),
          subscription,
          // A renewal is paid while nobody looks at a page.
          customer_present: subscription === undefined ? undefined : false,
        },
        refs: [saleRef(object['order_id'])],
        nodes: [customerNode(recipient['customer_id']), emailNode(recipient['email_address'])],
      }),
    ];
  },
};

function amountsOf(requests: readonly Json[]) {
  const due = sumOf(requests, 'computed_amount_money');
  const paid = sumOf(requests, 'total_completed_amount_money');
  return { amount_due: due?.amount, amount_paid: paid?.amount, currency: due?.currency ?? paid?.currency };
}

/** Of all parts an invoice is paid in; undefined where none tells it, or where they are not in one currency. */
function sumOf(requests: readonly Json[], member: string): { amount: string; currency: string } | undefined {
  const amounts = requests.map((request) => request[member]).filter((money) => money !== undefined && money !== null);
  const [first, ...rest] = amounts.map(moneyOf);
  if (!first || rest.some(({ currency }) => currency !== first.currency)) return undefined;
  const sum = rest.reduce((total, { amount }) => total + BigInt(amount), BigInt(first.amount));
  return { amount: String(sum), currency: first.currency };
}
