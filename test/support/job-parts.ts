import type { Alerts } from '../../src/alert/create-alerts.js';
import type { Cancellations, QueuedOnce } from '../../src/jobs/cancellations.js';

/** No alerts and none cancelled: for jobs that have to do with neither. */
export const noAlerts = {
  watch: () => Promise.resolve(),
  due: () => Promise.resolve([]),
} as unknown as Alerts;

/** Which jobs were told to stop, in memory. */
export function cancellationsInMemory(): Cancellations {
  const cancelled = new Map<string, string>();
  const keyOf = ({ id, enqueuedAt }: QueuedOnce): string => `${id} ${enqueuedAt.getTime()}`;
  return {
    add: (job, actor) => Promise.resolve(void cancelled.set(keyOf(job), actor)),
    of: (job) => Promise.resolve(cancelled.get(keyOf(job))),
    remove: (jobId) => {
      for (const key of cancelled.keys()) if (key.startsWith(`${jobId} `)) cancelled.delete(key);
      return Promise.resolve();
    },
  };
}
