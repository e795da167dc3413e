import { canonicalJson } from '../../kernel/canonical-json.js';
import type { Folding } from '../../ledger/decide-and-append.js';
import type { BalanceIdentity, CategoryTie, Difference, Sums } from './tie-out.js';
import type { TieOutState } from '../tie-outs.js';

// The name and the fields of the data are the stored format. Amounts are decimal texts of minor units.
export type TieOutEvent = { type: 'TieOutRecorded'; data: TieOutResult };

// Of each member of a union by itself, so that what may be left out still may.
type Text<V> = V extends bigint ? string : V extends object ? Texts<V> : V;
type Texts<T> = { [K in keyof T]: Text<T[K]> };

/** What comparing a provider's balance with the ledger over a period came to. */
export interface TieOutResult {
  period: string;
  provider: string;
  /** First instant of the period, and the first after it. */
  from: string;
  until: string;
  status: TieOutState['status'];
  /** Why it is pending, such as what was left out of the provider's side. */
  reason: string | null;
  /** What the provider's side is from: its interface, or a report by its id. */
  statement: string | null;
  /** What the read model was at when its side was taken. */
  model_position: number;
  currencies: {
    currency: string;
    status: TieOutState['status'];
    ledger: Texts<Sums>;
    provider: Texts<Sums>;
    balance: Texts<BalanceIdentity> | null;
  }[];
  categories: Texts<CategoryTie>[];
  /** The first of them; their number is `differences_total`, in each currency and kind `difference_counts`. */
  differences: Texts<Difference>[];
  differences_total: number;
  difference_counts: Record<string, number>;
}

export const DIFFERENCES_MAX = 500;

export const tieOutFolding: Folding<TieOutResult | undefined, TieOutEvent> = {
  initial: undefined,
  evolve: (_, { data }) => data,
};

export interface Compared {
  categories: CategoryTie[];
  differences: Difference[];
  identities: BalanceIdentity[];
}

/** The result of a comparison, as it is recorded. Pure. */
export function resultOf(
  head: Pick<TieOutResult, 'period' | 'provider' | 'from' | 'until' | 'statement' | 'model_position'>,
  { categories, differences, identities }: Compared,
): TieOutResult {
  const codes = new Set([...categories, ...identities].map(({ currency }) => currency));
  const currencies = [...codes].sort().map((currency) => {
    const own = categories.filter((each) => each.currency === currency);
    const balance = identities.find((each) => each.currency === currency);
    const differs = differences.some((each) => each.currency === currency) || balance?.holds === false;
    return {
      currency,
      status: differs ? ('differs' as const) : ('tied' as const),
      ledger: texts(sumOf(own, 'ledger')),
      provider: texts(sumOf(own, 'provider')),
      balance: balance ? texts(balance) : null,
    };
  });
  const counts: Record<string, number> = {};
  for (const { currency, kind } of differences) {
    const key = `${currency} ${kind}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return {
    ...head,
    status: currencies.some(({ status }) => status === 'differs') ? 'differs' : 'tied',
    reason: null,
    currencies,
    categories: categories.map(texts),
    differences: differences.slice(0, DIFFERENCES_MAX).map(texts),
    differences_total: differences.length,
    difference_counts: counts,
  };
}

export const pendingResult = (
  head: Pick<TieOutResult, 'period' | 'provider' | 'from' | 'until' | 'statement' | 'model_position'>,
  reason: string,
): TieOutResult => ({
  ...head,
  status: 'pending',
  reason,
  currencies: [],
  categories: [],
  differences: [],
  differences_total: 0,
  difference_counts: {},
});

/** What was compared although a part of the provider's side is not there: neither what is the same nor what differs is the last word. */
export const stillPending = (result: TieOutResult, reason: string): TieOutResult => ({
  ...result,
  status: 'pending',
  reason,
  currencies: result.currencies.map((each) => ({ ...each, status: 'pending' })),
});

export function sumOf(categories: readonly CategoryTie[], side: 'ledger' | 'provider'): Sums {
  const sums: Sums = { lines: 0, gross: 0n, fee: 0n, net: 0n };
  for (const tie of categories) {
    sums.lines += tie[side].lines;
    sums.gross += tie[side].gross;
    sums.fee += tie[side].fee;
    sums.net += tie[side].net;
  }
  return sums;
}

/** Amounts as texts, all the way down. */
export function texts<T extends object>(value: T): Texts<T> {
  const entries = Object.entries(value as Record<string, unknown>).map(([name, member]) => [
    name,
    typeof member === 'bigint'
      ? String(member)
      : typeof member === 'object' && member !== null
        ? texts(member)
        : member,
  ]);
  return Object.fromEntries(entries) as Texts<T>;
}

/** Whether two results say the same of the same time, whenever they were made. */
export const saysTheSame = (a: TieOutResult | undefined, b: TieOutResult): boolean =>
  a !== undefined && canonicalJson({ ...a, model_position: 0 }) === canonicalJson({ ...b, model_position: 0 });
