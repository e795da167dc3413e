import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openDatabase } from '../../src/storage/database.js';
import { openEmbedded } from '../../src/storage/embedded/embedded-postgres.js';
import { processStamp } from '../../src/storage/embedded/process-identity.js';
import { madeFolder, quickMadeFolder, temporaryFolder } from './test-cluster.js';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(REPOSITORY, 'dist/main.js');
const CLI = path.join(REPOSITORY, 'dist/cli.js');

/** What callers of a service under test need to know. */
export const KEYS = {
  api: 'tested_admin_key_0123456789',
  stripe: 'whsec_tested_harbour',
  write: 'wk_tested_harbour',
} as const;

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

export interface Call {
  method?: string;
  headers?: http.OutgoingHttpHeaders;
  body?: string | Buffer;
}

/** The built service as a process of its own. */
export interface ServiceProcess {
  pid: number;
  dataDir: string;
  /** The address once it listens. Rejects with what it said when it ends before. */
  listening: Promise<string>;
  /** How it ended; resolves when nobody holds its output any more, which its background does until it ends too. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Everything it wrote to standard output and standard error. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** kill -9; resolves when it is gone, which the process in its background may not be yet. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `dist/main.js` on a data folder, with no setting of the environment but these; with roles, the command `serve` for them. */
export function startService(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  roles: readonly string[] = [],
): ServiceProcess {
  if (!existsSync(MAIN)) throw new Error('There is no dist/main.js: run `npm run build`, or the whole of `npm test`.');
  const args = roles.length === 0 ? [MAIN] : [CLI, 'serve', ...roles.flatMap((role) => ['--role', role])];
  return startNode(args, {
    PORT: '0',
    DATA_DIR: dataDir,
    ADMIN_API_KEY: KEYS.api,
    STRIPE_WEBHOOK_SECRETS: KEYS.stripe,
    COLLECTOR_WRITE_KEYS: `web=${KEYS.write}`,
    ...env,
  });
}

/** Starts a process of the built service with these arguments of `node` and these settings, `DATA_DIR` among them. */
export function startNode(args: readonly string[], env: Readonly<Record<string, string>>): ServiceProcess {
  const child = spawn(process.execPath, args, {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...env },
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const output = (): string => said.join('');
  const listening = addressIn(child, output, exited);
  listening.catch(() => undefined);
  return {
    ...{ pid: child.pid!, dataDir: env['DATA_DIR']!, listening, exited, output },
    signal: (name) => void child.kill(name),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited).code;
    },
  };
}

function addressIn(child: ChildProcess, output: () => string, exited: Promise<unknown>): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', () => {
      const line = output()
        .split('\n')
        .find((text) => text.includes('"msg":"listening"') && text.endsWith('}'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
    void exited.then(() => reject(new Error(`the service ended before it listened:\n${output().slice(-4_000)}`)));
  });
}

/** Process id of the service's PostgreSQL, from its data folder; undefined where none was started. */
export function postmasterOf(dataDir: string): number | undefined {
  const file = path.join(dataDir, 'pg18/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** Waits until a process is no more; a test's own time limit bounds it. */
export async function gone(pid: number): Promise<void> {
  while (processStamp(pid) !== undefined) await pause(5);
}

/** A data folder with a database in which nothing is yet. */
export const dataFolder = (): string => madeFolder('truth-ledger-service-');

/** The same for a suite that is not about what survives. */
export const quickDataFolder = (): string => quickMadeFolder('truth-ledger-service-');

/** A data folder in which a service has to make its database first. */
export const emptyDataFolder = (): string => temporaryFolder('truth-ledger-service-');

/** Ends whatever still runs on a data folder and removes it. */
export async function removeFolder(dataDir: string, services: readonly ServiceProcess[] = []): Promise<void> {
  for (const service of services) {
    await service.kill();
    await service.exited;
  }
  // A server that its service left behind is taken over in the product's own way.
  const postmaster = postmasterOf(dataDir);
  if (postmaster !== undefined && processStamp(postmaster) !== undefined)
    await (await openEmbedded({ dataDir })).stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** One HTTP request. Rejects when the connection breaks before a whole answer is there. */
export function call(
  url: string,
  { method = 'POST', headers = {}, body = '' }: Call,
  agent?: http.Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('aborted', () => reject(new Error('the answer was cut off')));
      reply.on('end', () =>
        resolve({ status: reply.statusCode!, headers: reply.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A GET with the key that may read everything. */
export async function read(url: string, where: string): Promise<any> {
  const { text } = await call(url + where, { method: 'GET', headers: { authorization: `Bearer ${KEYS.api}` } });
  return JSON.parse(text);
}

/** Asks the service's own PostgreSQL on a connection beside the service's. */
export async function besideService<T>(dataDir: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const database = await openDatabase({ dataDir, attach: true, poolMax: 1 });
  const client = new pg.Client(database.connection);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
    await database.close();
  }
}
