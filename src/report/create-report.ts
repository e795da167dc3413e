import type { ChannelRule, Channels } from '../catalog/channels.js';
import { factTypes } from '../catalog/facts.js';
import { attributedMetrics, FIRST_TOUCH_LOOKBACK_DAYS, LAST_TOUCH_LOOKBACK_DAYS } from '../catalog/lookback.js';
import type { Metric } from '../catalog/subjects.js';
import type { CompletenessStore } from '../ingest/completeness-store.js';
import type { Erasures } from '../ingest/erasure/create-erasures.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';
import { exponentOf } from '../kernel/money.js';
import { isUuid } from '../kernel/uuid.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Vault } from '../ledger/vault.js';
import type { Contract } from '../metrics/contract.js';
import { markOf } from '../projections/shown-model.js';
import type { Database } from '../storage/database.js';
import { attributionReport, byFirstTouch, type RangeQuery, withKnownChannels } from './attribution-report.js';
import { bridgeReport } from './bridge-report.js';
import type { Closings } from './closed-days.js';
import { completenessPage, type CompletenessQuery } from './completeness-report.js';
import { contributionsPage, type ContributionsQuery, daysOf, findContributions } from './contributions-report.js';
import { customerIdOf, customerReport } from './customer-report.js';
import { entriesPage, type EntriesQuery, entryJson } from './entries-report.js';
import { cohortReport, type CohortQuery, type FunnelQuery, funnelReport } from './funnel-report.js';
import { withRange } from './default-range.js';
import { type Asked, askedOf, snapshot } from './snapshot.js';
import type { TrackedSources } from './tracked-arm.js';
import { unknownEntries, unknownTypesPage, type UnknownTypesQuery } from './unknown-types.js';
import { frozenOr, viewedMetrics } from './viewed-metrics.js';

export interface ReportDeps {
  database: Database;
  ledger: Ledger;
  vault: Vault;
  metrics: readonly Metric[];
  /** JSON Schemas of the domain events, by type. */
  domainEvents: () => unknown;
  /** The reporting zone of this process. */
  zone: Zone;
  completeness: CompletenessStore;
  closings: Closings;
  /** By which sources and media are told. */
  channels: Channels;
  /** What is agreed about the metrics, with its version; left out, only their definitions are told. */
  contract?: Contract & { digest: string };
  clock: Clock;
  /** What the truth is compared with. Left out: the collector. */
  sources?: TrackedSources;
  /** For how many days tracked events are kept. Left out: for ever. */
  trackedRetentionDays?: number;
  erasures?: Pick<Erasures, 'erasedAt' | 'personalDataOf'>;
  /** Of this process: `<zone> <digest>`. The stored model may still be that of another. */
  modelVersion: string;
}

export interface ReportPage {
  data: unknown[];
  next_cursor: string | null;
  /** True where the rows are still those of the model of an earlier version, which is being rebuilt. */
  rebuilding?: true;
}

/** A question that may name no days: then it is of the last 30. */
type Lately<Q extends { from: Day; to: Day }> = Omit<Q, 'from' | 'to'> & Partial<Pick<Q, 'from' | 'to'>>;

/** From which day on there are tracked events, where a range begins before. */
function trackedSince({ from }: { from: Day }, { trackedRetentionDays: days, zone, clock }: ReportDeps) {
  if (days === undefined) return {};
  const kept = addDays(zone.dayOf(clock().getTime()), -days);
  return from < kept ? { tracked_since: kept } : {};
}

/** What is asked of the present, as it is known. */
const NOW: Asked = { position: undefined, closings: [], both: false };

