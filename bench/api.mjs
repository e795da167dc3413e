// How fast the numbers of a year are answered over a large ledger, and the page is there: node bench/api.mjs [--entries 1000000] [--rate 20] [--seconds 30]
// The service runs as `npm start` does, in processes of its own, with its read model current. Requests are sent at a fixed rate whether or not the
// last one was answered, each metric in turn; `live` is /health/live at the same rate, which is what the machine and HTTP take by themselves.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { ledgerOf } from './make-ledger.mjs';
import { loadAverage } from './machine.mjs';
import { visits } from './page.mjs';
import { openBenchService } from './service-in-process.mjs';

const KEY = 'admin_key_of_the_bench_0123456789';
const MAIN = path.join(import.meta.dirname, '../dist/main.js');
const FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=50', '--single-threaded-gc']; // as `npm start`
const PAGES = ['', 'view=numbers&from=2025-01-01&to=2025-12-31']; // the first view, and the largest
const YEAR = 'from=2025-01-01&to=2025-12-31&interval=day&group_by=source';
const BOOKS_MS = 150_000;
const METRICS = ['revenue_gross', 'signups', 'orders', 'payments', 'refunds', 'revenue_net'];

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '30' },
  },
});
const [entries, rate, seconds] = [values.entries, values.rate, values.seconds].map(Number);
const headers = { authorization: `Bearer ${KEY}` };
build();
const folder = await ledgerOf(entries);
await makeCurrent(folder);
const service = await start(folder);
try {
  await settled(service.url);
  const live = () => '/health/live';
  const year = (index) => `/v1/metrics/${METRICS[index % METRICS.length]}?${YEAR}`;
  await atRate(service.url, year, { rate, seconds: 3 }); // uncounted: plans and code are made
  for (const [name, path_] of [
    ['live', live],
    ['year by day and source', year],
    ['live', live],
    ['year by day and source', year],
  ])
    console.log(JSON.stringify({ name, entries, rate, ...(await atRate(service.url, path_, { rate, seconds })) }));
  for (const query of PAGES) {
    const seen = await visits(service.url, KEY, query);
    if (seen) console.log(JSON.stringify({ name: 'page', query, entries, ...seen }));
  }
} finally {
  service.child.kill('SIGTERM');
  await service.ended;
}

/** The read model of this version, made before anything is measured. */
async function makeCurrent(dataDir) {
  const opened = await openBenchService(dataDir);
  const { projections, ledger } = opened;
  const { position } = await projections.state(new Date());
  if (position < (await ledger.head()) || !(await projections.isCurrent())) await projections.rebuild();
  await opened.stop();
}

async function start(dataDir) {
  const child = spawn(process.execPath, [...FLAGS, MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', ADMIN_API_KEY: KEY, LOG_LEVEL: 'info' },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  process.on('exit', () => child.kill('SIGTERM'));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const line = said.split('\n').find((each) => each.includes('"msg":"listening"') && each.endsWith('}'));
      if (line) resolve(JSON.parse(line).url);
    });
    void ended.then(() => reject(new Error(`the service ended before it listened:\n${said}`)));
  });
  return { child, ended, url };
}

/** Until the projector follows the ledger and the journal is posted, so that no other work is measured. */
async function settled(url) {
  for (const began = performance.now(); ;) {
    const ready = await (await fetch(`${url}/health/ready`, { headers })).json();
    const books = await fetch(`${url}/v1/books/trial-balance?from=2025-01-01&to=2025-12-31`, { headers });
    if (!books.ok && books.status !== 503) throw new Error(`the books answer ${books.status}`);
    if (ready.lag?.events === 0 && books.ok) return;
    if (performance.now() - began > BOOKS_MS)
      return console.error('The books are still being posted beside what is measured.');
    await pause(500);
  }
}

/** Sends at a rate for so many seconds; milliseconds from when a request was due to the last byte of its answer. */
async function atRate(url, pathOf, { rate: perSecond, seconds: during }) {
  const load = loadAverage()[0];
  const began = performance.now();
  const took = [];
  let bytes = 0;
  const asked = [];
  for (let index = 0; index < perSecond * during; index += 1) {
    const due = began + (index * 1_000) / perSecond;
    await pause(Math.max(0, due - performance.now()));
    asked.push(
      fetch(url + pathOf(index), { headers }).then(async (reply) => {
        const text = await reply.text();
        if (reply.status !== 200) throw new Error(`${reply.status} ${text}`);
        bytes += text.length;
        took.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(asked);
  took.sort((a, b) => a - b);
  const quantile = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] * 10) / 10;
  return {
    ...{ requests: took.length, p50_ms: quantile(0.5), p95_ms: quantile(0.95), p99_ms: quantile(0.99) },
    ...{ max_ms: quantile(1), kilobytes: Math.round(bytes / took.length / 1024), load_average: load },
  };
}
