import type Stripe from 'stripe';
import type { ProviderApi, TimeRange } from '../../event-list.js';
import type { ObjectList, ObjectPage, OpenObjectList, ReadObject } from '../../object-list.js';
import { patiently } from '../patiently.js';
import { STRIPE, stripeApi } from './stripe-api.js';

const PAGE = 100;

interface Params {
  created: { gte: number; lt: number };
  limit: number;
  starting_after?: string;
  expand?: string[];
}
type Page = Promise<{ data: { id: string; created: number }[]; has_more: boolean }>;
type List = (stripe: Stripe, params: Params) => Page;

// Balance transactions come whole with what they belong to: they date captures and returns better than anything else that is left.
const SETTLED = ['data.balance_transaction', 'data.failure_balance_transaction'];

/** `customers` first and `balance_transactions` last is no must: every order of entries comes to the same numbers. */
const LISTS: Readonly<Record<string, List>> = {
  customers: (stripe, params) => stripe.customers.list(params),
  charges: (stripe, params) => stripe.charges.list({ ...params, expand: SETTLED }),
  refunds: (stripe, params) => stripe.refunds.list({ ...params, expand: SETTLED }),
  disputes: (stripe, params) => stripe.disputes.list(params),
  invoices: (stripe, params) => stripe.invoices.list({ ...params, expand: ['data.payments'] }),
  credit_notes: (stripe, params) => stripe.creditNotes.list(params),
  subscriptions: (stripe, params) => stripe.subscriptions.list({ ...params, status: 'all' }),
  balance_transactions: (stripe, params) => stripe.balanceTransactions.list({ ...params, expand: ['data.source'] }),
  payouts: (stripe, params) => stripe.payouts.list({ ...params, expand: SETTLED }),
};
const CONTENTS = 'payout_transactions';

export const stripeLists: readonly string[] = [...Object.keys(LISTS), CONTENTS];

/** Stripe's lists of objects, and of the balance transactions in each automatic payout. */
export const stripeObjectList: OpenObjectList = (settings, pause): ObjectList => {
  let client: Promise<Stripe> | undefined;
  const ask = <T>(work: (stripe: Stripe) => Promise<T>): Promise<T> =>
    patiently(STRIPE, async () => work(await (client ??= stripeApi(settings))), pause);
  const live = isLive(settings);
  return {
    live,
    async page(name, range, cursor) {
      if (name === CONTENTS) return contents(ask, range, live, cursor);
      const params = { created: between(range), limit: PAGE, ...(cursor ? { starting_after: cursor } : {}) };
      const { data, has_more: more } = await ask((stripe) => LISTS[name]!(stripe, params));
      const objects = data.map((object): ReadObject => ({ object: withSource(object), live }));
      return { objects, next: more ? (data.at(-1)?.id ?? null) : null, reaches: timeOf(data.at(-1)) };
    },
  };
};

type Ask = <T>(work: (stripe: Stripe) => Promise<T>) => Promise<T>;

/** Payout by payout, page by page: the cursor is the payout, and within it the last transaction. A manual payout has no list. */
async function contents(ask: Ask, range: TimeRange, live: boolean, cursor = ''): Promise<ObjectPage> {
  const [payoutId, after] = cursor.split(' ');
  if (!payoutId || !after) {
    const next = payoutId ? { starting_after: payoutId } : {};
    const { data } = await ask((stripe) => stripe.payouts.list({ created: between(range), limit: 1, ...next }));
    const [payout] = data;
    if (!payout) return { objects: [], next: null, reaches: undefined };
    const reaches = timeOf(payout);
    if (!payout.automatic) return { objects: [], next: payout.id, reaches };
    return { ...(await within(ask, live, payout.id)), reaches };
  }
  return within(ask, live, payoutId, after);
}

async function within(ask: Ask, live: boolean, payout: string, after?: string): Promise<ObjectPage> {
  const params = { payout, limit: PAGE, expand: ['data.source'], ...(after ? { starting_after: after } : {}) };
  const { data, has_more: more } = await ask((stripe) => stripe.balanceTransactions.list(params));
  const objects = data.map((object): ReadObject => ({ object: withSource(object), payout, live }));
  return { objects, next: more ? `${payout} ${data.at(-1)!.id}` : payout, reaches: undefined };
}

/**
 * Of the source of a balance transaction what joins it to a payment. All of it would make another content of the transaction whenever
 * its source changes.
 */
function withSource(object: object): Record<string, unknown> {
  const read = object as Record<string, unknown>;
  const { source } = read;
  if (read['object'] !== 'balance_transaction' || typeof source !== 'object' || source === null) return read;
  const { id, object: kind, charge, payment_intent: intent } = source as Record<string, unknown>;
  return { ...read, source: { id, object: kind, charge, payment_intent: intent } };
}

const isLive = ({ apiKey }: ProviderApi): boolean => !/^[a-z]+_test_/.test(apiKey);
const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);
const between = ({ from, until }: TimeRange) => ({ gte: seconds(from), lt: seconds(until) });
const timeOf = (object: { created: number } | undefined): Date | undefined => object && new Date(object.created * 1000);
