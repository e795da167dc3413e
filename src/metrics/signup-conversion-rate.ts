import { defineRatio } from './metric.js';
import { CONVERSION_WINDOW_DAYS } from './signups-converted.js';

export const signupConversionRate = defineRatio({
  name: 'signup_conversion_rate',
  unit: 'ratio',
  meaning: `Of the people who signed up in the period, the share whose first payment came within ${CONVERSION_WINDOW_DAYS} days after. Young cohorts still rise.`,
  sourceOfTruth: 'user.signed_up and the payment provider',
  dated: 'day of the sign-up (cohort)',
  excludes: 'customers who had paid before they signed up',
  trackedAs: [],
  numerator: 'signups_converted',
  denominator: 'signups',
});
