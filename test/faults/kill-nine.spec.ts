import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { compare, NOTHING_WRONG, Recorder, startLoad } from '../support/recorder.js';
import {
  dataFolder,
  gone,
  postmasterOf,
  removeFolder,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { randomFrom, Traffic } from '../support/traffic.js';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 23); // 20 under load, and the starts that die early
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);

const dataDir = dataFolder();
const started: ServiceProcess[] = [];
afterAll(() => removeFolder(dataDir, started.slice(-1)));

const start = (): ServiceProcess => {
  const service = startService(dataDir, { LOG_LEVEL: 'info' });
  started.push(service);
  return service;
};

/** kill -9 of the service and, where asked, of its PostgreSQL at the same moment. */
async function killNine(service: ServiceProcess, database: boolean): Promise<void> {
  const server = database ? postmasterOf(dataDir) : undefined;
  service.signal('SIGKILL');
  if (server !== undefined) process.kill(server, 'SIGKILL');
  await service.kill();
  if (server !== undefined) await gone(server);
}

const STUCK_MS = 120_000;

/** The work, or, when it hangs, what the service said last and what is left of its processes: the test's own limit would tell nothing. */
async function orTell<T>(what: string, work: Promise<T>, recorder: Recorder): Promise<T> {
  const stuck = new AbortController();
  const told = pause(STUCK_MS, undefined, { signal: stuck.signal }).then(() => {
    const said = started.at(-1)!.output().slice(-3_000);
    const processes = execFileSync('ps', ['-eo', 'pid,ppid,stat,etimes,args'], { encoding: 'utf8' });
    const ours = processes.split('\n').filter((line) => line.includes(dataDir) || line.includes('/dist/'));
    throw new Error([`${what}: stuck`, [...recorder.statuses].join(' '), ...ours, said].join('\n'));
  });
  return Promise.race([work, told]).finally(() => stuck.abort());
}

/** Until so many more deliveries are acknowledged. */
async function acknowledged(more: number, recorder: Recorder): Promise<void> {
  const target = recorder.acknowledged.size + more;
  while (recorder.acknowledged.size < target) await pause(1);
}

describe(`kill -9 at a random moment under load, ${ROUNDS} times (KILL_SEED=${SEED})`, () => {
  it('loses nothing that was acknowledged, doubles nothing and invents nothing', async () => {
    const random = randomFrom(SEED);
    const traffic = new Traffic(random);
    const recorder = new Recorder();
    for (let round = 0; round < ROUNDS; round++) {
      const service = start();
      const database = round % 2 === 0;
      // One start in seven does not even get to listen: it dies while it cleans up after the one before.
      if (round % 7 === 6) {
        await pause(random() * 700);
        await killNine(service, database);
        continue;
      }
      const load = startLoad(await orTell('listening', service.listening, recorder), traffic, recorder);
      await orTell('load', acknowledged(20 + random() ** 2 * 400, recorder), recorder);
      await pause(random() * 30); // not always just after an answer
      const killed = killNine(service, database);
      await orTell('killed', Promise.all([load.stop(), killed]), recorder);
    }
    const last = start();
    await last.listening;
    const { entries, ...found } = await orTell('compared', compare(dataDir, recorder), recorder);
    expect({ ...found, unexpected: recorder.unexpected() }).toEqual({ ...NOTHING_WRONG, unexpected: {} });
    expect(entries).toBeGreaterThan(ROUNDS * 10);
    expect(recorder.statuses.get('cut')).toBeGreaterThan(0); // it did die under load
    expect(await last.stop()).toBe(0);
  }, 600_000);
});
