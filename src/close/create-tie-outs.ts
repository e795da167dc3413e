import type { BalanceLine } from '../ingest/balance-line.js';
import type { TimeRange } from '../ingest/event-list.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { decideAndAppend, decisionOf, loadStream } from '../ledger/decide-and-append.js';
import type { Entry, Ledger, Position } from '../ledger/ledger.js';
import { decisionStream } from '../ledger/streams.js';
import type { Database } from '../storage/database.js';
import type { AnnouncedReports } from './tie-out/announced-reports.js';
import { BalanceLines, type LinesAsked, type LinesRead } from './tie-out/balance-lines.js';
import { balancesOf, reportsIn, type StatementDeps, statementOf } from './tie-out/provider-statement.js';
import type { ProviderReports } from './tie-out/provider-reports.js';
import { categoriesOf, differencesOf, identityOf } from './tie-out/tie-out.js';
import {
  pendingResult,
  resultOf,
  saysTheSame,
  stillPending,
  type TieOutEvent,
  tieOutFolding,
  type TieOutResult,
} from './tie-out/tie-out-result.js';
import { missingOf, standingOf } from './tie-out/tie-out-standing.js';
import type { PeriodDays, TieOuts, TieOutState } from './tie-outs.js';

/** A line may be made up to so long after the capture that it is of. */
const SETTLED_MS = 3_600_000;

export interface TieOutDeps extends StatementDeps {
  reports: StatementDeps['reports'] & Pick<ProviderReports, 'find'>;
  database: Pick<Database, 'transaction'>;
  ledger: Ledger;
  zone: Zone;
  clock: Clock;
  contentMac(value: unknown): Buffer;
  /** Resolves with the position that the read model is at, once it shows everything that was recorded before. */
  caughtUp(): Promise<number>;
  /** Resolves once the books have everything that was recorded before. Throws Problem `unavailable` where they are too far behind. */
  posted?: () => Promise<unknown>;
  /** What a provider's clearing account stands at after a day, by currency, where its opening balance was set. */
  clearing?: (provider: string, day: Day) => Promise<ReadonlyMap<string, bigint>>;
  /** Reports that were announced and are not kept. */
  announced?: Pick<AnnouncedReports, 'note' | 'concerning'>;
  /** The days of a period by its name; undefined where there is none of that name. Default: calendar months. */
  periodDays?: (id: string) => PeriodDays | undefined;
}

/** Compares, records, and answers for it. */
export interface TieOutStage extends TieOuts {
  /** Compares every provider that has money in a period, and records what came of it. Throws Problem `invalid_request`, `unavailable`. */
  run(periodId: string, asker: { actor: string; correlationId: string }): Promise<TieOutResult[]>;
  /** The last results of a period. Throws Problem `invalid_request`. */
  results(periodId: string): Promise<TieOutResult[]>;
  /** The last results of a period that were recorded up to a position, with the reports that they are from. */
  recorded(periodId: string, upTo: Position): Promise<RecordedTieOut[]>;
}

/** A result, which ledger entry it is, and the reports that are its provider's side. */
export interface RecordedTieOut extends TieOutResult {
  entry_id: string;
  position: number;
  recorded_at: string;
  reports: { id: string; kind: string; sha256: string; from: string; until: string; received_at: string }[];
}

/** The days of a calendar month. */
export function calendarMonth(id: string): PeriodDays | undefined {
  if (!/^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(id)) return undefined;
  const from: Day = `${id}-01`;
  return { id, from, to: addDays(`${addDays(from, 31).slice(0, 7)}-01`, -1) };
}

export function createTieOuts(deps: TieOutDeps): TieOutStage {
  const lines = new BalanceLines(deps.database, deps.posted);
  const periodOf = (id: string): PeriodDays => {
    const period = (deps.periodDays ?? calendarMonth)(id);
    if (!period) throw new Problem('invalid_request', `There is no period "${id}"; a month is named 2026-10.`);
    return period;
  };
  const rangeOf = ({ from, to }: PeriodDays): TimeRange => ({
    from: new Date(deps.zone.startOf(from)),
    until: new Date(deps.zone.startOf(addDays(to, 1))),
  });
  const last = async (period: PeriodDays, provider: string): Promise<TieOutResult | undefined> =>
    (await loadStream(deps.ledger, streamOf(period, provider), tieOutFolding)).state;
  const moneyOf = async (read: LinesRead, period: PeriodDays) => {
    const { from, until } = rangeOf(period);
    const within = await read.within(from.getTime(), until.getTime());
    return { within, money: await read.moneyOf(within, period) };
  };
  /** Providers with money in the period, and those that a report of it was handed over of. */
  const providersAmong = async (money: ReadonlyMap<string, unknown>, period: PeriodDays): Promise<string[]> => {
    const reports = await deps.reports.list(rangeOf(period));
    return [...new Set([...money.keys(), ...reports.map(({ provider }) => provider)])].sort();
  };
  const providersOf = async (asked: LinesAsked, period: PeriodDays) =>
    providersAmong((await asked.read((read) => moneyOf(read, period))).money, period);

  return {
    async run(periodId, asker) {
      const period = periodOf(periodId);
      const position = await deps.caughtUp();
      await deps.announced?.note();
      const results: TieOutResult[] = [];
      const asked = await lines.asked();
      for (const provider of await providersOf(asked, period)) {
        const result = await compare(deps, asked, { period, provider, range: rangeOf(period), position });
        await record(deps, period, result, asker);
        results.push(result);
      }
      return results;
    },

    async results(periodId) {
      const period = periodOf(periodId);
      const providers = await providersOf(await lines.asked(), period);
      const found = await Promise.all(providers.map((provider) => last(period, provider)));
      return found.filter((result) => result !== undefined);
    },

    async recorded(periodId, upTo) {
      const period = periodOf(periodId);
      return recordedUpTo(deps, period, await providersOf(await lines.asked(), period), upTo);
    },

    async state(period) {
      const states: TieOutState[] = [];
      const { from, until } = rangeOf(period);
      const asked = await lines.asked();
      const { within, money } = await asked.read((read) => moneyOf(read, period));
      for (const provider of await providersAmong(money, period)) {
        const stated = await last(period, provider);
        const own = { money: money.get(provider), lines: within.get(provider) ?? NO_LINES };
        states.push(...(await standingOf(deps, { provider, period, range: { from, until } }, stated, own)));
      }
      return states;
    },
  };
}

