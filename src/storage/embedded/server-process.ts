import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { SetupError } from '../../kernel/errors.js';
import { chownPrivate, makePrivate, SOCKET_NAME } from './location.js';
import type { Place, ServerUser } from './location.js';
import type { Binaries } from './binaries.js';
import { writeConfig } from './config.js';
import type { Conf, Endpoint } from './config.js';
import { serverState } from './process-identity.js';

/** What is needed to start the server of one data folder. */
export interface Installation {
  place: Place;
  binaries: Binaries;
  conf: Conf;
  tcp: boolean;
  log: (line: string) => void;
}

export interface ServerProcess {
  pid: number;
  endpoint: Endpoint;
  /** Resolves when the server has ended, however that came. */
  exited: Promise<void>;
  /** Fast shutdown: ends connections, writes a checkpoint. Immediate after 60 s, which loses nothing and costs a recovery at the next start. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;
const LOG_MAX = 10_000_000; // bytes; at the next start the log is moved aside once
const NO_PID = '2147483646'; // above every pid a system gives
// A dying server, its last backends, or a port just taken: the next attempt may pass.
const PASSING = /lock file ".*" already exists|pre-existing shared memory block|Address already in use|could not bind/;

/** Makes the data folder once. It is made under another name and renamed, so that a folder of the right name is a whole one. */
export async function initialise(installation: Installation): Promise<void> {
  const { place, binaries, conf } = installation;
  for (const name of readdirSync(place.root)) {
    if (name.startsWith(`${path.basename(place.data)}.initdb-`)) discard(path.join(place.root, name));
  }
  if (existsSync(place.data)) return refuseIncomplete(place.data);
  const draft = `${place.data}.initdb-${randomBytes(4).toString('hex')}`;
  makePrivate(draft, place.user);
  const passwordFile = passwordFileOf(place);
  writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  chownPrivate(passwordFile, place.user);
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '-E', 'UTF8'];
  const small = ['dynamic_shared_memory_type=mmap', 'max_connections=40', 'shared_buffers=16MB'].flatMap((set) => [
    '--set',
    set,
  ]);
  const careless = conf['fsync'] === 'off' ? ['--no-sync'] : [];
  const login = ['-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile];
  const made = await run(
    binaries.initdb,
    ['-D', draft, ...login, ...locale, '--data-checksums', '--no-instructions', ...small, ...careless],
    place.user,
  );
  if (made.code !== 0)
    throw new SetupError(`PostgreSQL could not make its data folder ${draft}: ${made.output.trim()}`);
  renameSync(draft, place.data);
  syncFolder(place.root);
}

/**
 * Starts the server, after the one that a killed process may have left has been stopped; over TCP at the port it had before, if that is
 * given. Throws SetupError with the server's own words.
 */
export async function startServer(installation: Installation, before?: Endpoint): Promise<ServerProcess> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    await clearFormer(installation, deadline);
    const started = await launch(installation, before);
    if ('pid' in started) return started;
    if (!PASSING.test(started.failure) || Date.now() > deadline) {
      throw new SetupError(`PostgreSQL did not start in ${installation.place.data}: ${started.failure.trim()}`);
    }
    await pause(200);
  }
}

/** The server's own note about itself; undefined when none runs or it is just coming or going. */
export function readPidFile(data: string): { pid: number; endpoint: Endpoint; status: string } | undefined {
  try {
    const lines = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    const host = lines[4]?.trim() || lines[5]?.trim() || '127.0.0.1';
    return {
      pid: Math.abs(Number(lines[0])),
      endpoint: { host, port: Number(lines[3]) },
      status: (lines[7] ?? '').trim(),
    };
  } catch {
    return undefined;
  }
}

