import { z } from 'zod';
import { attribution, dataOf, defineDomainEvent, id, total } from './domain-event.js';

export const orderPlaced = defineDomainEvent({
  type: 'order.placed',
  meaning: 'An order exists. It counts as completed when it is paid, free, fulfilled or told so.',
  version: 1,
  data: dataOf({
    order_id: id,
    user_id: id.nullish(),
    anonymous_id: id.nullish(),
    checkout_id: id.nullish(),
    total,
    payment_id: id.nullish(),
    attribution: attribution.nullish(),
    customer_present: z.boolean().nullish(),
  }),
  example: {
    order_id: 'o_1',
    user_id: 'u_1',
    checkout_id: 'c_1',
    total: { amount_minor: '4990', currency: 'EUR', tax: '797', shipping: '490' },
  },
});
