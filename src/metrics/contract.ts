import { z } from 'zod';
import type { Metric, MetricTerms } from '../catalog/subjects.js';
import { metrics as allMetrics } from './index.js';

/** What holds where a metric does not say: what is late comes within a week, and a gap is judged only by its change. */
export const defaultTerms: MetricTerms = {
  owner: 'finance',
  allowedLatenessHours: 7 * 24,
  tolerancePct: null,
  expectedReasons: [],
};

/** What an operator may set of a metric. */
const own = z.strictObject({
  owner: z.string().min(1).max(100).optional(),
  tolerance_pct: z.number().min(0).max(1_000).nullable().optional(),
  allowed_lateness_hours: z
    .number()
    .min(0)
    .max(24 * 366)
    .optional(),
  expected_reasons: z.array(z.string().min(1).max(500)).max(20).optional(),
});

const names = allMetrics.filter(({ internal }) => !internal).map(({ name }) => name);

export const contractSettings = z.partialRecord(z.enum(names as [string, ...string[]]), own);
export type ContractSettings = z.infer<typeof contractSettings>;

/** One metric as it is agreed, ready for JSON. */
export interface ContractEntry {
  name: string;
  unit: Metric['unit'];
  definition: string;
  source_of_truth: string;
  dated: string;
  time_zone: string;
  /** Money is a row for each currency and never converted; null where there is no money. */
  currency: 'each its own' | null;
  exclusions: string;
  /** What it is called in each source it is compared with. */
  named: Readonly<Record<string, readonly string[]>>;
  owner: string;
  allowed_lateness_hours: number;
  tolerance_pct: number | null;
  expected_reasons: readonly string[];
}

/** The measurement contract: what every number means, and what is agreed about it. */
export interface Contract {
  /** How the definitions are computed: changes with every interpreter and fold. */
  model_version: string;
  metrics: readonly ContractEntry[];
}

/** For how many hours late data of a metric is waited for: as the operator says, else the metric, else the default. */
export const latenessHoursOf = ({ name, terms }: Pick<Metric, 'name' | 'terms'>, settings: ContractSettings): number =>
  settings[name]?.allowed_lateness_hours ?? terms?.allowedLatenessHours ?? defaultTerms.allowedLatenessHours;

/** `named`: names by metric and source. Pure. */
export function contractOf(
  metrics: readonly Metric[],
  given: {
    timeZone: string;
    modelVersion: string;
    named: Readonly<Record<string, ContractEntry['named']>>;
    settings: ContractSettings;
  },
): Contract {
  const entries = metrics
    .filter(({ internal }) => !internal)
    .map((metric): ContractEntry => {
      const terms = { ...defaultTerms, ...metric.terms };
      const set = given.settings[metric.name] ?? {};
      return {
        name: metric.name,
        unit: metric.unit,
        definition: metric.meaning,
        source_of_truth: metric.sourceOfTruth,
        dated: metric.dated,
        time_zone: given.timeZone,
        currency: metric.unit === 'money' ? 'each its own' : null,
        exclusions: metric.excludes,
        named: given.named[metric.name] ?? {},
        owner: set.owner ?? terms.owner,
        allowed_lateness_hours: latenessHoursOf(metric, given.settings),
        tolerance_pct: set.tolerance_pct === undefined ? terms.tolerancePct : set.tolerance_pct,
        expected_reasons: set.expected_reasons ?? terms.expectedReasons,
      };
    });
  return { model_version: given.modelVersion, metrics: entries };
}
