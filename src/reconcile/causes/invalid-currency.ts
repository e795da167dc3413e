import { type Cause, certain } from '../cause.js';

export const invalidCurrency: Cause = {
  name: 'invalid_currency',
  meaning: 'The event names no currency, or one that does not exist, so its amount cannot be compared.',
  parts: ['wrong_currency', 'client_only'],
  explain: ({ tracked }) =>
    tracked?.valueProblem === 'missing_currency' || tracked?.valueProblem === 'unknown_currency'
      ? certain({ problem: tracked.valueProblem })
      : undefined,
};
