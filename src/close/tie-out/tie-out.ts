import type { BalanceLine } from '../../ingest/balance-line.js';

/**
 * Why a line differs: `timing` (it is in another period, or not there yet), `fee`, `fx` (settled in another currency, or at another rate),
 * `dispute`, `missing_webhook` (nothing of it ever arrived), `unknown`.
 */
export type DifferenceKind = 'timing' | 'fee' | 'fx' | 'dispute' | 'missing_webhook' | 'unknown';

/** A line of the balance that is not the same on both sides. `net`: provider less ledger, within `currency`. */
export interface Difference {
  line: string;
  kind: DifferenceKind;
  currency: string;
  category: string;
  source?: string;
  net: bigint;
  ledger?: Pick<BalanceLine, 'gross' | 'fee' | 'net' | 'currency' | 'at'>;
  provider?: Pick<BalanceLine, 'gross' | 'fee' | 'net' | 'currency' | 'at'>;
  /** A sentence for people. */
  detail: string;
}

export interface Sums {
  lines: number;
  gross: bigint;
  fee: bigint;
  net: bigint;
}

/** What one reporting category of one currency comes to on both sides. */
export interface CategoryTie {
  currency: string;
  category: string;
  ledger: Sums;
  provider: Sums;
}

/** Start and end of a balance as the provider states them, in minor units. */
export interface StatedBalance {
  currency: string;
  start: bigint;
  end: bigint;
}

/** What the compared lines cannot tell by themselves. */
export interface Surroundings {
  /** Lines of the ledger outside the period, by id: of those that the provider has within it. */
  elsewhere: ReadonlyMap<string, BalanceLine>;
  /** Ids of payments and payouts that the ledger knows. */
  known: ReadonlySet<string>;
}

/** Zero tolerance: every line that is not the same to the last minor unit is a difference of its own. Pure. */
export function differencesOf(
  ledger: ReadonlyMap<string, BalanceLine>,
  provider: ReadonlyMap<string, BalanceLine>,
  around: Surroundings,
): Difference[] {
  const differences: Difference[] = [];
  for (const [id, stated] of provider) {
    const ours = ledger.get(id);
    if (!ours) differences.push(absentHere(stated, around));
    else if (!isSame(ours, stated)) differences.push(...differing(ours, stated));
  }
  for (const [id, ours] of ledger) if (!provider.has(id)) differences.push(absentThere(ours));
  return differences.sort((a, b) => (a.line < b.line ? -1 : a.line > b.line ? 1 : a.currency < b.currency ? -1 : 1));
}

const isSame = (a: BalanceLine, b: BalanceLine): boolean =>
  a.gross === b.gross && a.fee === b.fee && a.net === b.net && a.currency === b.currency && a.category === b.category;

const figures = ({ gross, fee, net, currency, at }: BalanceLine) => ({ gross, fee, net, currency, at });
const headOf = ({ id, currency, category, source }: BalanceLine) => ({
  line: id,
  currency,
  category,
  ...(source === undefined ? {} : { source }),
});

function absentHere(stated: BalanceLine, { elsewhere, known }: Surroundings): Difference {
  const base = { ...headOf(stated), net: stated.net, provider: figures(stated) };
  const ours = elsewhere.get(stated.id);
  if (ours)
    return {
      ...base,
      kind: 'timing',
      ledger: figures(ours),
      detail: 'The ledger has it at a time outside the period.',
    };
  if (isDispute(stated))
    return { ...base, kind: 'dispute', detail: 'The provider moved money of a dispute that the ledger does not have.' };
  const object = stated.payment ?? stated.source;
  if (isFee(stated) || object === undefined)
    return {
      ...base,
      kind: 'fee',
      detail: 'The provider took or gave this without a payment, and the ledger does not have it.',
    };
  if (known.has(object) || (stated.source !== undefined && known.has(stated.source)))
    return { ...base, kind: 'timing', detail: 'The ledger knows what it is of, and has not fetched this line yet.' };
  return { ...base, kind: 'missing_webhook', detail: `Nothing of ${object} ever arrived.` };
}

const absentThere = (ours: BalanceLine): Difference => ({
  ...headOf(ours),
  net: -ours.net,
  ledger: figures(ours),
  kind: 'unknown',
  detail: 'The ledger has it within the period, and the provider does not state it.',
});

function differing(ours: BalanceLine, stated: BalanceLine): Difference[] {
  const both = { ledger: figures(ours), provider: figures(stated) };
  if (ours.currency !== stated.currency) {
    const detail = `Settled in ${stated.currency}, and in ${ours.currency} as the ledger has it.`;
    // One difference for each currency, so that those of a currency sum to what lies between the two sides.
    return [
      { ...headOf(stated), ...both, kind: 'fx', net: stated.net, detail },
      { ...headOf(ours), ...both, kind: 'fx', net: -ours.net, detail },
    ];
  }
  const base = { ...headOf(stated), ...both, net: stated.net - ours.net };
  if (ours.gross === stated.gross && ours.fee !== stated.fee)
    return [{ ...base, kind: 'fee', detail: 'Another fee than the ledger has.' }];
  if (isDispute(stated))
    return [{ ...base, kind: 'dispute', detail: 'Another amount of a dispute than the ledger has.' }];
  if (ours.gross === stated.gross && ours.net === stated.net)
    return [
      { ...base, kind: 'unknown', detail: `The category is ${stated.category}, and ${ours.category} in the ledger.` },
    ];
  return [{ ...base, kind: 'unknown', detail: 'Another amount than the ledger has.' }];
}

const isDispute = ({ category, source }: BalanceLine): boolean =>
  /dispute|chargeback/i.test(category) || /^(dp|du)_/.test(source ?? '');
const isFee = ({ category }: BalanceLine): boolean => /(^|_)(fee|fees|tax)$/i.test(category);

/** Both sides by currency and category, in that order. */
export function categoriesOf(ledger: Iterable<BalanceLine>, provider: Iterable<BalanceLine>): CategoryTie[] {
  const ties = new Map<string, CategoryTie>();
  const add = (side: 'ledger' | 'provider', { currency, category, gross, fee, net }: BalanceLine): void => {
    const key = `${currency}|${category}`;
    let tie = ties.get(key);
    if (!tie) ties.set(key, (tie = { currency, category, ledger: nothing(), provider: nothing() }));
    const sums = tie[side];
    sums.lines += 1;
    sums.gross += gross;
    sums.fee += fee;
    sums.net += net;
  };
  for (const line of ledger) add('ledger', line);
  for (const line of provider) add('provider', line);
  return [...ties.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tie]) => tie);
}

const nothing = (): Sums => ({ lines: 0, gross: 0n, fee: 0n, net: 0n });

/**
 * Whether what moved within a period is what lies between the balance at its start and at its end, and whether the account that mirrors the
 * balance stands at its end: what came late for an earlier period is in the account, and in no line of this one.
 */
export interface BalanceIdentity extends StatedBalance {
  /** Sum of the net of all lines of the ledger within the period. */
  moved: bigint;
  /** What the clearing account stands at; left out where no opening balance was set, as it then says nothing. */
  clearing?: bigint;
  holds: boolean;
}

export function identityOf(
  stated: StatedBalance,
  categories: readonly CategoryTie[],
  clearing?: bigint,
): BalanceIdentity {
  const own = categories.filter(({ currency }) => currency === stated.currency);
  const moved = own.reduce((sum, { ledger }) => sum + ledger.net, 0n);
  const holds = moved === stated.end - stated.start && (clearing ?? stated.end) === stated.end;
  return { ...stated, moved, ...(clearing === undefined ? {} : { clearing }), holds };
}
