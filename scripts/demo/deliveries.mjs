// The plan as requests: what arrives at which door, and in which order. Pure; signatures and send times are put on by `sender.mjs`.
import { HOUR, MINUTE, SECOND } from './calendar.mjs';
import { randomOf } from './random.mjs';
import { payoutEvents, purchaseEvents, renewalEvents } from './stripe-events.mjs';

/**
 * @returns deliveries in the order of their arrival: `{ door: 'stripe' | 'events' | 'segment' | 'posthog', at, arrives, … }`.
 * `stripe`: `id`, `body` (text). `events`: `event` (a CloudEvents event). Client doors: `visitor`, `events`.
 */
export function planDeliveries({ seed, visitors, bots, balance }) {
  const random = randomOf(`${seed}/network`);
  const deliveries = [];
  for (const visitor of visitors) {
    deliveries.push(
      ...serverEvents(visitor).map((event) => ({
        door: 'events',
        at: Date.parse(event.time),
        event,
        ...lateBy(random, 'server', event.time),
      })),
    );
    for (const event of providerEvents(visitor)) deliveries.push(...webhooks(event, random));
  }
  const ofPayouts = randomOf(`${seed}/payouts`);
  for (const event of balance.payouts.flatMap(payoutEvents)) deliveries.push(...webhooks(event, ofPayouts));
  for (const visitor of [...visitors, ...bots]) deliveries.push(...clientRequests(visitor, random));
  return deliveries.sort((a, b) => a.arrives - b.arrives || a.at - b.at || (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = (delivery) => delivery.id ?? delivery.event?.id ?? delivery.events[0].messageId;

/** Own services are quick, a queue apart now and then; the provider is slower, and sometimes hours late. */
function lateBy(random, who, time) {
  const at = typeof time === 'number' ? time : Date.parse(time);
  if (who === 'server')
    return { arrives: at + (random.chance(0.03) ? random.int(1, 36) * HOUR : random.int(0, 3) * SECOND) };
  return { arrives: at + (random.chance(0.05) ? random.int(1, 60) * HOUR : random.int(0, 4 * 60) * SECOND) };
}

/** One event, delivered once, or again because an answer was lost. */
function webhooks({ id, at, body }, random) {
  const text = JSON.stringify(body);
  const first = { door: 'stripe', id, at, body: text, ...lateBy(random, 'provider', at) };
  const again = random.chance(0.06) ? random.int(1, 3) : 0;
  return [
    first,
    ...Array.from({ length: again }, (_, i) => ({
      ...first,
      arrives: first.arrives + (i + 1) * random.int(5, 90) * MINUTE,
    })),
  ];
}

function providerEvents({ purchases, renewals }) {
  const firstPaid = purchases.find((purchase) => purchase.payment);
  return [
    ...purchases.flatMap((purchase) => purchaseEvents(purchase, purchase === firstPaid)),
    ...renewals.flatMap(renewalEvents),
  ];
}

const cloudEvent = (source, type, at, id, data) => ({
  specversion: '1.0',
  id,
  source,
  type,
  time: new Date(at).toISOString(),
  datacontenttype: 'application/json',
  data,
});

/** What the shop's own services say of one visitor. */
export function serverEvents(visitor) {
  const { n, user, touches, purchases } = visitor;
  const events = touches.map(({ at, anonymousId, marker }, i) =>
    cloudEvent('/web', 'touch.recorded', at, `touch-${n}-${i}`, {
      anonymous_id: anonymousId,
      landing_page: '/',
      ...marker,
    }),
  );
  if (user) {
    const data = { user_id: user.userId, email: user.email, anonymous_id: visitor.anonymousId };
    events.push(cloudEvent('/auth', 'user.signed_up', user.signedUpAt, `signup-${n}`, data));
    if (user.otherDevice) {
      const { anonymousId, identifiedAt } = user.otherDevice;
      events.push(
        cloudEvent('/auth', 'user.identified', identifiedAt, `login-${n}`, {
          user_id: user.userId,
          anonymous_id: anonymousId,
        }),
      );
    }
  }
  return [...events, ...purchases.flatMap(orderEvents)];
}

function orderEvents({ id, checkoutId, startedAt, retriedAt, order, user, anonymousId }) {
  const who = user ? { user_id: user.userId } : { anonymous_id: anonymousId };
  const started = (at, suffix) =>
    cloudEvent('/checkout', 'checkout.started', at, `start-${id}${suffix}`, { checkout_id: checkoutId, ...who });
  const events = [started(startedAt, '')];
  if (retriedAt) events.push(started(retriedAt, '-again'));
  if (!order) return events;
  const { orderId, placedAt, total, tax, shipping, currency, cancelledAt } = order;
  const money = { amount_minor: String(total), currency, tax: String(tax), shipping: String(shipping) };
  events.push(
    cloudEvent('/orders', 'order.placed', placedAt, `placed-${id}`, {
      order_id: orderId,
      checkout_id: checkoutId,
      ...who,
      total: money,
    }),
  );
  if (cancelledAt)
    events.push(
      cloudEvent('/orders', 'order.cancelled', cancelledAt, `cancelled-${id}`, {
        order_id: orderId,
        reason: 'asked by the customer',
      }),
    );
  return events;
}

/** A browser sends what happened within half an hour together; a retried message comes once more, with the same ids. */
function clientRequests(visitor, random) {
  const sent = visitor.client.filter((event) => event.fate === 'sent' || event.fate === 'refused');
  const visits = [];
  for (const event of sent) {
    const visit = visits.at(-1);
    if (visit && event.at - visit[0].at < 30 * MINUTE) visit.push(event);
    else visits.push([event]);
  }
  const requests = [];
  for (const events of visits) {
    const last = events.at(-1).at;
    const arrives = last + (random.chance(0.04) ? random.int(2, 60) * HOUR : random.int(1, 20) * SECOND);
    const request = { door: visitor.protocol, at: last, arrives, visitor, events };
    requests.push(request);
    const retried = events.filter((event) => event.retried);
    if (retried.length > 0)
      requests.push({ ...request, events: retried, arrives: arrives + random.int(1, 10) * SECOND });
  }
  return requests;
}
