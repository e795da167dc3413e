import { amount, defineFlow } from './metric.js';
import { MRR_EXCLUDES } from './mrr.js';

export const mrrExpansion = defineFlow({
  name: 'mrr_expansion',
  unit: 'money',
  meaning: 'By how much the monthly value of active subscriptions rose: price, quantity, further items.',
  sourceOfTruth: 'payment provider',
  dated: 'day of the change',
  excludes: MRR_EXCLUDES,
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'expansion').map((movement) => amount(movement)),
});
