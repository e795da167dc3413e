// What sealing costs beside taking in: node bench/seal.mjs [--entries 20000]. CPU for each entry, of this process and of PostgreSQL; wanted: at
// most 5 % of both together.
// Taken in: the shop's deliveries through the real doors, verified, sealed fields, appended. Sealed: the same number of entries, each step signed,
// stored and told to a witness file. The service takes a step every five seconds: of 256 entries where 50 come in a second, of 5,000 where 1,000
// do; and of 16,384 where it is behind. A step costs much the same however many entries it has, so that small ones cost most for each.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { bulkLedger, taken } from './bulk-ledger.mjs';
import { loadAverage } from './machine.mjs';
import { send } from './make-ledger.mjs';
import { postgresCpuUs } from './postgres-cpu.mjs';
import { dist, openBenchService } from './service-in-process.mjs';
import { purchaseEntries } from './shop-history.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '20000' } } });
const entries = Number(values.entries);
const AT_ONCE = 500; // deliveries in flight

build();
const { Sealer } = await import(`${dist}/ledger/seal.js`);
const { witnessFile } = await import(`${dist}/ledger/witness-file.js`);
const ingest = await takenIn();
for (const stepMax of [256, 1_000, 5_000, 16_384]) {
  const { seals, signingKey, close } = await bulkLedger(entries);
  try {
    const witness = witnessFile(
      path.join(mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-witness-')), 'checkpoints.log'),
    );
    const sealer = new Sealer({ store: seals, origin: 'bench', signingKey, witness, stepMax });
    const seal = await taken(entries, async () => {
      while (await sealer.step(new Date()));
    });
    const share = (seal.cpuUs + seal.postgresCpuUs) / (ingest.cpuUs + ingest.postgresCpuUs);
    console.log(
      JSON.stringify({
        entries,
        step: stepMax,
        seal_cpu_us: seal.cpuUs,
        seal_postgres_cpu_us: seal.postgresCpuUs,
        ingest_cpu_us: ingest.cpuUs,
        ingest_postgres_cpu_us: ingest.postgresCpuUs,
        percent: Math.round(1000 * share) / 10,
        load: loadAverage()[0],
      }),
    );
  } finally {
    await close();
  }
}

/** Every delivery of the shop's history through the doors; warmed up by as many before. */
async function takenIn() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-seal-'));
  chmodSync(folder, 0o755); // the database's own user must get in
  const { ingest, stop } = await openBenchService(folder);
  try {
    const deliveries = [];
    for (let purchase = 0; deliveries.length < 2 * entries; purchase += 1)
      deliveries.push(...purchaseEntries(purchase, entries));
    const sendAll = async (some) => {
      for (let at = 0; at < some.length; at += AT_ONCE)
        await Promise.all(some.slice(at, at + AT_ONCE).map((delivery) => send(ingest, delivery)));
    };
    await sendAll(deliveries.slice(0, entries));
    const before = postgresCpuUs(folder);
    const { cpuUs } = await taken(entries, () => sendAll(deliveries.slice(entries, 2 * entries)));
    return { cpuUs, postgresCpuUs: (postgresCpuUs(folder) - before) / entries };
  } finally {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
