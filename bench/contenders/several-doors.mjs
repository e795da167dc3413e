// The service as `serve --role` runs it on one machine: so many processes of doors on one PostgreSQL, and one of all the rest where asked.
// node several-doors.mjs FOLDER PROCESSES everything|alone
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../../dist/storage/database.js';
import { SECRET } from './signature.mjs';

const CLI = path.join(import.meta.dirname, '../../dist/cli.js');
const FLAGS = process.execArgv; // those that the bench gives the service
const KEY = 'admin_key_of_the_bench_0123456789';
const [folder, doors, mode] = process.argv.slice(2);

const database = await openDatabase({ dataDir: path.join(folder, 'database'), conf: { max_connections: 200 } });
const { user, password, host, port } = database.server.endpoint;
const url = `postgres://${user}:${password}@localhost/truth_ledger?host=${encodeURIComponent(host)}&port=${port}`;
const roles = [
  ...Array.from({ length: Number(doors) }, () => ['api']),
  ...(mode === 'everything' ? [['projector', 'worker']] : []),
];
const parts = [];
for (const [at, role] of roles.entries()) parts.push(await started(at, role));
const api = parts.filter(({ role }) => role.includes('api'));
const rest = parts.find(({ role }) => !role.includes('api'));

function started(at, role) {
  const own = path.join(folder, `process-${at}`);
  mkdirSync(own);
  const child = spawn(process.execPath, [...FLAGS, CLI, 'serve', ...role.flatMap((each) => ['--role', each])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...{ PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', DATABASE_URL: url, DATA_DIR: own },
      ...{ VAULT_KEY: '17'.repeat(32), ADMIN_API_KEY: KEY, STRIPE_WEBHOOK_SECRETS: SECRET },
    },
  });
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (text) => {
      said += text;
      const line = said.split('\n').find((each) => each.includes('"msg":"listening"') && each.endsWith('}'));
      if (!line) return;
      child.stdout.off('data', listen).resume();
      resolve({ child, role, url: JSON.parse(line).url });
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.once('exit', () => reject(new Error(`a process ended before it listened:\n${said}`)));
  });
}

async function end() {
  for (const { child } of parts) child.kill('SIGTERM');
  await Promise.all(parts.map(({ child }) => new Promise((resolve) => child.once('close', resolve))));
  await database.close();
  process.exit(0);
}
process.on('message', async (message) => {
  if (message === 'state') process.send({ state: await state() });
  if (message === 'stop') await end();
});
process.on('SIGTERM', end).on('disconnect', end);
process.send({ ready: { url: api.map((each) => `${each.url}/webhooks/stripe`).join(' ') } });

async function state() {
  const of = api.map(({ child }) => usageOf(child.pid));
  const most = (name) => Math.max(...of.map((each) => each[name]));
  const figures = {
    ...{ cpu_s: of.reduce((sum, { cpu_s }) => sum + cpu_s, 0), rss_mb: most('rss_mb'), rss_max_mb: most('rss_max_mb') },
  };
  if (!rest) return figures;
  const behind = usageOf(rest.child.pid);
  const ready = await (await fetch(`${rest.url}/health/ready`, { headers: { authorization: `Bearer ${KEY}` } })).json();
  return {
    ...figures,
    ...{ lag_events: ready.lag.events, lag_ms: ready.lag.ms, seal_lag_events: ready.seal?.lag },
    ...{ background_cpu_s: behind.cpu_s, background_rss_mb: behind.rss_mb, background_rss_max_mb: behind.rss_max_mb },
  };
}

/** What a process has, and the most it ever had, in MB. */
function usageOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  const [user_, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number);
  return { cpu_s: (user_ + system) / 100, rss_mb: mb('VmRSS'), rss_max_mb: mb('VmHWM') }; // ticks are a hundredth of a second
}
