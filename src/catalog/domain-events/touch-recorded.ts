import { z } from 'zod';
import { attributionShape, dataOf, defineDomainEvent, id } from './domain-event.js';

export const touchRecorded = defineDomainEvent({
  type: 'touch.recorded',
  meaning: 'Somebody arrived, and this is where from. Recorded by a server, so no ad blocker hides it.',
  version: 1,
  data: dataOf({
    anonymous_id: id.nullish(),
    user_id: id.nullish(),
    ...attributionShape,
    /** The browser's `Sec-Fetch-Site`: `cross-site` without a mark says that one was lost on the way. */
    fetch_site: z.enum(['cross-site', 'same-site', 'same-origin', 'none']).nullish(),
  }),
  oneOf: ['anonymous_id', 'user_id'],
  example: { anonymous_id: 'a_1', source: 'google', medium: 'cpc', campaign: 'autumn', landing_page: '/pricing' },
});
