import type { Enqueued, Job } from './job.js';

export const runJob = (runId: string): Enqueued => ({
  name: reconcileRun.name,
  id: `reconcile-run-${runId}`,
  data: { run_id: runId },
});

/**
 * Puts one job per day, source and metric that is left of a run into the queue. The id of each holds the digest of what it would
 * record: a changed input is a new job, the same input while one waits is none.
 */
export const reconcileRun: Job = {
  name: 'reconcile-run',
  meaning: 'Splits a run into days.',
  async run({ run_id: runId = '' }, { reconcile, enqueue }) {
    const left = await reconcile.due(runId);
    for (const { day, source, metric } of left?.due ?? []) {
      const digest = await reconcile.digestOf({ day, source, metric });
      await enqueue({
        name: 'reconcile-day',
        id: `reconcile-${day}-${source}-${metric}-${digest.slice(0, 12)}`,
        data: { day, source, metric, run_id: runId, actor: left!.actor },
      });
    }
  },
};
