import { definitionOf, type MetricDefinition } from '../catalog/metric-definition.js';
import type { Metric } from '../catalog/subjects.js';
import type { Day } from '../kernel/day.js';
import { type ClosedDays, type Segment, segmentsOf } from './closed-days.js';
import { type GroupKey, groupText, type Snapshot, type Sum, sums } from './sums.js';

export type Part = 'value' | 'numerator' | 'denominator';

/** A sum of contributions as a part of a metric, with its sign. */
export interface PartSum extends Sum {
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
): Promise<PartSum[]> {
  const stock = metric.shape.kind === 'stock';
  const found: PartSum[] = [];
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
): Promise<PartSum[]> {
  const found: PartSum[] = [];
  const range = { from, to, groupBy, currency, opening: stock };
  for (const same of alike(terms)) {
    const [{ part, source }] = same as [PartTerm];
    const signs = new Map(same.map(({ metric, sign }) => [metric, BigInt(sign)]));
    const rows = await sums(snapshot, { ...range, metrics: [...signs.keys()], source }, closing);
    for (const row of rows) found.push({ ...row, part, value: signs.get(row.metric)! * row.value });
  }
  return found;
}

/** Terms that one query answers for. */
const alike = (terms: readonly PartTerm[]): PartTerm[][] => [
  ...Map.groupBy(terms, ({ part, source = '' }) => `${part} ${source}`).values(),
];

const seriesOf = ({ metric, currency, group }: Sum): string => `${metric}|${currency}|${groupText(group)}`;

/** The sums of later days, with what they begin with as the step from where the days before ended. */
function steps(before: readonly PartSum[], here: readonly PartSum[], from: Day): PartSum[] {
  const changes = here.filter(({ day }) => day >= from);
  const step = new Map<string, PartSum>();
  const add = (sum: PartSum, sign: 1n | -1n): void => {
    const known = step.get(seriesOf(sum)) ?? { ...sum, day: from, value: 0n };
    step.set(seriesOf(sum), { ...known, value: known.value + sign * sum.value });
  };
  for (const sum of here) if (sum.day < from) add(sum, 1n);
  for (const sum of before) add(sum, -1n);
  return [...[...step.values()].filter(({ value }) => value !== 0n), ...changes];
}
