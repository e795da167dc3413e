import type { DayKey } from '../reconcile/outcome.js';
import type { AskedBy } from '../reconcile/record.js';
import type { Stretch } from '../reconcile/stretches.js';
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

/** The same for days in a row that are compared together. */
const daysJob = ({ from, to, source, metric }: Stretch, inputs: string, { runId, actor }: AskedBy): Enqueued => ({
  name: 'reconcile-days',
  id: `reconcile-${from}-${to}-${source}-${metric}-${inputs.slice(0, 12)}`,
  data: { from, to, source, metric, run_id: runId, actor },
});

/** Puts one job into the queue for each day that is left of a run, by source and metric, or for days in a row that are compared together. */
export const reconcileRun: Job = {
  name: 'reconcile-run',
  meaning: 'Splits a run into days.',
  bulk: true,
  async run({ run_id: runId = '' }, { reconcile, enqueue, progress }) {
    const { due = [], actor = 'system' } = (await reconcile.due(runId)) ?? {};
    const stretches = await reconcile.stretches(due);
    for (const [index, days] of stretches.entries()) {
      await progress(index, stretches.length);
      const { from: day, to, source, metric } = days;
      const job =
        day === to
          ? dayJob({ day, source, metric }, await reconcile.inputsOf({ day, source, metric }), { runId, actor })
          : daysJob(days, await reconcile.inputsOfDays(days), { runId, actor });
      await enqueue(job);
    }
  },
  async cancelled({ run_id: runId = '' }, { reconcile }, actor) {
    await reconcile.cancelRun(runId, actor);
  },
};
