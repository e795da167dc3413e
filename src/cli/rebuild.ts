import { RebuildProjection } from '../app/commands/rebuild-projection.js';
import { SetupError } from '../kernel/errors.js';
import type { DryRun } from '../projections/dry-run.js';
import { type CliContext, print, progressBar, table, withOperator, withService, type AddCommand } from './context.js';

interface Options {
  json?: boolean;
  dryRun?: boolean;
  changeTimeZone?: boolean;
}

const COLUMNS = ['metric', 'day', 'currency', 'live', 'rebuilt', 'difference'];

export const addRebuild: AddCommand = (program, context) => {
  program
    .command('rebuild')
    .summary('Make the read model anew from the ledger.')
    .description('Make the read model anew from the ledger, beside the old one, then swap.')
    .option('--change-time-zone', 'accept that REPORTING_TIME_ZONE is another than before: every day is counted anew')
    .option(
      '--dry-run',
      'say what would change, number by number, and switch nothing; exit code 1 when something would',
    )
    .option('--json', 'print JSON')
    .action(async ({ json, dryRun = false, changeTimeZone = false }: Options) => {
      if (dryRun && changeTimeZone)
        throw new SetupError('A change of the time zone is recorded at once, so it has no dry run.');
      if (dryRun) return showChanges(context, json);
      const bar = progressBar('rebuild');
      const result = await withOperator(
        context,
        (operator, _service, asker) => operator.run(new RebuildProjection(asker, { onProgress: bar.onProgress })),
        { changeZone: changeTimeZone },
      ).finally(bar.stop);
      const { position, stateHash } = result;
      print(context, json, { position, state_hash: stateHash }, () => [
        `The read model is rebuilt up to position ${position}; state hash ${stateHash}.`,
      ]);
    });
};

async function showChanges(context: CliContext, json: boolean | undefined): Promise<void> {
  const bar = progressBar('rebuild');
  const result = await withService(context, ({ projections }) => projections.dryRun(bar.onProgress)).finally(bar.stop);
  const rows = rowsOf(result);
  const { position, liveVersion, rebuiltVersion, parked } = result;
  const head = { position, live_version: liveVersion, rebuilt_version: rebuiltVersion, parked };
  print(context, json, { ...head, differences: rows }, () => [
    ...(rows.length > 0 ? table(rows, COLUMNS) : []),
    `${rows.length} numbers would change up to position ${position}; ${parked} entries would be parked. Nothing was switched.`,
  ]);
  if (rows.length > 0) context.exitCode = 1;
}

const rowsOf = ({ differences }: DryRun) =>
  differences.map(({ metric, day, currency, live, rebuilt }) => ({
    metric,
    day,
    currency: currency === '' ? null : currency,
    live: String(live),
    rebuilt: String(rebuilt),
    difference: String(rebuilt - live),
  }));
