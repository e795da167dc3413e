import type { Job } from './job.js';
import { dayJob } from './reconcile-run.js';

export const reconcileLate: Job = {
  name: 'reconcile-late',
  meaning: 'Every hour: compares days again for which late data came, and no others.',
  schedule: '0 40 * * * *',
  async run(_, { reconcile, enqueue, progress }) {
    const changed = await reconcile.changedDays();
    for (const [index, { inputs, ...key }] of changed.entries()) {
      await progress(index, changed.length);
      await enqueue(dayJob(key, inputs, { runId: `late-${key.day}`, actor: 'system' }));
    }
  },
};
