import type { Fact } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOf, moneyOrNulls, nearestOf } from './amount.js';
import {
  createdAt,
  customerNode,
  idIn,
  listIn,
  msOrNull,
  ownId,
  readObject,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';
import type { Json } from '../../../json-members.js';

const STEPS = ['created', 'updated', 'voided'];

/** What was taken back of an invoice. The money within it comes as a refund of its own, so it is not booked here. */
export const creditNote: Interpreter = {
  name: 'stripe/credit-note',
  version: 3,
  reads: [...STEPS.map((step) => `stripe.credit_note.${step}`), readObject('credit_note')],
  interpret: (entry) => creditNoteFacts(stripeEvent(entry)),
};

function creditNoteFacts(event: StripeEvent): Fact[] {
  const { object, type } = event;
  const invoice = idIn(object['invoice']);
  if (invoice === undefined) return [];
  const step = STEPS.indexOf(type.slice('credit_note.'.length));
  const status = openText(object['status']);
  const partOf = (name: string) => moneyOrNulls(object[name], object['currency']).amount;
  return [
    makeFact({
      type: 'CreditNoteChanged',
      subject: `invoice:${invoice}`,
      effect: `credit_note:${ownId(event)}`,
      stamp: stampAt(event, (status === 'void' ? 100 : 0) + step),
      fields: {
        at: createdAt(event),
        status,
        reason: openText(object['reason']),
        ...moneyOf(object['amount'], object['currency']),
        amount_before_payment: partOf('pre_payment_amount'),
        amount_after_payment: partOf('post_payment_amount'),
        amount_elsewhere: partOf('out_of_band_amount'),
        voided_at: status === 'void' ? (msOrNull(object['voided_at']) ?? event.at) : null,
        ...partsOf(object),
      },
      nodes: [customerNode(object)],
    }),
  ];
}

/** Refunds that one credit note names; more than anybody makes, and few enough for one text. */
const REFUNDS_MAX = 15;

/** Of its amount: the tax, what the customer's balance took in, and which refunds pay back the rest. */
function partsOf(object: Json) {
  const { currency, total, total_excluding_tax: net } = object;
  const refunds = listIn(object['refunds']);
  const paidBack = refunds.reduce((sum, { amount_refunded: amount }) => sum + (Number(amount) || 0), 0);
  const isCredited = idIn(object['customer_balance_transaction']) !== undefined;
  const after = Number(object['post_payment_amount']) - paidBack - (Number(object['out_of_band_amount']) || 0);
  return {
    tax: typeof total === 'number' && typeof net === 'number' ? nearestOf(total - net, currency) : undefined,
    amount_credited: isCredited ? nearestOf(after, currency) : '0',
    refunds: refunds
      .map(({ refund }) => idIn(refund))
      .filter((id) => id !== undefined)
      .slice(0, REFUNDS_MAX)
      .join(' '),
  };
}
