// How many objects are read from a file in a second: node bench/import.mjs [--objects 20000] [--rounds 3]
// Charges of a shop as Stripe's list shows them (about 2 KB, two personal fields each), one a line, into a fresh ledger with fsync on: read,
// identified, sealed, appended; then the same file as another name, whose objects are all known. Wall clock, and CPU time of the process
// without PostgreSQL's, so that other work on the machine does not count. Prints one line of JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { openBenchService } from './service-in-process.mjs';
import { spread } from './statistics.mjs';
import { billingDetails, charge } from './stripe-bodies.mjs';

const AT = 1_750_000_000;

function lineOf(nth) {
  const person = { email: `buyer${nth}@shop.example`, name: `Buyer ${nth}` };
  const object = charge({
    ...{
      id: `ch_${nth}K3x9Qm2Z`,
      intent: `pi_${nth}K3x9Qm2Z`,
      customer: `cus_${nth % 5_000}`,
      amount: 1_000 + (nth % 9_000),
    },
    ...{ currency: 'eur', at: AT + nth, metadata: { order_id: `o_${nth}` }, person },
  });
  return JSON.stringify({ ...object, billing_details: billingDetails(person) });
}

async function measured(objects, work) {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  const { listed, recorded } = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1_000;
  return { listed, recorded, perSecond: Math.round(objects / seconds), cpuMicros: (user + system) / objects };
}

const { values } = parseArgs({
  options: { objects: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '3' } },
});
const objects = Number(values.objects);
build();
const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-bench-import-'));
const figures = { new: [], known: [] };
try {
  const service = await openBenchService(path.join(folder, 'data'));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const lines = Array.from({ length: objects }, (_, nth) => lineOf(round * objects + nth)).join('\n');
    for (const [what, wanted] of [
      ['new', objects],
      ['known', 0],
    ]) {
      const file = path.join(folder, `${what}-${round}.jsonl`);
      await writeFile(file, lines);
      const figure = await measured(objects, () => service.ingest.imports.file('stripe', file));
      if (figure.listed !== objects || figure.recorded !== wanted) throw new Error(JSON.stringify(figure));
      figures[what].push(figure);
    }
  }
  await service.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const told = (what, name) => spread(figures[what].map((figure) => figure[name]));
console.log(
  JSON.stringify({
    ...{ bench: 'import', objects, rounds: figures.new.length, rssMb: Math.round(process.memoryUsage.rss() / 1e6) },
    new: { perSecond: told('new', 'perSecond'), cpuMicros: told('new', 'cpuMicros') },
    known: { perSecond: told('known', 'perSecond'), cpuMicros: told('known', 'cpuMicros') },
  }),
);
