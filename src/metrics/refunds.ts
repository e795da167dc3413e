import { amount, defineFlow } from './metric.js';

export const refunds = defineFlow({
  name: 'refunds',
  unit: 'money',
  meaning: 'Money refunded, each refund once; a refund that failed counts back on the day it failed.',
  sourceOfTruth: 'payment provider',
  dated: 'day the refund was made',
  excludes: 'cancelled refunds, test mode',
  trackedAs: [],
  of: 'payment',
  from: ({ refunds: made }) =>
    made.flatMap((refund) => [
      amount(refund),
      ...(refund.returned ? [amount({ ...refund, ...refund.returned }, -1n)] : []),
    ]),
});
