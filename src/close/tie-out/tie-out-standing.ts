import type { BalanceLine } from '../../ingest/balance-line.js';
import type { TimeRange } from '../../ingest/event-list.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import type { MissingReport } from './announced-reports.js';
import type { TieOutDeps } from '../create-tie-outs.js';
import { chosenReports, nameOf } from './provider-statement.js';
import { categoriesOf, type CategoryTie } from './tie-out.js';
import { sumOf, texts, type TieOutResult } from './tie-out-result.js';
import type { PeriodDays, TieOutState } from '../tie-outs.js';

type Deps = Pick<TieOutDeps, 'statement' | 'reports' | 'announced' | 'clearing'>;

interface Asked {
  provider: string;
  period: PeriodDays;
  range: TimeRange;
}

/** How each currency of a provider stands: as it was compared, unless the ledger, the books or the reports say something else by now. */
export async function standingOf(
  deps: Deps,
  { provider, period, range }: Asked,
  result: TieOutResult | undefined,
  { money = [], lines }: { money: Iterable<string> | undefined; lines: ReadonlyMap<string, BalanceLine> },
): Promise<TieOutState[]> {
  const isHeld = result?.currencies.some(({ balance }) => balance?.clearing !== undefined) ?? false;
  const clearing = isHeld ? await deps.clearing?.(provider, period.to) : undefined;
  const again = await whyAgain(deps, provider, range, result);
  const canBe = deps.statement(provider, range) !== undefined;
  const stated = result?.currencies.map(({ currency }) => currency) ?? [];
  const now = categoriesOf(lines.values(), []);
  return [...new Set([...money, ...stated])].sort().map((currency) => {
    const told = result?.currencies.find((each) => each.currency === currency);
    const isStale = told !== undefined && !isAsCompared(told, now, clearing);
    const reason = again ?? (isStale ? 'Lines have arrived since it was compared: compare it again.' : undefined);
    const stands = told && told.status !== 'pending' && reason === undefined;
    const state = stands ? { status: told.status } : pendingState(result, reason, canBe);
    return { provider, currency, ...state, link: `/v1/periods/${period.id}/tie-out` };
  });
}

/** Whether what was compared of a currency is what the ledger and the books say now. */
function isAsCompared(
  { currency, ledger, balance }: TieOutResult['currencies'][number],
  now: readonly CategoryTie[],
  clearing: ReadonlyMap<string, bigint> | undefined,
): boolean {
  const own = now.filter((each) => each.currency === currency);
  const stood = balance?.clearing;
  return (
    canonicalJson(ledger) === canonicalJson(texts(sumOf(own, 'ledger'))) &&
    (stood === undefined || stood === String(clearing?.get(currency)))
  );
}

/** Why a provider has to be compared again, whatever its lines are now. */
async function whyAgain(
  deps: Deps,
  provider: string,
  range: TimeRange,
  result: TieOutResult | undefined,
): Promise<string | undefined> {
  const chosen = await chosenReports(deps, provider, range);
  if (result !== undefined && chosen !== undefined && nameOf(chosen.reports) !== result.statement)
    return 'Another report was handed over since it was compared: compare it again.';
  const missing = (await deps.announced?.concerning(provider, range)) ?? [];
  return missing.length === 0 ? undefined : missing.map(missingOf).join(' ');
}

/** Of a currency that was not compared, or has to be compared again; `none` where nothing was compared and nobody can be asked. */
function pendingState(
  result: TieOutResult | undefined,
  reason: string | undefined,
  canBe: boolean,
): Pick<TieOutState, 'status' | 'reason'> {
  if (!result && !canBe) return { status: 'none' };
  return { status: 'pending', reason: reason ?? result?.reason ?? 'It was not compared yet: tie it out.' };
}

export const missingOf = ({ account, name, announcedAt }: MissingReport): string =>
  `${name} of ${account}, announced on ${announcedAt.toISOString().slice(0, 10)}, is not here.`;
