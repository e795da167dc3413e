import { addDays } from '../kernel/day.js';
import { weekOf } from '../reconcile/gap-report.js';
import { gapReportHtml, gapReportMarkdown } from '../reconcile/gap-report-text.js';
import type { Job } from './job.js';

export const gapReportWeekly: Job = {
  name: 'gap-report-weekly',
  meaning: 'Every Monday morning: publishes the gap report of the week before and tells it where alerts are told.',
  schedule: '0 0 7 * * 1',
  blocks: false,
  async run({ week: asked }, { reconcile, alerts, zone, clock }) {
    const week = asked ?? weekOf(addDays(zone.dayOf(clock().getTime()), -7));
    const published = await reconcile.publishGapReport(week);
    if (!published) return;
    const { report } = published;
    const text = gapReportMarkdown(report);
    await alerts.tell({
      id: `gap-report-${week}`,
      transition: 'report',
      title: `Gap report ${week}`,
      text,
      html: gapReportHtml(report),
    });
  },
};
