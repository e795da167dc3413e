import { SetupError } from '../kernel/errors.js';
import type { Service } from '../service-types.js';
import { print, table, withService, type AddCommand } from './context.js';

const DAYS_MAX = 366;

interface Options {
  shadow?: boolean;
  days: string;
  json?: boolean;
}

export const addContract: AddCommand = (program, context) => {
  program
    .command('contract')
    .summary('Show the measurement contract, or what a changed one would do.')
    .description(
      'Show the measurement contract of these settings and how it differs from the one in the ledger. With --shadow, compare the last days by it and print what would be other numbers; nothing is recorded and nothing that is fetched is kept.',
    )
    .option('--shadow', 'compare the last days by it')
    .option('--days <count>', 'how many', '30')
    .option('--json', 'print JSON')
    .action(async ({ shadow = false, days, json }: Options) => {
      const count = Number(days);
      if (!Number.isInteger(count) || count < 1 || count > DAYS_MAX)
        throw new SetupError(`--days must be a whole number from 1 to ${DAYS_MAX}.`);
      // No role: a projector would record the contract at its start, before anybody has seen what it does.
      const shown = await withService(context, (service) => show(service, shadow ? count : undefined));
      print(context, json, shown, () => lines(shown, shadow, count));
    });
};

type Shown = Awaited<ReturnType<typeof show>>;

async function show({ contract, reconcile }: Service, days: number | undefined) {
  const { recorded, changed } = await contract.changes();
  const differences = days === undefined ? undefined : await reconcile.shadow(days);
  return { ...contract.current, recorded, changed, ...(differences ? { differences } : {}) };
}

function lines({ digest, recorded, changed, metrics, differences }: Shown, shadow: boolean, days: number): string[] {
  const said =
    digest === recorded
      ? [`Contract ${digest}, as recorded.`]
      : [
          `Contract ${digest}; recorded is ${recorded ?? 'none yet'}.`,
          `Changed: ${changed.join(', ') || 'only how the metrics are computed'}.`,
        ];
  if (!shadow) return [...said, ...table(metrics as unknown as Record<string, unknown>[], COLUMNS)];
  if (!differences || differences.length === 0) return [...said, `No number of the last ${days} days would change.`];
  return [...said, ...table(differences as unknown as Record<string, unknown>[], DIFFERENCE_COLUMNS)];
}

const COLUMNS = ['name', 'unit', 'owner', 'tolerance_pct', 'allowed_lateness_hours', 'source_of_truth'];
const DIFFERENCE_COLUMNS = ['day', 'source', 'metric', 'currency', 'recorded', 'computed'];
