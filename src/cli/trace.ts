import { isDay } from '../kernel/day.js';
import { SetupError } from '../kernel/errors.js';
import { isUuid } from '../kernel/uuid.js';
import type { Service } from '../service-types.js';
import { print, table, withService, type AddCommand } from './context.js';

const COLUMNS = ['position', 'period', 'delta', 'currency', 'fact', 'origin_event_id', 'entry_id'];
const PAGE = 1_000;

export const addTrace: AddCommand = (program, context) => {
  program
    .command('trace')
    .summary('Show the ledger entries under a number.')
    .description('Show the ledger entries under a number (trace <metric> <day>), or one entry (trace <entry id>).')
    .argument('<what>', 'a metric, or the id of an entry')
    .argument('[day]', 'a day in the reporting time zone, such as 2026-10-03')
    .option('--json', 'print JSON')
    .action(async (what: string, day: string | undefined, { json }: { json?: boolean }) => {
      if (day === undefined && isUuid(what)) {
        const entry = await withService(context, ({ report }) => report.entry(what));
        if (!entry) return notFound(`There is no entry ${what}.`);
        return print(context, json, entry, () => [JSON.stringify(entry, null, 2)]);
      }
      if (day === undefined || !isDay(day))
        throw new SetupError('Give a metric and a day such as 2026-10-03, or the id of an entry.');
      const rows = await withService(context, (service) => contributions(service, what, day));
      if (!rows) return notFound(`There is no metric ${what}.`);
      print(context, json, { metric: what, day, data: rows }, () =>
        rows.length > 0
          ? table(rows, 'part_of' in rows[0]! ? [...COLUMNS, 'part_of'] : COLUMNS)
          : [`Nothing counts for ${what} on ${day}.`],
      );
    });

  const notFound = (sentence: string): void => {
    context.err(sentence);
    context.exitCode = 1;
  };
};

async function contributions(
  { report }: Service,
  metric: string,
  day: string,
): Promise<Record<string, unknown>[] | undefined> {
  const rows: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const page = await report.contributions(metric, { day, limit: PAGE, cursor });
    if (!page) return undefined;
    rows.push(...(page.data as Record<string, unknown>[]));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
