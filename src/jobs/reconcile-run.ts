import type { DayKey } from '../reconcile/outcome.js';
import type { AskedBy } from '../reconcile/record.js';
import type { Enqueued, Job } from './job.js';

export const runJob = (runId: string): Enqueued => ({
  name: reconcileRun.name,
  id: `reconcile-run-${runId}`,
  data: { run_id: runId },
});

/** The id holds what the day would be compared from: a changed input is a new job, the same input while one waits is none. */
export const dayJob = ({ day, source, metric }: DayKey, inputs: string, { runId, actor }: AskedBy): Enqueued => ({
  name: 'reconcile-day',
  id: `reconcile-${day}-${source}-${metric}-${inputs.slice(0, 12)}`,
  data: { day, source, metric, run_id: runId, actor },
});

/** Puts one job per day, source and metric that is left of a run into the queue. */
export const reconcileRun: Job = {
  name: 'reconcile-run',
  meaning: 'Splits a run into days.',
  bulk: true,
  async run({ run_id: runId = '' }, { reconcile, enqueue, progress }) {
    const { due = [], actor = 'system' } = (await reconcile.due(runId)) ?? {};
    for (const [index, key] of due.entries()) {
      await progress(index, due.length);
      await enqueue(dayJob(key, await reconcile.inputsOf(key), { runId, actor }));
    }
  },
  async cancelled({ run_id: runId = '' }, { reconcile }, actor) {
    await reconcile.cancelRun(runId, actor);
  },
};
