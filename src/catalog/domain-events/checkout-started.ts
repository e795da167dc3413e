import { dataOf, defineDomainEvent, id, total } from './domain-event.js';

export const checkoutStarted = defineDomainEvent({
  type: 'checkout.started',
  meaning: 'A person began to pay. The checkout id is the same for every retry of one attempt.',
  version: 1,
  data: dataOf({ checkout_id: id, user_id: id.nullish(), anonymous_id: id.nullish(), total: total.nullish() }),
  example: { checkout_id: 'c_1', user_id: 'u_1', total: { amount_minor: '4990', currency: 'EUR' } },
});
