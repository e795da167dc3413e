// The service as a child process with a data folder of its own.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clientOf } from './sender.mjs';

const READY_WITHIN_MS = 90_000;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** The keys of one demo, new each time. */
export const newSecrets = () => ({
  apiKey: `demo_${randomBytes(18).toString('base64url')}`,
  webhookSecret: `whsec_${randomBytes(24).toString('base64url')}`,
  writeKey: `wk_${randomBytes(12).toString('base64url')}`,
});

/**
 * @param options `{ root, dataDir, zone, secrets }`
 * @returns `{ client, kill9, start, stop, sql, pid }`; `start` begins again on the same folder and port
 */
export async function runService({ root, dataDir, zone, secrets }) {
  mkdirSync(dataDir, { recursive: true });
  const port = Number(process.env.PORT) || (await freePort());
  const logFile = path.join(dataDir, 'service.log');
  const client = clientOf(`http://127.0.0.1:${port}`, secrets.apiKey);
  let child;
  const start = async () => {
    const log = createWriteStream(logFile, { flags: 'a' });
    // Only these settings count: one left in the environment must not send the demo into a real ledger.
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      REPORTING_TIME_ZONE: zone,
      ADMIN_API_KEY: secrets.apiKey,
      // A secret of the reader's own is accepted beside the demo's, so that `stripe listen` can join in.
      STRIPE_WEBHOOK_SECRETS: [secrets.webhookSecret, process.env.STRIPE_WEBHOOK_SECRETS].filter(Boolean).join(','),
      COLLECTOR_WRITE_KEYS: `shop=${secrets.writeKey}`,
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    };
    // A group of its own: Ctrl-C reaches the demo first, which stops the service in good order.
    child = spawn(process.execPath, [path.join(root, 'dist', 'main.js')], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    await ready(child, client, logFile);
  };
  const ended = () =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    if (!child) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended();
    clearTimeout(timer);
    client.close();
  };
  const kill9 = async () => {
    child.kill('SIGKILL');
    await ended();
  };
  await start();
  return {
    client,
    start,
    stop,
    kill9,
    logFile,
    dataDir,
    zone,
    pid: () => child.pid,
    sql: (text, values) => sql(root, dataDir, text, values),
  };
}

async function ready(child, client, logFile) {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null)
      throw new Error(`the service stopped with status ${child.exitCode}:\n${tail(logFile)}`);
    const answer = await client.request('GET', '/health/ready').catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(100);
  }
  throw new Error(`the service was not ready within ${READY_WITHIN_MS / 1000} seconds:\n${tail(logFile)}`);
}

const tail = (file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-15).join('\n') : '(no log)');

/** One SQL statement against the read model, as any SQL client would send it, on the running service's own PostgreSQL. */
async function sql(root, dataDir, text, values = []) {
  const { openDatabase } = await import(path.join(root, 'dist', 'storage', 'database.js'));
  const database = await openDatabase({ dataDir, attach: true, poolMax: 1 });
  try {
    return (await database.pool.query(text, values)).rows;
  } finally {
    await database.close();
  }
}

/** Waits until the projections have read everything that is in the ledger now. */
export async function caughtUp(client, withinMs = 60_000) {
  const until = Date.now() + withinMs;
  let calm = 0;
  for (let before = -1; ; await pause(100)) {
    const { body } = await client.request('GET', '/health/ready');
    // Twice the same head without lag: the projector has heard of the last entry too.
    calm = body.lag.events === 0 && body.ledger.head === before ? calm + 1 : 0;
    before = body.ledger.head;
    if (calm >= 2) return before;
    if (Date.now() > until)
      throw new Error(`the projections are ${body.lag.events} entries behind after ${withinMs / 1000} seconds`);
  }
}
