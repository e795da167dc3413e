import { SetupError } from '../kernel/errors.js';
import { formatMajor } from '../kernel/money.js';
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
  return [...said, ...differenceLines(differences ?? [], days)];
}

type Difference = NonNullable<Shown['differences']>[number];

/** What would be another number, as a table; days that were never compared have none to differ from, and are counted. Exported for its test. */
export function differenceLines(differences: readonly Difference[], days: number): string[] {
  const changed = differences.filter(({ recorded }) => recorded !== null);
  const changes = changed.map(({ recorded, computed, ...of }) => ({
    ...of,
    change: changeOf({ recorded, computed, ...of }),
  }));
  const fresh = new Map<string, Set<string>>();
  for (const { day, source, metric, recorded } of differences)
    if (recorded === null) fresh.set(`${source}, ${metric}`, (fresh.get(`${source}, ${metric}`) ?? new Set()).add(day));
  return [
    ...(changes.length === 0
      ? [`No number of the last ${days} days would change.`]
      : table(changes, DIFFERENCE_COLUMNS)),
    ...[...fresh].map(([of, own]) => `${of}: ${own.size} of the ${days} days have no number yet.`),
  ];
}

/** `tracked 1 → 2, gap 2 → 1`; amounts in major units. */
function changeOf({ currency, recorded, computed }: Difference): string {
  if (computed === null) return 'no such row any more';
  const shown = (value: unknown): string => {
    if (value === null || value === undefined) return '–';
    if (typeof value !== 'string') return JSON.stringify(value);
    return currency !== undefined && /^-?\d+$/.test(value) ? formatMajor(BigInt(value), currency) : value;
  };
  const before = recorded as Readonly<Record<string, unknown>>;
  return Object.entries(computed)
    .map(([name, value]) => `${name} ${shown(before[name])} → ${shown(value)}`)
    .join(', ');
}

const COLUMNS = ['name', 'unit', 'owner', 'tolerance_pct', 'allowed_lateness_hours', 'source_of_truth'];
const DIFFERENCE_COLUMNS = ['day', 'source', 'metric', 'currency', 'change'];
