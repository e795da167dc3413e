import type { DayKey } from '../reconcile/compare/outcome.js';
import type { AskedBy } from '../reconcile/store/record.js';
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

/** Days that are compared together: while one waits or runs for a run, a source and a metric, there is no second, however far it is. */
const daysJob = ({ source, metric }: DayKey, { runId, actor }: AskedBy): Enqueued => ({
  name: 'reconcile-days',
  id: `reconcile-days-${runId}-${source}-${metric}`,
  data: { source, metric, run_id: runId, actor },
});

/** Puts one job into the queue for each day that is left of a run, by source and metric, or one for all days that are compared together. */
export const reconcileRun: Job = {
  name: 'reconcile-run',
  meaning: 'Splits a run into days.',
  bulk: true,
  async run({ run_id: runId = '' }, { reconcile, enqueue, progress }) {
    const run = await reconcile.due(runId);
    if (!run) return;
    const { due, from, to, actor } = run;
    const asked = { runId, actor };
    let done = 0;
    for (const keys of Map.groupBy(due, ({ source, metric }) => `${source} ${metric}`).values()) {
      await progress(done, due.length);
      if (from < to && reconcile.isTogether(keys[0]!)) await enqueue(daysJob(keys[0]!, asked));
      else
        for (const [index, key] of keys.entries()) {
          await progress(done + index, due.length);
          await enqueue(dayJob(key, await reconcile.inputsOf(key), asked));
        }
      done += keys.length;
    }
  },
  async cancelled({ run_id: runId = '' }, { reconcile }, actor) {
    await reconcile.cancelRun(runId, actor);
  },
};
