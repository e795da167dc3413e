import { defineStock } from './metric.js';

export const activeSubscriptions = defineStock({
  name: 'active_subscriptions',
  unit: 'count',
  meaning:
    'Subscriptions that are active or past due at the end of the period and whose collection is not paused. Its change is new_subscriptions + reactivated_subscriptions − churned_subscriptions.',
  sourceOfTruth: 'payment provider',
  dated: 'end of the period: the sum of all changes until then',
  excludes: 'trials, test mode',
  trackedAs: [],
  terms: [
    { metric: 'new_subscriptions', sign: 1 },
    { metric: 'reactivated_subscriptions', sign: 1 },
    { metric: 'churned_subscriptions', sign: -1 },
  ],
});
