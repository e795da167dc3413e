import type { BalanceLine } from '../ingest/balance-line.js';
import type { TimeRange } from '../ingest/event-list.js';
import type { StatedBalance } from '../ingest/provider-report.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { decideAndAppend, loadStream } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import { decisionStream } from '../ledger/streams.js';
import type { Database } from '../storage/database.js';
import { BalanceLines } from './balance-lines.js';
import type { KeptReport, ProviderReports } from './provider-reports.js';
import { categoriesOf, differencesOf, identityOf } from './tie-out.js';
import {
  pendingResult,
  resultOf,
  saysTheSame,
  sumOf,
  texts,
  type TieOutEvent,
  tieOutFolding,
  type TieOutResult,
} from './tie-out-result.js';
import type { PeriodDays, TieOuts, TieOutState } from './tie-outs.js';

/** A line may be made up to so long after the capture that it is of. */
const SETTLED_MS = 3_600_000;
const REPORTS_MAX = 100;

export interface TieOutDeps {
  database: Pick<Database, 'pool'>;
  ledger: Ledger;
  zone: Zone;
  clock: Clock;
  contentMac(value: unknown): Buffer;
  reports: ProviderReports;
  /** A provider's own statement of its balance; undefined where it cannot be asked. */
  statement(provider: string, range: TimeRange): AsyncIterable<BalanceLine[]> | undefined;
  /** Resolves with the position that the read model is at, once it shows everything that was recorded before. */
  caughtUp(): Promise<number>;
  /** The days of a period by its name; undefined where there is none of that name. Default: calendar months. */
  periodDays?: (id: string) => PeriodDays | undefined;
}

/** Compares, records, and answers for it. */
export interface TieOutStage extends TieOuts {
  /** Compares every provider that has money in a period, and records what came of it. Throws Problem `invalid_request`, `unavailable`. */
  run(periodId: string, asker: { actor: string; correlationId: string }): Promise<TieOutResult[]>;
  /** The last results of a period. Throws Problem `invalid_request`. */
  results(periodId: string): Promise<TieOutResult[]>;
}

/** The days of a calendar month. */
export function calendarMonth(id: string): PeriodDays | undefined {
  if (!/^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(id)) return undefined;
  const from: Day = `${id}-01`;
  return { id, from, to: addDays(`${addDays(from, 31).slice(0, 7)}-01`, -1) };
}

export function createTieOuts(deps: TieOutDeps): TieOutStage {
  const lines = new BalanceLines(deps.database);
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
  const moneyOf = (period: PeriodDays) => {
    const { from, until } = rangeOf(period);
    return lines.moneyOf(from.getTime(), until.getTime(), period);
  };
  /** Providers with money in the period, and those that a report of it was handed over of. */
  const providersOf = async (period: PeriodDays): Promise<string[]> => {
    const reports = await deps.reports.list({ ...rangeOf(period), limit: REPORTS_MAX });
    return [...new Set([...(await moneyOf(period)).keys(), ...reports.map(({ provider }) => provider)])].sort();
  };

  return {
    async run(periodId, asker) {
      const period = periodOf(periodId);
      const position = await deps.caughtUp();
      const results: TieOutResult[] = [];
      for (const provider of await providersOf(period)) {
        const result = await compare(deps, lines, { period, provider, range: rangeOf(period), position });
        await record(deps, period, result, asker);
        results.push(result);
      }
      return results;
    },

    async results(periodId) {
      const period = periodOf(periodId);
      const found = await Promise.all((await providersOf(period)).map((provider) => last(period, provider)));
      return found.filter((result) => result !== undefined);
    },

    async state(period) {
      const states: TieOutState[] = [];
      const { from, until } = rangeOf(period);
      const money = await moneyOf(period);
      for (const provider of await providersOf(period)) {
        const result = await last(period, provider);
        const reports = await chosenReports(deps, provider, { from, until });
        // Another report than the one that was compared: it has to be compared again.
        const isReplaced =
          result !== undefined && reports && 'reports' in reports && nameOf(reports.reports) !== result.statement;
        const stated = result?.currencies.map(({ currency }) => currency) ?? [];
        const now = categoriesOf((await lines.within(provider, from.getTime(), until.getTime())).values(), []);
        const canBe = deps.statement(provider, { from, until }) !== undefined;
        for (const currency of [...new Set([...(money.get(provider) ?? []), ...stated])].sort()) {
          const told = result?.currencies.find((each) => each.currency === currency);
          const own = now.filter((each) => each.currency === currency);
          // What was compared is not what the ledger says now: it has to be compared again.
          const isStale =
            isReplaced || (told && canonicalJson(told.ledger) !== canonicalJson(texts(sumOf(own, 'ledger'))));
          const status = told && !isStale ? told.status : result || canBe ? 'pending' : 'none';
          states.push({ provider, currency, status, link: `/v1/periods/${period.id}/tie-out` });
        }
      }
      return states;
    },
  };
}

