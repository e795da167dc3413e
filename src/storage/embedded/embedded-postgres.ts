import { setTimeout as pause } from 'node:timers/promises';
import { SetupError } from '../../kernel/errors.js';
import { usableBinaries } from './binaries.js';
import type { Conf, Endpoint } from './config.js';
import { placeFor } from './location.js';
import type { Place } from './location.js';
import { livingOwner, takeOwnership } from './owner-lock.js';
import { serverState } from './process-identity.js';
import type { OwnerLock } from './owner-lock.js';
import { answersFor, initialise, passwordOf, readPidFile, startServer } from './server-process.js';
import type { Installation, ServerProcess } from './server-process.js';

export interface EmbeddedOptions {
  dataDir: string;
  conf?: Conf;
  /** Join the server of a living service instead of refusing; that one keeps it. `only`: never start a server, not even where no service lives. */
  attach?: boolean | 'only';
  /** 127.0.0.1 and a password instead of a socket in a private folder. Always so on Windows. */
  tcp?: boolean;
  log?: (line: string) => void;
}

/** A running server. Whoever owns it starts it again when it dies; one that only attached leaves it alone. */
export interface EmbeddedServer {
  endpoint: Endpoint & { user: string; password: string };
  owner: boolean;
  /** Of the server's process now; another one after a restart. */
  pid(): number | undefined;
  /** Ends the server when this process owns it. */
  stop(): Promise<void>;
}

const ATTACH_MS = 60_000; // a server that recovers from a crash may need a while
const BACKOFF_MS = { first: 100, most: 10_000 };
const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST']); // of the file system
const STEADY_MS = 60_000; // a server that lived so long did not fail at start

/** Starts PostgreSQL below `dataDir`, or attaches to it. Throws SetupError naming process and folder when another service has it. */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  try {
    return await ownOrJoin(options, options.log ?? (() => undefined));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!REFUSALS.has(code ?? '')) throw error;
    throw new SetupError(`DATA_DIR ${options.dataDir} cannot be used: ${message}.`, { cause: error });
  }
}

async function ownOrJoin(options: EmbeddedOptions, log: (line: string) => void): Promise<EmbeddedServer> {
  const place = placeFor(options.dataDir, log);
  if (options.attach === 'only') {
    const server = await join(place, log);
    if (server) return server;
    throw new SetupError(`No service works on DATA_DIR ${options.dataDir}, so there is no server to join.`);
  }
  for (;;) {
    const taken = await takeOwnership(place.root);
    if ('lock' in taken) return own(taken.lock, place, options, log);
    if (!options.attach) {
      throw new SetupError(
        `Process ${taken.heldBy.pid} already works on DATA_DIR ${options.dataDir}; stop it, or give this service another DATA_DIR.`,
      );
    }
    const joined = await join(place, log);
    if (joined) return joined;
  }
}

async function own(
  lock: OwnerLock,
  place: Place,
  options: EmbeddedOptions,
  log: (line: string) => void,
): Promise<EmbeddedServer> {
  try {
    const binaries = await usableBinaries(place.root, place.user);
    const tcp = options.tcp ?? process.platform === 'win32';
    const installation: Installation = { place, binaries, conf: options.conf ?? {}, tcp, log };
    await initialise(installation);
    return supervise(await startServer(installation), lock, installation);
  } catch (error) {
    lock.release();
    throw error;
  }
}

// The same socket or port after every restart: pools find the server again by themselves.
function supervise(first: ServerProcess, lock: OwnerLock, installation: Installation): EmbeddedServer {
  const { place, log } = installation;
  const state: Watched = { server: first, stopping: false, wake: new AbortController() };
  const endAtExit = (): void => {
    if (state.server) process.kill(state.server.pid, 'SIGINT');
  };
  process.once('exit', endAtExit);
  const watching = watch(state, lock, installation);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    state.stopping = true;
    state.wake.abort();
    await state.server?.stop();
    await watching;
    process.off('exit', endAtExit);
    lock.release();
    log(`PostgreSQL in ${place.root} has stopped.`);
  };
  return {
    endpoint: { ...first.endpoint, user: 'postgres', password: passwordOf(place) },
    owner: true,
    pid: () => state.server?.pid,
    stop: () => (stopped ??= stop()),
  };
}

interface Watched {
  server: ServerProcess | undefined;
  stopping: boolean;
  wake: AbortController;
}

async function watch(state: Watched, lock: OwnerLock, installation: Installation): Promise<void> {
  const { log } = installation;
  let wait = BACKOFF_MS.first;
  while (state.server) {
    const since = performance.now();
    await state.server.exited;
    const { pid, endpoint } = state.server;
    state.server = undefined;
    if (performance.now() - since > STEADY_MS) wait = BACKOFF_MS.first;
    while (!state.stopping && !state.server) {
      if (!lock.stillOurs())
        return log(`Another process has taken over ${installation.place.root}: PostgreSQL is not started again.`);
      log(`PostgreSQL ${pid} has ended unexpectedly: starting it again.`);
      try {
        state.server = await startServer(installation, endpoint);
      } catch (error) {
        log(error instanceof Error ? error.message : String(error));
      }
      await pause(wait, undefined, { ref: false, signal: state.wake.signal }).catch(() => undefined);
      wait = Math.min(wait * 2, BACKOFF_MS.most);
    }
    if (state.stopping) await state.server?.stop();
  }
}

// Undefined when the owner has died while we waited: then the folder can be had.
async function join(place: Place, log: (line: string) => void): Promise<EmbeddedServer | undefined> {
  const deadline = Date.now() + ATTACH_MS;
  while (await livingOwner(place.root)) {
    const running = readPidFile(place.data);
    if (
      running?.status === 'ready' &&
      serverState(running.pid, place.data) === 'server' &&
      (await answersFor(place, running.endpoint))
    ) {
      log(`Using PostgreSQL ${running.pid}, which another process has started.`);
      return {
        endpoint: { ...running.endpoint, user: 'postgres', password: passwordOf(place) },
        owner: false,
        pid: () => readPidFile(place.data)?.pid,
        stop: () => Promise.resolve(),
      };
    }
    if (Date.now() > deadline)
      throw new SetupError(`The PostgreSQL of ${place.root} does not answer; see postgres.log in that folder.`);
    await pause(50);
  }
  return undefined;
}