const streamOf = (period: PeriodDays, provider: string): string =>
  decisionStream('tie_out', `${period.id}.${provider}`);

async function recordedUpTo(
  deps: TieOutDeps,
  period: PeriodDays,
  providers: readonly string[],
  upTo: Position,
): Promise<RecordedTieOut[]> {
  const found: RecordedTieOut[] = [];
  for (const provider of providers) {
    const entries = await deps.ledger.readStream(streamOf(period, provider));
    const entry = entries.findLast(({ position }) => position <= upTo);
    if (entry) found.push(await recordedOf(deps, entry));
  }
  return found;
}

async function recordedOf({ reports }: TieOutDeps, entry: Entry): Promise<RecordedTieOut> {
  const { data } = decisionOf<TieOutEvent>(entry);
  const kept = await Promise.all(reportsIn(data.statement).map((id) => reports.find(id)));
  return {
    ...data,
    entry_id: entry.id,
    position: entry.position,
    recorded_at: entry.recordedAt.toISOString(),
    reports: kept
      .filter((report) => report !== undefined)
      .map(({ id, kind, digest, from, until, receivedAt }) => ({
        id,
        kind,
        sha256: digest,
        from: from.toISOString(),
        until: until.toISOString(),
        received_at: receivedAt.toISOString(),
      })),
  };
}

interface Comparison {
  period: PeriodDays;
  provider: string;
  range: TimeRange;
  position: number;
}

async function compare(
  deps: TieOutDeps,
  asked: LinesAsked,
  { period, provider, range, position }: Comparison,
): Promise<TieOutResult> {
  const { from, until } = range;
  const head = {
    period: period.id,
    provider,
    from: from.toISOString(),
    until: until.toISOString(),
    statement: null as string | null,
    model_position: position,
  };
  if (deps.clock().getTime() < until.getTime() + SETTLED_MS)
    return pendingResult(head, 'The period is not over, or has been for less than an hour.');
  const stated = await statementOf(deps, provider, range);
  if ('reason' in stated) return pendingResult(head, stated.reason);
  const { ledger, ...around } = await asked.read(async (read) => {
    const ledger = (await read.within(from.getTime(), until.getTime(), provider)).get(provider) ?? NO_LINES;
    const absent = [...stated.lines.keys()].filter((id) => !ledger.has(id));
    const objects = absent.flatMap((id) => {
      const { source, payment } = stated.lines.get(id)!;
      return [source, payment].filter((each) => each !== undefined);
    });
    return { ledger, elsewhere: await read.find(absent), known: await read.known(objects) };
  });
  const differences = differencesOf(ledger, stated.lines, around);
  const categories = categoriesOf(ledger.values(), stated.lines.values());
  const balances = await balancesOf(deps, provider, range);
  const clearing = balances.length === 0 ? undefined : await deps.clearing?.(provider, period.to);
  const identities = balances.map((each) => identityOf(each, categories, clearing?.get(each.currency)));
  const result = resultOf({ ...head, statement: stated.from }, { categories, differences, identities });
  const missing = (await deps.announced?.concerning(provider, range)) ?? [];
  const reasons = [...stated.leftOut, ...missing.map(missingOf)];
  return reasons.length === 0 ? result : stillPending(result, reasons.join(' '));
}

const NO_LINES: ReadonlyMap<string, BalanceLine> = new Map();

/** A result that says what the last one said is not recorded again. */
async function record(
  { ledger, clock, contentMac }: TieOutDeps,
  period: PeriodDays,
  result: TieOutResult,
  asker: { actor: string; correlationId: string },
): Promise<void> {
  const decide = (known: TieOutResult | undefined): TieOutEvent[] =>
    saysTheSame(known, result) ? [] : [{ type: 'TieOutRecorded', data: result }];
  const context = { now: clock(), ...asker, contentMac };
  await decideAndAppend(ledger, streamOf(period, result.provider), tieOutFolding, decide, context);
}
