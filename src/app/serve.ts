import type { Logger } from 'pino';
import { readConfig, type Config } from '../config.js';
import { backends } from '../ledger/backends/index.js';
import { SetupError } from '../kernel/errors.js';
import type { Clock } from '../kernel/clock.js';
import type { openService } from '../service.js';
import { ROLES, type Role, type Service } from '../service-types.js';
import { background, type Background } from './background.js';
import { createApp, type App } from './create-app.js';
import { createLog } from './log.js';
import { settingsForLog } from './settings-for-log.js';
import { STOP_WITHIN } from './stop-within.js';

const IDLE_CHECK_MS = 50;
const SAME_WISH_MS = 500;
/** What the background process runs. */
export const BACKGROUND = new URL('../background.js', import.meta.url);

export type OpenService = typeof openService;

export interface Running {
  app: App;
  /** Where it listens, `http://127.0.0.1:3000`. */
  url: string;
  /** Graceful; may be called twice. */
  stop: () => Promise<void>;
}

/** Opens the service, listens, then starts its work. Throws SetupError for a mistake in the settings or a taken port; whatever was opened is closed again. */
export async function listen(
  config: Config,
  open: OpenService,
  clock: Clock,
  log: Logger,
  roles: readonly Role[] = ROLES,
  behind?: Background,
): Promise<Running> {
  if (roles.length < ROLES.length && !behind) refuseEmbedded(config);
  const service = await open(config, clock, { roles, log });
  let app: App | undefined;
  try {
    app = await createApp(service, { log, clock, background: behind });
    await app.nest.init();
    // Fastify's own: that of Nest logs a stack where the operator needs a sentence.
    const url = await app.http.listen({ port: config.port, host: config.host }).catch((error: unknown) => {
      throw listenError(error, config);
    });
    await service.start();
    await behind?.start();
    log.info({ url, roles: behind ? ROLES : roles, ...settingsForLog(config) }, 'listening');
    return running(app, url, together(service, behind), log);
  } catch (error) {
    await app?.nest.close().catch(() => undefined);
    await together(service, behind).stop();
    throw error;
  }
}

/** The background first: the database that it works on may be this process's. */
const together = (service: Service, behind: Background | undefined): Pick<Service, 'stop'> => ({
  stop: async () => {
    await behind?.stop();
    await service.stop();
  },
});

function running(app: App, url: string, service: Pick<Service, 'stop'>, log: Logger): Running {
  let stopping: Promise<void> | undefined;
  return { app, url, stop: () => (stopping ??= shutDown(app, service, log)) };
}

// The embedded server belongs to the one process that works on DATA_DIR; a part beside it would be left without a database.
function refuseEmbedded({ databaseUrl, ledgerUrl }: Config): void {
  if (databaseUrl !== undefined || /^postgres(ql)?:/.test(ledgerUrl ?? '')) return;
  throw new SetupError(
    'serve --role needs DATABASE_URL: the embedded PostgreSQL belongs to one process, which does everything. Set DATABASE_URL, or leave --role away.',
  );
}

/** Not ready, no new connections, what is in flight is finished, then the stages in reverse order, the database last. */
export async function shutDown(app: App, service: Pick<Service, 'stop'>, log: Logger): Promise<void> {
  log.info('stopping');
  app.life.end();
  const { server } = app.http;
  // A connection that was busy when the close began becomes idle later: without this it would hold the close for its whole keep-alive.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = setTimeout(() => server.closeAllConnections(), STOP_WITHIN.requests);
  try {
    await app.nest.close();
  } finally {
    clearInterval(idle);
    clearTimeout(late);
    await service.stop();
  }
  log.info('stopped');
}

/**
 * The whole life of a serving process, which has all but the doors and the questions in a process in its background, or, with `roles`,
 * does just these itself: settings, start, signals, exit code (0 after a signal, 2 for a mistake in the settings, 1 for a defect).
 */
export async function runProcess(
  open: OpenService,
  roles?: readonly Role[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const config = readConfigOrExit(env);
  const log = createLog(config.logLevel);
  process.on('unhandledRejection', (error) => die(log, error, 'a promise failed and nobody cared'));
  process.on('uncaughtException', (error) => die(log, error, 'an exception that nobody expected'));
  const signal = firstSignal(log);
  try {
    const clock = (): Date => new Date();
    const behind = roles ? undefined : background(BACKGROUND, log, env);
    const running = await listen(config, open, clock, log, roles ?? ['api'], behind);
    await signal;
    const { all } = STOP_WITHIN;
    setTimeout(() => die(log, new Error(`not stopped within ${all} ms`), 'stopping hangs'), all);
    await running.stop();
    process.exit(0);
  } catch (error) {
    if (error instanceof SetupError) exitWith(error);
    die(log, error, 'the service could not start');
  }
}

function readConfigOrExit(env: NodeJS.ProcessEnv): Config {
  try {
    return readConfig(env, Object.keys(backends));
  } catch (error) {
    return exitWith(error as Error);
  }
}

/**
 * Resolves at the first SIGTERM or SIGINT; another one ends the process at once. The same one right after is the same wish: a process manager
 * that signals all processes of a service tells this one, and so do those that started it.
 */
const firstSignal = (log: Logger): Promise<void> =>
  new Promise((resolve) => {
    let first: { name: NodeJS.Signals; at: number } | undefined;
    const ask = (name: NodeJS.Signals): void => {
      const at = performance.now();
      if (first?.name === name && at - first.at < SAME_WISH_MS) return;
      if (first) die(log, new Error(`${name} again`), 'forced to stop');
      first = { name, at };
      resolve();
    };
    process.on('SIGTERM', ask).on('SIGINT', ask);
  });

function die(log: Logger, error: unknown, sentence: string): never {
  log.fatal({ err: error }, sentence);
  process.exit(1);
}

function exitWith(error: Error): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

function listenError(error: unknown, { host, port }: Config): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE')
    return new SetupError(`Port ${port} of ${host} is taken: set PORT to another one, or to 0 for any free one.`);
  if (code === 'EACCES')
    return new SetupError(`Port ${port} may not be used by this user: set PORT to one above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new SetupError(`HOST ${host} is no address of this machine.`);
  return error;
}
