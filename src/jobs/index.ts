import { alertDeliver } from './alert-deliver.js';
import { backfillHours } from './backfill-hours.js';
import { backfillUndelivered } from './backfill-undelivered.js';
import { completeTruncated } from './complete-truncated.js';
import { gapReportTell } from './gap-report-tell.js';
import { gapReportWeekly } from './gap-report-weekly.js';
import { fetchBalanceTransactions } from './fetch-balance-transactions.js';
import { fetchProviderReports } from './fetch-provider-reports.js';
import type { Job } from './job.js';
import { pruneSnapshots } from './prune-snapshots.js';
import { pruneTracked } from './prune-tracked.js';
import { reconcileDaily } from './reconcile-daily.js';
import { reconcileDay } from './reconcile-day.js';
import { reconcileDays } from './reconcile-days.js';
import { reconcileLate } from './reconcile-late.js';
import { reconcileRun } from './reconcile-run.js';
import { tieOutMonth } from './tie-out-month.js';
import { watch } from './watch.js';
import { verifyNightly } from './verify-nightly.js';
import { seal } from './seal.js';
import { softClose } from './soft-close.js';

/** Every job, by the name it has in the queue. */
export const jobs: readonly Job[] = [
  reconcileDaily,
  reconcileLate,
  reconcileRun,
  reconcileDay,
  reconcileDays,
  backfillHours,
  backfillUndelivered,
  completeTruncated,
  watch,
  gapReportWeekly,
  gapReportTell,
  pruneSnapshots,
  pruneTracked,
  alertDeliver,
  softClose,
  fetchBalanceTransactions,
  fetchProviderReports,
  tieOutMonth,
  seal,
  verifyNightly,
];
