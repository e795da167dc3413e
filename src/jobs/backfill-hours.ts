import type { Enqueued, Job } from './job.js';

/** So that a first run over a month leaves room for other jobs between its parts. */
const HOURS_MAX = 48;

export const backfillJob = (provider: string, part: string): Enqueued => ({
  name: backfillHours.name,
  id: `backfill-hours-${provider}-${part}`,
  data: { provider },
});

export const backfillHours: Job = {
  name: 'backfill-hours',
  meaning: 'Every hour: what providers list against the ledger, hour by hour; what is missing is fetched.',
  schedule: '0 10 * * * *',
  bulk: true,
  async run({ provider }, { backfill, enqueue }) {
    for (const name of provider === undefined ? backfill.providers : [provider]) {
      const { left } = await backfill.sweep(name, { hoursMax: HOURS_MAX });
      if (left > 0) await enqueue(backfillJob(name, String(left)));
    }
  },
};
