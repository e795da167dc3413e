import { addDays } from '../kernel/day.js';
import type { Job } from './job.js';

/** Days before yesterday that are compared again: late events and late truth have mostly arrived by then. */
const TRAILING_DAYS = 3;

export const reconcileDaily: Job = {
  name: 'reconcile-daily',
  meaning: 'Every night: yesterday and the three days before it, with every source.',
  schedule: '0 15 2 * * *',
  async run(_, { reconcile, zone, clock }) {
    const yesterday = addDays(zone.dayOf(clock().getTime()), -1);
    const request = { from: addDays(yesterday, -TRAILING_DAYS), to: yesterday };
    await reconcile.requestRun(request, { runId: `nightly-${yesterday}`, actor: 'system' });
  },
};
