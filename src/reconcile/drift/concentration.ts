import { fisherAtLeast, newcombe } from './statistics.js';

/** What is known of one truth that should have been seen, by dimension (`browser`, `country`, …); unknown ones are left out. */
export interface Observed {
  lost: boolean;
  /** Of how many this is so; 1 when it is left out. */
  times?: number;
  dimensions: Readonly<Record<string, string>>;
}

/** One value of one dimension in which more is lost than elsewhere. Shares are of what should have been seen, in percent. */
export interface Finding {
  dimension: string;
  value: string;
  lost: number;
  of: number;
  lost_pct: number;
  /** The same for everything else of which the dimension is known. */
  elsewhere_pct: number;
  /** lost_pct / elsewhere_pct; null when nothing is lost elsewhere. */
  ratio: number | null;
  /** 99 % interval of lost_pct − elsewhere_pct, in points (Newcombe). */
  difference: [low: number, high: number];
  /** Losses beyond those that the share elsewhere would have made. */
  excess: number;
  /** Of Fisher's exact test, corrected for all values that were looked at (Holm). */
  p: number;
}

/**
 * `concentrated`: `findings`, the one that explains most losses first. `uniform`: nothing that was looked at differs. `too_few`: not
 * enough losses, or not enough known of them, to tell. `known`: of how many of the lost each dimension is known, in percent.
 */
export interface Concentration {
  verdict: 'concentrated' | 'uniform' | 'too_few';
  findings: Finding[];
  known: Record<string, number>;
}

/** How often losses that fall on everybody alike may be called concentrated, over all dimensions of a row together. */
export const FALSE_FINDINGS = 0.01;

const LOST_MIN = 10; // in all
const LOST_HERE_MIN = 5; // on one value
const KNOWN_MIN = 0.5; // a dimension that is known of fewer of the lost tells more about what is known than about the loss
const RATIO_MIN = 1.25; // a difference that large volumes prove but that nobody would act on
const Z = 2.576; // 99 %

interface Tally {
  lost: number;
  all: number;
}

/** In which values of which dimensions the loss concentrates. The order of the observations does not matter. */
export function concentration(observed: Iterable<Observed>): Concentration {
  const { byDimension, lost } = tally(observed);
  const known: Record<string, number> = {};
  const tested: Finding[] = [];
  let looked = 0;
  for (const [dimension, values] of [...byDimension].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const whole = sum(values.values());
    known[dimension] = lost === 0 ? 0 : tenth((100 * whole.lost) / lost);
    if (lost < LOST_MIN || whole.lost < KNOWN_MIN * lost || values.size < 2) continue;
    looked += 1;
    for (const [value, here] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const finding = compare(dimension, value, here, whole);
      if (finding) tested.push(finding);
    }
  }
  if (looked === 0) return { verdict: 'too_few', findings: [], known };
  const findings = significant(tested).sort((a, b) => b.excess - a.excess || a.p - b.p);
  return { verdict: findings.length > 0 ? 'concentrated' : 'uniform', findings, known };
}

function tally(observed: Iterable<Observed>): { byDimension: Map<string, Map<string, Tally>>; lost: number } {
  const byDimension = new Map<string, Map<string, Tally>>();
  let lost = 0;
  for (const each of observed) {
    const { times = 1 } = each;
    if (each.lost) lost += times;
    for (const dimension in each.dimensions) {
      const value = each.dimensions[dimension]!;
      let values = byDimension.get(dimension);
      if (!values) byDimension.set(dimension, (values = new Map<string, Tally>()));
      let here = values.get(value);
      if (!here) values.set(value, (here = { lost: 0, all: 0 }));
      here.all += times;
      if (each.lost) here.lost += times;
    }
  }
  return { byDimension, lost };
}

function sum(tallies: Iterable<Tally>): Tally {
  const whole = { lost: 0, all: 0 };
  for (const { lost, all } of tallies) {
    whole.lost += lost;
    whole.all += all;
  }
  return whole;
}

/** One value against the others of its dimension, not corrected yet. Undefined when it holds everything, so that there are no others. */
function compare(dimension: string, value: string, here: Tally, whole: Tally): Finding | undefined {
  const rest = { lost: whole.lost - here.lost, all: whole.all - here.all };
  if (rest.all === 0) return undefined;
  const [share, elsewhere] = [here.lost / here.all, rest.lost / rest.all];
  const [low, high] = newcombe({ part: here.lost, whole: here.all }, { part: rest.lost, whole: rest.all }, Z);
  return {
    dimension,
    value,
    lost: here.lost,
    of: here.all,
    lost_pct: tenth(100 * share),
    elsewhere_pct: tenth(100 * elsewhere),
    ratio: elsewhere === 0 ? null : tenth(share / elsewhere),
    difference: [tenth(100 * low), tenth(100 * high)],
    excess: tenth(here.lost - elsewhere * here.all),
    p: share > elsewhere ? fisherAtLeast(here.lost, here.all, whole.lost, whole.all) : 1,
  };
}

/** Holm's step-down correction over everything that was compared; then what is too small to act on goes. */
function significant(tested: readonly Finding[]): Finding[] {
  const ordered = [...tested].sort((a, b) => a.p - b.p);
  const found: Finding[] = [];
  let corrected = 0;
  for (const [index, finding] of ordered.entries()) {
    corrected = Math.max(corrected, Math.min(1, finding.p * (ordered.length - index)));
    if (corrected > FALSE_FINDINGS) break;
    if (finding.lost < LOST_HERE_MIN || finding.difference[0] <= 0) continue;
    if (finding.ratio !== null && finding.ratio < RATIO_MIN) continue;
    found.push({ ...finding, p: Number(corrected.toPrecision(2)) });
  }
  return found;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
