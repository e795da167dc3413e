import { drift, type DriftVerdict } from './drift.js';
import type { ReconciliationRow } from './gap.js';
import { trackedParts, truthParts } from './parts.js';

const BASELINED = ['gap_pct', 'loss_pct', 'overcount_pct'] as const;
type Baselined = (typeof BASELINED)[number];

/** Percentages of comparable, settled days before, oldest first. */
export type History = readonly Readonly<Record<Baselined, number | null>>[];

/**
 * Compares a settled row with the days before. It failed when the gap drifted either way, or loss or overcount rose; the reasons say
 * which. All three, because a gap can be zero while both others are bad.
 */
export function judge(row: ReconciliationRow, history: History): ReconciliationRow {
  if (row.value !== undefined) return row;
  const verdicts: Record<string, DriftVerdict> = {};
  const reasons = [...row.reasons];
  for (const name of BASELINED) {
    const values = history.flatMap((day) => day[name] ?? []);
    const verdict = drift(row[name], volumeOf(row, name), values);
    verdicts[name] = verdict;
    const moved = verdict.verdict === 'up' || (verdict.verdict === 'down' && name === 'gap_pct');
    if (moved)
      reasons.push(
        `drift: ${name} is ${row[name]}, ${verdict.delta! > 0 ? '+' : ''}${verdict.delta} points from its baseline ${verdict.baseline}`,
      );
  }
  return { ...row, drift: verdicts, reasons, status: reasons.length > row.reasons.length ? 'failed' : 'ok' };
}

/** How many ids the percentage is a share of. */
function volumeOf(row: ReconciliationRow, name: Baselined): number {
  if (row.matched_by === 'count') return typeof row.actual === 'number' ? row.actual : 0;
  const names = name === 'overcount_pct' ? trackedParts : truthParts;
  return names.reduce((sum, part) => sum + (row[part] ?? 0), 0);
}
