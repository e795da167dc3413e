import { backfillHours } from './backfill-hours.js';
import { backfillUndelivered } from './backfill-undelivered.js';
import { fetchBalanceTransactions } from './fetch-balance-transactions.js';
import type { Job } from './job.js';
import { reconcileDaily } from './reconcile-daily.js';
import { reconcileDay } from './reconcile-day.js';
import { reconcileRun } from './reconcile-run.js';
import { tieOutMonth } from './tie-out-month.js';

/** Every job, by the name it has in the queue. */
export const jobs: readonly Job[] = [
  reconcileDaily,
  reconcileRun,
  reconcileDay,
  backfillHours,
  backfillUndelivered,
  fetchBalanceTransactions,
  tieOutMonth,
];
