import { ATTEMPTS_MAX } from '../alert/alert-store.js';
import { gapReportHtml, gapReportMarkdown } from '../reconcile/report/gap-report-text.js';
import type { Job } from './job.js';

export const gapReportTell: Job = {
  name: 'gap-report-tell',
  meaning: 'Tells the gap report of one week on one channel, once.',
  attempts: ATTEMPTS_MAX,
  deadlineMs: 24 * 3_600_000,
  blocks: false, // a receiver that is down says nothing about the numbers of a month
  async run({ week = '', channel = '' }, { reconcile, alerts }) {
    const report = await reconcile.gapReport(week);
    if (!report) return;
    const [text, html] = [gapReportMarkdown(report), gapReportHtml(report)];
    await alerts.tell({ id: `gap-report-${week}`, title: `Gap report ${week}`, text, html }, channel);
  },
};
