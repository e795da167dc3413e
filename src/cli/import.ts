import { ImportObjects } from '../app/commands/import-objects.js';
import { isDay } from '../kernel/day.js';
import { SetupError } from '../kernel/errors.js';
import { print, progressBar, table, withOperator, type AddCommand } from './context.js';

interface Options {
  from?: string;
  to?: string;
  file?: string[];
  objects?: string;
  asOf?: string;
  testMode?: boolean;
  json?: boolean;
}

const COLUMNS = ['what', 'listed', 'recorded', 'skipped', 'unattached'];

export const addImport: AddCommand = (program, context) => {
  program
    .command('import')
    .summary('Read objects as they are now: history from before the webhooks.')
    .description(
      'Read objects of a provider as they are now, from its lists (--from, --to) or from files (--file): history from before the webhooks, and what no event brought. Ctrl-C stops after the page at hand; the same call goes on from there. Exit code 1 when it was stopped.',
    )
    .argument('<provider>', 'stripe')
    .option('--from <day>', 'first day on which the objects were made, such as 2024-01-01')
    .option('--to <day>', 'last day, included')
    .option('--objects <lists>', 'only these lists, between commas: charges,refunds,disputes,…')
    .option('--file <path...>', 'read these files: JSON Lines of objects, or CSV of an itemised report')
    .option('--as-of <time>', 'when the objects were as the files have them, such as 2026-10-31T18:00:00Z')
    .option('--test-mode', 'objects in the files that do not say so belong to test mode')
    .option('--json', 'print JSON')
    .action(async (provider: string, options: Options) => {
      const request = requestOf(provider, options);
      const stop = new AbortController();
      const onSignal = (): void => {
        context.err('Stopping after the page at hand …');
        stop.abort();
      };
      process.once('SIGINT', onSignal);
      let bar: ReturnType<typeof progressBar> | undefined;
      const onProgress = (name: string) => {
        bar?.stop();
        return (bar = progressBar(name)).onProgress;
      };
      const imported = await withOperator(context, (operator, _service, asker) =>
        operator.run(new ImportObjects(request, asker, { onProgress, signal: stop.signal })),
      ).finally(() => {
        bar?.stop();
        process.off('SIGINT', onSignal);
      });
      const rows = Object.entries(imported).map(([what, { skipped, ...rest }]) => ({
        what,
        ...rest,
        skipped: Object.values(skipped).reduce((sum, count) => sum + count, 0),
      }));
      const stopped = rows.some(({ done }) => !done);
      print(
        context,
        options.json,
        { data: Object.entries(imported).map(([what, rest]) => ({ what, ...rest })) },
        () => [...table(rows, COLUMNS), ...(stopped ? ['Stopped. The same call goes on from here.'] : [])],
      );
      if (stopped) context.exitCode = 1;
    });
};

function requestOf(provider: string, { from, to, file, objects, asOf, testMode }: Options) {
  if (file === undefined && (from === undefined || to === undefined))
    throw new SetupError('Give --from and --to for the lists of the provider, or --file for files.');
  for (const [option, text] of [['--from', from] as const, ['--to', to] as const])
    if (text !== undefined && !isDay(text)) throw new SetupError(`${option} must be a day such as 2026-10-03.`);
  if ((from === undefined) !== (to === undefined)) throw new SetupError('--from and --to belong together.');
  if (file === undefined && (asOf !== undefined || testMode))
    throw new SetupError('--as-of and --test-mode speak of files; what is read from the lists is dated by itself.');
  const at = asOf === undefined ? undefined : new Date(asOf);
  if (at && (Number.isNaN(at.getTime()) || !/(Z|[+-]\d\d:\d\d)$/.test(asOf!)))
    throw new SetupError('--as-of must be a time such as 2026-10-31T18:00:00Z.');
  const lists = objects?.split(',').map((each) => each.trim());
  return { provider, from, to, files: file, lists, asOf: at, testMode };
}
