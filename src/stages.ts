import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createAlerts } from './alert/create-alerts.js';
import { domainEventSchemas } from './catalog/domain-events/index.js';
import { AnnouncedReports } from './close/tie-out/announced-reports.js';
import type { Books } from './close/books/books.js';
import { openClosings } from './close/period/closing-store.js';
import type { CloseDeps } from './close/close-deps.js';
import { type Close, createClose } from './close/create-close.js';
import { createTieOuts } from './close/create-tie-outs.js';
import type { OwnBooks } from './close/open-books.js';
import type { FiscalCalendar } from './close/fiscal-calendar.js';
import { createPeriodFiles, type PeriodFiles, type PeriodFilesDeps } from './close/period-files.js';
import { ProviderReports } from './close/tie-out/provider-reports.js';
import type { TieOuts } from './close/tie-outs.js';
import type { Verification } from './close/verification.js';
import type { Config } from './config.js';
import type { IngestStage } from './ingest/create-ingest.js';
import { Erasures, type ErasuresDeps } from './ingest/erasure/create-erasures.js';
import { parkFailedJob, replayJobs } from './ingest/park.js';
import { reportKinds, reportSources } from './ingest/providers/index.js';
import { cancellationsIn } from './jobs/cancellations.js';
import { createJobs, type Jobs, type JobsDeps } from './jobs/create-jobs.js';
import { lookAround } from './jobs/watched.js';
import type { Clock } from './kernel/clock.js';
import { Zone } from './kernel/day.js';
import type { Ledger } from './ledger/ledger.js';
import type { OpenVault } from './ledger/vault/open-vault.js';
import type { Lifecycle } from './lifecycle.js';
import { metrics } from './metrics/index.js';
import { FOLD_VERSION, type Projections } from './projections/create-projections.js';
import { createContract, type MeasurementContract } from './reconcile/contract.js';
import { createReconcile, type Reconcile, type ReconcileDeps } from './reconcile/create-reconcile.js';
import { createPulls } from './reconcile/pull/create-pulls.js';
import { createReport, type Report, type ReportDeps } from './report/create-report.js';
import type { TrackedSources } from './report/tracked-arm.js';
import type { Role } from './service-types.js';
import type { Database } from './storage/database.js';

// Stages of `service.ts` that take more than one call to open.

/** What is agreed about the numbers, and what they are compared with. */
interface Compared {
  contract: MeasurementContract['current'];
  sources: TrackedSources;
}

/** What analytics systems say, what is agreed about it, and the comparison with the truth. */
export function openReconcile(
  config: Config,
  {
    vault,
    projections,
    log,
    ...deps
  }: Pick<NumbersDeps, 'vault' | 'projections' | 'contentMac'> &
    Pick<ReconcileDeps, 'database' | 'ledger' | 'clock' | 'zone' | 'enqueueRun'> & { log: Logger | undefined },
): { contract: MeasurementContract; reconcile: Reconcile; compared: Compared } {
  const { database, clock, zone } = deps;
  const { modelVersion } = projections;
  const pulls = createPulls({
    database,
    vault,
    clock,
    zone,
    sources: config.sources.sources,
    spoolFolder: config.dataDir,
  });
  const contract = createContract({
    ...deps,
    metrics,
    pulls,
    newId: randomUUID,
    settings: config.sources.contract,
    modelVersion,
  });
  const reconcile = createReconcile({
    ...deps,
    newId: randomUUID,
    modelVersion,
    channels: config.channels,
    subjectTag: (kind, value) => vault.subjectTag(kind, value),
    projectionPosition: () => projections.currentPosition(),
    pulls,
    sources: pulls.sources,
    terms: contract.terms,
    trackedRetentionDays: config.trackedRetentionDays,
    log: (line, error) => log?.warn({ err: error }, line),
  });
  return { contract, reconcile, compared: { contract: contract.current, sources: pulls.sources } };
}

/** Persons whose keys are deleted. Before anything is served, what was decided is carried out: also what a restored backup has brought back. */
export async function openErasures(
  { projections, ...deps }: Omit<ErasuresDeps, 'caughtUp' | 'log'> & { projections: Projections },
  roles: readonly Role[],
  life: Lifecycle,
  log: Logger | undefined,
): Promise<Erasures> {
  const erasures = new Erasures({
    ...deps,
    caughtUp: (timeoutMs) => projections.catchUp(timeoutMs),
    log: (line, error) => log?.warn({ err: error }, line),
  });
  life.closes(erasures, (it) => it.stop());
  if (roles.length > 0) await erasures.begin();
  return erasures;
}

interface NumbersDeps extends Pick<
  ReportDeps,
  'database' | 'ledger' | 'vault' | 'clock' | 'zone' | 'completeness' | 'channels' | 'trackedRetentionDays' | 'erasures'
> {
  projections: Projections;
  contentMac: (value: unknown) => Buffer;
}

