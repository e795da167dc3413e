import { SetupError } from '../kernel/errors.js';
import { mondayOf, weekOf } from '../reconcile/report/gap-report.js';
import { gapReportHtml, gapReportMarkdown } from '../reconcile/report/gap-report-text.js';
import { addDays, Zone } from '../kernel/day.js';
import { withService, type AddCommand } from './context.js';

const FORMATS = ['markdown', 'json', 'html'] as const;

export const addReport: AddCommand = (program, context) => {
  program
    .command('report')
    .summary('Print the gap report of a week.')
    .description('Print the gap report of an ISO week, as it was published, else as it would be now.')
    .argument('[week]', 'such as 2026-W40; the week before this one unless given')
    .option('--format <format>', `${FORMATS.join(', ')}`, 'markdown')
    .action(async (asked: string | undefined, { format }: { format: string }) => {
      if (!(FORMATS as readonly string[]).includes(format))
        throw new SetupError(`--format must be one of ${FORMATS.join(', ')}.`);
      if (asked !== undefined && mondayOf(asked) === undefined)
        throw new SetupError('Give an ISO week such as 2026-W40.');
      const report = await withService(context, ({ config, reconcile }) => {
        const today = new Zone(config.reportingTimeZone).dayOf(context.clock().getTime());
        return reconcile.gapReport(asked ?? weekOf(addDays(today, -7)));
      });
      if (format === 'json') context.out(JSON.stringify(report, null, 2));
      else context.out((format === 'html' ? gapReportHtml(report!) : gapReportMarkdown(report!)).trimEnd());
    });
};
