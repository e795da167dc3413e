import type { Fact } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import { subscriptionText } from '../../../../catalog/subscription-text.js';
import type { Interpreter } from '../../../interpreter.js';
import { monthlyValue, periodValue } from './monthly-value.js';
import {
  createdAt,
  listIn,
  msOf,
  msOrNull,
  objectBefore,
  ownId,
  peopleOf,
  readObject,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';
import { isObject, type Json, objectIn } from '../../../json-members.js';

// The order in which a subscription lives through states of one second: a stale `incomplete` never undoes `active`.
const STATUSES = ['incomplete', 'trialing', 'active', 'paused', 'past_due', 'unpaid', 'incomplete_expired', 'canceled'];
const ENDED = new Set(['canceled', 'incomplete_expired']);

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

/**
 * The states of a subscription, one for each event, because what counts is when it changed. Discounts are not in its value: since
 * 2025-09-30 an event names coupons without their terms. It links persons, but no purchases: every renewal is one of its own.
 */
export const subscription: Interpreter = {
  name: 'stripe/subscription',
  version: 3,
  reads: [...STEPS.map((step) => `stripe.customer.subscription.${step}`), readObject('subscription')],
  interpret: (entry) => subscriptionFacts(stripeEvent(entry)),
};

function subscriptionFacts(event: StripeEvent): Fact[] {
  const { object, type } = event;
  const step = type.slice('customer.subscription.'.length);
  const status = openText(object['status']) ?? (step === 'deleted' ? 'canceled' : 'unknown');
  const ended = step === 'deleted' || ENDED.has(status);
  const created = createdAt(event);
  // An end may lie before or after the second in which it was told; nothing happens before a subscription exists.
  const at = Math.max(ended ? (msOf(object['ended_at']) ?? event.at) : event.at, created);
  const rank = ended ? STATUSES.length : STATUSES.indexOf(status) + 1;
  const ties = rank * 100 + STEPS.indexOf(step);
  const about = {
    subject: `subscription:${ownId(event)}`,
    stamp: stampAt({ ...event, at: Math.max(at, event.at) }, ties),
    nodes: peopleOf(event, objectIn(object['metadata']), undefined),
  };
  const changed = makeFact({
    ...about,
    type: 'SubscriptionChanged',
    effect: 'changed',
    fields: {
      at: created,
      status,
      started_at: msOrNull(object['start_date'] ?? object['created']),
      ended_at: ended ? at : null,
      cancel_at: msOrNull(object['cancel_at']),
      ...periodOf(object),
    },
  });
  const since = activeSince(object, created, at);
  const history = ended
    ? makeFact({ ...about, type: 'SubscriptionEnded', effect: 'ended', fields: endOf(object, status, since, at) })
    : makeFact({
        ...about,
        type: 'SubscriptionState',
        effect: `state:${event.originEventId}`,
        fields: { at, since, ...stateOf(object, status), before: before(event) },
      });
  return [changed, history];
}

function stateOf(object: Json, status: string) {
  const { value, currency, unpriced } = monthlyValue(object);
  return { status, collection_paused: isObject(object['pause_collection']), mrr: String(value), currency, unpriced };
}

function endOf(object: Json, status: string, since: number, at: number) {
  const { value, currency, unpriced } = monthlyValue(object);
  const neverActive = status === 'incomplete_expired' || (msOf(object['trial_end']) ?? 0) >= at;
  return { at, since, status, mrr: neverActive ? null : String(value), currency, unpriced };
}

/** When it began to be paid, as far as one snapshot tells: at the end of its trial, or when it was made. */
function activeSince(object: Json, created: number, at: number): number {
  const trialEnd = msOf(object['trial_end']);
  return trialEnd !== undefined && trialEnd <= at ? Math.max(trialEnd, created) : created;
}

/** The state that the event ended: of two events in one second it tells which came first. */
function before(event: StripeEvent): string | undefined {
  const object = objectBefore(event);
  return object && subscriptionText(stateOf(object, openText(object['status']) ?? 'unknown'));
}

/** What one period costs before discounts and tax, and its length. Null where items have several, or a price that is not told. */
function periodOf(object: Json) {
  const periods = listIn(objectIn(object['items'])).map((item) => objectIn(objectIn(item['price'])['recurring']));
  const [first = {}, ...others] = periods;
  const { interval, interval_count: count } = first;
  const alike = others.every((each) => each['interval'] === interval && each['interval_count'] === count);
  const { value, currency, unpriced } = periodValue(object);
  return {
    amount: alike && !unpriced ? String(value) : null,
    currency,
    interval: alike ? (openText(interval) ?? null) : null,
    interval_count: alike && typeof count === 'number' ? count : null,
  };
}
