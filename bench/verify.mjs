// How fast a ledger is verified: node bench/verify.mjs [--entries 100000] [--rounds 3]. Wanted: 100,000 entries a second.
// Entries are put there in bulk and sealed in steps of 16,384, as when a ledger catches up. The first round is warm-up and does not count.
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { bulkLedger, taken } from './bulk-ledger.mjs';
import { loadAverage } from './machine.mjs';
import { dist } from './service-in-process.mjs';
import { spread } from './statistics.mjs';

const { values } = parseArgs({
  options: { entries: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
});
const [entries, rounds] = [values.entries, values.rounds].map(Number);

build();
const { Sealer } = await import(`${dist}/ledger/seal.js`);
const { verifyLedger } = await import(`${dist}/ledger/verify-ledger.js`);
const { ledger, seals, signingKey, publicKey, close } = await bulkLedger(entries);
try {
  const sealer = new Sealer({ store: seals, origin: 'bench', signingKey });
  while (await sealer.step(new Date()));
  const turns = [];
  for (let round = 0; round <= rounds; round += 1) {
    const turn = await taken(entries, verified);
    if (round > 0) turns.push(turn);
  }
  console.log(
    JSON.stringify({
      ...{
        entries,
        entries_per_s: spread(turns.map(({ perS }) => perS)),
        cpu_us: spread(turns.map(({ cpuUs }) => cpuUs)),
        postgres_cpu_us: spread(turns.map(({ postgresCpuUs }) => postgresCpuUs)),
      },
      load: loadAverage()[0],
    }),
  );
} finally {
  await close();
}

async function verified() {
  const run = verifyLedger(ledger, seals, publicKey);
  for (let next = await run.next(); ; next = await run.next()) {
    if (!next.done) throw new Error(`found ${JSON.stringify(next.value)}`);
    if (next.value.sealed !== entries) throw new Error(`${next.value.sealed} entries are sealed of ${entries}`);
    return;
  }
}
