import { addDays, type Day } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import type { ReconciliationRow } from '../gap.js';
import type { DayKey, Outcome } from '../compare/outcome.js';
import type { Reader } from '../source.js';

/** What a reader of a difference wants to see; other members follow from these. */
const SHOWN = [
  ...([
    'status',
    'comparable',
    'actual',
    'tracked',
    'gap',
    'gap_pct',
    'matched',
    'missing',
    'client_only',
    'duplicates',
  ] as const),
  ...(['wrong_value', 'wrong_currency', 'other_day', 'expected', 'not_trackable'] as const),
];
type Shown = Partial<Record<(typeof SHOWN)[number], unknown>>;

/** A row that would be another one; `recorded` is null where there is none yet. */
export interface ShadowDifference extends DayKey {
  currency?: string;
  recorded: Shown | null;
  computed: Shown | null;
}

/** Thrown to end a transaction whose only purpose was to look. */
class Discarded extends Error {}

/**
 * Computes rows in a transaction that is always rolled back, so that neither they nor what was fetched for them is kept, and says how they
 * differ from those that are recorded.
 */
export async function shadowKeys(
  database: Database,
  keys: readonly DayKey[],
  {
    begin,
    compute,
  }: { begin?: (client: Reader) => Promise<unknown>; compute: (reader: Reader, key: DayKey) => Promise<Outcome> },
): Promise<ShadowDifference[]> {
  const differences: ShadowDifference[] = [];
  await database
    .transaction(async (client) => {
      await begin?.(client);
      for (const key of keys) {
        const recorded = await recordedRows(client, key);
        differences.push(...differencesBetween(key, recorded, (await compute(client, key)).rows));
      }
      throw new Discarded();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Discarded)) throw error;
    });
  return differences;
}

async function recordedRows(reader: Reader, { day, source, metric }: DayKey): Promise<ReconciliationRow[]> {
  const { rows } = await reader.query<{ row: ReconciliationRow }>(
    `select "row" from reconcile.results where position = (select max(position) from reconcile.recorded
       where day = $1 and source = $2 and metric = $3) order by currency`,
    [day, source, metric],
  );
  return rows.map(({ row }) => row);
}

/** By currency. Pure. */
export function differencesBetween(
  key: DayKey,
  recorded: readonly ReconciliationRow[],
  computed: readonly ReconciliationRow[],
): ShadowDifference[] {
  const currencies = new Set([...recorded, ...computed].map(({ currency = '' }) => currency));
  const of = (rows: readonly ReconciliationRow[], currency: string): ReconciliationRow | undefined =>
    rows.find((row) => (row.currency ?? '') === currency);
  return [...currencies].sort().flatMap((currency): ShadowDifference[] => {
    const [before, after] = [of(recorded, currency), of(computed, currency)];
    const changed = SHOWN.filter((name) => (before?.[name] ?? null) !== (after?.[name] ?? null));
    if (before && after && changed.length === 0) return [];
    const shown = (row: ReconciliationRow | undefined): Shown | null =>
      row ? Object.fromEntries((before && after ? changed : SHOWN).map((name) => [name, row[name]])) : null;
    return [{ ...key, ...(currency === '' ? {} : { currency }), recorded: shown(before), computed: shown(after) }];
  });
}

/** The last days that are over, the oldest first. */
export const lastDays = (today: Day, count: number): Day[] =>
  Array.from({ length: count }, (_, index) => addDays(today, index - count));
