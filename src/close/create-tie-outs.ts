import type { TimeRange } from '../ingest/event-list.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { decideAndAppend, loadStream } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import { decisionStream } from '../ledger/streams.js';
import type { Database } from '../storage/database.js';
import type { AnnouncedReports, MissingReport } from './announced-reports.js';
import { BalanceLines } from './balance-lines.js';
import { balancesOf, chosenReports, nameOf, type StatementDeps, statementOf } from './provider-statement.js';
import { categoriesOf, differencesOf, identityOf } from './tie-out.js';
import {
  pendingResult,
  resultOf,
  saysTheSame,
  stillPending,
  sumOf,
  texts,
  type TieOutEvent,
  tieOutFolding,
  type TieOutResult,
} from './tie-out-result.js';
import type { PeriodDays, TieOuts, TieOutState } from './tie-outs.js';

/** A line may be made up to so long after the capture that it is of. */
const SETTLED_MS = 3_600_000;

export interface TieOutDeps extends StatementDeps {
  database: Pick<Database, 'pool'>;
  ledger: Ledger;
  zone: Zone;
  clock: Clock;
  contentMac(value: unknown): Buffer;
  /** Resolves with the position that the read model is at, once it shows everything that was recorded before. */
  caughtUp(): Promise<number>;
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
    const reports = await deps.reports.list(rangeOf(period));
    return [...new Set([...(await moneyOf(period)).keys(), ...reports.map(({ provider }) => provider)])].sort();
  };

  return {
    async run(periodId, asker) {
      const period = periodOf(periodId);
      const position = await deps.caughtUp();
      await deps.announced?.note();
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
        const chosen = await chosenReports(deps, provider, { from, until });
        // Another report than the one that was compared: it has to be compared again.
        const isReplaced = result !== undefined && chosen !== undefined && nameOf(chosen.reports) !== result.statement;
        // One that was announced since may have lines of the period.
        const isAwaited = ((await deps.announced?.concerning(provider, { from, until })) ?? []).length > 0;
        const stated = result?.currencies.map(({ currency }) => currency) ?? [];
        const now = categoriesOf((await lines.within(provider, from.getTime(), until.getTime())).values(), []);
        const canBe = deps.statement(provider, { from, until }) !== undefined;
        for (const currency of [...new Set([...(money.get(provider) ?? []), ...stated])].sort()) {
          const told = result?.currencies.find((each) => each.currency === currency);
          const own = now.filter((each) => each.currency === currency);
          // What was compared is not what the ledger says now: it has to be compared again.
          const isStale =
            isReplaced ||
            isAwaited ||
            (told && canonicalJson(told.ledger) !== canonicalJson(texts(sumOf(own, 'ledger'))));
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
  const result = resultOf({ ...head, statement: stated.from }, { categories, differences, identities });
  const missing = (await deps.announced?.concerning(provider, range)) ?? [];
  const reasons = [...stated.leftOut, ...missing.map(missingOf)];
  return reasons.length === 0 ? result : stillPending(result, reasons.join(' '));
}

const missingOf = ({ account, name, announcedAt }: MissingReport): string =>
  `${name} of ${account}, announced on ${announcedAt.toISOString().slice(0, 10)}, is not here.`;

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
