import { defineSum } from './metric.js';

export const revenueNet = defineSum({
  name: 'revenue_net',
  unit: 'money',
  meaning: 'Revenue gross less refunds less disputes. Not accounting revenue.',
  sourceOfTruth: 'payment provider',
  dated: 'each part on its own day',
  excludes: 'fees, test mode',
  trackedAs: [],
  terms: [
    { metric: 'revenue_gross', sign: 1 },
    { metric: 'refunds', sign: -1 },
    { metric: 'disputes', sign: -1 },
  ],
});
