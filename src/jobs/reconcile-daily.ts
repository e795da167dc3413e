import type { Job } from './job.js';

export const reconcileDaily: Job = {
  name: 'reconcile-daily',
  meaning:
    'Every night: yesterday and the three days before it, with every source; after an outage every day since the last one compared, up to 31.',
  schedule: '0 15 2 * * *',
  run: (_, { reconcile }) => reconcile.requestNightly(),
};
