import { stripePolicy } from '../../../catalog/personal.js';
import type { ObjectSource } from '../../object-list.js';
import type { Provider } from '../../provider.js';
import { balanceLine } from './balance-lines.js';
import { sourceOf } from './interpret/balance-transaction.js';
import { stripeLists, stripeObjectList } from './object-list.js';
import { stripeFile } from './object-files.js';
import { stripe } from './stripe.js';

/** Kinds of objects that interpreters read, and the events whose objects they are: what is personal in those is personal in these. */
const KINDS: Readonly<Record<string, string>> = {
  charge: 'charge',
  refund: 'refund',
  dispute: 'dispute',
  invoice: 'invoice',
  credit_note: 'credit_note',
  subscription: 'customer.subscription',
  customer: 'customer',
  payout: 'payout',
  balance_transaction: 'balance',
};

const READ = 'stripe.object.';

/** Objects that were read, in an envelope like that of events. Its content is the object: reading it again later is a duplicate. */
const provider: Provider = {
  ...(stripe as Provider),
  authenticatedBy: 'import',
  content: (body) => (body as { data?: unknown }).data,
  policy: (type) => stripePolicy(KINDS[type.slice(READ.length)] ?? type),
};

/** What Stripe shows of itself besides its events. */
export const stripeObjects: ObjectSource = {
  lists: stripeLists,
  // A payout is whole some time after it was made; a line of the balance is never made in the past.
  swept: { payouts: 10, balance_transactions: 3, payout_transactions: 10 },
  open: stripeObjectList,
  provider,
  kinds: new Set(Object.keys(KINDS)),
  statement: { list: 'balance_transactions', line: balanceLine },
  parse: stripeFile,
  isUnattached: (object) => object['object'] === 'balance_transaction' && sourceOf(object) === undefined,
  envelope: ({ object, live }, id, asOf) => ({
    id,
    object: 'import',
    type: `object.${String(object['object'])}`,
    created: Math.floor(asOf.at.getTime() / 1000),
    as_of: asOf.is,
    livemode: typeof object['livemode'] === 'boolean' ? object['livemode'] : live,
  }),
};
