import { defineFlow, one } from './metric.js';

export const churnedSubscriptions = defineFlow({
  name: 'churned_subscriptions',
  unit: 'count',
  meaning:
    'Subscriptions that ceased to be active: ended, unpaid after all retries, or paused. A wish to cancel at the end of the period counts when that comes.',
  sourceOfTruth: 'payment provider',
  dated: 'day it ceased to be active',
  excludes: 'trials, test mode',
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'churn').map(one),
});
