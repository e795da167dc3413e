import { readConfig } from '../config.js';
import { backends } from '../ledger/backends/index.js';
import { copyLedger } from '../ledger/copy/copy-ledger.js';
import { openPlaces } from '../ledger/copy/open-place.js';
import { print, progressBar, withOperator, type AddCommand } from './context.js';

export const addLedger: AddCommand = (program, context) => {
  const ledger = program.command('ledger').description('Move a ledger between engines, or seal it now.');
  ledger
    .command('seal')
    .description(
      'Seal everything and write the signed root into the ledger, as every night. An entry only where something came since the last one.',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const sealed = await withOperator(context, (_operator, { seal }, asker) =>
        seal.enter({ reason: 'asked' }, asker),
      );
      print(context, json, sealed ?? {}, () => [
        sealed
          ? `Entry ${sealed.position} has the signed root of the first ${sealed.checkpoint.size} entries: ${sealed.checkpoint.root}.`
          : 'The ledger is empty.',
      ]);
    });

  ledger
    .command('copy')
    .description(
      'Copy a ledger, entry by entry, with positions, times, hashes, keys and seals. Stop the service first. May be interrupted and run again.',
    )
    .requiredOption('--from <address>', 'embedded, postgres://… or kurrentdb://…')
    .requiredOption('--to <address>', 'likewise; an empty ledger, or one that an earlier copy began')
    .option('--json', 'print JSON')
    .action(async ({ from, to, json }: { from: string; to: string; json?: boolean }) => {
      const config = readConfig(context.env, Object.keys(backends));
      const { places, close } = await openPlaces(config, context.clock, [from, to]);
      const bar = progressBar('copy');
      const { entries, added, root } = await copyLedger(places[0]!, places[1]!, { onProgress: bar.onProgress }).finally(
        async () => {
          bar.stop();
          await close();
        },
      );
      print(context, json, { entries, added, root: root.toString('hex') }, () => [
        `The target has all ${entries} entries, ${added} of them new; every hash is the same, the root is ${root.toString('hex')}.`,
      ]);
    });
};