/** Numbers out: reads only. Answers undefined where nothing has the name or id asked for. */
export function createReport(deps: ReportDeps) {
  const { database, ledger, vault, metrics, completeness, channels, clock, zone, erasures } = deps;
  const erasedAt = erasures && ((identifiers: readonly string[]) => erasures.erasedAt(identifiers));
  const known = (name: string): Metric | undefined => metrics.find((metric) => metric.name === name);
  return {
    ...viewedMetrics(deps),
    completeness: (query: Lately<CompletenessQuery>) =>
      completenessPage(completeness, withRange(query, deps), zone, clock()),
    catalogOfMetrics: () => ({
      data: metrics
        .filter((metric) => !metric.internal)
        .map((metric) => ({ ...described(metric), ...agreed(metric, deps) })),
      next_cursor: null,
      ...(deps.contract
        ? { contract: { digest: deps.contract.digest, model_version: deps.contract.model_version } }
        : {}),
    }),
    catalog: () => catalogOf(deps),
    async contributions(name: string, query: ContributionsQuery): Promise<ReportPage | undefined> {
      const metric = known(name);
      if (!metric) return undefined;
      const asked = await askedOf(deps, { ...query, ...daysOf(metric, query) });
      const [found, mark] = await snapshot(deps, asked, async (at) => [
        await findContributions(metric, metrics, query, at),
        markOf(at),
      ]);
      return { ...(await contributionsPage(found, query.interval ?? 'day', ledger)), ...mark };
    },
    attribution: async (given: Lately<RangeQuery & { metric: string }>) => {
      const query = withRange(given, deps);
      const asked = await askedOf(deps, query);
      return snapshot(deps, asked, async (at) => {
        const { data, ...head } = await attributionReport(query, metrics, at);
        const known = asked.both ? await byFirstTouch(query, metrics, { ...at, closings: [] }) : undefined;
        return {
          ...head,
          ...frozenOr(at, asked, query, { as_of: at.position }),
          data: known ? withKnownChannels(data, known.data) : data,
        };
      });
    },
    funnel: (query: Lately<FunnelQuery>) => funnel(deps, withRange(query, deps)),
    cohort: (query: CohortQuery) =>
      snapshot(deps, NOW, async (at) => ({
        ...(await cohortReport(query, at, { sources: deps.sources ?? {}, now: clock() })),
        ...trackedSince(query, deps),
        ...markOf(at),
      })),
    bridge: (query: RangeQuery) =>
      snapshot(deps, NOW, async (at) => ({ ...(await bridgeReport(query, at)), ...markOf(at) })),
    customerId: (id: string) => customerIdOf({ pool: database.pool, vault }, id),
    customer: (id: string) => customerReport({ pool: database.pool, vault, ledger, channels, erasedAt }, id),
    entries: (query: EntriesQuery): Promise<ReportPage> => entriesPage(ledger, query),
    unknownTypes: (query: UnknownTypesQuery): Promise<ReportPage> => unknownTypesPage(database.pool, query),
    unknownEntries: (): Promise<number> => unknownEntries(database.pool),
    async entry(id: string): Promise<Record<string, unknown> | undefined> {
      const entry = /^\d+$/.test(id) ? await ledger.at(Number(id)) : isUuid(id) ? await ledger.find(id) : undefined;
      if (!entry) return undefined;
      const told = await erasures?.personalDataOf(entry);
      return { ...entryJson(entry), ...(told === undefined ? {} : { personal_data: told }) };
    },
  };
}

export type Report = ReturnType<typeof createReport>;

async function funnel(deps: ReportDeps, query: FunnelQuery) {
  const asked = await askedOf(deps, query);
  return snapshot(deps, asked, async (at) => {
    const head = frozenOr(at, asked, query, { as_of: at.position });
    const past = query.as_of !== undefined || head.as_of !== at.position;
    const until = past ? ((await deps.ledger.at(head.as_of))?.recordedAt ?? new Date(0)) : undefined;
    const given = { sources: deps.sources ?? {}, now: deps.clock(), until };
    const known = asked.both ? await funnelReport(query, { ...at, closings: [] }, given) : undefined;
    return {
      ...(await funnelReport(query, at, given)),
      ...trackedSince(query, deps),
      ...head,
      ...(known ? { known: known.actual } : {}),
    };
  });
}

/** Currencies whose minor unit is not a hundredth, and the common ones: the table every amount follows. */
const CURRENCIES =
  'AUD BHD BIF BRL CAD CHF CLF CLP CNY CZK DJF DKK EUR GBP GNF HKD HUF INR IQD ISK JOD JPY KMF KRW KWD LYD MGA MXN NOK NZD OMR PLN PYG RWF SEK SGD TND TWD UGX USD UYI UYW VND VUV XAF XOF XPF ZAR'.split(
    ' ',
  );

const described = ({ name, unit, meaning, sourceOfTruth, dated, excludes, trackedAs, shape }: Metric) => ({
  name,
  unit,
  kind: shape.kind,
  meaning,
  source_of_truth: sourceOfTruth,
  dated,
  excludes,
  tracked_as: trackedAs,
  ...(attributedMetrics.includes(name)
    ? {
        attribution: {
          first_touch: { lookback_days: FIRST_TOUCH_LOOKBACK_DAYS },
          last_touch: { lookback_days: LAST_TOUCH_LOOKBACK_DAYS },
        },
      }
    : {}),
  ...(shape.kind === 'ratio' ? { numerator: shape.numerator, denominator: shape.denominator } : {}),
  ...(shape.kind === 'sum' || shape.kind === 'stock' ? { terms: shape.terms } : {}),
});

const catalogOf = ({ domainEvents, channels, zone }: ReportDeps) => ({
  time_zone: zone.name,
  domain_events: domainEvents(),
  facts: factTypes,
  channels: channels.rules.map(ruleJson),
  channel_rules: channels.version,
  currencies: CURRENCIES.map((currency) => ({ currency, exponent: exponentOf(currency) })),
});

/** As the operator's file has it. */
const ruleJson = ({ mediaBeginning, ...rule }: ChannelRule) => ({
  ...rule,
  ...(mediaBeginning === undefined ? {} : { media_beginning: mediaBeginning }),
});

/** What of the contract stands beside the definition. */
function agreed({ name }: Metric, { contract }: ReportDeps) {
  const entry = contract?.metrics.find((metric) => metric.name === name);
  if (!entry) return {};
  const { time_zone, currency, named, owner, allowed_lateness_hours, tolerance_pct, expected_reasons } = entry;
  return { time_zone, currency, named, owner, allowed_lateness_hours, tolerance_pct, expected_reasons };
}
