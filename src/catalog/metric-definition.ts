import type { Metric, MetricShape, Term } from './subjects.js';

/** What defines a metric, as plain data: it is stored with every number that must not change. */
export interface MetricDefinition {
  unit: Metric['unit'];
  kind: MetricShape['kind'];
  meaning: string;
  terms?: readonly Term[];
  numerator?: string;
  denominator?: string;
  numerator_filter?: { source: string };
}

export function definitionOf({ unit, meaning, shape }: Metric): MetricDefinition {
  const { kind } = shape;
  if (kind === 'flow') return { unit, kind, meaning };
  if (kind !== 'ratio') return { unit, kind, meaning, terms: shape.terms };
  const { numerator, denominator, numeratorFilter } = shape;
  return {
    unit,
    kind,
    meaning,
    numerator,
    denominator,
    ...(numeratorFilter ? { numerator_filter: numeratorFilter } : {}),
  };
}
