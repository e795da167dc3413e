import type { MetricInfo } from '../../api.ts';
import { periodsOf } from '../../days.ts';
import { figure, magnitude, rate, sum, type Figure } from '../../format.ts';
import type { MetricRow } from './rows.ts';

/** A period as the chart shows it. */
export interface Point {
  period: string;
  value: Figure;
  /** Of closed days: what is known now; undefined where nothing else is known than was reported. */
  known?: Figure;
  incomplete: boolean;
}

/** A figure of a metric for people: a count, an amount with its currency, a share. */
export const told = (unit: MetricInfo['unit'], value: Figure, currency: string | undefined): string =>
  unit === 'ratio' ? rate(value as number | null) : figure(value, currency);

/** The currencies that rows are in, in alphabetical order; none of counts and shares. */
export const currenciesOf = (rows: readonly MetricRow[]): string[] =>
  [...new Set(rows.flatMap(({ currency }) => currency ?? []))].sort();

/** The rows of one currency; all of them where there are no currencies. */
export const inCurrency = (rows: readonly MetricRow[], currency: string | undefined): MetricRow[] =>
  rows.filter((row) => row.currency === currency);

interface Asked {
  unit: MetricInfo['unit'];
  interval: string;
  from: string;
  to: string;
}

/** Every period of the range, its groups together. All rows have to be of one currency. */
export function pointsOf(rows: readonly MetricRow[], { unit, interval, from, to }: Asked): Point[] {
  const byPeriod = new Map<string, MetricRow[]>();
  for (const row of rows) {
    const these = byPeriod.get(row.period);
    if (these) these.push(row);
    else byPeriod.set(row.period, [row]);
  }
  return periodsOf(from, to, interval).map((period) => {
    const these = byPeriod.get(period) ?? [];
    const moved = these.some(({ known, value }) => known !== undefined && known !== value);
    return {
      period,
      value: togetherOf(these, unit, 'reported'),
      ...(moved ? { known: togetherOf(these, unit, 'known') } : {}),
      incomplete: these.some(({ incomplete }) => incomplete === true),
    };
  });
}

/** Parts of a share are added before they are divided: shares themselves do not add up. */
function togetherOf(rows: readonly MetricRow[], unit: MetricInfo['unit'], view: 'reported' | 'known'): Figure {
  if (unit !== 'ratio')
    return sum(rows.map(({ value, known }) => (view === 'known' ? (known ?? value) : value) as Figure));
  const part = (which: 'numerator' | 'denominator'): number => {
    const of = (row: MetricRow): unknown => (view === 'known' ? row[`known_${which}`] : undefined) ?? row[which];
    return rows.reduce((total, row) => total + Number(of(row) ?? 0), 0);
  };
  const below = part('denominator');
  return below === 0 ? null : part('numerator') / below;
}

/** What the chart shows, in a sentence: for whoever does not see it. */
export function inWords(points: readonly Point[], unit: MetricInfo['unit'], currency: string | undefined): string {
  const there = points.filter(({ value }) => value !== null);
  const [first] = there;
  if (!first) return 'There is no value.';
  let [lowest, highest] = [first, first];
  for (const point of there) {
    if (magnitude(point.value) < magnitude(lowest.value)) lowest = point;
    if (magnitude(point.value) > magnitude(highest.value)) highest = point;
  }
  const at = ({ period, value }: Point): string => `${told(unit, value, currency)} (${period})`;
  const count = (of: (point: Point) => boolean, what: string): string => {
    const found = points.filter(of).length;
    return found === 0 ? '' : ` ${found} ${found === 1 ? 'period' : 'periods'} ${what}.`;
  };
  return [
    lowest.value === highest.value && there.length > 1
      ? `${told(unit, first.value, currency)} in every period.`
      : `Highest ${at(highest)}, lowest ${at(lowest)}.`,
    count(({ known }) => known !== undefined, 'known to be another number now'),
    count(({ incomplete }) => incomplete, 'incomplete'),
  ].join('');
}
