import { defineFlow, one } from './metric.js';

export const newSubscriptions = defineFlow({
  name: 'new_subscriptions',
  unit: 'count',
  meaning:
    'Subscriptions that became active for the first time: a trial when it converts, one without a trial when it is paid. Free plans count.',
  sourceOfTruth: 'payment provider',
  dated: 'day it became active',
  excludes: 'trials, test mode',
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'new').map(one),
});
