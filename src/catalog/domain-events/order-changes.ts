import { dataOf, defineDomainEvent, id, text, type DomainEvent } from './domain-event.js';

const orderChange = (type: string, meaning: string): DomainEvent =>
  defineDomainEvent({
    type,
    meaning,
    version: 1,
    data: dataOf({ order_id: id, reason: text.nullish() }),
    example: { order_id: 'o_1', reason: 'asked by the customer' },
  });

export const orderCompleted = orderChange('order.completed', 'The order counts from now on, however it is paid.');
export const orderFulfilled = orderChange('order.fulfilled', 'The goods or the service were given.');
export const orderCancelled = orderChange('order.cancelled', 'The order does not count any more.');
