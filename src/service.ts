import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { applyFact } from './catalog/merge-facts.js';
import type { Books } from './close/books.js';
import { fiscalCalendar } from './close/fiscal-calendar.js';
import { openBooks, type OwnBooks } from './close/open-books.js';
import type { TieOuts } from './close/tie-outs.js';
import { type Config, ledgerEngine } from './config.js';
import { createVerification } from './close/verification.js';
import type { Erasures } from './ingest/erasure/create-erasures.js';
import { createIngest } from './ingest/create-ingest.js';
import { createInterpret, interpretersFor, type KnownToOperator, versionOf } from './ingest/interpret.js';
import { parkUnprojected, reparkUnprojected } from './ingest/park.js';
import type { Jobs } from './jobs/create-jobs.js';
import type { Clock } from './kernel/clock.js';
import { Zone } from './kernel/day.js';
import { type BackendName, backends } from './ledger/backends/index.js';
import { openSeal, type Seal } from './ledger/open-seal.js';
import { keepReportingZone } from './ledger/reporting-zone.js';
import { assertSameLedger } from './ledger/same-ledger.js';
import { openVault, type OpenVault } from './ledger/vault/open-vault.js';
import { type Lifecycle, lifecycle } from './lifecycle.js';
import { metrics } from './metrics/index.js';
import { createProjections, type Projections } from './projections/create-projections.js';
import type { ReadFacts } from './projections/fact-pages.js';
import { factsAside } from './projections/facts-aside.js';
import { connectionName } from './projections/lease.js';
import type { MeasurementContract } from './reconcile/contract.js';
import type { Role, Service } from './service-types.js';
import { openErasures, openFiles, openJobs, openNumbers, openReconcile, tieOutsWith, watchOver } from './stages.js';
import { boundedDatabase, type BoundedOptions, type Database, openDatabase } from './storage/database.js';
import { migrate } from './storage/migrate.js';

export interface OpenOptions {
  /** What this process does; none for commands, which only read or decide. */
  roles?: readonly Role[];
  log?: Logger;
  /** Use the embedded database of a service that runs; `only`: where none runs, refuse instead of starting one. */
  attach?: boolean | 'only';
  /** This process works for the one whose embedded database it uses, and no other does: what an earlier one held is taken over at once. */
  beside?: boolean;
  /** Accept another reporting time zone than the recorded one; the read model must be rebuilt next. */
  changeZone?: boolean;
  /** How long the doors wait for a database that says nothing, in milliseconds. For tests. */
  doorSilentMs?: number;
  /** The journal, and what ties it out, where they are not the service's own. For tests. */
  books?: Books;
  tieOuts?: TieOuts;
}

// Longer than a commit takes on a bad day, and about as long as a client waits for an answer.
const DOOR_SILENT_MS = 10_000;

/** Where the parts of the state are: one database, or one for the ledger and one for the read model. */
interface Databases {
  database: Database;
  /** Has the ledger, or the index of one in KurrentDB, and the keys of its entries. */
  ledgerDatabase: Database;
}

/** More connections to them, each of which is given up when the server does not answer; long statements have those of the databases. */
interface BoundedDatabases {
  /** For the projector. */
  live: Database;
  /** For the ledger and the vault. */
  ledgerLive: Database;
  /** For what a request at a door waits for. */
  doorDatabase: Database;
}

/** Opens the database and everything that stands on it. Throws SetupError for a mistake of the operator; what was opened is closed again. */
export async function openService(config: Config, clock: Clock, options: OpenOptions = {}): Promise<Service> {
  const log = (line: string): void => options.log?.info(line);
  const ledgerUrl = ledgerEngine(config.ledgerUrl) === 'postgres' ? config.ledgerUrl : undefined;
  const databaseUrl = config.databaseUrl ?? ledgerUrl;
  const database = await openDatabase({ databaseUrl, dataDir: config.dataDir, log, attach: options.attach });
  const life = lifecycle(() => database.close());
  try {
    await migrate(database);
    const own = ledgerUrl !== undefined && ledgerUrl !== databaseUrl;
    const ledgerDatabase = own
      ? life.closes(await openDatabase({ databaseUrl: ledgerUrl, dataDir: config.dataDir, log }), (it) => it.close())
      : database;
    if (own) await migrate(ledgerDatabase);
    return await wire(config, clock, { database, ledgerDatabase }, life, options);
  } catch (error) {
    await life.stop();
    throw error;
  }
}

