import { percent, type ReconciliationRow } from '../gap.js';
import type { Truth } from '../match.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import type { Counted } from '../source.js';

/** What of a row can be told when only counts are known: no part of it, and whether the sums may be set against each other at all. */
export interface CountedRow extends Pick<
  ReconciliationRow,
  'currency' | 'actual' | 'tracked' | 'gap' | 'gap_pct' | 'not_trackable' | 'reasons'
> {
  comparable: boolean;
}

/**
 * Compares how many and how much. `extras`: tax and shipping within the orders, by currency, which amounts of basis `net` leave out.
 * Money is a row per currency; a source that adds currencies up in one of its own cannot be compared with any of them.
 */
export function countedRows(
  metric: ReconciledMetric,
  truths: readonly Truth[],
  counted: Counted,
  extras: ReadonlyMap<string, bigint>,
): CountedRow[] {
  if (metric.unit === 'count') {
    const of = (present: boolean): number => truths.filter((truth) => truth.present === present).length;
    return [
      {
        ...figures(BigInt(of(true)), BigInt(counted.count), Number),
        not_trackable: of(false),
        comparable: true,
        reasons: [],
      },
    ];
  }
  const sum = (currency: string, present: boolean): bigint =>
    truths.reduce(
      (total, truth) => total + (truth.currency === currency && truth.present === present ? truth.value : 0n),
      0n,
    );
  const actual = new Set(truths.map(({ currency }) => currency));
  const mixed = counted.amounts.size === 1 && [...actual].some((currency) => !counted.amounts.has(currency));
  return [...new Set([...actual, ...counted.amounts.keys()])].sort().map((currency) => {
    const told = counted.amounts.get(currency);
    const left = told?.basis === 'net' ? (extras.get(currency) ?? 0n) : 0n;
    const reasons = [
      ...(mixed
        ? [`converted: the source states all amounts in ${[...counted.amounts.keys()][0]}, whatever they were paid in`]
        : []),
      ...(left !== 0n ? [`net_basis: the source leaves out tax and shipping, ${left} of the orders of this day`] : []),
    ];
    return {
      currency,
      ...figures(sum(currency, true), told?.minor ?? 0n, String),
      not_trackable: String(sum(currency, false)),
      comparable: reasons.length === 0,
      reasons,
    };
  });
}

const figures = (actual: bigint, tracked: bigint, wire: (value: bigint) => number | string) => ({
  actual: wire(actual),
  tracked: wire(tracked),
  gap: wire(actual - tracked),
  gap_pct: percent(actual - tracked, actual),
});
