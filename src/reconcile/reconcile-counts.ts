import { percent, type ReconciliationRow } from './gap.js';
import type { Truth } from './match.js';
import type { DayKey } from './outcome.js';
import { blank, type Context, isOpen, judged, notMapped } from './reconcile-day.js';
import type { ReconciledMetric } from './reconciled-metrics.js';
import type { Counted, CountSource } from './source.js';
import { orderExtras, truthsOn } from './truth-queries.js';

/** Rows of a day from a source that only counts: the sums side by side, no id in any part. */
export async function reconcileCounts(
  key: DayKey,
  source: CountSource,
  context: Context,
): Promise<ReconciliationRow[]> {
  const { reader, metric } = context;
  if (metric.compares === 'attribution') {
    const reasons = [`by_count: where each one came from is compared one by one, and ${source.name} tells of none`];
    return [{ ...blank(key, context), status: 'not_mapped', reasons }];
  }
  const counted = await source.counted(reader, metric.kind, metric.unit === 'money', key.day);
  if (!counted) return notMapped(key, context);
  const truths = await truthsOn(reader, metric, key.day);
  const provisional = isOpen(key.day, context);
  const rows = countedRows(metric, truths, counted, await extrasOf(metric, truths, context));
  return Promise.all(
    rows.map((row) =>
      judged({ ...blank(key, context), ...row, provisional, status: provisional ? 'provisional' : 'ok' }, context),
    ),
  );
}

/** Tax and shipping within the orders of the day, by currency. */
async function extrasOf(
  metric: ReconciledMetric,
  truths: readonly Truth[],
  { reader }: Context,
): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>();
  if (metric.unit !== 'money') return sums;
  const extras = await orderExtras(reader, [...new Set(truths.map(({ group }) => group))]);
  for (const { currency, group, present } of truths)
    if (present) sums.set(currency, (sums.get(currency) ?? 0n) + (extras.get(group) ?? 0n));
  return sums;
}

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
