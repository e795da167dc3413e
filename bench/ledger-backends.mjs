// The ledger port over its backends, interleaved: how fast entries are appended, placed in the feed, and read from it again, and what that
// costs this process. node bench/ledger-backends.mjs [--entries 5000] [--rounds 5] [--in-flight 64]
//
// PostgreSQL is the embedded one with fsync on. KurrentDB is the protocol double of the tests, in a process of its own, with its log in memory:
// it syncs nothing. So a ratio says what our side of KurrentDB costs (client, protocol, index of the feed), not how fast a real server is.
// `client` is the official client alone: the same events appended and subscribed to, and nothing made of them.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { loadAverage } from './machine.mjs';
import { cpuOf } from './postgres-cpu.mjs';
import { dist } from './service-in-process.mjs';
import { spread } from './statistics.mjs';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '5' },
    'in-flight': { type: 'string', default: '64' },
  },
});
const [entries, rounds, inFlight] = [values.entries, values.rounds, values['in-flight']].map(Number);
const BODY = JSON.stringify({ type: 'charge.succeeded', padding: 'x'.repeat(2_100) });
const PAGE = 500;

build();
const { KurrentDBClient, NO_STREAM, START, streamNameFilter } = await import('@kurrent/kurrentdb-client');
const { eventOf } = await import(`${dist}/ledger/backends/kurrentdb/event-format.js`);
const { openDatabase } = await import(`${dist}/storage/database.js`);
const { migrate } = await import(`${dist}/storage/migrate.js`);
const { backends } = await import(`${dist}/ledger/backends/index.js`);
const { entryId } = await import(`${dist}/kernel/entry-id.js`);
const { receivedStream } = await import(`${dist}/ledger/streams.js`);

const folders = [];
const opened = {};
const turns = [];
const double = startDouble();
try {
  for (const name of ['postgres', 'kurrentdb']) opened[name] = await open(name);
  opened.client = await openClient();
  for (const name of Object.keys(opened)) await turn(name, 0, Math.min(entries, 2_000)); // warm, not counted
  for (let round = 1; round <= rounds; round += 1) {
    // Each round begins with another one.
    const names = round % 2 === 1 ? ['postgres', 'kurrentdb', 'client'] : ['client', 'kurrentdb', 'postgres'];
    for (const name of names) {
      const result = await turn(name, round, entries);
      turns.push(result);
      print(result);
    }
  }
  summary().forEach(print);
} finally {
  for (const { ledger, database } of Object.values(opened)) {
    await ledger.close();
    await database?.close();
  }
  double.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** A ledger with a cluster of PostgreSQL of its own: for all of it, or for the index of its feed. */
async function open(name) {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-backend-'));
  chmodSync(dataDir, 0o755); // the database's own user must get in
  folders.push(dataDir);
  const database = await openDatabase({ dataDir });
  await migrate(database);
  const { url } = await double.ready;
  const ledger = await backends[name].open({ url, database, clock: () => new Date() });
  return { ledger, database };
}

/** The client alone, as far as `turn` asks for a ledger: what it has appended comes back by a subscription, and is counted. */
async function openClient() {
  const { url } = await double.ready;
  const client = KurrentDBClient.connectionString(`${url}&connectionName=alone`);
  let seen = 0;
  const filter = streamNameFilter({ prefixes: ['alone.'], checkpointInterval: 32 });
  const events = client.subscribeToAll({ fromPosition: START, filter }, { highWaterMark: 512 });
  events.on('data', () => (seen += 1)).on('error', () => undefined);
  const ledger = {
    record: (entry) =>
      client.appendToStream(`alone.${entry.stream}`, [eventOf(entry, undefined, new Date())], {
        streamState: NO_STREAM,
      }),
    head: async () => seen,
    close: async () => {
      await events.unsubscribe();
      await client.dispose();
    },
  };
  return { ledger };
}

/** It says its address in its first line, and ends when its standard input does: also when this process is killed. */
function startDouble() {
  const support = path.join(import.meta.dirname, '../test/support');
  const args = ['--import', path.join(support, 'typescript.mjs'), path.join(support, 'kurrentdb/process.ts'), '{}'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ready = once(readline.createInterface(child.stdout), 'line').then(([line]) => JSON.parse(line));
  return { stop: () => child.stdin.end(), ready, pid: child.pid };
}

/** Appends `count` new entries, waits until the feed has them, and reads them from it. */
async function turn(name, round, count) {
  const { ledger } = opened[name];
  const before = await ledger.head();
  const made = Array.from({ length: count }, newEntry);
  const load = loadAverage()[0];
  const doubleBefore = cpuOf(double.pid);
  const appended = await measured(count, () => appendAll(ledger, made));
  const doubleUs = Math.round((cpuOf(double.pid) - doubleBefore) / count);
  const placed = performance.now();
  while ((await ledger.head()) < before + count) await pause(2);
  const lagMs = performance.now() - placed;
  const read = ledger.subscribe && (await measured(count, () => readAll(ledger, before, before + count)));
  return {
    round,
    backend: name,
    appends_per_s: appended.perS,
    append_cpu_us: appended.cpuUs,
    ...(name === 'postgres' ? {} : { append_cpu_us_of_double: doubleUs }),
    feed_lag_ms: Math.round(lagMs),
    reads_per_s: read?.perS,
    read_cpu_us: read?.cpuUs,
    load,
  };
}

async function appendAll(ledger, made) {
  let next = 0;
  const worker = async () => {
    while (next < made.length) await ledger.record(made[next++]);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

async function readAll(ledger, after, last) {
  const stop = new AbortController();
  let expected = after + 1;
  for await (const page of ledger.subscribe(after, { limit: PAGE, signal: stop.signal })) {
    for (const { position } of page.entries)
      if (position !== expected++) throw new Error(`position ${position} instead of ${expected - 1}`);
    if (expected > last) stop.abort();
  }
}

/** Entries per second, and CPU time of this process per entry in microseconds. */
async function measured(count, work) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perS: Math.round(count / seconds), cpuUs: Math.round((user + system) / count) };
}

function newEntry() {
  const originEventId = randomUUID();
  const id = entryId({ door: 'provider', account: 'bench', origin: 'stripe', id: originEventId });
  return {
    id,
    stream: receivedStream('stripe', id),
    type: 'stripe.charge.succeeded',
    schemaVersion: 1,
    origin: 'stripe',
    account: 'bench',
    originEventId,
    occurredAt: new Date(),
    correlationId: originEventId,
    actor: 'provider:stripe',
    authenticatedBy: 'stripe-signature',
    subjects: ['u.0123456789abcdef'],
    attributes: { api_version: '2026-01-01', livemode: 'true' },
    body: BODY,
    contentMac: createHash('sha256').update(originEventId).digest(),
  };
}

/** Of each figure, KurrentDB's to PostgreSQL's and to the client's of the same round: median, least and most. */
function summary() {
  const of = (round, backend) => turns.find((each) => each.round === round && each.backend === backend);
  const toOther = (figure, other) =>
    spread(Array.from({ length: rounds }, (_, at) => of(at + 1, 'kurrentdb')[figure] / of(at + 1, other)[figure]));
  return ['appends_per_s', 'append_cpu_us', 'reads_per_s', 'read_cpu_us'].map((figure) => ({
    figure,
    kurrentdb_to_postgres: toOther(figure, 'postgres'),
    ...(figure.startsWith('append') ? { kurrentdb_to_client: toOther(figure, 'client') } : {}),
  }));
}

function print(line) {
  console.log(JSON.stringify(line));
}
