import type { Day } from '../../kernel/day.js';
import { drift, type DriftDay, type DriftVerdict, isNews } from './drift.js';
import type { ReconciliationRow } from '../gap.js';
import { trackedParts, truthParts } from '../parts.js';

/** What is watched: `value` is that of a row that is a ratio itself, such as `attribution_mismatch_pct`. */
export const FIGURES = ['gap_pct', 'loss_pct', 'overcount_pct', 'value'] as const;
export type Figure = (typeof FIGURES)[number];

/** Settled, comparable days before, as they were recorded. */
export type History = readonly (Pick<ReconciliationRow, 'day'> & Partial<ReconciliationRow>)[];

/**
 * Compares a settled row with the days before. It failed when the gap drifted either way, or loss, overcount or the mismatch of
 * attribution rose; the reasons say which, and since when. All of them, because a gap can be zero while the others are bad.
 */
export function judge(row: ReconciliationRow, history: History): ReconciliationRow {
  const verdicts: Record<string, DriftVerdict> = {};
  const reasons = [...row.reasons];
  for (const name of FIGURES) {
    if ((name === 'value') !== (row.value !== undefined)) continue;
    const verdict = drift(row.day, row[name] ?? null, volumeOf(row, name), seriesOf(history, name));
    verdicts[name] = verdict;
    const reason = reasonOf(name, row, verdict);
    if (reason !== undefined) reasons.push(reason);
  }
  return { ...row, drift: verdicts, reasons, status: reasons.length > row.reasons.length ? 'failed' : 'ok' };
}

/** Days on which a figure had a value, with what it was a share of. */
const seriesOf = (history: History, name: Figure): DriftDay[] =>
  history.flatMap((row) => {
    const value = row[name];
    return typeof value === 'number' ? [{ day: row.day, value, volume: volumeOf(row, name) }] : [];
  });

/** A gap may not move at all; of the others less is better. */
export const isBad = (name: string, direction: 'up' | 'down' | 'steady'): boolean =>
  direction === 'up' || (direction === 'down' && name === 'gap_pct');

/** The direction in which a figure moved, on the day itself or by a recent change of level. */
export function movedTo(verdict: DriftVerdict, day: Day): 'up' | 'down' | 'steady' {
  if (verdict.verdict === 'up' || verdict.verdict === 'down') return verdict.verdict;
  const { shift } = verdict;
  return shift && isNews(shift, day) ? shift.direction : 'steady';
}

function reasonOf(name: Figure, row: ReconciliationRow, verdict: DriftVerdict): string | undefined {
  if (!isBad(name, movedTo(verdict, row.day))) return undefined;
  const { shift, baseline, delta } = verdict;
  const since =
    shift && isNews(shift, row.day) ? `; since ${shift.day} it is about ${shift.after} instead of ${shift.before}` : '';
  return `drift: ${name} is ${row[name]}, ${delta! > 0 ? '+' : ''}${delta} points from its baseline ${baseline}${since}`;
}

/** How many ids the percentage is a share of; of a row without ids the count itself. */
function volumeOf(row: Partial<ReconciliationRow>, name: Figure): number {
  if (name === 'value') return row.denominator ?? 0;
  if (typeof row.matched !== 'number') return typeof row.actual === 'number' ? row.actual : 0;
  const names = name === 'overcount_pct' ? trackedParts : truthParts;
  return names.reduce((sum, part) => sum + (row[part] ?? 0), 0);
}
