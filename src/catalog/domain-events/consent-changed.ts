import { z } from 'zod';
import { dataOf, defineDomainEvent, id } from './domain-event.js';

export const consentChanged = defineDomainEvent({
  type: 'consent.changed',
  meaning: 'A person granted or denied analytics.',
  version: 1,
  data: dataOf({ user_id: id.nullish(), anonymous_id: id.nullish(), analytics: z.enum(['granted', 'denied']) }),
  oneOf: ['user_id', 'anonymous_id'],
  example: { user_id: 'u_1', analytics: 'denied' },
});
