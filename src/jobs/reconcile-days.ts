import { daysBetween } from '../kernel/day.js';
import type { Job } from './job.js';

export const reconcileDays: Job = {
  name: 'reconcile-days',
  meaning: 'Compares one metric of days in a row with one source and records what it found, day by day.',
  bulk: true,
  async run(
    { from = '', to = '', source = '', metric = '', run_id: runId = '', actor = 'system' },
    { reconcile, progress },
  ) {
    if (await reconcile.isCancelled(runId)) return;
    const days = daysBetween(from, to) + 1;
    let done = 0;
    await reconcile.reconcileDays({ from, to, source, metric }, { runId, actor }, async () => {
      await progress((done += 1), days);
      return !(await reconcile.isCancelled(runId));
    });
    for (const unfinished of await reconcile.unfinishedRuns()) await reconcile.due(unfinished);
  },
  async cancelled({ run_id: runId = '' }, { reconcile }, actor) {
    await reconcile.cancelRun(runId, actor);
  },
};