/** Numbers out, as they are known and as closes reported them, and the close that makes them so. */
export async function openNumbers(
  calendar: FiscalCalendar,
  { projections, vault, contentMac, ...deps }: NumbersDeps,
  {
    interpreters,
    contract,
    sources,
    ...given
  }: {
    interpreters: string;
    books: Books;
    seal: CloseDeps['seal'];
    tieOuts?: TieOuts;
  } & Compared,
): Promise<{ report: Report; close: Close }> {
  const { modelVersion } = projections;
  const closings = await openClosings({ ...deps, calendar });
  const named = { metrics, modelVersion, domainEvents: domainEventSchemas, contract };
  const report = createReport({ ...deps, ...named, vault, closings, sources });
  const modelPosition = (): Promise<number> => projections.currentPosition();
  const close = createClose({
    ...deps,
    ...given,
    calendar,
    closings,
    metrics,
    modelPosition,
    contentMac,
    versions: { model: modelVersion, interpreters, fold: FOLD_VERSION },
    numbers: (days, closing) => report.numbers(days, closing),
  });
  return { report, close };
}

/** What is wrong anywhere, and who is told. */
export function watchOver(
  config: Config,
  clock: Clock,
  stages: Pick<JobsDeps, 'reconcile'> & {
    database: Database;
    ledger: Ledger;
    vault: OpenVault;
    ingest: IngestStage;
    verification: Verification;
    announced: AnnouncedReports;
  },
  log: Logger | undefined,
) {
  const { database, ledger, vault, ingest, reconcile, verification, announced } = stages;
  const { completeness, deadLetters } = ingest;
  return createAlerts({
    database,
    ledger,
    clock,
    newId: randomUUID,
    settings: config.alerts,
    contentMac: (value) => vault.contentMac(value),
    watched: () =>
      lookAround({
        reconcile,
        completeness,
        deadLetters,
        verification,
        announced,
        clock,
        failed: (part, error) => log?.warn({ err: error }, `${part} could not be watched`),
      }),
  });
}

/** Longer than that a tie-out does not wait for the books to tell it where to look: it looks everywhere. */
const BOOKS_WITHIN_MS = 2_000;

/** What providers state of their balance, and how it compares with the ledger. */
export function tieOutsWith(
  config: Config,
  deps: {
    database: Database;
    ledger: Ledger;
    vault: OpenVault;
    clock: Clock;
    zone: Zone;
    ingest: IngestStage;
    projections: Projections;
    books: Pick<OwnBooks, 'clearing' | 'catchUp'>;
  },
  calendar: FiscalCalendar,
) {
  const { vault, ingest, projections } = deps;
  const reports = new ProviderReports({
    ...deps,
    kinds: reportKinds,
    keepObjects: (provider, { objects }) => ingest.imports.rows(provider, objects),
  });
  const announced = new AnnouncedReports({ ...deps, reports, sources: announcing(config) });
  const tieOuts = createTieOuts({
    ...deps,
    reports,
    announced,
    periodDays: (id) => calendar.find(id),
    contentMac: (value) => vault.contentMac(value),
    statement: (provider, range) => ingest.imports.statement(provider, range),
    caughtUp: () => projections.catchUp(),
    posted: () => deps.books.catchUp(AbortSignal.timeout(BOOKS_WITHIN_MS)),
    clearing: (provider, day) => deps.books.clearing(provider, day),
  });
  return { reports, announced, tieOuts };
}

/** Providers whose door is open and that announce reports there. */
function announcing({ adyen }: Config) {
  const source = reportSources.adyen!;
  const { reportUser: apiKey, reportBase: apiBase } = adyen;
  if (adyen.hmacKeys.length === 0) return [];
  return [apiKey === undefined ? { source } : { source, fetch: source.open({ apiKey, apiBase }) }];
}

type FilesDeps = Pick<PeriodFilesDeps, 'periods' | 'tieOuts' | 'ledger' | 'seal' | 'clock'> & {
  books: Pick<PeriodFilesDeps, 'account' | 'functionalCurrency'>;
};

/** Journals and packs, in the accounts of the books and with what their numbers depend on. */
export const openFiles = (
  { fiscalCalendar }: Config,
  { modelVersion }: Projections,
  { books, ...deps }: FilesDeps,
): PeriodFiles =>
  createPeriodFiles({
    ...deps,
    account: books.account,
    functionalCurrency: books.functionalCurrency,
    parameters: () => ({
      functional_currency: books.functionalCurrency ?? null,
      fiscal_calendar: fiscalCalendar,
      model_version: modelVersion,
      fold_version: FOLD_VERSION,
    }),
  });

/** What runs on time or later; what failed for the last time is a dead letter, and goes in again when that is replayed. */
export async function openJobs(
  config: Config,
  clock: Clock,
  stages: Pick<
    JobsDeps,
    'reconcile' | 'close' | 'alerts' | 'zone' | 'announced' | 'tieOuts' | 'seal' | 'verification'
  > & {
    database: Database;
    ingest: IngestStage;
  },
  log: Logger | undefined,
): Promise<Jobs> {
  const { database, ingest, reconcile, close, announced, tieOuts, seal, verification, alerts, zone } = stages;
  const jobs = await createJobs({
    connection: database.connection,
    redisUrl: config.redisUrl,
    reconcile,
    close,
    backfill: ingest.backfill,
    completion: ingest.completion,
    imports: ingest.imports,
    announced,
    tieOuts,
    seal,
    verification,
    alerts,
    zone,
    clock,
    cancellations: cancellationsIn(database, clock),
    park: (failed) => parkFailedJob(ingest.deadLetters, failed),
    log: (line, error, level = 'warn') => log?.[level]({ err: error }, line),
  });
  replayJobs(ingest.deadLetters, (job) => jobs.enqueueAgain(job));
  return jobs;
}
