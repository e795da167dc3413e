// Purchases of the planned month: a checkout attempt, perhaps its order, perhaps its payment, and what became of the money.
import { DAY, HOUR, MINUTE, SECOND } from './calendar.mjs';

const CURRENCIES = [
  ['USD', 60],
  ['EUR', 30],
  ['JPY', 10],
];
/** Price of the goods in minor units; yen have none. */
const goodsOf = (random, currency) => (currency === 'JPY' ? random.int(15, 300) * 100 : random.int(900, 24_000));

/**
 * @param who `{ id, at, user, guest, anonymousId }`
 * @returns checkout, order and payment; `order` is null when the checkout was abandoned, `payment` null when nothing was paid
 */
export function planPurchase({ id, at, user, guest, anonymousId }, random, calendar) {
  const purchase = {
    id,
    checkoutId: `co_${id}`,
    startedAt: at,
    /** The page was reloaded: the server reports the same attempt again. */
    retriedAt: random.chance(0.08) ? at + random.int(20, 90) * SECOND : null,
    user,
    guest,
    anonymousId,
    order: null,
    payment: null,
    failedAttempt: null,
  };
  if (random.chance(0.3)) return purchase;
  const currency = random.weighted(CURRENCIES);
  const goods = goodsOf(random, currency);
  const tax = Math.round(goods * 0.19);
  const shipping = random.chance(0.5) ? (currency === 'JPY' ? 500 : 490) : 0;
  const placedAt = at + random.int(1, 5) * MINUTE;
  const free = random.chance(0.02);
  const total = free ? 0 : goods + tax + shipping;
  purchase.order = {
    orderId: `o_${id}`,
    placedAt,
    total,
    tax: free ? 0 : tax,
    shipping: free ? 0 : shipping,
    currency,
    free,
    cancelledAt: null,
  };
  if (free) return purchase;
  if (random.chance(0.04)) {
    purchase.order.cancelledAt = placedAt + 20 * MINUTE; // never paid, given up
    return purchase;
  }
  purchase.payment = planPayment(purchase, random, calendar);
  if (random.chance(0.06)) purchase.failedAttempt = { chargeId: random.id('ch_', 24), at: placedAt + 1 * SECOND };
  if (random.chance(0.015)) {
    // Cancelled after payment: the order no longer counts, the payment does, and so does its refund.
    purchase.order.cancelledAt = placedAt + random.int(2, 20) * HOUR;
    purchase.payment.refunds = [refundOf(random, purchase.order.cancelledAt + MINUTE, total)];
    purchase.payment.dispute = null;
  }
  return purchase;
}

const refundOf = (random, at, amount) => ({ id: random.id('re_', 24), at: at - (at % SECOND), amount, failedAt: null });

function planPayment({ order }, random, calendar) {
  const manual = random.chance(0.05);
  const paidAt = order.placedAt - (order.placedAt % SECOND) + random.int(3, 9) * SECOND;
  const payment = {
    chargeId: random.id('ch_', 24),
    intentId: random.id('pi_', 24),
    /** Half of the orders go through a hosted checkout page; those captured by hand do not. */
    sessionId: !manual && random.chance(0.5) ? random.id('cs_', 32) : null,
    amount: order.total,
    currency: order.currency,
    authorisedAt: paidAt,
    capturedAt: manual ? calendar.awayFromMidnight(paidAt + random.int(14, 40) * HOUR) : paidAt,
    manual,
    refunds: [],
    dispute: null,
  };
  planRefunds(payment, random);
  return payment;
}

function planRefunds(payment, random) {
  const { amount, capturedAt } = payment;
  const later = () => capturedAt + random.int(1, 9) * DAY + random.int(0, 9) * HOUR;
  const fate = random.next();
  if (fate < 0.05) payment.refunds = [refundOf(random, later(), amount)];
  else if (fate < 0.1) {
    const part = Math.floor(amount / 4);
    payment.refunds = Array.from({ length: random.int(1, 3) }, () => refundOf(random, later(), part));
  } else if (fate < 0.11) {
    const refund = refundOf(random, later(), amount);
    payment.refunds = [{ ...refund, failedAt: refund.at + 2 * DAY }]; // the card was closed: the money came back to us
  } else if (fate < 0.125) {
    const createdAt = capturedAt + random.int(2, 8) * DAY;
    payment.dispute = {
      id: random.id('du_', 24),
      createdAt,
      withdrawnAt: createdAt + 30 * SECOND,
      amount,
      reinstatedAt: random.chance(0.4) ? createdAt + random.int(3, 7) * DAY : null,
    };
  }
}

/** A weekly box begun with a purchase: its renewals are charged off-session, where no browser can see them. */
export function planRenewals({ user }, { payment }, random, calendar) {
  const subscriptionId = random.id('sub_', 24);
  const renewals = [];
  for (let week = 1; week <= 3; week++) {
    const at = calendar.awayFromMidnight(payment.capturedAt + week * 7 * DAY + random.int(0, 50) * MINUTE);
    if (at >= calendar.end) break;
    renewals.push({
      subscriptionId,
      invoiceId: random.id('in_', 24),
      chargeId: random.id('ch_', 24),
      intentId: random.id('pi_', 24),
      amount: payment.currency === 'JPY' ? 1_800 : 1_490,
      currency: payment.currency,
      capturedAt: at - (at % SECOND),
      user,
      refunds: [],
      dispute: null,
    });
  }
  return renewals;
}