/** The whole service, in the order data moves. NestJS, the CLI, the tests and the benches all start here. */
async function wire(
  config: Config,
  clock: Clock,
  { database, ledgerDatabase }: Databases,
  life: Lifecycle,
  { roles = [], log, changeZone = false, beside = false, doorSilentMs = DOOR_SILENT_MS, ...given }: OpenOptions,
): Promise<Service> {
  const zone = new Zone(config.reportingTimeZone);
  const holder = `${process.pid}-${randomUUID()}`;
  const bounded = openBounded({ database, ledgerDatabase }, holder, doorSilentMs, life);
  const { live, doorDatabase } = bounded;
  const { vault, ledger } = await openLedger(config, clock, bounded, life, log);
  await assertSameLedger(ledger, database);
  await keepReportingZone({ ledger, vault, database, clock }, zone.name, changeZone);

  const ingest = createIngest({ ...{ ledger, vault, database: doorDatabase, clock, zone }, ...doorsOf(config) });
  life.closes(ingest, (it) => it.stop());

  const known = { adyenAutomaticCapture: config.adyen.automaticCapture, squarePlans: config.square.plans };
  const interpreters = interpretersFor(known);
  const projections = createProjections({
    ...{ ledger, database, live, applyFact, metrics, zone, holder },
    ...{ interpret: createInterpret(interpreters), interpreterVersion: versionOf(interpreters) },
    readAside: readAside(config, database, known),
    alone: database.server?.owner === true || (beside && database.embedded),
    park: (client, parked) => parkUnprojected(ingest.deadLetters, parked, client),
    reparkAll: (client, parked) => reparkUnprojected(ingest.deadLetters, parked, client),
    log: (level, line, error) => log?.[level](error === undefined ? {} : { err: error }, line),
  });

  const keys = { ledger, database, ledgerDatabase, vault, clock };
  const erasures = await openErasures({ ...keys, projections }, roles, life, log);

  const calendar = fiscalCalendar(config.fiscalCalendar);
  const contentMac = (value: unknown): Buffer => vault.contentMac(value);
  const books = openBooks(config, {
    ...{ ledger, database, zone, clock, contentMac, calendar },
    ...{ interpret: createInterpret(interpreters), interpreterVersion: versionOf(interpreters) },
  });

  const queue: { jobs?: Jobs } = {}; // jobs run reconciliations, which may be put into the queue
  const { contract, reconcile, compared } = openReconcile(config, {
    ...{ ledger, vault, database, clock, zone, contentMac, projections, log },
    enqueueRun: async (runId) => queue.jobs?.enqueueRun(runId),
  });
  const seal = openSeal({
    ...{ ledger, database: ledgerDatabase, clock, zone, contentMac },
    ...{ signingKey: vault.signingKey, dataDir: config.dataDir, witnessUrl: config.sealWitnessUrl },
    failed: (error) => log?.error({ err: error }, 'sealing failed; it is tried again'),
  });
  const tied = tieOutsWith(config, { database, ledger, vault, clock, zone, ingest, projections, books }, calendar);
  const { report, close } = await openNumbers(
    calendar,
    {
      ...{ database, ledger, vault, clock, zone, contentMac, projections },
      ...{ completeness: ingest.completeness, channels: config.channels, erasures },
      trackedRetentionDays: config.trackedRetentionDays,
    },
    { interpreters: versionOf(interpreters), books, seal, tieOuts: tied.tieOuts, ...compared, ...given },
  );

  const verification = createVerification({ ledger, seal, projections, closes: close, clock, contentMac });

  const watched = { database, ledger, vault, ingest, reconcile, verification, announced: tied.announced };
  const alerts = watchOver(config, clock, watched, log);
  const worked = { ingest, reconcile, close, ...tied, seal, verification, alerts };
  const jobs = await openJobs(config, clock, { database, zone, ...worked }, log);
  queue.jobs = life.closes(jobs, (it) => it.stop());
  for (const stage of [books, seal, projections]) life.closes(stage, (it) => it.stop());

  const files = openFiles(config, projections, { ...tied, periods: close, ledger, seal, clock, books });
  return {
    ...{ config, roles, database, doorDatabase, vault, ledger, ingest, erasures },
    ...{ projections, reconcile, contract, report, books, ...tied, close, files, alerts, jobs, seal, verification },
    start: () => startWork(roles, { vault, projections, erasures, contract, books, seal, jobs }, log),
    stop: () => life.stop(),
  };
}

// A test that compiles the sources as it goes has no file that a thread could start from.
const isCompiled = import.meta.url.endsWith('.js');

