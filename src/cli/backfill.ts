import { RunBackfill } from '../app/commands/run-backfill.js';
import { BackfillRequestBody } from '../app/http/queries.js';
import { SetupError } from '../kernel/errors.js';
import { print, progressBar, withOperator, type AddCommand } from './context.js';

interface Options {
  from: string;
  to: string;
  json?: boolean;
}

const IDS_SHOWN = 20;

export const addBackfill: AddCommand = (program, context) => {
  program
    .command('backfill')
    .argument('<provider>', 'stripe')
    .description('Fetch what no webhook brought: the list of the provider against the ledger, hour by hour.')
    .requiredOption('--from <day>', 'first day, such as 2026-10-01')
    .requiredOption('--to <day>', 'last day, included')
    .option('--json', 'print JSON')
    .action(async (provider: string, { from, to, json }: Options) => {
      const asked = BackfillRequestBody.safeParse({ provider, from, to });
      if (!asked.success)
        throw new SetupError(asked.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'));
      const bar = progressBar('hours');
      const answer = await withOperator(context, (operator, _service, asker) =>
        operator.run(new RunBackfill(asked.data, true, asker, { onProgress: bar.onProgress })),
      ).finally(bar.stop);
      const { hours, listed = 0, recorded = [], missing = [] } = answer;
      print(context, json, answer, () => [
        `${hours} hours compared: ${provider} lists ${listed} events, ${recorded.length} of them were missing and are recorded now.`,
        ...recorded.slice(0, IDS_SHOWN),
        ...(recorded.length > IDS_SHOWN ? [`… and ${recorded.length - IDS_SHOWN} more`] : []),
        ...(missing.length > 0 ? [`${missing.length} could not be kept and are missing:`] : []),
        ...missing.slice(0, IDS_SHOWN),
      ]);
      if (missing.length > 0) context.exitCode = 1;
    });
};
