import { amount, defineFlow } from './metric.js';
import { MRR_EXCLUDES } from './mrr.js';

export const mrrChurn = defineFlow({
  name: 'mrr_churn',
  unit: 'money',
  meaning: 'Monthly value that ended with the subscriptions that ceased to be active.',
  sourceOfTruth: 'payment provider',
  dated: 'day it ceased to be active',
  excludes: MRR_EXCLUDES,
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'churn').map((movement) => amount(movement)),
});
