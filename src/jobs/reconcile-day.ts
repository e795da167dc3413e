import type { Job } from './job.js';

export const reconcileDay: Job = {
  name: 'reconcile-day',
  meaning: 'Compares one metric of one day with one source and records what it found.',
  bulk: true,
  async run({ day = '', source = '', metric = '', run_id: runId = '', actor = 'system' }, { reconcile }) {
    if (await reconcile.isCancelled(runId)) return;
    const key = { day, source, metric };
    // What was accepted in time may have waited until its events were gone.
    if (!reconcile.isForgotten(key)) await reconcile.reconcileOne(key, { runId, actor });
    // The last one finishes its run, and others that waited for the same days.
    for (const unfinished of await reconcile.unfinishedRuns()) await reconcile.due(unfinished);
  },
  /** A day of a run is the run's: without it the run would put it in again. */
  async cancelled({ run_id: runId = '' }, { reconcile }, actor) {
    await reconcile.cancelRun(runId, actor);
  },
};