/** Whether the ledger is in PostgreSQL, in the database of the read model, which is the one that the thread reads. */
const isInDatabase = ({ ledgerUrl, databaseUrl = ledgerUrl }: Config): boolean =>
  ledgerUrl === undefined || (ledgerUrl === databaseUrl && /^postgres(ql)?:/.test(ledgerUrl));

/** The thread in which a rebuild interprets the ledger, as this one does; its memory is bounded, as it keeps only the pages that wait. */
const readAside = (config: Config, { connection }: Database, known: KnownToOperator): ReadFacts | undefined =>
  isCompiled && isInDatabase(config)
    ? factsAside(
        (range) =>
          new Worker(new URL('./facts-thread.js', import.meta.url), {
            workerData: { ...range, connection, known },
            resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 24 },
          }),
      )
    : undefined;

function openBounded(
  { database, ledgerDatabase }: Databases,
  holder: string,
  doorSilentMs: number,
  life: Lifecycle,
): BoundedDatabases {
  const bounded = (of: Database, how: BoundedOptions): Database =>
    life.closes(boundedDatabase(of, how), (it) => it.close());
  const name = connectionName(holder);
  const live = bounded(database, { name });
  const ledgerLive = ledgerDatabase === database ? live : bounded(ledgerDatabase, { name });
  return { live, ledgerLive, doorDatabase: bounded(database, { silentMs: doorSilentMs }) };
}

/** The ledger and the vault with its keys: in one database, or the ledger in KurrentDB. */
async function openLedger(
  config: Config,
  clock: Clock,
  { live, ledgerLive, doorDatabase }: BoundedDatabases,
  life: Lifecycle,
  log?: Logger,
) {
  const engine = ledgerEngine(config.ledgerUrl) as BackendName;
  const say = (line: string): void => log?.info(line);
  const vault = await openVault(ledgerLive, {
    ...config,
    pooled: engine === 'postgres' ? undefined : { minutes: config.keyPoolMinutes, log: say },
    beside: ledgerLive === live ? undefined : doorDatabase,
  });
  life.closes(vault, (it) => it.pool?.close() ?? Promise.resolve());
  const ledger = life.closes(
    await backends[engine].open({ url: config.ledgerUrl, database: ledgerLive, clock, log: say }),
    (it) => it.close(),
  );
  return { vault, ledger };
}

interface Working {
  vault: OpenVault;
  projections: Projections;
  erasures: Pick<Erasures, 'start'>;
  contract: MeasurementContract;
  books: Pick<OwnBooks, 'start'>;
  seal: Seal;
  jobs: Jobs;
}

/** Begins what this process does. A reconciliation is judged by the read model, so jobs wait for one of this version; nothing else does. */
async function startWork(
  roles: readonly Role[],
  { vault, projections, erasures, contract, books, seal, jobs }: Working,
  log: Logger | undefined,
): Promise<void> {
  if (roles.includes('api')) await vault.pool?.start();
  if (roles.includes('projector')) {
    await projections.start();
    await contract.record();
    books.start((error) => log?.error({ err: error }, 'the books could not be posted'));
    seal.start();
    erasures.start();
  }
  if (!roles.includes('worker')) return;
  const startLater = async (): Promise<void> => {
    if (await projections.whenCurrent()) jobs.start();
  };
  if (await projections.isCurrent()) jobs.start();
  else startLater().catch((error: unknown) => log?.error({ err: error }, 'the jobs could not be started'));
}

/** Which doors are open, and to whom. */
const doorsOf = ({ stripe, square, adyen, collectorWriteKeys }: Config) => ({
  providers: {
    ...(stripe.webhookSecrets.length > 0 ? { stripe: { secrets: [...stripe.webhookSecrets] } } : {}),
    ...(square.signatureKeys.length > 0 && square.notificationUrl !== undefined
      ? { square: { keys: [...square.signatureKeys], notificationUrl: square.notificationUrl } }
      : {}),
    ...(adyen.hmacKeys.length > 0 ? { adyen: { keys: [...adyen.hmacKeys], basicAuth: adyen.basicAuth } } : {}),
  },
  writeKeys: collectorWriteKeys,
  apis: {
    ...(stripe.apiKey === undefined ? {} : { stripe: { apiKey: stripe.apiKey, apiBase: stripe.apiBase } }),
    ...(square.apiKey === undefined ? {} : { square: { apiKey: square.apiKey, apiBase: square.apiBase } }),
  },
});
