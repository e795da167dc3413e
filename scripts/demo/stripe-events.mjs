// Stripe events of a planned payment: what the provider would deliver, with the fields that its API sends.
import { DAY } from './calendar.mjs';

const API_VERSION = '2026-10-28.endive';
const s = (ms) => Math.floor(ms / 1000);

/** `{ id, at, body }` of one event; `id` is derived from what it tells, so the plan needs no counter. */
function eventOf(type, at, object, suffix = '') {
  const id = `evt_${object.id}${suffix}_${type.replace(/[^a-z]/g, '')}`;
  const body = {
    id,
    object: 'event',
    api_version: API_VERSION,
    created: s(at),
    livemode: true,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    data: { object },
  };
  return { id, at, body };
}

const emailOf = ({ user, guest }) => (user ?? guest).email;
const currencyOf = (money) => money.currency.toLowerCase();

function charge(payment, purchase, state) {
  const refunded = state.refunded ?? 0;
  return {
    id: payment.chargeId,
    object: 'charge',
    amount: payment.amount,
    amount_captured: state.captured ? payment.amount : 0,
    amount_refunded: refunded,
    balance_transaction: state.captured ? `txn_${payment.chargeId}` : null,
    billing_details: {
      email: emailOf(purchase),
      name: nameOf(purchase),
      phone: null,
      address: { country: 'DE', postal_code: '10115', city: 'Berlin', line1: 'Lindenweg 4', line2: null, state: null },
    },
    captured: state.captured,
    created: s(payment.authorisedAt ?? payment.capturedAt),
    currency: currencyOf(payment),
    customer: purchase.user?.customerId ?? null,
    failure_code: null,
    invoice: null,
    livemode: true,
    metadata: metadataOf(purchase),
    paid: true,
    payment_intent: payment.intentId,
    payment_method_details: { card: { brand: 'visa', country: 'DE', last4: '4242' }, type: 'card' },
    refunded: refunded === payment.amount,
    status: 'succeeded',
  };
}

const nameOf = ({ user, guest }) => `Shopper ${emailOf({ user, guest }).replace(/@.*/, '')}`;
const metadataOf = (purchase) =>
  purchase.order
    ? { order_id: purchase.order.orderId, ...(purchase.user ? { user_id: purchase.user.userId } : {}) }
    : {};

function intent(payment, purchase, status, setup = null) {
  return {
    id: payment.intentId,
    object: 'payment_intent',
    amount: payment.amount,
    amount_capturable: status === 'requires_capture' ? payment.amount : 0,
    amount_received: status === 'succeeded' ? payment.amount : 0,
    capture_method: payment.manual ? 'manual' : 'automatic_async',
    created: s(payment.authorisedAt ?? payment.capturedAt),
    currency: currencyOf(payment),
    customer: purchase.user?.customerId ?? null,
    latest_charge: payment.chargeId,
    livemode: true,
    metadata: metadataOf(purchase),
    setup_future_usage: setup,
    status,
  };
}

const customerCreated = (user, at) =>
  eventOf('customer.created', at, {
    id: user.customerId,
    object: 'customer',
    created: s(at),
    email: user.email,
    name: `Shopper ${user.userId}`,
    livemode: true,
    metadata: { user_id: user.userId },
  });

function session(payment, purchase) {
  return {
    id: payment.sessionId,
    object: 'checkout.session',
    amount_total: payment.amount,
    client_reference_id: purchase.user?.userId ?? null,
    created: s(purchase.order.placedAt),
    currency: currencyOf(payment),
    customer: purchase.user?.customerId ?? null,
    customer_details: { email: emailOf(purchase), name: nameOf(purchase), phone: null, address: { country: 'DE' } },
    invoice: null,
    livemode: true,
    metadata: { order_id: purchase.order.orderId, checkout_id: purchase.checkoutId },
    mode: 'payment',
    payment_intent: payment.intentId,
    payment_status: 'paid',
    status: 'complete',
    subscription: null,
  };
}

/** Everything the provider tells of one purchase. */
export function purchaseEvents(purchase, isFirst) {
  const { payment, failedAttempt, user } = purchase;
  if (!payment) return [];
  const { authorisedAt, capturedAt } = payment;
  const events = [];
  if (user && isFirst) events.push(customerCreated(user, authorisedAt - 2_000));
  if (failedAttempt) events.push(failed(payment, purchase, failedAttempt));
  if (payment.manual) {
    events.push(
      eventOf('charge.succeeded', authorisedAt, charge(payment, purchase, { captured: false })),
      eventOf('payment_intent.amount_capturable_updated', authorisedAt, intent(payment, purchase, 'requires_capture')),
      eventOf('charge.captured', capturedAt, charge(payment, purchase, { captured: true })),
    );
  } else events.push(eventOf('charge.succeeded', authorisedAt, charge(payment, purchase, { captured: true })));
  events.push(eventOf('payment_intent.succeeded', capturedAt, intent(payment, purchase, 'succeeded')));
  if (payment.sessionId)
    events.push(eventOf('checkout.session.completed', capturedAt + 1_000, session(payment, purchase)));
  return [...events, ...refundEvents(payment, purchase), ...disputeEvents(payment)];
}

function failed(payment, purchase, { chargeId, at }) {
  const object = {
    ...charge(payment, purchase, { captured: false }),
    id: chargeId,
    status: 'failed',
    paid: false,
    failure_code: 'card_declined',
    created: s(at),
  };
  return eventOf('charge.failed', at, object);
}

