import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { Problem } from '../../kernel/errors.js';
import { loadStream } from '../../ledger/decide-and-append.js';
import { earlierAccounts, keyed } from './account-keys.js';
import type { Blocker } from './blockers.js';
import { adjustmentsAt, openJournal } from './closable.js';
import { type AdjustmentRow, ENTRY_IDS_MAX, lineJson } from './close-contents.js';
import { PATIENCE_MS } from '../books/books.js';
import type { CloseDeps } from '../close-deps.js';
import { type Closing, periodStream } from './closing-store.js';
import { fixedCalendar } from './fixed-calendar.js';
import { periodAfter } from '../fiscal-calendar.js';
import type { MappedAccount } from '../journal/account-rules.js';
import type { JournalLine } from './journal-line.js';
import { storedAdjustments } from './model-sums.js';
import { period as folding, type PeriodState, type Person } from '../period.js';
import { periodStatements, StatementSums } from './period-statements.js';
import type { PeriodDays } from '../tie-outs.js';

/** How a period stands: `{ id, from, to, state, version, … }`; what is absent has not happened. */
export function summaryOf({ id, from, to }: PeriodDays, state: PeriodState) {
  const { stage, version, proposal, approval, closed, reopenRequest, waivers, softClose } = state;
  const isProposed = stage === 'proposed' || stage === 'approved';
  return {
    id,
    from,
    to,
    state: stage,
    version,
    ...(stage === 'soft_closed' && softClose
      ? { soft_close: { position: softClose.position, blockers: softClose.blockers } }
      : {}),
    ...(isProposed && proposal ? { proposal: unnamed(proposal) } : {}),
    ...(isProposed && approval ? { approval: unnamed(approval) } : {}),
    ...(stage === 'closed' && closed ? { closed: unnamed(closed) } : {}),
    ...(stage === 'closed' && reopenRequest ? { reopen_request: unnamed(reopenRequest) } : {}),
    ...(waivers.length > 0 ? { waivers: waivers.map(unnamed) } : {}),
  };
}

export type PeriodSummary = ReturnType<typeof summaryOf>;

/** Without the hash of the person, which only decides whether two are one. */
const unnamed = <T extends Person>({ person: _person, ...shown }: T): Omit<T, 'person'> => shown;

/** The first period that is not closed: the one that what comes late is posted in. Before the first close, the one that ended last. */
export async function openPeriodAfter({ calendar, closings, clock, ledger, zone }: CloseDeps): Promise<PeriodDays> {
  const last = (await closings.inForce()).at(-1);
  if (last) return periodAfter(calendar, last);
  const fixed = await fixedCalendar(ledger);
  const running = calendar.periodOf(zone.dayOf(clock().getTime()));
  return (fixed && calendar.find(fixed.first)) ?? periodBefore(calendar, running);
}

