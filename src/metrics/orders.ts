import { defineFlow, one } from './metric.js';

export const orders = defineFlow({
  name: 'orders',
  unit: 'count',
  meaning: 'Orders that were paid, free, fulfilled or reported as completed, less those cancelled.',
  sourceOfTruth: 'order.* from the shop and the payment provider',
  dated: 'day of the earliest of those',
  excludes: 'orders only placed, cancelled orders',
  trackedAs: ['Order Completed', 'purchase', 'purchase_completed'],
  terms: {
    owner: 'growth',
    allowedLatenessHours: 14 * 24, // captures and orders come when a provider is asked for what it could not deliver
    expectedReasons: [
      'Ad blockers, and buyers who never come back from the payment page to the page that would have sent the event.',
      'Renewals and back-office orders are not seen by browsers; they are listed as not_trackable.',
    ],
  },
  of: 'order',
  from: ({ completed }) => (completed ? [one(completed)] : []),
});
