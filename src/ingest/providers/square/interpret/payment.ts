import type { Fact } from '../../../../catalog/facts.js';
import { emailNode, openText, refTo } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { type Json, objectIn, objectsIn } from '../../../json-members.js';
import { moneyOf } from './amount.js';
import {
  changedAt,
  createdAt,
  customerNode,
  placeOf,
  saleRef,
  squareEvent,
  type SquareEvent,
  stampAt,
  timeIn,
  wordOf,
} from './square-event.js';

const STATES = ['PENDING', 'APPROVED', 'CANCELED', 'FAILED', 'COMPLETED'];

/** Money is booked from a completed payment only, however many updates tell of it: what was approved may still be let go. */
export const payment: Interpreter = {
  name: 'square/payment',
  version: 3,
  reads: ['square.payment.created', 'square.payment.updated'],
  interpret: (entry) => paymentFacts(squareEvent(entry, 'payment')),
};

function paymentFacts(event: SquareEvent): Fact[] {
  const { object } = event;
  const state = object['status'];
  const about = {
    subject: `payment:${event.id}`,
    stamp: stampAt(event, placeOf(STATES, state)),
    refs: [saleRef(object['order_id']), refTo('order', object['reference_id'])],
    nodes: [customerNode(object['customer_id']), emailNode(object['buyer_email_address'])],
  };
  switch (state) {
    case 'COMPLETED':
      return [makeFact({ ...about, type: 'PaymentCaptured', effect: 'captured', fields: captured(event) })];
    case 'APPROVED':
      return [makeFact({ ...about, type: 'PaymentAuthorised', effect: 'authorised', fields: authorised(event) })];
    case 'FAILED':
      return [
        makeFact({ ...about, type: 'PaymentFailed', effect: 'failed', fields: failed(event) }),
        // Says something only of one that had been completed, such as a bank transfer that came back.
        makeFact({ ...about, type: 'PaymentReturned', effect: 'returned', fields: returned(event) }),
      ];
    case 'CANCELED':
      if (authorisedAt(object) !== undefined)
        return [makeFact({ ...about, type: 'PaymentAuthorised', effect: 'authorised', fields: released(event) })];
  }
  return [makeFact({ ...about, type: 'Linked', effect: 'linked' })];
}

/**
 * A card tells when it was captured. Of anything else the first notification that calls it completed does: `at` keeps the earliest, so
 * a later one that arrives sooner moves the day only until the first is there.
 */
const captured = (event: SquareEvent) => ({
  at: timeIn(timeline(event.object)['captured_at']) ?? changedAt(event),
  provisional: false,
  ...amountOf(event),
  ...means(event.object),
  // What was paid in cash, or elsewhere, is written down there and in nobody's balance.
  provider: OFFLINE.has(String(event.object['source_type'])) ? undefined : 'square',
});

const authorised = (event: SquareEvent) => ({
  at: authorisedAt(event.object) ?? createdAt(event),
  ...amountOf(event),
  ...means(event.object),
});

const released = (event: SquareEvent) => ({
  ...authorised(event),
  released_at: timeIn(timeline(event.object)['voided_at']) ?? changedAt(event),
});

const failed = (event: SquareEvent) => ({
  at: changedAt(event),
  reason: openText(objectsIn(objectIn(event.object['card_details'])['errors'])[0]?.['code']),
});

const returned = (event: SquareEvent) => ({ at: changedAt(event), ...amountOf(event), reason: failed(event).reason });

/** With the tip: `amount_money` is without. */
const amountOf = ({ object }: SquareEvent) => moneyOf(object['total_money'] ?? object['amount_money']);

const timeline = (object: Json): Json => objectIn(objectIn(object['card_details'])['card_payment_timeline']);
const authorisedAt = (object: Json): number | undefined => timeIn(timeline(object)['authorized_at']);

// Where somebody stood at a till, or wrote down what was paid elsewhere, no browser could have seen it.
const AT_A_TILL = new Set(['SQUARE_POS', 'TERMINAL_API', 'RETAIL', 'RESTAURANTS', 'VIRTUAL_TERMINAL']);
const BY_HAND = new Set(['SWIPED', 'EMV', 'CONTACTLESS']);
const OFFLINE = new Set(['CASH', 'EXTERNAL']);

function means(object: Json) {
  const entry = objectIn(object['card_details'])['entry_method'];
  const product = objectIn(object['application_details'])['square_product'];
  const offline =
    OFFLINE.has(String(object['source_type'])) || BY_HAND.has(String(entry)) || AT_A_TILL.has(String(product));
  return { method: wordOf(object['source_type']), customer_present: offline ? false : undefined };
}
