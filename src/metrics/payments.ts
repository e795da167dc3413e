import { defineFlow, one } from './metric.js';

export const payments = defineFlow({
  name: 'payments',
  unit: 'count',
  meaning: 'Captured payments, each charge once whatever restates it.',
  sourceOfTruth: 'payment provider',
  dated: 'day of capture',
  excludes: 'authorisations without capture, failed attempts, test mode',
  trackedAs: [],
  of: 'payment',
  from: ({ captured }) => (captured ? [one(captured)] : []),
});
