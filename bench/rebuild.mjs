// How fast the read model is rebuilt from the ledger, and in how much memory: node bench/rebuild.mjs [--entries 100000,1000000] [--rounds 1]
// Each rebuild runs in a process of its own; prints a line of JSON for each, and the growth of memory from the smallest to the largest.
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { build } from '../scripts/build.mjs';
import { openBenchService } from './service-in-process.mjs';
import { ledgerOf } from './make-ledger.mjs';
import { postgresCpuUs } from './postgres-cpu.mjs';
import { runNode } from './processes.mjs';

// A heap that grows in small steps, as with `npm start`; but for its --single-threaded-gc, see README.md.
const HEAP = ['--max-semi-space-size=8', '--heap-growing-percent=50'];

/** Rebuilds each ledger `rounds` times, one after the other. */
export async function rebuildBench(sizes, rounds, print = () => undefined) {
  const results = [];
  const folders = [];
  for (const entries of sizes) folders.push([entries, await ledgerOf(entries)]);
  for (let round = 1; round <= rounds; round += 1)
    for (const [entries, folder] of folders) {
      const args = [...HEAP, ...process.execArgv, import.meta.filename, '--folder', folder];
      const result = { round, entries, ...(await runNode(args)) };
      results.push(result);
      print(result);
    }
  return results;
}

async function rebuildOnce(folder) {
  const service = await openBenchService(folder);
  // What the server still owes to a ledger just made, or to the model of a rebuild before, is no part of this one.
  for (const task of ['vacuum', 'checkpoint']) await service.database.pool.query(task);
  const atRest = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const thread = process.threadCpuUsage();
  const postgres = postgresCpuUs(folder);
  const began = performance.now();
  const { position } = await service.projections.rebuild();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const ofThread = process.threadCpuUsage(thread);
  const result = {
    position,
    seconds: round(seconds),
    entries_per_s: Math.round(position / seconds),
    cpu_us: round((user + system) / position),
    fold_cpu_us: round((ofThread.user + ofThread.system) / position), // of the thread that folds
    postgres_cpu_us: round((postgresCpuUs(folder) - postgres) / position),
    rss_before_mb: Math.round(atRest / 2 ** 20),
    rss_max_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    state_hash: (await service.projections.stateHash()).slice(0, 16),
  };
  await service.stop();
  writeSync(1, `${JSON.stringify(result)}\n`);
}

const round = (value) => Math.round(value * 100) / 100;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      entries: { type: 'string', default: '100000,1000000' },
      rounds: { type: 'string', default: '1' },
      folder: { type: 'string' },
    },
  });
  if (values.folder) await rebuildOnce(values.folder);
  else {
    build();
    await rebuildBench(values.entries.split(',').map(Number), Number(values.rounds), (line) =>
      console.log(JSON.stringify(line)),
    );
  }
}
