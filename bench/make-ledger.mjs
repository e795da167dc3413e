// A DATA_DIR with a ledger of so many entries of the shop's history, through the real doors: verified, sealed, appended. It is made once
// and kept in the temporary folder. In a process of its own: node bench/make-ledger.mjs FOLDER ENTRIES
import { createHash, createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runNode } from './processes.mjs';
import { purchaseEntries } from './shop-history.mjs';
import { dist, openBenchService, STRIPE_SECRET } from './service-in-process.mjs';

const ENTRIES_PER_PURCHASE = 8.5; // a little below the mean, so that there are enough purchases
const AT_ONCE = 1_500; // appends in flight

/** The folder of a ledger with this many entries; makes it when there is none. */
export async function ledgerOf(entries) {
  const folder = path.join(os.tmpdir(), `truth-ledger-bench-${entries}-${contentKey()}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await runNode([import.meta.filename, unfinished, String(entries)]);
  renameSync(unfinished, folder);
  return folder;
}

/** Changes when the history or the tables change. */
function contentKey() {
  const hash = createHash('sha256');
  for (const name of ['shop-history.mjs', 'stripe-bodies.mjs', 'make-ledger.mjs'])
    hash.update(readFileSync(path.join(import.meta.dirname, name)));
  const migrations = path.join(dist, 'storage/migrations');
  for (const name of readdirSync(migrations).sort()) hash.update(readFileSync(path.join(migrations, name)));
  return hash.digest('hex').slice(0, 8);
}

const PRINCIPAL = { keyId: 'bench', account: 'shop', name: 'bench', scopes: ['events:write'], origins: '*' };

export function send(ingest, { door, body }) {
  const bytes = Buffer.from(JSON.stringify(body));
  const correlationId = `bench-${body.id}`;
  if (door === 'events') {
    const headers = { 'content-type': 'application/cloudevents+json' };
    return ingest
      .events({ body: bytes, headers, url: '/v1/events', correlationId }, PRINCIPAL)
      .then(({ outcomes }) => outcomes);
  }
  const now = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', STRIPE_SECRET).update(`${now}.`).update(bytes).digest('hex');
  const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': `t=${now},v1=${signature}` };
  return ingest.webhook('stripe', { body: bytes, headers, url: '/webhooks/stripe', correlationId });
}

async function main(folder, entries) {
  const service = await openBenchService(folder);
  const purchases = Math.ceil(entries / ENTRIES_PER_PURCHASE) + 10;
  const began = performance.now();
  let done = 0;
  for (let purchase = 0; done < entries;) {
    const some = [];
    while (some.length < Math.min(AT_ONCE, entries - done)) some.push(...purchaseEntries(purchase++, purchases));
    some.length = Math.min(some.length, entries - done);
    const outcomes = (await Promise.all(some.map((entry) => send(service.ingest, entry)))).flat();
    const refused = outcomes.find(({ outcome }) => outcome !== 'recorded');
    if (refused) throw new Error(`an entry was not recorded: ${JSON.stringify(refused)}`);
    done += some.length;
    const rate = Math.round(done / ((performance.now() - began) / 1000));
    if (done % 50_000 < AT_ONCE) process.stderr.write(`made ${done} of ${entries} entries, ${rate}/s\n`);
  }
  await service.stop();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv[2], Number(process.argv[3]));
