// What sealing costs beside taking in: node bench/seal.mjs [--entries 20000]. CPU of this process for each entry; wanted: at most 5 %.
// Taken in: the shop's deliveries through the real doors, verified, sealed fields, appended. Sealed: the same number of entries, in steps
// of 256 and of 16,384: a step is signed and stored, so that small ones cost most.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { bulkLedger, taken } from './bulk-ledger.mjs';
import { ledgerOf } from './make-ledger.mjs';
import { loadAverage } from './machine.mjs';
import { dist } from './service-in-process.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '20000' } } });
const entries = Number(values.entries);

build();
const { Sealer } = await import(`${dist}/ledger/seal.js`);
const folder = await ledgerOf(entries, { anew: true });
const { cpuUs: ingestUs } = JSON.parse(folder.report);
rmSync(folder.path, { recursive: true, force: true });
for (const stepMax of [256, 16_384]) {
  const { seals, signingKey, close } = await bulkLedger(entries);
  try {
    const sealer = new Sealer({ store: seals, origin: 'bench', signingKey, stepMax });
    const { cpuUs } = await taken(entries, async () => {
      while (await sealer.step(new Date()));
    });
    const share = Math.round((1000 * cpuUs) / ingestUs) / 10;
    console.log(JSON.stringify({ entries, step: stepMax, seal_cpu_us: cpuUs, ingest_cpu_us: ingestUs, percent: share, load: loadAverage()[0] }));
  } finally {
    await close();
  }
}
