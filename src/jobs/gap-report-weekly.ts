import { addDays } from '../kernel/day.js';
import { weekOf } from '../reconcile/report/gap-report.js';
import { gapReportTell } from './gap-report-tell.js';
import type { Job } from './job.js';

export const gapReportWeekly: Job = {
  name: 'gap-report-weekly',
  meaning:
    'Every Monday morning: publishes the gap report of the week before and has it told wherever alerts are told.',
  schedule: '0 0 7 * * 1',
  blocks: false,
  async run({ week: asked }, { reconcile, alerts, zone, clock, enqueue }) {
    const week = asked ?? weekOf(addDays(zone.dayOf(clock().getTime()), -7));
    if (!(await reconcile.publishGapReport(week))) return;
    // A job of its own for each, so that those who have it are not told again while another one does not answer.
    for (const channel of alerts.channels)
      await enqueue({ name: gapReportTell.name, id: `gap-report-${week}-${channel}`, data: { week, channel } });
  },
};
