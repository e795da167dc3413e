import { defineRatio } from './metric.js';

export const checkoutCompletionRate = defineRatio({
  name: 'checkout_completion_rate',
  unit: 'ratio',
  meaning: 'Of the checkouts started in the period, the share whose purchase was completed, whenever that was.',
  sourceOfTruth: 'the shop and the payment provider',
  dated: 'day the checkout was started (cohort)',
  excludes: 'completions without a reported start',
  trackedAs: [],
  numerator: 'checkouts_completed',
  denominator: 'checkouts_started',
});
