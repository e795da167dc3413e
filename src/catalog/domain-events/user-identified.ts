import { dataOf, defineDomainEvent, id } from './domain-event.js';

export const userIdentified = defineDomainEvent({
  type: 'user.identified',
  meaning: 'A known user was seen on a device, or is a certain customer of a payment provider.',
  version: 1,
  data: dataOf({ user_id: id, anonymous_id: id.nullish(), provider_customer_id: id.nullish() }),
  oneOf: ['anonymous_id', 'provider_customer_id'],
  example: { user_id: 'u_1', anonymous_id: 'a_2' },
});
