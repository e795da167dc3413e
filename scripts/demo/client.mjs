// What the browser's analytics tag made of a visit: the lossy, doubled, blocked side of the story.
import { HOUR, MINUTE, SECOND } from './calendar.mjs';

const LOST = 0.05; // of the requests of a tag that is not blocked

/**
 * @returns client events of one visitor in order of time: `{ kind, at, messageId, anonymousId, userId?, entity?, value?,
 * currency?, basis?, fate, retried, bot }`. `fate`: `sent`, `lost`, `blocked`,
 * or `refused` (it arrives without the id that makes it countable). `retried`: the SDK sent the same message twice.
 */
export function planClient(visitor, random, calendar) {
  const make = (event) => ({
    messageId: random.uuid(),
    anonymousId: visitor.anonymousId,
    fate: visitor.blocker ? 'blocked' : random.chance(LOST) ? 'lost' : 'sent',
    retried: random.chance(0.06),
    bot: visitor.kind === 'bot',
    ...event,
  });
  const events =
    visitor.kind === 'bot' ? planBotEvents(visitor, random, make) : planPersonEvents(visitor, random, calendar, make);
  return events.sort((a, b) => a.at - b.at);
}

function planPersonEvents(visitor, random, calendar, make) {
  const { user, touches, purchases } = visitor;
  const events = touches
    .filter((touch) => touch.anonymousId === visitor.anonymousId)
    .map((touch) => make({ kind: 'page', at: touch.at + 2 * SECOND }));
  if (user) {
    // One in five tags fires before the user id is known and carries only the browser's id.
    const known = random.chance(0.8) ? { userId: user.userId } : {};
    events.push(
      ...seen(
        make({ kind: 'signup', at: user.signedUpAt + 2 * SECOND, entity: user.userId, ...known }),
        0.03,
        random,
        make,
      ),
    );
    events.push(make({ kind: 'identify', at: user.signedUpAt + 3 * SECOND, userId: user.userId }));
  }
  for (const purchase of purchases) {
    const userId = user ? { userId: user.userId } : {};
    const start = make({
      kind: 'checkout_started',
      at: purchase.startedAt + 1 * SECOND,
      entity: purchase.checkoutId,
      ...userId,
    });
    events.push(...seen(start, 0.07, random, make));
    if (purchase.order) events.push(...planCompleted(purchase, userId, random, calendar, make));
  }
  return events;
}

/** The event, and now and then a second one of its own message id: a reload, a double click. */
function seen(event, doubled, random, make) {
  if (event.fate !== 'sent' || !random.chance(doubled)) return [event];
  return [
    event,
    make({ ...event, messageId: random.uuid(), at: event.at + random.int(4, 100) * SECOND, retried: false }),
  ];
}

/** The thank-you page. It fires when the customer pays, so an order that is captured later is told on another day. */
function planCompleted(purchase, userId, random, calendar, make) {
  const { order, payment } = purchase;
  const paid = payment ? payment.authorisedAt : order.placedAt;
  if (!payment && !order.free) return [];
  const basis = random.chance(0.7) ? 'total' : 'net';
  const value = basis === 'total' ? order.total : order.total - order.tax - order.shipping;
  const event = make({
    kind: 'order_completed',
    at: paid + random.int(2, 6) * SECOND,
    entity: order.orderId,
    checkoutId: purchase.checkoutId,
    value,
    currency: order.currency,
    basis,
    ...userId,
  });
  const mistake = random.next();
  if (order.free || event.fate !== 'sent') return [event];
  if (mistake >= 0.98) return [{ ...event, fate: 'refused' }];
  if (mistake < 0.02) return [{ ...event, value: value + (order.currency === 'JPY' ? 500 : 1_000) }]; // a coupon the tag knew nothing of
  if (mistake < 0.03) return [{ ...event, currency: order.currency === 'USD' ? 'EUR' : 'USD' }];
  if (mistake < 0.045) return [{ ...event, at: nextMorning(event.at, calendar, random) }]; // the tab was closed and opened again next day
  return seen(event, 0.05, random, make);
}

const nextMorning = (at, calendar, random) =>
  calendar.startOf(calendar.dayOf(calendar.startOf(calendar.dayOf(at)) + 30 * HOUR)) + random.int(3, 50) * MINUTE;

/** Crawlers that run the tag: sign-ups, checkouts and orders that nobody made. */
function planBotEvents({ n, landed }, random, make) {
  const events = [make({ kind: 'page', at: landed, fate: 'sent' })];
  if (random.chance(0.6))
    events.push(
      make({ kind: 'signup', at: landed + 5 * SECOND, entity: `${n}-user`, userId: `${n}-user`, fate: 'sent' }),
    );
  if (random.chance(0.5))
    events.push(make({ kind: 'checkout_started', at: landed + 9 * SECOND, entity: `co_${n}`, fate: 'sent' }));
  if (random.chance(0.3)) {
    const order = { entity: `o_${n}`, value: 4_200, currency: 'USD', basis: 'total' };
    events.push(make({ kind: 'order_completed', at: landed + 20 * SECOND, fate: 'sent', ...order }));
  }
  return events;
}
