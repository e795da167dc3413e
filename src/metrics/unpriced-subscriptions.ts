import { defineFlow, defineStock, one } from './metric.js';

/** How many active subscriptions began, less how many ceased, to have an item whose price nothing tells. */
export const unpricedSubscriptionsChange = defineFlow({
  name: 'unpriced_subscriptions_change',
  unit: 'count',
  meaning: 'Active subscriptions whose value ceased to be known whole, less those whose value became known.',
  sourceOfTruth: 'payment provider',
  dated: 'day of the change',
  excludes: 'test mode',
  trackedAs: [],
  internal: true,
  of: 'subscription',
  from: ({ movements }) =>
    movements.flatMap((movement) => {
      if (movement.kind === 'unpriced') return [one(movement)];
      return movement.kind === 'priced' ? [{ ...one(movement), delta: -1n }] : [];
    }),
});

export const unpricedSubscriptions = defineStock({
  name: 'unpriced_subscriptions',
  unit: 'count',
  meaning:
    'Active subscriptions with an item whose price nothing tells: tiered prices, prices listed in another currency only, plans of Square that SQUARE_PLANS does not have. That item is missing in mrr.',
  sourceOfTruth: 'payment provider',
  dated: 'end of the period: the sum of all changes until then',
  excludes: 'test mode',
  trackedAs: [],
  terms: [{ metric: 'unpriced_subscriptions_change', sign: 1 }],
});
