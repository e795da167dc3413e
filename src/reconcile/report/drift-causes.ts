import type { Finding } from '../drift/concentration.js';
import type { Day } from '../../kernel/day.js';
import type { ReconciliationRow } from '../gap.js';
import type { Figure } from '../drift/judge.js';
import { type Part, trackedParts, truthParts } from '../parts.js';

/** A cause of one part that has another share than before. Shares are of what should have been seen, or of what was tracked, in percent. */
export interface MovedCause {
  part: Part;
  /** `unexplained` where none was found. */
  cause: string;
  before_pct: number;
  after_pct: number;
  /** What it adds to the move of the percentage, in points: what is tracked in excess makes a gap smaller. */
  points: number;
}

/** What the losses since the change have in common that is most telling: that of the newest day on which they had anything. */
export type ConcentratedIn = Pick<Finding, 'dimension' | 'value' | 'lost' | 'of'> & { day: Day };

type Row = Pick<ReconciliationRow, Part | 'causes_by_part' | 'concentration' | 'day'>;

const POINTS_MIN = 0.5; // less is noise of a rounding
const SHOWN_MAX = 5;

const LOST: readonly Part[] = ['missing'];
const IN_EXCESS: readonly Part[] = ['duplicates', 'client_only'];

/** Which causes moved a percentage between two stretches of days, the one that moved it most first. Nothing where ids are not known. */
export function movedCauses(figure: Figure, before: readonly Row[], after: readonly Row[]): MovedCause[] {
  if (figure === 'value') return [];
  const [was, is] = [sharesOf(figure, before), sharesOf(figure, after)];
  if (!was || !is) return [];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((key) => {
      const [part, cause] = key.split(' ') as [Part, string];
      const [from, to] = [was.get(key) ?? 0, is.get(key) ?? 0];
      const sign = figure === 'gap_pct' && IN_EXCESS.includes(part) ? -1 : 1;
      return { part, cause, before_pct: tenth(from), after_pct: tenth(to), points: tenth(sign * (to - from)) };
    })
    .filter(({ points }) => Math.abs(points) >= POINTS_MIN)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.cause < b.cause ? -1 : 1))
    .slice(0, SHOWN_MAX);
}

/** By part and cause, in percent; undefined where there is nothing to share. */
function sharesOf(figure: Exclude<Figure, 'value'>, rows: readonly Row[]): Map<string, number> | undefined {
  const whole = figure === 'overcount_pct' ? trackedParts : truthParts;
  const parts = figure === 'loss_pct' ? LOST : figure === 'overcount_pct' ? IN_EXCESS : [...LOST, ...IN_EXCESS];
  const counts = new Map<string, number>();
  let all = 0;
  for (const row of rows) {
    all += whole.reduce((sum, part) => sum + (row[part] ?? 0), 0);
    for (const part of parts)
      for (const [cause, count] of Object.entries(row.causes_by_part[part] ?? {}))
        counts.set(`${part} ${cause}`, (counts.get(`${part} ${cause}`) ?? 0) + count);
  }
  return all === 0 ? undefined : new Map([...counts].map(([key, count]) => [key, (100 * count) / all]));
}

/** `rows`: the days since the change. */
export function concentratedIn(rows: readonly Row[]): ConcentratedIn | null {
  for (const { day, concentration } of [...rows].sort((a, b) => (a.day < b.day ? 1 : -1))) {
    const [finding] = concentration?.findings ?? [];
    if (finding) return { day, dimension: finding.dimension, value: finding.value, lost: finding.lost, of: finding.of };
  }
  return null;
}

export const causeInWords = ({ part, cause, points }: MovedCause): string =>
  `${part} ${cause} ${points > 0 ? '+' : ''}${points} points`;

export const commonInWords = ({ dimension, value, lost, of, day }: ConcentratedIn): string =>
  `${dimension} ${value}: ${lost} of ${of} lost on ${day}`;

const tenth = (value: number): number => Math.round(value * 10) / 10;
