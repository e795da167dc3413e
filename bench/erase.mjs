// How long erasing a person takes in a large ledger, and what ingest does meanwhile:
// node bench/erase.mjs [--entries 100000,1000000] [--persons 5] [--seconds 10] [--in-flight 64] [--folder a data folder, instead of one that is made]
// Works on a copy of the folder, each in a process of its own; prints a line of JSON for each step.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { ledgerOf, send } from './make-ledger.mjs';
import { postgresCpuUs } from './postgres-cpu.mjs';
import { startNode } from './processes.mjs';
import { openBenchService } from './service-in-process.mjs';
import { purchaseEntries } from './shop-history.mjs';

const BEHIND = 1_000_000; // number of the first purchase that no ledger made here has
const ERASER = { actor: 'key:bench', correlationId: 'bench', name: 'bench' };
const FREED_MS = 120_000;

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000,1000000' },
    persons: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    'in-flight': { type: 'string', default: '64' },
    folder: { type: 'string' },
    copied: { type: 'string' },
  },
});
const [persons, seconds, inFlight] = [values.persons, values.seconds, values['in-flight']].map(Number);
const print = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

if (values.copied) await measure(values.copied);
else {
  build();
  const sizes = values.folder ? [undefined] : values.entries.split(',').map(Number);
  for (const entries of sizes) await onCopy(values.folder ?? (await ledgerOf(entries)));
}

async function onCopy(folder) {
  if (existsSync(path.join(folder, 'pg18/postmaster.pid'))) throw new Error(`A server runs on ${folder}.`);
  const copied = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-erase-'));
  try {
    execFileSync('cp', ['-a', '--reflink=auto', `${folder}/.`, copied]);
    chmodSync(copied, 0o755); // the database's own user must get in
    const args = [...process.execArgv, import.meta.filename, '--copied', copied, '--persons', values.persons];
    const rest = ['--seconds', values.seconds, '--in-flight', values['in-flight']];
    await startNode([...args, ...rest], { onLine: print }).ended;
  } finally {
    rmSync(copied, { recursive: true, force: true });
  }
}

async function measure(folder) {
  const service = await openBenchService(folder);
  const { erasures, projections, ledger, database } = service;
  if (!(await projections.isCurrent())) await projections.rebuild();
  for (const task of ['vacuum analyze', 'checkpoint']) await database.pool.query(task);
  const entries = await ledger.head();
  const users = await someUsers(database, 2 * persons + 200);
  const eraseNext = async () => {
    const person = erasures.personAsked({ user_id: users.pop() });
    const asked = Date.now();
    const erased = await erasures.erase({ person, reason: 'a bench' }, ERASER, 3_600_000);
    const between = (from, to) => round((Date.parse(to) - from) / 1_000);
    // Before the decision the read model shows all up to now; from then on it is carried out.
    const { decided_at: decided, finished_at: finished } = erased;
    return {
      ...erased,
      until_decided_s: between(asked, decided),
      until_done_s: between(Date.parse(decided), finished),
    };
  };
  const timed = (work) => costOf(folder, work);

  print({ step: 'what a start does', ledger: entries, ...(await timed(() => erasures.begin(3_600_000))).cost });
  await projections.start();
  for (let nth = 1; nth <= persons; nth += 1) {
    const { result, cost } = await timed(eraseNext);
    const { state, reached, until_decided_s, until_done_s } = result;
    print({ step: `person ${nth}`, ...cost, until_decided_s, until_done_s, state, ...reached });
    if (nth === 1) {
      const freed = await timed(() => until(async () => (await erasures.find(result.id)).vacuumed_at !== null));
      print({ step: 'the place of the keys is freed', ...freed.cost });
    }
  }
  const shop = ingesting(service);
  print({ step: 'ingest, to warm up', ...(await shop.during(() => pause(seconds * 1_000))).told });
  for (let round = 1; round <= 2; round += 1) {
    print({ step: 'ingest alone', ...(await timed(() => shop.during(() => pause(seconds * 1_000)))).result.told });
    const took = [];
    let told503 = 0; // the read model was behind
    const { told } = await shop.during(async () => {
      for (const began = performance.now(); performance.now() - began < seconds * 1_000;) {
        const erased = await eraseNext().catch((error) => {
          if (error.code !== 'unavailable') throw error;
        });
        if (erased) took.push(erased);
        else told503 += 1;
      }
    });
    const median = (what) => quantile(took.map(what), 0.5);
    print({
      step: 'ingest, and one erasure after the other',
      ...told,
      erasures: took.length,
      told_503: told503,
      until_decided_s: median((each) => each.until_decided_s),
      until_done_s: median((each) => each.until_done_s),
    });
  }
  await service.stop();
}

async function someUsers({ pool }, limit) {
  const { rows } = await pool.query(
    `select substr(node, 6) as id from model.identifiers where node like 'user:%' order by md5(node) limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** New purchases as they come in, so many deliveries in flight: how many there were while some work lasted, and how long each took. */
function ingesting({ ingest }) {
  let purchase = BEHIND;
  let waiting = [];
  const next = () => {
    if (waiting.length === 0) waiting = purchaseEntries(purchase++, BEHIND * 2);
    return waiting.shift();
  };
  return {
    async during(work) {
      let done = false;
      const took = [];
      const one = async () => {
        while (!done) {
          const began = performance.now();
          await send(ingest, next());
          took.push(performance.now() - began);
        }
      };
      const began = performance.now();
      const all = Promise.all(Array.from({ length: inFlight }, one));
      const result = await work().finally(() => (done = true));
      await all;
      const per = took.length / ((performance.now() - began) / 1_000);
      const [p50, p99, most] = [0.5, 0.99, 1].map((share) => round(quantile(took, share)));
      return { result, told: { deliveries_per_s: Math.round(per), p50_ms: p50, p99_ms: p99, most_ms: most } };
    },
  };
}

async function costOf(folder, work) {
  const cpu = process.cpuUsage();
  const postgres = postgresCpuUs(folder);
  const began = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const cost = {
    seconds: round((performance.now() - began) / 1_000),
    node_cpu_s: round((user + system) / 1e6),
    postgres_cpu_s: round((postgresCpuUs(folder) - postgres) / 1e6),
  };
  return { result, cost };
}

async function until(isSo) {
  for (const began = performance.now(); performance.now() - began < FREED_MS; await pause(20)) if (await isSo()) return;
}

function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function round(value) {
  return Math.round(value * 100) / 100;
}
