import { amount, defineFlow } from './metric.js';
import { MRR_EXCLUDES } from './mrr.js';

export const mrrNew = defineFlow({
  name: 'mrr_new',
  unit: 'money',
  meaning: 'Monthly value of subscriptions on the day they first became active.',
  sourceOfTruth: 'payment provider',
  dated: 'day it became active',
  excludes: MRR_EXCLUDES,
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'new').map((movement) => amount(movement)),
});
