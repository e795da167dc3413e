import { type Cause, likely } from '../cause.js';

export const isRateLimit = (reason: string): boolean => reason.startsWith('rate_limited');

export const rateLimited: Cause = {
  name: 'rate_limited',
  meaning: 'The collector answered 429 to requests of this person that day, and the event did not come again.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const limited = truth ? evidence.refused(truth).filter(({ reason }) => isRateLimit(reason)) : [];
    return limited.length === 0 ? undefined : likely({ hours: limited.flatMap(({ ref }) => ref ?? []) });
  },
};
