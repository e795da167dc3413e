import { amount, defineFlow } from './metric.js';

export const disputes = defineFlow({
  name: 'disputes',
  unit: 'money',
  meaning: 'Money withdrawn by disputes, less money reinstated, each movement once. Dispute fees are not in it.',
  sourceOfTruth: 'payment provider',
  dated: 'day of each movement',
  excludes: 'inquiries, which move no money; test mode',
  trackedAs: [],
  of: 'payment',
  from: ({ disputes: moved }) =>
    moved.map((movement) => amount(movement, movement.direction === 'withdrawn' ? 1n : -1n)),
});
