import { defineFlow, one } from './metric.js';

export const reactivatedSubscriptions = defineFlow({
  name: 'reactivated_subscriptions',
  unit: 'count',
  meaning: 'Subscriptions that became active again, after they had been unpaid or paused.',
  sourceOfTruth: 'payment provider',
  dated: 'day it became active again',
  excludes: 'trials, test mode',
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'reactivation').map(one),
});
