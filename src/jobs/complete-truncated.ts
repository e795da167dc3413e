import type { Job } from './job.js';

export const completeTruncated: Job = {
  name: 'complete-truncated',
  meaning:
    'Every ten minutes: what was left out of webhooks that were too large to be kept whole is fetched, each when its turn comes.',
  schedule: '0 5-55/10 * * * *',
  async run(_, { completion, progress }) {
    await completion?.sweep(progress);
  },
};
