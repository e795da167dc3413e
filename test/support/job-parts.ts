import type { Alerts } from '../../src/alert/create-alerts.js';
import type { Cancellations } from '../../src/jobs/cancellations.js';

/** No alerts and none cancelled: for jobs that have to do with neither. */
export const noAlerts = {
  watch: () => Promise.resolve(),
  due: () => Promise.resolve([]),
} as unknown as Alerts;

/** Which jobs were told to stop, in memory. */
export function cancellationsInMemory(): Cancellations {
  const cancelled = new Map<string, string>();
  return {
    add: (jobId, actor) => Promise.resolve(void cancelled.set(jobId, actor)),
    of: (jobId) => Promise.resolve(cancelled.get(jobId)),
    remove: (jobId) => Promise.resolve(void cancelled.delete(jobId)),
  };
}
