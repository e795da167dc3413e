// A ledger of so many entries in a cluster of its own, put there in bulk, for benches that read it: nothing is sealed yet.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { postgresCpuUs } from './postgres-cpu.mjs';
import { dist } from './service-in-process.mjs';

const BATCH = 5_000;
const SEALED = '~sealed:1:'.padEnd(54, 'c2VhbGVk');

let dataDir; // while there is such a ledger

export async function bulkLedger(entries) {
  const { openDatabase } = await import(`${dist}/storage/database.js`);
  const { migrate } = await import(`${dist}/storage/migrate.js`);
  const { openPostgresLedger } = await import(`${dist}/ledger/backends/postgres/postgres.js`);
  const { sealStoreInPostgres } = await import(`${dist}/ledger/backends/postgres/seal-store.js`);
  const { storedHash } = await import(`${dist}/ledger/stored-hash.js`);
  const { uuidV5 } = await import(`${dist}/kernel/entry-id.js`);
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-bulk-'));
  chmodSync(dataDir, 0o755); // the database's own user must get in
  const database = await openDatabase({ dataDir });
  await migrate(database);
  const ledger = await openPostgresLedger(database, { clock: () => new Date() });
  for (let first = 1; first <= entries; first += BATCH) {
    const batch = [];
    for (let at = first; at < first + BATCH && at <= entries; at += 1) {
      const entry = entryAt(at, uuidV5);
      batch.push({ ...entry, storedHash: storedHash(entry) });
    }
    await ledger.takeOver(batch, []);
  }
  const { privateKey: signingKey, publicKey } = generateKeyPairSync('ed25519');
  const seals = sealStoreInPostgres(database, (after, limit) => ledger.storedHashes(after, limit));
  const close = async () => {
    await ledger.close();
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
    dataDir = undefined;
  };
  return { database, ledger, seals, signingKey, publicKey, close };
}

/** A charge of Stripe of about 1.3 KB, its personal fields sealed. */
function entryAt(position, uuidV5) {
  const id = uuidV5(`bench ${position}`);
  const at = 1_790_000_000_000 + position * 40;
  const data = {
    object: {
      id: `ch_${position}`,
      amount: position,
      currency: 'eur',
      receipt_email: SEALED,
      billing: 'x'.repeat(880),
    },
  };
  return {
    ...{ position, id, stream: `stripe-${id}`, revision: 0, type: 'stripe.charge.succeeded', schemaVersion: 1 },
    ...{ origin: 'stripe', account: 'acct_1NffrFLkdIwHu7ix', originEventId: `evt_${position}` },
    ...{ occurredAt: new Date(at - 3_000), recordedAt: new Date(at), correlationId: `bench-${position}` },
    ...{ actor: 'provider:stripe', authenticatedBy: 'stripe-signature', subjects: [`e.${'h'.repeat(22)}`] },
    attributes: { api_version: '2024-06-20', livemode: 'true' },
    body: JSON.stringify({ id: `evt_${position}`, type: 'charge.succeeded', created: at, data, seal: SEALED }),
    contentMac: createHash('sha256').update(String(position)).digest(),
    keyId: uuidV5(`key ${position}`),
  };
}

/** What some work took: seconds, and microseconds of CPU of this process, and of the ledger's PostgreSQL, for each of `count`. */
export async function taken(count, work) {
  const cpu = process.cpuUsage();
  const ofPostgres = () => (dataDir ? postgresCpuUs(dataDir) : 0);
  const postgres = ofPostgres();
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    result,
    seconds: rounded(seconds),
    perS: Math.round(count / seconds),
    cpuUs: rounded((user + system) / count),
    postgresCpuUs: rounded((ofPostgres() - postgres) / count),
  };
}

const rounded = (value) => Math.round(value * 100) / 100;
