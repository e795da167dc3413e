import type { Day } from '../../kernel/day.js';
import {
  bySourceAndMetric,
  type ComparedDay,
  type ComparedRow,
  currenciesOf,
  isIn,
  isSettled,
  leftOut,
} from './compared-days.js';
import { percent } from '../gap.js';
import { type Part, trackedParts, truthParts } from '../parts.js';

/** One step from what was tracked to what is true. Signed; a count, or minor units as text. */
export interface BridgeStep {
  step: 'tracked' | Part | 'not_told';
  amount: number | string;
}

/** One metric at one source over days that were settled and comparable. Money is minor units of `currency` as text. */
export interface SummaryRow {
  source: string;
  metric: string;
  currency?: string;
  /** Days that are summed. Without any the figures are null, and there is no bridge. */
  days: number;
  actual: number | string | null;
  tracked: number | string | null;
  gap: number | string | null;
  gap_pct: number | null;
  /** Null where the source only counts. */
  loss_pct: number | null;
  overcount_pct: number | null;
  /** From `tracked` to `actual`, and they sum; of a source that only counts in one step, `not_told`. */
  bridge: BridgeStep[];
  causes: Record<string, number>;
  unexplained: number;
  /** Days that are in no sum, with why. */
  left_out: Record<Day, string>;
}

/** What every source says of some days, beside the truth. */
export const summaryRows = (days: readonly ComparedDay[], range: readonly Day[]): SummaryRow[] =>
  bySourceAndMetric(days).flatMap((own) => currenciesOf(own).map((currency) => summaryRow(own, currency, range)));

function summaryRow(days: readonly ComparedDay[], currency: string | undefined, range: readonly Day[]): SummaryRow {
  const { source, metric } = days[0]!;
  const rows = days.flatMap((each) => each.rows.filter(isIn(currency)).filter(isSettled));
  const wire = (value: bigint): number | string => (currency === undefined ? Number(value) : String(value));
  const sum = (of: (row: ComparedRow) => bigint): bigint => rows.reduce((total, row) => total + of(row), 0n);
  const part = (name: Part, side: Side): bigint => sum((row) => amountOf(row, name, side));
  const [actual, tracked] = [sum((row) => BigInt(row.actual!)), sum((row) => BigInt(row.tracked!))];
  const byId = rows.every(({ matched_by: by }) => by === 'id');
  const excess = part('duplicates', 'tracked') + part('client_only', 'tracked');
  const left = leftOut(days, currency, range);
  const summed = range.length - Object.keys(left).length;
  const figure = (value: bigint): number | string | null => (summed === 0 ? null : wire(value));
  return {
    ...{ source, metric, ...(currency === undefined ? {} : { currency }), days: summed },
    ...{ actual: figure(actual), tracked: figure(tracked), gap: figure(actual - tracked) },
    gap_pct: percent(actual - tracked, actual),
    loss_pct: byId ? percent(part('missing', 'actual'), actual) : null,
    overcount_pct: byId ? percent(excess, tracked) : null,
    bridge:
      summed === 0
        ? []
        : bridgeOf({ actual, tracked, byId, part }).map(({ step, amount }) => ({ step, amount: wire(amount) })),
    ...causesOf(rows),
    left_out: left,
  };
}

type Side = 'actual' | 'tracked';

/** What a part stands for on one side: nothing on the one that does not have it. */
function amountOf(row: ComparedRow, part: Part, side: Side): bigint {
  const has: readonly Part[] = side === 'actual' ? truthParts : trackedParts;
  if (!has.includes(part)) return 0n;
  const amounts = row.amounts?.[part];
  return BigInt(amounts ? amounts[`amount_${side}`] : (row[part] ?? 0));
}

const STEPS: readonly Part[] = [
  ...(['duplicates', 'client_only', 'tracked_other_day'] as const),
  ...(['matched', 'wrong_value', 'wrong_currency'] as const), // of money: by how much they differ
  ...(['missing', 'other_day', 'expected'] as const),
];

/** Steps of nothing are left out. */
function bridgeOf({
  actual,
  tracked,
  byId,
  part,
}: {
  actual: bigint;
  tracked: bigint;
  byId: boolean;
  part: (name: Part, side: Side) => bigint;
}): { step: BridgeStep['step']; amount: bigint }[] {
  const steps = byId
    ? STEPS.map((step) => ({ step, amount: part(step, 'actual') - part(step, 'tracked') }))
    : [{ step: 'not_told' as const, amount: actual - tracked }];
  return [{ step: 'tracked', amount: tracked }, ...steps.filter(({ amount }) => amount !== 0n)];
}

function causesOf(rows: readonly ComparedRow[]): Pick<SummaryRow, 'causes' | 'unexplained'> {
  const causes = new Map<string, number>();
  for (const row of rows)
    for (const [cause, count] of Object.entries(row.causes)) causes.set(cause, (causes.get(cause) ?? 0) + count);
  return {
    causes: Object.fromEntries([...causes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
    unexplained: rows.reduce((total, { unexplained }) => total + unexplained, 0),
  };
}
