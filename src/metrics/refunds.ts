import { amount, defineFlow } from './metric.js';

export const refunds = defineFlow({
  name: 'refunds',
  unit: 'money',
  meaning:
    'Money refunded, each refund once, and money of captured payments that the bank took back. A refund that failed counts back on the day it failed.',
  sourceOfTruth: 'payment provider',
  dated: 'day the refund was made, or the money taken back',
  excludes: 'cancelled refunds, the part of an authorisation that a partial capture let go, test mode',
  trackedAs: [],
  of: 'payment',
  from: ({ refunds: made, returned }) => [
    ...made.flatMap((refund) => [
      amount(refund),
      ...(refund.returned ? [amount({ ...refund, ...refund.returned }, -1n)] : []),
    ]),
    ...(returned ? [amount(returned)] : []),
  ],
});
