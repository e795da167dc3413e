import type { Job } from './job.js';

export const backfillUndelivered: Job = {
  name: 'backfill-undelivered',
  meaning: 'Every ten minutes: what providers say they could not deliver is fetched.',
  schedule: '0 */10 * * * *',
  async run(_, { backfill }) {
    for (const name of backfill.providers) await backfill.fetchUndelivered(name);
  },
};
