import { amount, defineFlow } from './metric.js';

export const revenueGross = defineFlow({
  name: 'revenue_gross',
  unit: 'money',
  meaning:
    'Money captured, tax included. Group `customer_kind` = `new` is the revenue of first payments. Not accounting revenue.',
  sourceOfTruth: 'payment provider',
  dated:
    'day of capture, never of authorisation; each part of a capture in parts on its own (at Stripe on that of the first)',
  excludes: 'authorisations without capture, failed attempts, test mode',
  trackedAs: ['Order Completed', 'purchase', 'purchase_completed'],
  terms: {
    owner: 'finance',
    allowedLatenessHours: 14 * 24, // captures and orders come when a provider is asked for what it could not deliver
    expectedReasons: [
      'Whatever is missing among the orders.',
      'Tools that leave out tax and shipping, or convert currencies at rates of their own.',
    ],
  },
  of: 'payment',
  from: ({ captures }) => captures.map((capture) => amount(capture)),
});
