import type { Day } from '../kernel/day.js';
import type { Concentration } from './drift/concentration.js';
import type { DriftVerdict } from './drift/drift.js';
import { type Item, type Part, trackedParts, truthParts } from './parts.js';

const RESIDUAL = 'unexplained';

/** One part of a money row: ids are counted in the row itself. */
export interface PartAmounts {
  amount_actual: string;
  amount_tracked: string;
}

/**
 * A reconciliation row as it is recorded and answered. Counts are numbers, money decimal strings of minor units. Percentages have one
 * decimal and are null where their denominator is 0. Null numbers: not mapped, or the source did not answer.
 */
export interface ReconciliationRow {
  day: Day;
  source: string;
  metric: string;
  currency?: string;
  actual: number | string | null;
  tracked: number | string | null;
  tracked_unique: number | null;
  gap: number | string | null;
  gap_pct: number | null;
  loss_pct: number | null;
  overcount_pct: number | null;
  matched: number | null;
  missing: number | null;
  client_only: number | null;
  duplicates: number | null;
  wrong_value: number | null;
  wrong_currency: number | null;
  other_day: number | null;
  expected: number | null;
  tracked_other_day: number | null;
  /** actual + not_trackable = the metric. */
  not_trackable: number | string | null;
  amounts?: Record<string, PartAmounts>;
  /** Of every missing, client-only and duplicate id; with `unexplained` they sum to the three parts. */
  causes: Record<string, number>;
  unexplained: number;
  causes_by_part: Record<string, Record<string, number>>;
  matched_by: 'id' | 'count';
  comparable: boolean;
  reasons: string[];
  provisional: boolean;
  drift: Record<string, DriftVerdict> | null;
  /** What the missing ids have in common; null where none is missing. */
  concentration: Concentration | null;
  status: 'ok' | 'failed' | 'not_mapped' | 'provisional';
  /** A ratio of its own: `attribution_mismatch_pct`. */
  value?: number | null;
  numerator?: number;
  denominator?: number;
}

/** 100 × part / whole to one decimal, halves away from zero, as SQL's `round(…, 1)` has it; null when the whole is 0. */
export function percent(part: bigint, whole: bigint): number | null {
  if (whole === 0n) return null;
  const negative = part < 0n !== whole < 0n;
  const [over, under] = [abs(part) * 1000n, abs(whole)];
  const tenths = (2n * over + under) / (2n * under);
  const rounded = Number(tenths) / 10;
  return negative && rounded !== 0 ? -rounded : rounded;
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** What of a row follows from the ids in its parts. `plain`: further matched ids, of a count. */
export function figuresOf(items: readonly Item[], money: boolean, plain = 0) {
  const count = countParts(items);
  const amount = (names: readonly Part[], side: 'amountActual' | 'amountTracked'): bigint => {
    let sum = names.includes('matched') ? BigInt(plain) : 0n;
    for (const item of items) if (names.includes(item.part)) sum += money ? item[side] : 1n;
    return sum;
  };
  const actual = amount(truthParts, 'amountActual');
  const tracked = amount(trackedParts, 'amountTracked');
  const wire = (value: bigint): number | string => (money ? String(value) : Number(value));
  return {
    actual: wire(actual),
    tracked: wire(tracked),
    tracked_unique: entitiesTracked(items) + plain,
    gap: wire(actual - tracked),
    gap_pct: percent(actual - tracked, actual),
    loss_pct: percent(amount(['missing'], 'amountActual'), actual),
    overcount_pct: percent(amount(['duplicates', 'client_only'], 'amountTracked'), tracked),
    matched: count('matched') + plain,
    missing: count('missing'),
    client_only: count('client_only'),
    duplicates: count('duplicates'),
    wrong_value: count('wrong_value'),
    wrong_currency: count('wrong_currency'),
    other_day: count('other_day'),
    expected: count('expected'),
    tracked_other_day: count('tracked_other_day'),
    not_trackable: wire(amount(['not_trackable'], 'amountActual')),
    ...(money ? { amounts: amountsOf(items) } : {}),
    ...causesOf(items),
  };
}

function countParts(items: readonly Item[]): (part: Part) => number {
  const counts = new Map<Part, number>();
  for (const { part } of items) counts.set(part, (counts.get(part) ?? 0) + 1);
  return (part) => counts.get(part) ?? 0;
}

/** Distinct entities among the events of the row. */
function entitiesTracked(items: readonly Item[]): number {
  const entities = new Set<string>();
  for (const { part, tracked, truth } of items) {
    if (!tracked || !(trackedParts as readonly Part[]).includes(part)) continue;
    entities.add(truth ? `${truth.day} ${truth.currency} ${truth.id}` : tracked.group);
  }
  return entities.size;
}

function amountsOf(items: readonly Item[]): Record<string, PartAmounts> {
  const sums = new Map<Part, [bigint, bigint]>();
  for (const part of [...truthParts, ...trackedParts, 'not_trackable'] as const) sums.set(part, [0n, 0n]);
  for (const { part, amountActual, amountTracked } of items) {
    const [actual, tracked] = sums.get(part)!;
    sums.set(part, [actual + amountActual, tracked + amountTracked]);
  }
  return Object.fromEntries(
    [...sums].map(([part, [actual, tracked]]) => [
      part,
      { amount_actual: String(actual), amount_tracked: String(tracked) },
    ]),
  );
}

const EXPLAINED: readonly Part[] = ['missing', 'client_only', 'duplicates'];

function causesOf(items: readonly Item[]) {
  const causes = new Map<string, number>();
  const byPart = new Map<Part, Map<string, number>>();
  let unexplained = 0;
  for (const { part, cause } of items) {
    const explained = EXPLAINED.includes(part);
    if (!explained && cause === undefined) continue;
    const name = cause ?? RESIDUAL;
    const ofPart = byPart.get(part) ?? new Map<string, number>();
    byPart.set(part, ofPart.set(name, (ofPart.get(name) ?? 0) + 1));
    if (!explained) continue;
    if (cause === undefined) unexplained += 1;
    else causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  const sorted = (map: Map<string, number>): Record<string, number> => Object.fromEntries([...map].sort());
  return {
    causes: sorted(causes),
    unexplained,
    causes_by_part: Object.fromEntries([...byPart].map(([part, map]) => [part, sorted(map)])),
  };
}
