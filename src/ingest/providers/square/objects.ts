import { squarePolicy } from '../../../catalog/personal-square.js';
import type { ObjectSource } from '../../object-list.js';
import type { Provider } from '../../provider.js';
import { square } from './square.js';

const provider: Provider = {
  ...(square as Provider),
  authenticatedBy: 'report',
  content: (body) => (body as { data?: unknown }).data,
  policy: () => squarePolicy('payout.entry'),
};

/** Entries of Square's payouts, which no webhook carries: a report has them. */
export const squareObjects: ObjectSource = {
  lists: [],
  swept: {},
  provider,
  kinds: new Set(['payout_entry']),
  envelope: ({ object }, id, asOf) => ({
    event_id: id,
    type: `object.${String(object['object'])}`,
    created_at: asOf.at.toISOString(),
  }),
};
