import { defineFlow, one } from './metric.js';

export const orders = defineFlow({
  name: 'orders',
  unit: 'count',
  meaning: 'Orders that were paid, free, fulfilled or reported as completed, less those cancelled.',
  sourceOfTruth: 'order.* from the shop and the payment provider',
  dated: 'day of the earliest of those',
  excludes: 'orders only placed, cancelled orders',
  trackedAs: ['Order Completed', 'purchase', 'purchase_completed'],
  of: 'order',
  from: ({ completed }) => (completed ? [one(completed)] : []),
});
