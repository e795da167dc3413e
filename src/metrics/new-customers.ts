import { defineFlow, one } from './metric.js';

export const newCustomers = defineFlow({
  name: 'new_customers',
  unit: 'count',
  meaning: 'Customers by the day of their first captured payment.',
  sourceOfTruth: 'payment provider',
  dated: 'day of the first capture',
  excludes: 'test mode',
  trackedAs: [],
  of: 'payment',
  from: ({ captured, first }) => (captured && first ? [one(captured)] : []),
});