const periodBefore = (calendar: CloseDeps['calendar'], { from }: PeriodDays): PeriodDays =>
  calendar.periodOf(new Date(Date.parse(`${from}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10));

/** Every period from the first with a number to the running one, the newest first. */
export async function listPeriods(deps: CloseDeps, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
  const { calendar, clock, database, ledger, zone } = deps;
  const { rows } = await database.pool.query<{ day: string | null }>(
    'select least((select min(day) from model.daily), (select min(from_day) from close.closings)) as day',
  );
  const running = calendar.periodOf(zone.dayOf(clock().getTime()));
  const first = rows[0]!.day ?? running.from;
  const start = cursor === undefined ? running : calendar.find(cursor);
  if (!start) throw new Problem('invalid_request', 'The cursor is not one of this list.');
  const found: PeriodDays[] = [];
  for (let each = start; each.to >= first && found.length <= limit; each = periodBefore(calendar, each))
    found.push(each);
  const data: unknown[] = [];
  for (const each of found.slice(0, limit)) {
    const { state } = await loadStream(ledger, periodStream(each.id), folding);
    const { stage, version, closed, proposal } = state;
    const named = stage === 'closed' ? closed : stage === 'proposed' || stage === 'approved' ? proposal : undefined;
    const locked = named ? { up_to: named.up_to, digest: named.digest } : {};
    data.push({ id: each.id, from: each.from, to: each.to, state: stage, version, ...locked });
  }
  return { data, next_cursor: found.length > limit ? found[limit]!.id : null };
}

interface Described {
  state: PeriodState;
  blockers: readonly Blocker[];
  version: number | undefined;
}

/**
 * All about one period: how it stands, its versions, what is in the way, every metric as it was reported and as it is known, and what was
 * or would be posted in it for days that were closed before. With `version`, the numbers and adjustments of that close, in force or not.
 */
export async function describePeriod(deps: CloseDeps, period: PeriodDays, { state, blockers, version }: Described) {
  const versions = await versionsOf(deps, period);
  const shown =
    version === undefined
      ? state.stage === 'closed'
        ? versions.at(-1)
        : undefined
      : versions.find((each) => each.version === version);
  if (version !== undefined && !shown) return undefined;
  const adjustments = shown ? await storedAdjustments(deps.database.pool, shown) : await adjustmentsInto(deps, period);
  return {
    ...summaryOf(period, state),
    time_zone: deps.zone.name,
    versions: versions.map(versionJson),
    blockers,
    ...(shown ? { reported: { version: shown.version, up_to: shown.upTo, digest: shown.digest } } : {}),
    numbers: await deps.numbers(period, shown),
    adjustments: adjustmentsJson(adjustments, deps),
    journal: `/v1/periods/${period.id}/journal${version === undefined ? '' : `?version=${version}`}`,
  };
}

/** Every close of a period, the first one first. */
async function versionsOf({ closings }: CloseDeps, { id }: PeriodDays): Promise<Closing[]> {
  const found: Closing[] = [];
  const last = await closings.find(id);
  for (let version = 1; last && version <= last.version; version += 1) {
    const each = await closings.find(`${id}@${version}`);
    if (each) found.push(each);
  }
  return found;
}

const versionJson = ({ header, version, upTo, digest, modelVersion, closedPosition, ...closing }: Closing) => ({
  version,
  up_to: upTo,
  digest,
  model_version: modelVersion,
  accounts_digest: accountsDigest(header.accounts),
  closed_position: closedPosition,
  closed_at: closing.closedAt.toISOString(),
  reopened_position: closing.reopenedPosition,
});

/** Another where accounts or rules were others; null of a close that kept none. */
const accountsDigest = (accounts: readonly MappedAccount[] | undefined): string | null =>
  accounts ? createHash('sha256').update(canonicalJson(accounts)).digest('hex').slice(0, 16) : null;

/** The adjustments that a period takes as things stand: those of the first open one, of others none. */
async function adjustmentsInto(deps: CloseDeps, { id }: PeriodDays): Promise<AdjustmentRow[]> {
  const closings = await deps.closings.inForce();
  const last = closings.at(-1);
  if (!last || periodAfter(deps.calendar, last).id !== id) return [];
  return adjustmentsAt(deps, closings, await deps.modelPosition());
}

/**
 * Adjustments by closed period, metric, currency and cause: `{ adjusts, metric, currency, cause, value, days, entries, entry_ids }`. Where
 * something only moved between groups, such as from `unknown` to a source, `value` is 0 and `regrouped` true.
 */
function adjustmentsJson(rows: readonly AdjustmentRow[], { metrics }: Pick<CloseDeps, 'metrics'>) {
  const offered = new Set(metrics.filter(({ internal }) => !internal).map(({ name }) => name));
  const sums = new Map<string, AdjustmentRow & { days: Set<string> }>();
  for (const row of rows) {
    if (!offered.has(row.metric)) continue;
    const key = [row.adjusts, row.metric, row.currency, row.cause].join('|');
    const sum = sums.get(key) ?? { ...row, value: 0n, entries: 0, entry_ids: [], days: new Set<string>() };
    sum.value += row.value;
    sum.entries += row.entries;
    sum.entry_ids = [...new Set([...sum.entry_ids, ...row.entry_ids])].slice(0, ENTRY_IDS_MAX);
    sum.days.add(row.day);
    sums.set(key, sum);
  }
  return [...sums.values()].map(({ adjusts, metric, currency, cause, value, days, entries, entry_ids }) => ({
    adjusts,
    metric,
    cause,
    ...(currency ? { value: String(value), currency } : { value: Number(value) }),
    ...(value === 0n ? { regrouped: true as const } : {}),
    days: [...days].sort(),
    entries,
    entry_ids,
  }));
}

interface JournalQuery {
  version?: number;
  limit: number;
  cursor?: string | undefined;
}

/** Lines of a period's journal, a page: as its close stored them, or as they are known while it is open. */
export async function journalPage(deps: CloseDeps, period: PeriodDays, { version, limit, cursor }: JournalQuery) {
  const place: JournalPlace = cursor === undefined ? { skip: 0 } : placeIn(cursor);
  const journal = await journalOf(deps, period, version, place);
  if (!journal) return undefined;
  if (cursor !== undefined && (place.upTo !== journal.up_to || place.after !== journal.after))
    throw new Problem('invalid_request', 'A period was closed or reopened since the first page: begin again.');
  const { lines, ofOurs: _, after, accounts: __, earlierAccounts: ___, ...named } = journal;
  const data: ReturnType<typeof lineJson>[] = [];
  for await (const line of lines) {
    if (data.length === limit)
      return { ...named, data, next_cursor: `${journal.up_to}.${place.skip + limit}.${after}` };
    data.push(lineJson(line));
  }
  return { ...named, data, next_cursor: null };
}

/** How many lines were read, of the journal as it was known at a position and after a close: all pages are of one journal. */
interface JournalPlace {
  skip: number;
  upTo?: number;
  after?: string;
}

function placeIn(cursor: string): JournalPlace {
  const [, upTo, skip, after] = /^(\d{1,15})\.(\d{1,9})\.([\w@-]{0,40})$/.exec(cursor) ?? [];
  if (skip === undefined) throw new Problem('invalid_request', 'The cursor is not one of this list.');
  return { upTo: Number(upTo), skip: Number(skip), after: after! };
}

/** The journal of a period, streamed, without the first so many lines; undefined where it was never closed in that version. */
export async function journalOf(
  deps: CloseDeps,
  period: PeriodDays,
  version: number | undefined,
  { skip, upTo: known = Infinity }: JournalPlace = { skip: 0 },
): Promise<
  | {
      period: string;
      state: 'closed' | 'open';
      version?: number;
      digest?: string;
      up_to: number;
      /** `2026-09@1`: the close that stored it, or the last of those that an open one adjusts; empty where there is none. */
      after: string;
      accounts?: readonly MappedAccount[] | undefined;
      /** Those that only earlier closes have, whose lines it corrects. */
      earlierAccounts: readonly MappedAccount[];
      /** Of a close exactly as it stored them: what only follows from its accounts is not theirs. */
      lines: AsyncIterable<JournalLine>;
      /** The same lines, to be read instead, each with the account of ours that it is of, where that is known. */
      ofOurs: AsyncIterable<JournalLine>;
    }
  | undefined
> {
  const closings = await deps.closings.inForce();
  const closing =
    version === undefined
      ? closings.find((each) => each.period === period.id)
      : await deps.closings.find(`${period.id}@${version}`);
  if (closing) {
    const { digest, upTo, version: closed, header } = closing;
    const then = await deps.closings.inForce({ to: closing.from, at: closing.closedPosition });
    const before = then.filter(({ from }) => from < closing.from);
    const lines = deps.closings.lines(closing, skip);
    return {
      period: period.id,
      state: 'closed',
      version: closed,
      digest,
      up_to: upTo,
      after: nameOf(closing),
      accounts: header.accounts,
      earlierAccounts: earlierAccounts(header.accounts, before),
      lines,
      ofOurs: keyed(lines, [...before, closing]),
    };
  }
  if (version !== undefined) return undefined;
  const upTo = Math.min(await deps.books.catchUp(AbortSignal.timeout(PATIENCE_MS)), known);
  const last = closings.at(-1);
  const takes = last !== undefined && periodAfter(deps.calendar, last).id === period.id ? closings : [];
  const lines = without(skip, openJournal(deps, period, takes, upTo));
  return {
    period: period.id,
    state: 'open',
    up_to: upTo,
    after: nameOf(takes.at(-1)),
    accounts: deps.books.accounts,
    earlierAccounts: earlierAccounts(deps.books.accounts, takes),
    lines,
    ofOurs: lines,
  };
}

/**
 * The statements of a period. `stored`: by its close; else they were added up now, of an open one, or of one that was closed before closes
 * stored them, at the position that it was closed with.
 */
export async function statementsOf(deps: CloseDeps, period: PeriodDays, version: number | undefined) {
  const journal = await journalOf(deps, period, version);
  if (!journal) return undefined;
  const stored =
    journal.version === undefined
      ? undefined
      : await deps.closings.statements({ period: period.id, version: journal.version });
  if (stored) return { stored: true, ...stored };
  const booked = new StatementSums();
  for await (const line of journal.ofOurs) booked.add(line);
  const { from, to } = period;
  await deps.books.catchUp(AbortSignal.timeout(PATIENCE_MS)); // of books that are begun anew, a part is no answer
  return { stored: false, ...periodStatements(await deps.books.statements({ from, to, upTo: journal.up_to }), booked) };
}

const nameOf = (closing: Closing | undefined): string => (closing ? `${closing.period}@${closing.version}` : '');

async function* without<T>(first: number, all: AsyncIterable<T>): AsyncGenerator<T> {
  let seen = 0;
  for await (const one of all) if (seen++ >= first) yield one;
}
