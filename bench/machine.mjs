// What the figures were taken on. Absolute figures mean little without it.
import { chmodSync, closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dist } from './service-in-process.mjs';

const SYNCS = 300;
const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_level',
  'wal_compression',
  'shared_buffers',
  'max_wal_size',
];

export const loadAverage = () => os.loadavg().map((load) => Math.round(load * 100) / 100);

/** Machine, versions and the settings of the database that every contender with one has. */
export async function machineFacts() {
  const fastify = JSON.parse(readFileSync(new URL('../node_modules/fastify/package.json', import.meta.url))).version;
  return {
    at: new Date().toISOString(),
    cpu: `${os.availableParallelism()} × ${os.cpus()[0]?.model ?? 'unknown'}`,
    memory_gb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    fastify,
    ...(await databaseFacts()),
    fdatasync_2kb_ms: fdatasyncTimes(),
    load_average: loadAverage(),
  };
}

async function databaseFacts() {
  const { openDatabase } = await import(`${dist}/storage/database.js`);
  const folder = temporaryFolder();
  const database = await openDatabase({ dataDir: folder });
  try {
    const { rows } = await database.pool.query(
      `select current_setting('server_version') as version, json_object_agg(name, current_setting(name)) as settings
       from unnest($1::text[]) as name`,
      [SETTINGS],
    );
    return { postgresql: rows[0].version, settings: rows[0].settings };
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Appending 2 KB and making it durable, in the folder where the contenders keep their data. */
function fdatasyncTimes() {
  const folder = temporaryFolder();
  const file = openSync(path.join(folder, 'sync'), 'w');
  const bytes = Buffer.alloc(2_048, 7);
  const times = [];
  for (let index = 0; index < SYNCS; index += 1) {
    const began = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    times.push(performance.now() - began);
  }
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
  times.sort((a, b) => a - b);
  return {
    p50: Math.round(times[SYNCS / 2] * 1000) / 1000,
    p99: Math.round(times[Math.floor(SYNCS * 0.99)] * 1000) / 1000,
  };
}

function temporaryFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-machine-'));
  chmodSync(folder, 0o755);
  return folder;
}
