import { definitionOf, type MetricDefinition } from '../catalog/metric-definition.js';
import type { Metric } from '../catalog/subjects.js';
import { type Day, dayNumber } from '../kernel/day.js';
import { type ClosedDays, type Segment, segmentsOf } from './closed-days.js';
import { addTo, type GroupKey, groupText, type Series, type Snapshot, sums } from './sums.js';

export type Part = 'value' | 'numerator' | 'denominator';

/** Sums of contributions as a part of a metric, with its sign. */
export interface PartSeries extends Series {
  part: Part;
}

interface PartsQuery {
  from: Day;
  to: Day;
  groupBy: readonly GroupKey[];
  currency?: string | undefined;
}

/** A flow that a metric is made of. */
export interface PartTerm {
  metric: string;
  part: Part;
  sign: 1 | -1;
  source?: string;
}

/** The flows that a metric is made of, by the definition that counts for a close or, without one, that of today. None where it had none. */
export function termsIn(name: string, all: readonly Metric[], closing?: ClosedDays): PartTerm[] {
  const defined = (each: string): MetricDefinition | undefined =>
    closing ? closing.header.metrics[each] : all.filter(({ name: known }) => known === each).map(definitionOf)[0];
  const flows = (each: string): { metric: string; sign: 1 | -1 }[] => {
    const { terms } = defined(each) ?? {};
    if (!terms) return [{ metric: each, sign: 1 }];
    return terms.flatMap((term) =>
      flows(term.metric).map(({ metric, sign }) => ({ metric, sign: (sign * term.sign) as 1 | -1 })),
    );
  };
  const definition = defined(name);
  if (!definition) return [];
  if (definition.kind !== 'ratio') return flows(name).map((flow) => ({ ...flow, part: 'value' }));
  const { numerator, denominator, numerator_filter: filter } = definition;
  return [
    { metric: numerator!, sign: 1, part: 'numerator', ...filter },
    { metric: denominator!, sign: 1, part: 'denominator' },
  ];
}

/**
 * What a metric adds up, day by day: of closed days what their closes stored, of others what the model knows at the snapshot's position.
 * Of a stock also everything before the range, dated the day before it; where one close ends, what the next days begin with may be
 * another amount, by what was adjusted in between, and that step is dated their first day.
 */
export async function partSums(
  snapshot: Snapshot,
  metric: Metric,
  all: readonly Metric[],
  query: PartsQuery,
): Promise<PartSeries[]> {
  const stock = metric.shape.kind === 'stock';
  const found: PartSeries[] = [];
  for (const [index, segment] of segmentsOf(query.from, query.to, snapshot.closings).entries()) {
    const here = await inSegment(snapshot, termsIn(metric.name, all, segment.closing), segment, { ...query, stock });
    found.push(...(stock && index > 0 ? steps(found, here, segment.from) : here));
  }
  return found;
}

async function inSegment(
  snapshot: Snapshot,
  terms: readonly PartTerm[],
  { from, to, closing }: Segment,
  { groupBy, currency, stock }: PartsQuery & { stock: boolean },
): Promise<PartSeries[]> {
  const found: PartSeries[] = [];
  const range = { from, to, groupBy, currency, opening: stock };
  for (const same of alike(terms)) {
    const [{ part, source }] = same as [PartTerm];
    const signs = new Map(same.map(({ metric, sign }) => [metric, sign]));
    const series = await sums(snapshot, { ...range, metrics: [...signs.keys()], source }, closing);
    for (const each of series) {
      if (signs.get(each.metric) === -1) for (const [day, value] of each.days) each.days.set(day, -value);
      found.push({ ...each, part });
    }
  }
  return found;
}

/** Terms that one query answers for. */
const alike = (terms: readonly PartTerm[]): PartTerm[][] => [
  ...Map.groupBy(terms, ({ part, source = '' }) => `${part} ${source}`).values(),
];

const nameOf = ({ metric, currency, group }: Series): string => `${metric}|${currency}|${groupText(group)}`;

/** The sums of later days, with what they begin with as the step from where the days before ended. */
function steps(before: readonly PartSeries[], here: readonly PartSeries[], from: Day): PartSeries[] {
  const found = new Map<string, PartSeries>();
  const first = dayNumber(from);
  const daysOf = (of: PartSeries): Map<number, bigint> => {
    const name = nameOf(of);
    if (!found.has(name)) found.set(name, { ...of, days: new Map() });
    return found.get(name)!.days;
  };
  for (const series of here) for (const [day, value] of series.days) addTo(daysOf(series), Math.max(day, first), value);
  for (const series of before) for (const value of series.days.values()) addTo(daysOf(series), first, -value);
  return [...found.values()];
}
