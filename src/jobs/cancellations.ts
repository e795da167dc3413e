import type { Clock } from '../kernel/clock.js';
import type { Database } from '../storage/database.js';

/** Which running jobs were told to stop: kept where every worker looks. */
export interface Cancellations {
  add(jobId: string, actor: string): Promise<void>;
  /** By whom it was cancelled; undefined when it was not. */
  of(jobId: string): Promise<string | undefined>;
  remove(jobId: string): Promise<void>;
}

export const cancellationsIn = (database: Database, clock: Clock): Cancellations => ({
  async add(jobId, actor) {
    await database.pool.query(
      `insert into reconcile.cancelled_jobs (job_id, cancelled_at, cancelled_by) values ($1, $2, $3)
       on conflict (job_id) do nothing`,
      [jobId, clock(), actor],
    );
  },
  async of(jobId) {
    const { rows } = await database.pool.query<{ cancelled_by: string }>(
      'select cancelled_by from reconcile.cancelled_jobs where job_id = $1',
      [jobId],
    );
    return rows[0]?.cancelled_by;
  },
  async remove(jobId) {
    await database.pool.query('delete from reconcile.cancelled_jobs where job_id = $1', [jobId]);
  },
});
