import type { Job } from './job.js';

export const reconcileDays: Job = {
  name: 'reconcile-days',
  meaning:
    'Compares one metric with one source on the days that are left of a run, those in a row together, and records what it found.',
  bulk: true,
  async run({ source = '', metric = '', run_id: runId = '', actor = 'system' }, { reconcile, progress }) {
    if (await reconcile.isCancelled(runId)) return;
    const { due = [] } = (await reconcile.due(runId)) ?? {};
    const left = due.filter((key) => key.source === source && key.metric === metric);
    let done = 0;
    await reconcile.reconcileDays(left, { runId, actor }, async () => {
      await progress((done += 1), left.length);
      return !(await reconcile.isCancelled(runId));
    });
    for (const unfinished of await reconcile.unfinishedRuns()) await reconcile.due(unfinished);
  },
  async cancelled({ run_id: runId = '' }, { reconcile }, actor) {
    await reconcile.cancelRun(runId, actor);
  },
};
