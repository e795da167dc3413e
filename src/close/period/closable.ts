import { definitionOf } from '../../catalog/metric-definition.js';
import type { Day } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';
import { keyed } from './account-keys.js';
import { adjustingLines } from './adjusting-lines.js';
import { type AdjustmentRow, type Closable, ContentsDigest, contentsOf, type Header } from './close-contents.js';
import type { CloseDeps } from '../close-deps.js';
import type { Closing } from './closing-store.js';
import type { JournalLine } from './journal-line.js';
import { openAdjustments, periodSums } from './model-sums.js';
import { periodStatements } from './period-statements.js';
import { RECIPES_VERSION } from '../post/recipes-version.js';
import type { PeriodDays } from '../tie-outs.js';

/** What closing a period stores, as it is known at a position, after the closes in force before it. */
export async function closableOf(
  deps: CloseDeps,
  period: PeriodDays,
  closings: readonly Closing[],
  upTo: Position,
): Promise<Closable> {
  const { database, metrics, versions } = deps;
  const { sums, adjustments } = await database.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return {
      sums: await periodSums(client, metrics, period, upTo),
      adjustments: await openAdjustments(client, metrics, closings, upTo, versions.model),
    };
  });
  return {
    header: headerOf(deps, period, upTo),
    sums,
    adjustments,
    journal: openJournal(deps, period, closings, upTo),
    statements: async (booked) =>
      periodStatements(await deps.books.statements({ from: period.from, to: period.to, upTo }), booked),
  };
}

function headerOf(
  { zone, calendar, versions, metrics, books }: CloseDeps,
  { id, from, to }: PeriodDays,
  upTo: Position,
): Header {
  return {
    period: id,
    from,
    to,
    time_zone: zone.name,
    calendar: calendar.name,
    up_to: upTo,
    model_version: versions.model,
    interpreter_version: versions.interpreters,
    fold_version: versions.fold,
    recipes_version: RECIPES_VERSION,
    books_settings: books.settings,
    accounts: books.accounts,
    metrics: Object.fromEntries(metrics.map((metric) => [metric.name, definitionOf(metric)])),
  };
}

/** The digest of what a close would store, and in how many entries. */
export async function digestOf(closable: Closable): Promise<{ digest: string; entries: number }> {
  const digest = new ContentsDigest();
  for await (const contents of contentsOf(closable)) digest.add(contents);
  const { entries } = digest;
  return { digest: digest.hex(), entries };
}

/** The adjustments that the first open period takes, as known at a position. */
export const adjustmentsAt = (
  { database, metrics, versions }: CloseDeps,
  closings: readonly Closing[],
  upTo: Position,
): Promise<AdjustmentRow[]> =>
  database.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return openAdjustments(client, metrics, closings, upTo, versions.model);
  });

/**
 * The journal of a period that is open: the lines of its own days, then, where it is the first open one, the differences of closed days.
 * `closings`: the closes in force before it, none for a later period.
 */
export async function* openJournal(
  { books, closings: store, versions }: Pick<CloseDeps, 'books' | 'closings' | 'versions'>,
  period: PeriodDays,
  closings: readonly Closing[],
  upTo: Position,
): AsyncGenerator<JournalLine> {
  for await (const line of books.lines({ from: period.from, to: period.to, upTo }))
    yield { ...line, period: period.id, adjusts: undefined, originDay: line.day };
  const last = closings.at(-1);
  const [lastUpTo, sameModel] = [last?.upTo ?? 0, last !== undefined && readsAsNow(last, versions.model)];
  const changed = await firstChange(books, last, sameModel, upTo);
  for (const { period: adjusts, from, to } of closings) {
    if (changed === undefined || to < changed) continue;
    const booked = keyed(store.linesOf({ from, to }, closings), closings);
    const known = books.lines({ from, to, upTo });
    yield* adjustingLines({ period: adjusts, upTo: lastUpTo, sameModel, booked, known }, period);
  }
}

/**
 * The first day that may differ from what closes have booked. The last one took in all that had come by then, so that the days before what came
 * since are as they were, unless they are read or written down in another way.
 */
async function firstChange(
  books: CloseDeps['books'],
  last: Closing | undefined,
  sameModel: boolean,
  upTo: Position,
): Promise<Day | undefined> {
  if (last === undefined) return undefined;
  const asThen = sameModel && last.header.books_settings === books.settings;
  return asThen ? books.firstChange(last.upTo, upTo) : '0001-01-01';
}

/**
 * Whether the last close read entries as they are read now. Those before it need not have: it took in what they differed by.
 * Of closes from before recipes had a version nobody knows, so that they count as read otherwise.
 */
const readsAsNow = ({ modelVersion, header }: Pick<Closing, 'modelVersion' | 'header'>, model: string): boolean =>
  modelVersion === model && header.recipes_version === RECIPES_VERSION;
