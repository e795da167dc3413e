import { deliveryJob } from './alert-deliver.js';
import type { Job } from './job.js';

export const watch: Job = {
  name: 'watch',
  meaning: 'Every five minutes: raises alerts about what is wrong, and lets recover what is not any more.',
  schedule: '30 */5 * * * *',
  blocks: false,
  async run(_, { alerts, enqueue }) {
    await alerts.watch();
    for (const delivery of await alerts.due()) await enqueue(deliveryJob(delivery));
  },
};
