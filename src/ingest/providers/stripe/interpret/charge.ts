import type { Fact } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOf } from './amount.js';
import { balanceMoved } from './balance-transaction.js';
import { refundChanged } from './refund.js';
import {
  checkoutRef,
  createdAt,
  idIn,
  listIn,
  orderRef,
  ownId,
  peopleOf,
  readObject,
  refIn,
  settledAt,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';
import { type Json, objectIn } from '../../../json-members.js';

// The order in which a charge lives through events of one second.
const TIES: Readonly<Record<string, number>> = {
  'charge.pending': 10,
  'charge.succeeded': 20,
  'charge.captured': 30,
  'charge.updated': 40,
  'charge.refunded': 50,
  'charge.expired': 60,
  'charge.failed': 70,
};

/**
 * Money is booked from the charge only: payment_intent.succeeded, invoice.paid, invoice_payment.paid and checkout.session.completed
 * restate the same money. Every snapshot of a charge restates its capture, so that one lost delivery loses nothing but the day.
 */
export const charge: Interpreter = {
  name: 'stripe/charge',
  version: 4,
  reads: [...Object.keys(TIES).map((type) => `stripe.${type}`), readObject('charge')],
  interpret: (entry) => chargeFacts(stripeEvent(entry)),
};

function chargeFacts(event: StripeEvent): Fact[] {
  const { object, type } = event;
  const metadata = objectIn(object['metadata']);
  const about = {
    subject: `payment:${ownId(event)}`,
    stamp: stampAt(event, isPartly(object) ? PARTLY : (TIES[type] ?? 0)),
    refs: [
      refIn('intent', object['payment_intent']),
      orderRef(metadata),
      checkoutRef(metadata),
      refIn('invoice', object['invoice']),
    ],
    nodes: peopleOf(event, metadata, emailOf(object)),
  };
  if (type === 'charge.failed' || (event.read && object['status'] === 'failed')) {
    const reason = openText(object['failure_code']) ?? openText(objectIn(object['outcome'])['reason']);
    const at = event.read ? createdAt(event) : event.at; // what was read does not say when it failed: mostly at once
    const failed = makeFact({ ...about, type: 'PaymentFailed', effect: 'failed', fields: { at, reason } });
    return [failed, ...returned(event, about)];
  }
  if (!hasSucceeded(event)) return [makeFact({ ...about, type: 'Linked', effect: 'linked', fields: {} })];
  const open =
    object['captured'] === false
      ? [makeFact({ ...about, type: 'PaymentAuthorised', effect: 'authorised', fields: authorised(event) })]
      : [];
  if (open.length > 0 && !isPartly(object)) return open;
  return [
    ...open,
    makeFact({ ...about, type: 'PaymentCaptured', effect: 'captured', fields: captured(event) }),
    ...embeddedRefunds(event),
    ...balanceMoved(about, object['balance_transaction']),
  ];
}

/**
 * A payment that had succeeded and failed after all, such as a bounced debit: it names the balance transaction that takes its money back.
 * An attempt that never succeeded names none.
 */
function returned(event: StripeEvent, about: Pick<Fact, 'subject' | 'stamp'>): Fact[] {
  const { object } = event;
  const back = object['failure_balance_transaction'];
  if (idIn(back) === undefined) return [];
  const taken = object['amount_captured'];
  const amount = typeof taken === 'number' && taken > 0 ? taken : object['amount'];
  const reason = openText(object['failure_code']);
  return [
    // An event of the failure follows one of the success. What was read has to say both.
    ...(event.read
      ? [makeFact({ ...about, type: 'PaymentCaptured', effect: 'captured', fields: captured(event, amount) })]
      : []),
    makeFact({
      ...{ ...about, type: 'PaymentReturned', effect: 'returned' },
      fields: { at: settledAt(event, back) ?? event.at, ...moneyOf(amount, object['currency']), reason },
    }),
    ...(event.read ? balanceMoved(about, object['balance_transaction']) : []),
    ...balanceMoved(about, back),
  ];
}

const emailOf = (object: Json): unknown => objectIn(object['billing_details'])['email'] ?? object['receipt_email'];

/** Statuses are open: what the event's type says of its charge holds unless the charge itself says otherwise. */
function hasSucceeded({ object, type }: StripeEvent): boolean {
  const { status, paid } = object;
  if (status === 'succeeded' || status === 'paid') return true;
  if (status === 'pending' || status === 'failed') return false;
  return paid === true || type === 'charge.succeeded' || type === 'charge.captured';
}

const authorised = (event: StripeEvent) => ({
  at: createdAt(event),
  released_at: isReleased(event) ? event.at : undefined,
  ...moneyOf(event.object['amount'], event.object['currency']),
  ...means(event.object),
});

/** An authorisation that is captured in several parts stays open until the last of them. */
function isPartly({ captured, amount, amount_captured: taken }: Json): boolean {
  return captured === false && typeof amount === 'number' && typeof taken === 'number' && taken > 0 && taken < amount;
}
/** Its place among events of one second: before the capture that ends it. */
const PARTLY = 25;

/** Whether nothing of it will be captured any more: it expired, or was cancelled, which a charge calls refunded. */
const isReleased = ({ type, object, read }: StripeEvent): boolean =>
  !read && !isPartly(object) && (type === 'charge.expired' || object['refunded'] === true);

function captured(event: StripeEvent, amount = event.object['amount_captured'] ?? event.object['amount']) {
  const { object } = event;
  const at = capturedAt(event);
  return {
    at,
    provisional_at: at === undefined ? createdAt(event) : undefined,
    provisional: at === undefined,
    ...moneyOf(amount, object['currency']),
    ...means(object),
    provider: 'stripe',
    balance_transaction: idIn(object['balance_transaction']),
    amount_released: released(event),
  };
}

/** What a partial capture let go of the authorisation, where it counts as refunded from that instant on: no money went back. */
function released({ type, object }: StripeEvent): string | undefined {
  const { amount, amount_captured: captured, amount_refunded: refunded, currency } = object;
  if (type !== 'charge.captured' || typeof amount !== 'number' || typeof captured !== 'number') return undefined;
  return captured < amount && refunded === amount - captured ? moneyOf(refunded, currency).amount : undefined;
}

/**
 * The instant of capture, where the snapshot proves it; undefined where it may have been at any time since the charge was made. A charge
 * does not say whether it was captured at once, and the earliest `at` wins, so a guess would move the day of a later capture for ever.
 */
function capturedAt(event: StripeEvent): number | undefined {
  const { type, at, previous, read, object } = event;
  if (read) return settledAt(event, object['balance_transaction']);
  const created = createdAt(event);
  if (type === 'charge.captured' || previous['captured'] === false) return at;
  if (typeof previous['amount_captured'] === 'number') return at;
  if (type === 'charge.succeeded') return at - created < AT_ONCE_MS ? created : at;
  return at === created ? created : undefined;
}

// A card answers within seconds; debits and vouchers succeed hours or days after their charge was made.
const AT_ONCE_MS = 10 * 60_000;

/** How it was paid. A card that was present was no browser's business. */
function means(object: Json) {
  const details = objectIn(object['payment_method_details']);
  const method = openText(details['type']);
  const country = method === undefined ? undefined : openText(objectIn(details[method])['country']);
  const inPerson = method === 'card_present' || method === 'interac_present';
  return { method, country: country?.toUpperCase(), customer_present: inPerson ? false : undefined };
}

/** Until 2022-11-15 a charge carried its refunds. They restate the refunds' own events; `amount_refunded` alone is never booked. */
function embeddedRefunds(event: StripeEvent): Fact[] {
  const { object } = event;
  return listIn(object['refunds']).flatMap((refund) =>
    refundChanged(event, { charge: object['id'], payment_intent: object['payment_intent'], ...refund }),
  );
}
