import type { Clock } from '../kernel/clock.js';
import type { Database } from '../storage/database.js';

/** One job in the queue: an id is free again when its job is over, and a later job may have it. */
export interface QueuedOnce {
  id: string;
  enqueuedAt: Date;
}

/** Which running jobs were told to stop: kept where every worker looks. A later job of the same id was told nothing. */
export interface Cancellations {
  add(job: QueuedOnce, actor: string): Promise<void>;
  /** By whom it was cancelled; undefined when it was not. */
  of(job: QueuedOnce): Promise<string | undefined>;
  /** Forgets those of an id. */
  remove(jobId: string): Promise<void>;
}

export const cancellationsIn = (database: Database, clock: Clock): Cancellations => ({
  async add({ id, enqueuedAt }, actor) {
    await database.pool.query(
      `insert into reconcile.cancelled_jobs as c (job_id, enqueued_at, cancelled_at, cancelled_by) values ($1, $2, $3, $4)
       on conflict (job_id) do update set enqueued_at = excluded.enqueued_at, cancelled_at = excluded.cancelled_at, cancelled_by = excluded.cancelled_by
       where c.enqueued_at is distinct from excluded.enqueued_at`,
      [id, enqueuedAt, clock(), actor],
    );
  },
  async of({ id, enqueuedAt }) {
    const { rows } = await database.pool.query<{ cancelled_by: string }>(
      'select cancelled_by from reconcile.cancelled_jobs where job_id = $1 and enqueued_at = $2',
      [id, enqueuedAt],
    );
    return rows[0]?.cancelled_by;
  },
  async remove(jobId) {
    await database.pool.query('delete from reconcile.cancelled_jobs where job_id = $1', [jobId]);
  },
});
