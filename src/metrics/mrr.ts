import { defineStock } from './metric.js';

export const MRR_EXCLUDES =
  'one-off items, metered usage, exclusive tax and the inclusive tax whose rate the subscription names, trials, prices that events do not carry (see unpriced_subscriptions), test mode';

export const mrr = defineStock({
  name: 'mrr',
  unit: 'money',
  meaning:
    'Monthly recurring revenue: what active subscriptions are worth in a month at the end of the period, by their prices and quantities, before discounts. A year is 12 months, 52 weeks, 365 days; each item is rounded half to even. Its change is mrr_new + mrr_reactivation + mrr_expansion − mrr_contraction − mrr_churn. Not accounting revenue.',
  sourceOfTruth: 'payment provider',
  dated: 'end of the period: the sum of all changes until then',
  excludes: MRR_EXCLUDES,
  trackedAs: [],
  terms: [
    { metric: 'mrr_new', sign: 1 },
    { metric: 'mrr_reactivation', sign: 1 },
    { metric: 'mrr_expansion', sign: 1 },
    { metric: 'mrr_contraction', sign: -1 },
    { metric: 'mrr_churn', sign: -1 },
  ],
});
