import { RunReconciliation } from '../app/commands/run-reconciliation.js';
import { ReconciliationRequest } from '../app/http/queries.js';
import { SetupError } from '../kernel/errors.js';
import { print, table, withOperator, type AddCommand } from './context.js';

interface Options {
  from: string;
  to: string;
  source?: string;
  metric?: string[];
  json?: boolean;
}

const OPTIONS: Readonly<Record<string, string>> = { metrics: 'metric' };
const COLUMNS = ['day', 'source', 'metric', 'actual', 'tracked', 'gap', 'gap_pct', 'currency', 'status'];

export const addReconcile: AddCommand = (program, context) => {
  program
    .command('reconcile')
    .summary('Compare truth with what was tracked, now.')
    .description('Compare truth with what was tracked, day by day, now. Exit code 1 when a row failed.')
    .requiredOption('--from <day>', 'first day, such as 2026-10-01')
    .requiredOption('--to <day>', 'last day, included')
    .option('--source <name>', 'only this analytics source')
    .option('--metric <name...>', 'only these metrics')
    .option('--json', 'print JSON')
    .action(async ({ from, to, source, metric, json }: Options) => {
      const asked = ReconciliationRequest.safeParse({ from, to, source, metrics: metric });
      if (!asked.success)
        throw new SetupError(
          asked.error.issues
            .map(({ path, message }) =>
              path.length > 0 ? `--${OPTIONS[String(path[0])] ?? String(path[0])} ${message}` : message,
            )
            .join('\n'),
        );
      // Where no service runs, the command itself brings the read model to the head; beside one it only waits for it.
      const run = await withOperator(
        context,
        (operator, _service, asker) => operator.run(new RunReconciliation(asked.data, true, asker)),
        { roles: ['projector'] },
      );
      const rows = ('data' in run ? run.data : []) as Record<string, unknown>[];
      print(context, json, run, () => table(rows, COLUMNS));
      if (rows.some((row) => row['status'] === 'failed')) context.exitCode = 1;
    });
};