const streamOf = (period: PeriodDays, provider: string): string =>
  decisionStream('tie_out', `${period.id}.${provider}`);

interface Comparison {
  period: PeriodDays;
  provider: string;
  range: TimeRange;
  position: number;
}

async function compare(
  deps: TieOutDeps,
  lines: BalanceLines,
  { period, provider, range, position }: Comparison,
): Promise<TieOutResult> {
  const { from, until } = range;
  const head = {
    ...{ period: period.id, provider, from: from.toISOString(), until: until.toISOString() },
    ...{ statement: null as string | null, model_position: position },
  };
  if (deps.clock().getTime() < until.getTime() + SETTLED_MS)
    return pendingResult(head, 'The period is not over, or has been for less than an hour.');
  const stated = await statementOf(deps, provider, range);
  if ('reason' in stated) return pendingResult(head, stated.reason);
  const ledger = await lines.within(provider, from.getTime(), until.getTime());
  const absent = [...stated.lines.keys()].filter((id) => !ledger.has(id));
  const objects = absent.flatMap((id) => {
    const { source, payment } = stated.lines.get(id)!;
    return [source, payment].filter((each) => each !== undefined);
  });
  const differences = differencesOf(ledger, stated.lines, {
    elsewhere: await lines.find(absent),
    known: await lines.known(objects),
  });
  const categories = categoriesOf(ledger.values(), stated.lines.values());
  const identities = (await balancesOf(deps, provider, range)).map((balance) => identityOf(balance, categories));
  return resultOf({ ...head, statement: stated.from }, { categories, differences, identities });
}

type Statement = { lines: Map<string, BalanceLine>; from: string } | { reason: string };

/**
 * The provider's side: a complete report of the period where one was handed over, or the reports of all batches in it; else what its interface
 * lists.
 */
async function statementOf(deps: TieOutDeps, provider: string, range: TimeRange): Promise<Statement> {
  const chosen = await chosenReports(deps, provider, range);
  if (chosen && 'reason' in chosen) return chosen;
  if (chosen) return linesOf(deps, chosen.reports, range);
  const listed = deps.statement(provider, range);
  if (!listed)
    return {
      reason: `No statement of ${provider} is there: hand over a report that covers the period, or set its API key.`,
    };
  const lines: BalanceLine[] = [];
  try {
    for await (const page of listed) lines.push(...page);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid_request') throw error;
    return { reason: error.detail };
  }
  return { lines: byId(lines), from: `${provider}-api` };
}

/** The reports that are compared, where any were handed over. */
async function chosenReports(
  deps: TieOutDeps,
  provider: string,
  range: TimeRange,
): Promise<{ reports: KeptReport[] } | { reason: string } | undefined> {
  const reports = (await deps.reports.list({ provider, ...range, limit: REPORTS_MAX })).filter(
    ({ kind }) => deps.reports.kindOf(provider, kind).complete,
  );
  const whole = reports.find((each) => covers(each, range));
  if (whole) return { reports: [whole] };
  const batches = reports.filter(({ kind }) => !deps.reports.kindOf(provider, kind).undated);
  if (batches.length === 0) return undefined;
  // What was made last in the period is in a batch that ends after it.
  return batches.some(({ until }) => until >= range.until)
    ? { reports: batches }
    : { reason: 'The report that goes beyond the end of the period is not there yet.' };
}

const nameOf = (reports: readonly KeptReport[]): string => reports.map(({ id }) => `report:${id}`).join(' ');

async function linesOf(deps: TieOutDeps, reports: readonly KeptReport[], range: TimeRange): Promise<Statement> {
  const lines: BalanceLine[] = [];
  for (const report of reports)
    for (const line of (await deps.reports.content(report)).lines) if (isWithin(line, range)) lines.push(line);
  return { lines: byId(lines), from: nameOf(reports) };
}

const covers = (report: { from: Date; until: Date }, { from, until }: TimeRange): boolean =>
  report.from <= from && report.until >= until;
const isWithin = ({ at }: BalanceLine, { from, until }: TimeRange): boolean =>
  at >= from.getTime() && at < until.getTime();
const byId = (lines: readonly BalanceLine[]): Map<string, BalanceLine> => new Map(lines.map((line) => [line.id, line]));

/** What reports of exactly this time say of the balance at its two ends; of several of one currency the newest. */
async function balancesOf(deps: TieOutDeps, provider: string, { from, until }: TimeRange): Promise<StatedBalance[]> {
  const balances = new Map<string, StatedBalance>();
  for (const report of await deps.reports.list({ provider, from, until, limit: REPORTS_MAX })) {
    if (report.from.getTime() !== from.getTime() || report.until.getTime() !== until.getTime()) continue;
    for (const balance of (await deps.reports.content(report)).balances)
      if (!balances.has(balance.currency)) balances.set(balance.currency, balance);
  }
  return [...balances.values()];
}

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
