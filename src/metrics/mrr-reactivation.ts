import { amount, defineFlow } from './metric.js';
import { MRR_EXCLUDES } from './mrr.js';

export const mrrReactivation = defineFlow({
  name: 'mrr_reactivation',
  unit: 'money',
  meaning: 'Monthly value of subscriptions on the day they became active again.',
  sourceOfTruth: 'payment provider',
  dated: 'day it became active again',
  excludes: MRR_EXCLUDES,
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'reactivation').map((movement) => amount(movement)),
});
