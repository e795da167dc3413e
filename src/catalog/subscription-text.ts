import type { Scalar } from './facts.js';

/** What a subscription is like at an instant, as `SubscriptionState` carries it. */
export interface SubscriptionWords {
  status: Scalar;
  collection_paused: Scalar;
  /** Decimal string of minor units per month. */
  mrr: Scalar;
  currency: Scalar;
  unpriced: Scalar;
}

/** The same in one text, `active false 2500 USD false`, so that the state after one event can be found again as the state before another. */
export const subscriptionText = (words: SubscriptionWords): string =>
  [words.status, words.collection_paused, words.mrr, words.currency, words.unpriced].map(String).join(' ');

/** Reads a text of `subscriptionText`. */
export function subscriptionWords(text: string): SubscriptionWords {
  const [status = '', paused, mrr = '0', currency, unpriced] = text.split(' ');
  return {
    status,
    collection_paused: paused === 'true',
    mrr,
    currency: currency === undefined || currency === 'null' ? null : currency,
    unpriced: unpriced === 'true',
  };
}
