import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openKurrentDbLedger } from '../../src/ledger/backends/kurrentdb/kurrentdb.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { received, times } from '../contracts/ledger-entries.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startDoubleProcess, type DoubleProcess } from '../support/kurrentdb/start-process.js';
import { until } from '../support/start-storage.js';

const ROUNDS = 5;
const EACH = 100;

let folder: string;
let server: DoubleProcess;
let test: TestDatabase;
let ledger: Ledger;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kurrentdb-killed-'));
  server = await startDoubleProcess({ file: path.join(folder, 'log') });
  test = await testDatabase();
  const limits = { attemptMs: 500, patienceMs: 40_000 };
  ledger = await openKurrentDbLedger({ url: server.url, database: test.database, clock: () => new Date(), limits });
});
afterEach(async () => {
  await ledger.close();
  await server.close();
  await test.drop();
  rmSync(folder, { recursive: true });
});

it('given a server process, when it is killed under load and started again, time after time, then each event is there once and in one order', async () => {
  const ids: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const all = times(EACH, (index) => received(`round-${round}-${index}`));
    ids.push(...all.map(({ id }) => id));
    let answered = 0;
    const recording = Promise.all(all.map((entry) => ledger.record(entry).then(() => (answered += 1))));
    await until(() => answered >= 1);
    await server.kill();
    server = await startDoubleProcess({ file: path.join(folder, 'log'), port: server.port });
    await recording;
  }
  await until(async () => (await ledger.head()) >= ids.length);
  const { entries } = await ledger.readFeed(0, ids.length + 1);
  expect(entries.map(({ position }) => position)).toEqual(times(ids.length, (index) => index + 1));
  expect(entries.map(({ id }) => id).sort()).toEqual(ids.sort());
});
