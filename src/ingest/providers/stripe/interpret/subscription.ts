import type { Scalar } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOrNulls } from './amount.js';
import {
  createdAt,
  type Json,
  listIn,
  msOf,
  objectIn,
  ownId,
  peopleOf,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';

// The order in which a subscription lives through states of one second: a stale `incomplete` never undoes `active`.
const STATUSES = ['incomplete', 'trialing', 'active', 'paused', 'past_due', 'unpaid', 'incomplete_expired', 'canceled'];

const STEPS = [
  'created',
  'pending_update_applied',
  'pending_update_expired',
  'trial_will_end',
  'updated',
  'paused',
  'resumed',
  'deleted',
];

/** The state of a subscription. It links persons, but no purchases: every renewal is one of its own. */
export const subscription: Interpreter = {
  name: 'stripe/subscription',
  version: 1,
  reads: STEPS.map((step) => `stripe.customer.subscription.${step}`),
  interpret: (entry) => [subscriptionChanged(stripeEvent(entry))],
};

function subscriptionChanged(event: StripeEvent) {
  const { object, type } = event;
  const step = type.slice('customer.subscription.'.length);
  const ended = step === 'deleted';
  const status = openText(object['status']) ?? (ended ? 'canceled' : undefined);
  const rank = ended ? STATUSES.length : STATUSES.indexOf(status ?? '') + 1;
  return makeFact({
    type: 'SubscriptionChanged',
    subject: `subscription:${ownId(event)}`,
    effect: 'changed',
    stamp: stampAt(event, rank * 100 + STEPS.indexOf(step)),
    fields: {
      at: createdAt(event),
      status,
      started_at: timeOrNull(object['start_date'] ?? object['start'] ?? object['created']),
      ended_at: timeOrNull(object['ended_at']) ?? (ended ? event.at : null),
      cancel_at: timeOrNull(object['cancel_at']),
      ...priceOf(object),
    },
    nodes: peopleOf(event, objectIn(object['metadata']), undefined),
  });
}

const timeOrNull = (seconds: unknown): number | null => msOf(seconds) ?? null;

type Price = { amount: Scalar; currency: Scalar; interval: Scalar; interval_count: Scalar };

/** What one period costs before discounts and tax. Null where it cannot be told: metered or tiered prices, several intervals. */
function priceOf(object: Json): Price {
  const items = listIn(object['items']).filter((item) => item['deleted'] !== true);
  // The oldest subscriptions have one plan and no items.
  const prices = items.length > 0 ? items.map(itemPrice) : [itemPrice(object)];
  const first = prices[0]!;
  const currency = object['currency'] ?? first.currency;
  const alike = prices.every(
    (price) => price.interval === first.interval && price.count === first.count && price.currency === first.currency,
  );
  const amount = alike
    ? prices.reduce<number | null>((sum, { amount }) => (sum === null || amount === null ? null : sum + amount), 0)
    : null;
  return {
    ...moneyOrNulls(amount, currency),
    interval: alike ? (first.interval ?? null) : null,
    interval_count: alike ? first.count : null,
  };
}

function itemPrice(item: Json) {
  const price = objectIn(item['price']);
  const plan = objectIn(item['plan']);
  const recurring = objectIn(price['recurring']);
  const unit = price['unit_amount'] ?? plan['amount'];
  const quantity = item['quantity'] ?? 1;
  const metered = (recurring['usage_type'] ?? plan['usage_type']) === 'metered';
  const count = recurring['interval_count'] ?? plan['interval_count'];
  return {
    amount: typeof unit === 'number' && typeof quantity === 'number' && !metered ? unit * quantity : null,
    currency: price['currency'] ?? plan['currency'],
    interval: openText(recurring['interval'] ?? plan['interval']),
    count: typeof count === 'number' ? count : 1,
  };
}