/** What a refund of a whole payment says that nobody planned: it happened a day after the capture, and comes when it comes. */
export function lateRefund(payment, purchase) {
  const at = payment.capturedAt + DAY;
  return refundEvents(
    { ...payment, refunds: [{ id: `re_late_${payment.chargeId}`, amount: payment.amount, at }] },
    purchase,
  )[0];
}

function refundEvents(payment, purchase) {
  let refunded = 0;
  return [...payment.refunds]
    .sort((a, b) => a.at - b.at)
    .flatMap((refund) => {
      refunded += refund.amount;
      const object = {
        id: refund.id,
        object: 'refund',
        amount: refund.amount,
        balance_transaction: `txn_${refund.id}`,
        charge: payment.chargeId,
        created: s(refund.at),
        currency: currencyOf(payment),
        metadata: {},
        payment_intent: payment.intentId,
        reason: 'requested_by_customer',
        status: 'succeeded',
      };
      const events = [
        eventOf('refund.created', refund.at, object),
        // Restates the same money as a running total; nothing may count it again.
        eventOf('charge.refunded', refund.at, charge(payment, purchase, { captured: true, refunded }), `_${refund.id}`),
      ];
      if (refund.failedAt)
        events.push(
          eventOf('refund.failed', refund.failedAt, {
            ...object,
            status: 'failed',
            failure_balance_transaction: `txn_${refund.id}_back`,
            failure_reason: 'expired_or_canceled_card',
          }),
        );
      return events;
    });
}

function disputeEvents({ dispute, chargeId, intentId, ...money }) {
  if (!dispute) return [];
  const { id, amount, createdAt, withdrawnAt, reinstatedAt } = dispute;
  const currency = currencyOf(money);
  const withdrawal = {
    id: `txn_${id}_out`,
    object: 'balance_transaction',
    amount: -amount,
    currency,
    fee: 2_000,
    net: -amount - 2_000,
    reporting_category: 'dispute',
    type: 'adjustment',
    created: s(withdrawnAt),
  };
  const reinstatement = {
    ...withdrawal,
    id: `txn_${id}_in`,
    amount,
    fee: 0,
    net: amount,
    reporting_category: 'dispute_reversal',
    created: s(reinstatedAt ?? withdrawnAt),
  };
  const object = (status, transactions) => ({
    id,
    object: 'dispute',
    amount,
    balance_transactions: transactions,
    charge: chargeId,
    created: s(createdAt),
    currency,
    is_charge_refundable: false,
    livemode: true,
    metadata: {},
    payment_intent: intentId,
    reason: 'fraudulent',
    status,
  });
  const events = [
    eventOf('charge.dispute.created', createdAt, object('needs_response', [])),
    eventOf('charge.dispute.funds_withdrawn', withdrawnAt, object('needs_response', [withdrawal])),
  ];
  if (reinstatedAt)
    events.push(eventOf('charge.dispute.funds_reinstated', reinstatedAt, object('won', [withdrawal, reinstatement])));
  else events.push(eventOf('charge.dispute.closed', createdAt + 5 * DAY, object('lost', [withdrawal])));
  return events;
}

/** A renewal: an invoice that the subscription itself made, paid by a charge while the customer was away. */
export function renewalEvents(renewal) {
  const { user, invoiceId, subscriptionId, capturedAt, amount, intentId } = renewal;
  const purchase = { user, order: null };
  const invoice = {
    id: invoiceId,
    object: 'invoice',
    amount_due: amount,
    amount_paid: amount,
    billing_reason: 'subscription_cycle',
    created: s(capturedAt) - 3600,
    currency: currencyOf(renewal),
    customer: user.customerId,
    customer_email: user.email,
    livemode: true,
    metadata: {},
    parent: { type: 'subscription_details', subscription_details: { subscription: subscriptionId, metadata: {} } },
    status: 'paid',
    status_transitions: { finalized_at: s(capturedAt) - 3600, paid_at: s(capturedAt) },
  };
  const link = {
    id: `inpay_${invoiceId}`,
    object: 'invoice_payment',
    amount_paid: amount,
    created: s(capturedAt),
    currency: currencyOf(renewal),
    invoice: invoiceId,
    is_default: true,
    livemode: true,
    payment: { type: 'payment_intent', payment_intent: intentId },
    status: 'paid',
  };
  return [
    eventOf('charge.succeeded', capturedAt, charge(renewal, purchase, { captured: true })),
    eventOf('payment_intent.succeeded', capturedAt, intent(renewal, purchase, 'succeeded')),
    eventOf('invoice.paid', capturedAt, invoice),
    eventOf('invoice_payment.paid', capturedAt, link),
  ];
}

/** Money on its way to the bank, and there. */
export function payoutEvents({ id, at, currency, amount, arrivesAt }) {
  const object = (status) => ({
    id,
    object: 'payout',
    amount,
    arrival_date: s(arrivesAt),
    automatic: true,
    balance_transaction: `txn_${id}`,
    created: s(at),
    currency: currency.toLowerCase(),
    failure_balance_transaction: null,
    failure_code: null,
    livemode: true,
    metadata: {},
    method: 'standard',
    status,
    type: 'bank_account',
  });
  return [eventOf('payout.created', at, object('in_transit')), eventOf('payout.paid', arrivesAt, object('paid'))];
}
