import type { Cause } from '../cause.js';

export const rejectedAtCollection: Cause = {
  name: 'rejected_at_collection',
  meaning: 'An event of this person arrived that day and was refused: invalid, without its id, or over a limit.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const reasons = truth ? evidence.refused(truth) : [];
    return reasons.length === 0 ? undefined : { reasons };
  },
};
