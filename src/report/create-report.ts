import type pg from 'pg';
import { factTypes } from '../catalog/facts.js';
import type { Metric } from '../catalog/subjects.js';
import type { CompletenessStore } from '../ingest/completeness-store.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, type Interval, type Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { exponentOf } from '../kernel/money.js';
import type { Ledger, Position } from '../ledger/ledger.js';
import type { Vault } from '../ledger/vault.js';
import type { Database } from '../storage/database.js';
import { channelRules } from '../catalog/channels.js';
import { attributedMetrics, FIRST_TOUCH_LOOKBACK_DAYS, LAST_TOUCH_LOOKBACK_DAYS } from '../catalog/lookback.js';
import { attributionReport, type RangeQuery } from './attribution-report.js';
import { bridgeReport } from './bridge-report.js';
import { type Behaviour, cohortReport, type CohortQuery, funnelReport } from './funnel-report.js';
import { completenessPage, type CompletenessQuery } from './completeness-report.js';
import { contributionsPage, type ContributionsQuery, findContributions } from './contributions-report.js';
import { customerReport } from './customer-report.js';
import { entriesPage, type EntriesQuery, entryJson } from './entries-report.js';
import { markIncomplete, metricRows, type MetricQuery } from './metrics-report.js';
import type { Snapshot } from './sums.js';

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
  clock: Clock;
  /** Of this process: `<zone> <digest>`. The stored model may still be that of another. */
  modelVersion: string;
}

export interface ReportPage {
  data: unknown[];
  next_cursor: string | null;
  /** True where the rows are still those of the model of an earlier version, which is being rebuilt. */
  rebuilding?: true;
}

/** Numbers out: reads only. Answers undefined where nothing has the name or id asked for. */
export function createReport(deps: ReportDeps) {
  const { database, ledger, metrics, completeness, clock, zone } = deps;
  const known = (name: string): Metric | undefined => metrics.find((metric) => metric.name === name);
  const dayOf = (hour: Date): string => zone.dayOf(hour.getTime());
  const incompleteHours = ({ from, to }: MetricQuery): Promise<Date[]> =>
    completeness.incomplete(new Date(zone.startOf(from)), new Date(zone.startOf(addDays(to, 1))), clock());
  return {
    async metric(name: string, query: MetricQuery): Promise<Record<string, unknown> | undefined> {
      const metric = known(name);
      if (!metric) return undefined;
      const incomplete = metric.ownEventsOnly ? [] : await incompleteHours(query);
      return snapshot(deps, query.as_of, async (at) => ({
        metric: name,
        unit: metric.unit,
        interval: query.interval satisfies Interval,
        time_zone: at.timeZone,
        as_of: at.position,
        ...(incomplete.length > 0 ? { incomplete: true } : {}),
        data: markIncomplete(await metricRows(metric, metrics, query, at), query.interval, incomplete.map(dayOf)),
        ...markOf(at),
      }));
    },
    completeness: (query: CompletenessQuery) => completenessPage(completeness, query, zone, clock()),
    catalogOfMetrics: () => ({ data: metrics.filter((metric) => !metric.internal).map(described), next_cursor: null }),
    catalog: () => ({
      domain_events: deps.domainEvents(),
      facts: factTypes,
      channels: channelRules,
      currencies: CURRENCIES.map((currency) => ({ currency, exponent: exponentOf(currency) })),
    }),
    async contributions(name: string, query: ContributionsQuery): Promise<ReportPage | undefined> {
      const metric = known(name);
      if (!metric) return undefined;
      const [found, mark] = await snapshot(deps, query.as_of, async (at) => [
        await findContributions(metric, metrics, query, at),
        markOf(at),
      ]);
      return { ...(await contributionsPage(found, query.interval ?? 'day', ledger)), ...mark };
    },
    attribution: (query: RangeQuery & { metric: string }) =>
      snapshot(deps, query.as_of, async (at) => ({
        ...(await attributionReport(query, metrics, at)),
        ...markOf(at),
      })),
    funnel: (query: RangeQuery & { dimension?: Behaviour }) =>
      snapshot(deps, query.as_of, async (at) => {
        const until =
          query.as_of === undefined ? undefined : ((await ledger.at(at.position))?.recordedAt ?? new Date(0));
        return { ...(await funnelReport(query, at, until)), ...markOf(at) };
      }),
    cohort: (query: CohortQuery) =>
      snapshot(deps, undefined, async (at) => ({ ...(await cohortReport(query, at, clock())), ...markOf(at) })),
    bridge: (query: RangeQuery) =>
      snapshot(deps, undefined, async (at) => ({ ...(await bridgeReport(query, at)), ...markOf(at) })),
    customer: (id: string) => customerReport({ pool: database.pool, vault: deps.vault, ledger }, id),
    entries: (query: EntriesQuery): Promise<ReportPage> => entriesPage(ledger, query),
    async entry(id: string): Promise<Record<string, unknown> | undefined> {
      const entry = /^\d+$/.test(id) ? await ledger.at(Number(id)) : UUID.test(id) ? await ledger.find(id) : undefined;
      return entry && entryJson(entry);
    },
  };
}

export type Report = ReturnType<typeof createReport>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

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

/** Runs a query in one repeatable-read view of the model, at its newest position or an earlier one. */
async function snapshot<T>(deps: ReportDeps, asOf: string | undefined, work: (at: Snapshot) => Promise<T>): Promise<T> {
  // Asked of the ledger before a connection is taken: who holds one must not wait for another.
  const asked = asOf === undefined ? undefined : await askedPosition(deps.ledger, asOf);
  const client = await deps.database.pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const { newest, ...model } = await modelOf(client, deps.modelVersion);
    // Up to the head the feed is known and the model may be behind it: the answer says which position it is of.
    const position = Math.min(asked ?? newest, newest);
    return await work({ client, position, past: position < newest, ...model });
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}

/** What the stored model shows, and in which zone its days are: those of its own version, where that is an earlier one. */
async function modelOf(
  client: pg.ClientBase,
  ours: string,
): Promise<{ newest: Position } & Pick<Snapshot, 'superseded' | 'timeZone'>> {
  const { rows } = await client.query<{ position: bigint; version: string }>(
    'select position, model_version as version from model.checkpoint',
  );
  const newest = Number(rows[0]!.position);
  const version = newest === 0 ? ours : rows[0]!.version;
  return { newest, superseded: version !== ours, timeZone: version.split(' ')[0]! };
}

const markOf = ({ superseded }: Snapshot): { rebuilding?: true } => (superseded ? { rebuilding: true } : {});

async function askedPosition(ledger: Ledger, asOf: string): Promise<Position> {
  if (!/^\d{1,15}$/.test(asOf)) return positionAt(ledger, asOf);
  const head = await ledger.head();
  if (Number(asOf) > head)
    throw new Problem('invalid_request', `as_of ${asOf} is beyond position ${head}, the last of the ledger`);
  return Number(asOf);
}

/** The last position recorded at or before a time, by bisection: recorded times never go back within the feed. */
async function positionAt(ledger: Ledger, time: string): Promise<Position> {
  const until = Date.parse(time);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(time) || Number.isNaN(until)) {
    throw new Problem('invalid_request', 'as_of is a ledger position or an RFC 3339 time');
  }
  let low = 0;
  let high = await ledger.head();
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const entry = await ledger.at(middle);
    if (entry && entry.recordedAt.getTime() <= until) low = middle;
    else high = middle - 1;
  }
  return low;
}
