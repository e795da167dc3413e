import { defineFlow, one } from './metric.js';

export const checkoutsCompleted = defineFlow({
  name: 'checkouts_completed',
  unit: 'count',
  meaning:
    'Started checkouts whose purchase was completed: its order counts as completed, or its payment was captured.',
  sourceOfTruth: 'the shop and the payment provider',
  dated: 'day the checkout was started (cohort)',
  excludes: 'completions whose checkout was never reported as started',
  trackedAs: [],
  internal: true,
  of: 'checkout',
  from: ({ started, completed }) =>
    started && completed ? [{ ...one(started), fact: completed.fact, entryId: completed.entryId }] : [],
});