/** Whether the server at this place works on this data folder, asked over a connection. */
export async function answersFor(place: Place, endpoint: Endpoint): Promise<boolean> {
  const client = new pg.Client({
    ...endpoint,
    user: 'postgres',
    password: passwordOf(place),
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
    return realpathSync(rows[0]?.folder ?? '') === realpathSync(place.data);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Of the database's superuser; only connections over TCP ask for it. */
export function passwordOf(place: Place): string {
  const file = passwordFileOf(place);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const passwordFileOf = (place: Place): string => path.join(place.root, 'postgres.password');

// Only called by the owner of the folder: whatever server still runs here has lost its owner.
async function clearFormer({ place, binaries, log }: Installation, deadline: number): Promise<void> {
  for (;;) {
    const former = readPidFile(place.data);
    if (!former) return clearSocket(place);
    if (serverState(former.pid, place.data) !== 'server') {
      forgetPid(place.data, former.pid, log);
      return clearSocket(place);
    }
    if (former.status === 'ready' && (await answersFor(place, former.endpoint))) {
      log(`PostgreSQL ${former.pid} has lost its service: stopping it.`);
      const stopped = await run(binaries.pgCtl, ['stop', '-D', place.data, '-m', 'fast', '-w', '-t', '60'], place.user);
      if (stopped.code !== 0 && serverState(former.pid, place.data) === 'server') {
        throw new SetupError(`PostgreSQL ${former.pid} in ${place.data} does not stop: ${stopped.output.trim()}`);
      }
    } else if (Date.now() > deadline) {
      throw new SetupError(
        `PostgreSQL ${former.pid} in ${place.data} (${former.status || 'no status'}) neither answers nor ends; stop it.`,
      );
    } else await pause(50); // it is starting or stopping
  }
}

// The pid may belong to another program by now, or to a dead process that nobody reaps; the server would take either for itself and
// refuse. The file stays, for its shared-memory key guards against backends left over.
function forgetPid(data: string, pid: number, log: (line: string) => void): void {
  const file = path.join(data, 'postmaster.pid');
  log(`PostgreSQL ${pid} did not end in good order: recovering.`);
  if (existsSync(file)) writeFileSync(file, readFileSync(file, 'utf8').replace(/^-?\d+/, NO_PID));
}

// It names the same dead pid. Only servers of this folder, of which none runs now, have their socket here.
function clearSocket(place: Place): void {
  for (const name of [SOCKET_NAME, `${SOCKET_NAME}.lock`]) rmSync(path.join(place.sockets, name), { force: true });
}

async function launch(installation: Installation, last?: Endpoint): Promise<ServerProcess | { failure: string }> {
  const { place, binaries, conf, tcp } = installation;
  const endpoint = tcp
    ? { host: '127.0.0.1', port: last?.port ?? (await freePort()) }
    : { host: place.sockets, port: 5432 };
  writeConfig(place.data, endpoint, tcp, conf);
  const logFile = path.join(place.root, 'postgres.log');
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  chownPrivate(logFile, place.user); // who may be the one to start it next time
  const before = statSync(logFile).size;
  // Detached and without pipes: neither Ctrl-C nor the death of this process may take the server down half-way.
  const child = spawn(binaries.postgres, ['-D', place.data], {
    ...identity(place.user),
    cwd: '/',
    env: environment(),
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const ended: { why?: string } = {};
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
    child.once('error', (error) => resolve(error.message));
  }).then((why) => void (ended.why = why));
  child.unref();
  while (ended.why === undefined) {
    const now = readPidFile(place.data);
    if (now?.status === 'ready' && now.pid === child.pid)
      return { pid: now.pid, endpoint, exited, stop: () => stop(child, exited, installation) };
    await pause(10);
  }
  return { failure: readFileSync(logFile).subarray(before).toString() || ended.why };
}

async function stop(child: ChildProcess, exited: Promise<void>, { place, binaries, log }: Installation): Promise<void> {
  child.ref();
  if (process.platform === 'win32')
    await run(binaries.pgCtl, ['stop', '-D', place.data, '-m', 'fast', '-w'], undefined);
  else child.kill('SIGINT');
  const impatient = setTimeout(() => {
    log(`PostgreSQL ${child.pid} is slow to stop: stopping it at once.`);
    child.kill('SIGQUIT');
  }, PATIENCE_MS);
  await exited;
  clearTimeout(impatient);
}

function refuseIncomplete(data: string): void {
  if (existsSync(path.join(data, 'PG_VERSION')) && existsSync(path.join(data, 'global', 'pg_control'))) return;
  throw new SetupError(
    `${data} is not a whole PostgreSQL data folder; restore it from a backup, or move it away to begin with an empty ledger.`,
  );
}

// What a killed start left of its initdb; never a database. An initdb that still runs may hold on to it until the next start.
function discard(draft: string): void {
  try {
    rmSync(draft, { recursive: true, force: true });
  } catch {
    // It costs disk space, nothing else.
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function run(
  program: string,
  args: readonly string[],
  user: ServerUser | undefined,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...identity(user),
      cwd: '/',
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

const identity = (user: ServerUser | undefined): { uid?: number; gid?: number } =>
  user ? { uid: user.uid, gid: user.gid } : {};

function environment(): NodeJS.ProcessEnv {
  const fixed = { LC_ALL: 'C', TZ: 'UTC', HOME: '/nonexistent' };
  return process.platform === 'win32' ? { ...process.env, ...fixed } : { PATH: process.env['PATH'], ...fixed };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
