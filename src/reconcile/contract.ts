import type { Metric } from '../catalog/subjects.js';
import { trackedNames, type TrackedKind } from '../catalog/tracked-events.js';
import type { Zone } from '../kernel/day.js';
import { type ContractEntry, contractOf, type ContractSettings } from '../metrics/contract.js';
import {
  changedBetween,
  contractDigest,
  type ContractDeps,
  recordContract,
  recordedContract,
} from './contract-record.js';
import type { Pulls } from './pull/create-pulls.js';
import { reconciledMetrics } from './reconciled-metrics.js';

export interface MeasurementDeps extends ContractDeps {
  metrics: readonly Metric[];
  pulls: Pick<Pulls, 'sources' | 'configured'>;
  /** What the operator set. */
  settings: ContractSettings;
  zone: Zone;
  modelVersion: string;
}

export type MeasurementContract = ReturnType<typeof createContract>;

/** The contract of this process: the metrics in code, what their events are called in the sources in use, and what the operator set. */
export function createContract(deps: MeasurementDeps) {
  const { metrics, pulls, settings, zone, modelVersion } = deps;
  const contract = contractOf(metrics, { timeZone: zone.name, modelVersion, named: namesBySource(pulls), settings });
  return {
    current: { ...contract, digest: contractDigest(contract) },
    /** By metric. */
    terms: Object.fromEntries(
      contract.metrics.map((metric) => [
        metric.name,
        { tolerancePct: metric.tolerance_pct, allowedLatenessHours: metric.allowed_lateness_hours },
      ]),
    ),
    /** Records it, unless it is the one in the ledger. */
    record: () => recordContract(deps, contract),
    /** Which metrics it says something else of than the one in the ledger. */
    async changes(): Promise<{ recorded: string | null; changed: string[] }> {
      const recorded = await recordedContract(deps.ledger);
      return { recorded: recorded?.digest ?? null, changed: changedBetween(recorded, contract) };
    },
  };
}

function namesBySource({ sources, configured }: MeasurementDeps['pulls']): Record<string, ContractEntry['named']> {
  const namesIn = (source: string, kind: TrackedKind): readonly string[] =>
    configured.find(({ name }) => name === source)?.aliases.names[kind] ?? trackedNames[kind];
  const named: Record<string, ContractEntry['named']> = {};
  for (const { name, kind, compares } of reconciledMetrics) {
    if (compares !== 'entities') continue;
    named[name] = Object.fromEntries(Object.keys(sources).map((source) => [source, namesIn(source, kind)]));
  }
  return named;
}
