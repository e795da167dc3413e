import { type Cause, certain } from '../cause.js';

export const invalidValue: Cause = {
  name: 'invalid_value',
  meaning: 'The event carries no amount, or one that is not a number.',
  parts: ['wrong_value'],
  explain: ({ tracked }) =>
    tracked?.valueMinor === null ? certain({ problem: tracked.valueProblem ?? 'no_value' }) : undefined,
};
