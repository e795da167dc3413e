import { type Cause, likely } from '../cause.js';
import { isRateLimit } from './rate-limited.js';

export const rejectedAtCollection: Cause = {
  name: 'rejected_at_collection',
  meaning: 'An event of this person arrived that day and was refused: invalid, without its id, or too large.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const refused = truth ? evidence.refused(truth).filter(({ reason }) => !isRateLimit(reason)) : [];
    if (refused.length === 0) return undefined;
    return likely({
      reasons: [...new Set(refused.map(({ reason }) => reason))],
      samples: refused.flatMap(({ ref }) => ref ?? []),
    });
  },
};
