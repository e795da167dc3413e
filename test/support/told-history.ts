import {
  charge,
  chargeSucceeded,
  checkoutStarted,
  disputeEvent,
  identified,
  orderPlaced,
  refundCreated,
  signedUp,
  stripeEvent,
  touch,
  track,
} from '../fixtures/shop-events.js';
import type { Json, RunningService } from './running-service.js';

/** A few days of an invented shop through every door, with refunds, a dispute, two currencies and addresses. Made once: whoever is told it is told the very same. */
const told: { door: 'stripe' | 'events' | 'segment'; event: Json }[] = [
  ...[
    touch('2026-10-01T08:00:00Z', { anonymous_id: 'a_ada', source: 'Google', medium: 'CPC', campaign: 'autumn' }),
    touch('2026-10-03T07:00:00Z', { anonymous_id: 'a_bo', referrer: 'https://www.linkedin.com/feed/' }),
    signedUp('2026-10-03T09:05:00Z', 'u_ada', { anonymous_id: 'a_ada', email: 'Ada@shop.example' }),
    signedUp('2026-10-04T09:05:00Z', 'u_bo', { anonymous_id: 'a_bo2', email: 'bo@shop.example' }),
    identified('2026-10-04T09:06:00Z', 'u_bo', { anonymous_id: 'a_bo' }),
    checkoutStarted('2026-10-05T10:00:00Z', 'c_1', { user_id: 'u_ada' }),
    checkoutStarted('2026-10-05T10:01:00Z', 'c_1', { user_id: 'u_ada' }),
    orderPlaced('2026-10-05T10:02:00Z', 'o_1', 5_000, { user_id: 'u_ada', checkout_id: 'c_1' }),
    orderPlaced('2026-10-06T22:30:00Z', 'o_2', 900, { user_id: 'u_bo', currency: 'EUR' }),
  ].map((event) => ({ door: 'events' as const, event })),
  ...[
    chargeSucceeded('2026-10-05T10:03:00Z', 'ch_1', 5_000, {
      metadata: { order_id: 'o_1' },
      customer: 'cus_1',
      receipt_email: 'ada@shop.example',
    }),
    chargeSucceeded('2026-10-06T22:31:00Z', 'ch_2', 900, { currency: 'eur', metadata: { order_id: 'o_2' } }),
    stripeEvent('charge.captured', '2026-10-07T10:00:00Z', charge('2026-10-07T10:00:00Z', 'ch_3', 300, {})),
    refundCreated('2026-10-08T10:00:00Z', 're_1', 'ch_1', 700),
    disputeEvent('closed', '2026-10-08T11:00:00Z', 'dp_1', 'ch_2', 900, 'lost'),
    stripeEvent('customer.unheard_of', '2026-10-08T11:00:00Z', { id: 'cus_9', name: 'Bo' }),
  ].map((event) => ({ door: 'stripe' as const, event })),
  ...[
    track('2026-10-03T09:05:02Z', 'signup_completed', { userId: 'u_ada', anonymousId: 'a_ada' }),
    track('2026-10-05T10:02:03Z', 'purchase_completed', {
      userId: 'u_ada',
      properties: { orderId: 'o_1', amount: 50, currency: 'USD' },
    }),
    track('2026-10-05T10:02:04Z', 'purchase_completed', {
      userId: 'u_ada',
      properties: { orderId: 'o_1', amount: 50, currency: 'USD' },
    }),
  ].map((event) => ({ door: 'segment' as const, event })),
];

/** Tells it all, and a third of it again. */
export async function tellHistory(shop: RunningService): Promise<void> {
  for (const { door, event } of [...told, ...told.filter((_, n) => n % 3 === 0)]) {
    if (door === 'stripe') await shop.stripeAll([event]);
    else if (door === 'events') await shop.events(event);
    else await shop.segment([event]);
  }
}
