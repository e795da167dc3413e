import { defineFlow, one } from './metric.js';

export const checkoutsStarted = defineFlow({
  name: 'checkouts_started',
  unit: 'count',
  meaning: 'Checkout attempts, each checkout id once however often it is retried.',
  sourceOfTruth: 'checkout.started from the shop',
  dated: 'day of the earliest start',
  excludes: 'nothing',
  ownEventsOnly: true,
  trackedAs: ['Checkout Started', 'begin_checkout', 'checkout_started'],
  terms: {
    owner: 'growth',
    expectedReasons: [
      'Ad blockers and lost requests.',
      'A retry of one attempt is one checkout here and several events there.',
    ],
  },
  of: 'checkout',
  from: ({ started }) => (started ? [one(started)] : []),
});
