import { RebuildProjection } from '../app/commands/rebuild-projection.js';
import { print, progressBar, withOperator, type AddCommand } from './context.js';

export const addRebuild: AddCommand = (program, context) => {
  program
    .command('rebuild')
    .summary('Make the read model anew from the ledger.')
    .description('Make the read model anew from the ledger, beside the old one, then swap.')
    .option('--change-time-zone', 'accept that REPORTING_TIME_ZONE is another than before: every day is counted anew')
    .option('--json', 'print JSON')
    .action(async ({ json, changeTimeZone = false }: { json?: boolean; changeTimeZone?: boolean }) => {
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
