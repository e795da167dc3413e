import { attributionOf } from '../../catalog/attribution.js';
import type { Fact, Scalar } from '../../catalog/facts.js';
import { anonymousNode, openText, paymentRef, refTo, userNode } from '../../catalog/identifiers.js';
import type { Interpreter } from '../interpreter.js';
import { domainEvent, type DomainEvent, fact, moneyIn, needed, partIn } from './domain-event.js';
import { isObject, objectIn } from '../json-members.js';

/** Orders: what was agreed, and what became of it. */
export const orders: Interpreter = {
  name: 'domain/orders',
  version: 1,
  reads: ['order.placed', 'order.completed', 'order.fulfilled', 'order.cancelled'],
  interpret: (entry) => {
    const event = domainEvent(entry);
    const { at, data } = event;
    const subject = needed(refTo('order', data['order_id']), 'order_id');
    switch (entry.type) {
      case 'order.placed':
        return [placed(event, subject)];
      case 'order.completed':
        return [fact(event, { type: 'OrderCompleted', subject, effect: 'completed', fields: { at } })];
      case 'order.fulfilled':
        return [fact(event, { type: 'OrderFulfilled', subject, effect: 'fulfilled', fields: { at } })];
      default:
        return [
          fact(event, {
            type: 'OrderCancelled',
            subject,
            effect: 'cancelled',
            fields: { at, reason: openText(data['reason']) },
          }),
        ];
    }
  },
};

function placed(event: DomainEvent, subject: string): Fact {
  const { at, data } = event;
  const total = objectIn(data['total']);
  const money = moneyIn(data['total']);
  const present = data['customer_present'];
  return fact(event, {
    type: 'OrderPlaced',
    subject,
    effect: 'placed',
    fields: {
      at,
      ...money,
      tax: partIn(total['tax'], money.currency),
      shipping: partIn(total['shipping'], money.currency),
      discount: partIn(total['discount'], money.currency),
      // Left open when the order does not say: then the payment may know that nobody was there.
      customer_present: typeof present === 'boolean' ? present : undefined,
      ...claimed(data['attribution']),
    },
    refs: [refTo('checkout', data['checkout_id']), paymentRef(data['payment_id'])],
    nodes: [userNode(data['user_id']), anonymousNode(data['anonymous_id'])],
  });
}

/** The order's own attribution. It is kept and reported beside the first touch, and never mixed with it. */
function claimed(attribution: unknown): Record<string, Scalar> {
  if (!isObject(attribution)) return {};
  const { source, medium, campaign } = attributionOf(attribution);
  return { source, medium, campaign };
}
