import { attribution, dataOf, defineDomainEvent, id, text } from './domain-event.js';

export const userSignedUp = defineDomainEvent({
  type: 'user.signed_up',
  meaning: 'A person got an account of their own.',
  version: 1,
  data: dataOf({ user_id: id, email: text.nullish(), anonymous_id: id.nullish(), attribution: attribution.nullish() }),
  example: {
    user_id: 'u_1',
    email: 'ada@example.com',
    anonymous_id: 'a_1',
    attribution: { source: 'google', medium: 'cpc', campaign: 'autumn' },
  },
});
