import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AddProviderReport } from '../app/commands/add-provider-report.js';
import { RunTieOut } from '../app/commands/run-tie-out.js';
import type { TieOutResult } from '../close/tie-out/tie-out-result.js';
import { isDay } from '../kernel/day.js';
import { SetupError } from '../kernel/errors.js';
import { print, table, withOperator, type AddCommand } from './context.js';

const CATEGORY_COLUMNS = ['provider', 'currency', 'category', 'ledger', 'stated', 'difference'];
const DIFFERENCE_COLUMNS = ['kind', 'line', 'currency', 'net', 'source', 'detail'];
const SHOWN_MAX = 50;

export const addTieOut: AddCommand = (program, context) => {
  program
    .command('tie-out')
    .argument('<period>', 'a month, such as 2026-10')
    .summary("Compare each provider's balance with the ledger.")
    .description(
      "Compare each provider's balance with the ledger over a period, line by line and to the last minor unit, and record what came of it. Exit code 1 unless everything ties out.",
    )
    .option('--json', 'print JSON')
    .action(async (period: string, { json }: { json?: boolean }) => {
      const data = await withOperator(
        context,
        (operator, _service, asker) => operator.run(new RunTieOut(period, asker)),
        { roles: ['projector'] },
      );
      print(context, json, { data }, () =>
        data.length > 0 ? data.flatMap(linesOf) : [`No provider had money in ${period}.`],
      );
      if (data.some(({ status }) => status !== 'tied')) context.exitCode = 1;
    });

  program
    .command('provider-report')
    .argument('<file>', 'CSV or JSON as the provider made it')
    .summary('Hand over a report of a provider for the tie-out.')
    .description(
      'Keep a report that a provider made of its balance, byte for byte, for the tie-out. The same file again changes nothing.',
    )
    .requiredOption('--provider <name>', 'stripe, adyen or square')
    .requiredOption(
      '--kind <kind>',
      'balance_itemised, balance_summary, payout_reconciliation, settlement_details, payout_entries',
    )
    .option('--from <day>', 'first day that it covers, where it does not say so')
    .option('--to <day>', 'last day, included')
    .option('--json', 'print JSON')
    .action(async (file: string, { provider, kind, from, to, json }: ReportOptions) => {
      for (const [option, day] of [['--from', from] as const, ['--to', to] as const])
        if (day !== undefined && !isDay(day)) throw new SetupError(`${option} must be a day such as 2026-10-03.`);
      const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
        throw new SetupError(`${file} cannot be read (${error.code ?? 'unknown'}).`);
      });
      const request = { provider, kind, from, to, name: path.basename(file) };
      const added = await withOperator(context, (operator, _service, asker) =>
        operator.run(new AddProviderReport(request, asker, { bytes })),
      );
      const { report, outcome } = added;
      print(context, json, { outcome, ...report }, () => [
        `${outcome === 'recorded' ? 'Kept' : 'Known already'}: ${report.lines} lines of ${provider}, ${report.from.toISOString()} to ${report.until.toISOString()}, SHA-256 ${report.digest}.`,
      ]);
    });
};

interface ReportOptions {
  provider: string;
  kind: string;
  from?: string;
  to?: string;
  json?: boolean;
}

function linesOf(result: TieOutResult): string[] {
  const { provider, period, status, reason, categories, differences, currencies } = result;
  const rows = categories.map(({ currency, category, ledger, provider: stated }) => ({
    provider,
    currency,
    category,
    ledger: ledger.net,
    stated: stated.net,
    difference: String(BigInt(stated.net) - BigInt(ledger.net)),
  }));
  const balances = currencies.flatMap(({ currency, balance }) =>
    balance === null || balance.holds
      ? []
      : [
          `${currency}: the balance went from ${balance.start} to ${balance.end}, and ${balance.moved} moved.` +
            (balance.clearing === undefined ? '' : ` The clearing account stands at ${balance.clearing}.`),
        ],
  );
  return [
    `${provider} ${period}: ${status}${reason === null ? '' : `. ${reason}`}`,
    ...(rows.length > 0 ? table(rows, CATEGORY_COLUMNS) : []),
    ...balances,
    ...(differences.length > 0 ? table(differences.slice(0, SHOWN_MAX), DIFFERENCE_COLUMNS) : []),
    ...(result.differences_total > SHOWN_MAX ? [`… ${result.differences_total} differences in all`] : []),
  ];
}
