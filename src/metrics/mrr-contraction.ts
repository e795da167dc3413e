import { amount, defineFlow } from './metric.js';
import { MRR_EXCLUDES } from './mrr.js';

export const mrrContraction = defineFlow({
  name: 'mrr_contraction',
  unit: 'money',
  meaning: 'By how much the monthly value of active subscriptions fell while they stayed active.',
  sourceOfTruth: 'payment provider',
  dated: 'day of the change',
  excludes: MRR_EXCLUDES,
  trackedAs: [],
  of: 'subscription',
  from: ({ movements }) => movements.filter(({ kind }) => kind === 'contraction').map((movement) => amount(movement)),
});
