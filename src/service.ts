import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { applyFact } from './catalog/merge-facts.js';
import type { Books } from './close/books/books.js';
import { fiscalCalendar } from './close/fiscal-calendar.js';
import { openBooks, type OwnBooks } from './close/open-books.js';
import type { TieOuts } from './close/tie-outs.js';
import { type Config, ledgerEngine } from './config.js';
import { createVerification } from './close/verification.js';
import { type Databases, type Ground, type GroundOptions, openGround } from './ground.js';
import type { Erasures } from './ingest/erasure/create-erasures.js';
import { createIngest } from './ingest/create-ingest.js';
import { createInterpret, interpretersFor, type KnownToOperator, versionOf } from './ingest/interpret.js';
import { parkUnprojected, reparkUnprojected } from './ingest/park.js';
import type { Jobs } from './jobs/create-jobs.js';
import type { Clock } from './kernel/clock.js';
import { openSeal, type Seal } from './ledger/open-seal.js';
import type { OpenVault } from './ledger/vault/open-vault.js';
import { type Lifecycle, lifecycle } from './lifecycle.js';
import { metrics } from './metrics/index.js';
import { createProjections, type Projections } from './projections/create-projections.js';
import type { ReadFacts } from './projections/fact-pages.js';
import { factsAside } from './projections/facts-aside.js';
import type { MeasurementContract } from './reconcile/contract.js';
import type { Role, Service } from './service-types.js';
import { openErasures, openFiles, openJobs, openNumbers, openReconcile, tieOutsWith, watchOver } from './stages.js';
import { type Database, openDatabase } from './storage/database.js';
import { migrate } from './storage/migrate.js';

export interface OpenOptions extends GroundOptions {
  /** What this process does; none for commands, which only read or decide. */
  roles?: readonly Role[];
  /** Use the embedded database of a service that runs; `only`: where none runs, refuse instead of starting one. */
  attach?: boolean | 'only';
  /** This process works for the one whose embedded database it uses, and no other does: what an earlier one held is taken over at once. */
  beside?: boolean;
  /** The journal, and what ties it out, where they are not the service's own. For tests. */
  books?: Books;
  tieOuts?: TieOuts;
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
  databases: Databases,
  life: Lifecycle,
  options: OpenOptions,
): Promise<Service> {
  const { roles = [], log } = options;
  const ground = await openGround(config, clock, databases, life, options);
  const truth = await openTruth(ground, options);
  const outcomes = await openOutcomes(ground, truth, options);
  const work = await openWork(ground, truth, outcomes);
  const { database, doorDatabase, vault, ledger } = ground;
  const { ingest, projections, erasures } = truth;
  const { books, reconcile, contract, seal, reports, tieOuts, report, close, verification } = outcomes;
  const { alerts, jobs, files } = work;
  return {
    config,
    roles,
    database,
    doorDatabase,
    vault,
    ledger,
    ingest,
    erasures,
    projections,
    reconcile,
    contract,
    report,
    books,
    reports,
    tieOuts,
    close,
    files,
    alerts,
    jobs,
    seal,
    verification,
    start: () => startWork(roles, { vault, projections, erasures, contract, books, seal, jobs }, log),
    stop: () => life.stop(),
  };
}

/** What comes in, what it means, and who is forgotten. */
async function openTruth(
  { config, clock, zone, holder, life, log, database, ledgerDatabase, live, doorDatabase, vault, ledger }: Ground,
  { roles = [], beside = false }: OpenOptions,
) {
  const warn = (line: string, error: unknown): void => log?.warn({ err: error }, line);
  const ingest = createIngest({
    ...doorsOf(config),
    ledger,
    vault,
    database: doorDatabase,
    clock,
    zone,
    log: warn,
  });
  life.closes(ingest, (it) => it.stop());
  const known = { adyenAutomaticCapture: config.adyen.automaticCapture, squarePlans: config.square.plans };
  const interpreters = interpretersFor(known);
  const [interpret, interpreterVersion] = [createInterpret(interpreters), versionOf(interpreters)];
  const projections = createProjections({
    ledger,
    database,
    live,
    applyFact,
    metrics,
    zone,
    holder,
    interpret,
    interpreterVersion,
    readAside: readAside(config, database, known),
    alone: database.server?.owner === true || (beside && database.embedded),
    park: (client, parked) => parkUnprojected(ingest.deadLetters, parked, client),
    reparkAll: (client, parked) => reparkUnprojected(ingest.deadLetters, parked, client),
    log: (level, line, error) => log?.[level](error === undefined ? {} : { err: error }, line),
  });
  const keys = { ledger, database, ledgerDatabase, vault, clock };
  const erasures = await openErasures({ ...keys, projections }, roles, life, log);
  return { ingest, interpret, interpreterVersion, projections, erasures };
}

type Truth = Awaited<ReturnType<typeof openTruth>>;

/** What comes of it: the books, what analytics saw beside it, the numbers, their closes and their proofs. */
async function openOutcomes(
  { config, clock, zone, log, database, ledgerDatabase, vault, ledger, contentMac }: Ground,
  { ingest, interpret, interpreterVersion, projections, erasures }: Truth,
  { books: givenBooks, tieOuts: givenTieOuts }: OpenOptions,
) {
  const calendar = fiscalCalendar(config.fiscalCalendar);
  const own = { database, ledger, clock, zone, contentMac };
  const books = openBooks(config, { ...own, calendar, interpret, interpreterVersion });
  const queue: { jobs?: Jobs } = {}; // jobs run reconciliations, which may be put into the queue
  const { contract, reconcile, compared } = openReconcile(config, {
    ...own,
    vault,
    projections,
    log,
    enqueueRun: async (runId) => queue.jobs?.enqueueRun(runId),
  });
  const seal = openSeal({
    ...own,
    database: ledgerDatabase,
    signingKey: vault.signingKey,
    dataDir: config.dataDir,
    witnessUrl: config.sealWitnessUrl,
    failed: (error) => log?.error({ err: error }, 'sealing failed; it is tried again'),
  });
  const tied = tieOutsWith(config, { ...own, vault, ingest, projections, books }, calendar);
  const { trackedRetentionDays, channels } = config;
  const { completeness } = ingest;
  const { report, close } = await openNumbers(
    calendar,
    { ...own, vault, projections, completeness, channels, erasures, trackedRetentionDays },
    {
      ...compared,
      interpreters: interpreterVersion,
      books: givenBooks ?? books,
      seal,
      tieOuts: givenTieOuts ?? tied.tieOuts,
    },
  );
  const verification = createVerification({ ledger, seal, projections, closes: close, clock, contentMac });
  return { ...tied, books, queue, contract, reconcile, seal, report, close, verification };
}

type Outcomes = Awaited<ReturnType<typeof openOutcomes>>;

/** What runs by itself: who watches, the jobs, and what is handed out. */
async function openWork(
  { config, clock, zone, life, log, database, ledger, vault }: Ground,
  { ingest, projections }: Truth,
  { queue, books, reconcile, seal, announced, tieOuts, close, verification }: Outcomes,
) {
  const alerts = watchOver(config, clock, { database, ledger, vault, ingest, reconcile, verification, announced }, log);
  const worked = { reconcile, close, announced, tieOuts, seal, verification, alerts };
  const jobs = await openJobs(config, clock, { ...worked, database, zone, ingest }, log);
  queue.jobs = life.closes(jobs, (it) => it.stop());
  for (const stage of [books, seal, projections]) life.closes(stage, (it) => it.stop());
  const files = openFiles(config, projections, { tieOuts, periods: close, ledger, seal, clock, books });
  return { alerts, jobs, files };
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
