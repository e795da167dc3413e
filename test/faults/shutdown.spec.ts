import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { processStamp } from '../../src/storage/embedded/process-identity.js';
import { compare, NOTHING_WRONG, Recorder, startLoad } from '../support/recorder.js';
import {
  emptyDataFolder,
  postmasterOf,
  quickDataFolder,
  read,
  removeFolder,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { randomFrom, Traffic } from '../support/traffic.js';

const recorder = new Recorder();
const traffic = new Traffic(randomFrom(11));
const dataDir = emptyDataFolder();
const started: ServiceProcess[] = [];
afterAll(() => removeFolder(dataDir, started));

const start = (env: Record<string, string> = {}): ServiceProcess => {
  const service = startService(dataDir, { LOG_LEVEL: 'info', ...env });
  started.push(service);
  return service;
};

/** What it said to a person: every line that is no line of the log. */
const spoken = (service: ServiceProcess): string[] =>
  service
    .output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));

describe('a service that is told to stop', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGTERM'])(
    'given %s under load, then it ends with 0 and its database with it, and nothing acknowledged is lost',
    async (signal) => {
      const service = start();
      const load = startLoad(await service.listening, traffic, recorder);
      const target = recorder.acknowledged.size + 300;
      while (recorder.acknowledged.size < target) await pause(2);
      const server = postmasterOf(dataDir)!;
      service.signal(signal);
      // After 9.5 s it would give up and end with 1: a 0 is an end in time.
      expect(await service.exited).toEqual({ code: 0, signal: null });
      await load.stop();
      expect(processStamp(server)).toBeUndefined();
      expect(service.output()).not.toMatch(/"level":"(error|fatal)"/);

      const next = start();
      await next.listening;
      const { entries, ...found } = await compare(dataDir, recorder);
      expect({ ...found, unexpected: recorder.unexpected() }).toEqual({ ...NOTHING_WRONG, unexpected: {} });
      expect(entries).toBeGreaterThan(100);
      expect(await next.stop()).toBe(0);
    },
    180_000,
  );

  it('given it has not got to listen yet, then it ends as well, and the next start finds all in order', async () => {
    const service = start();
    while (postmasterOf(dataDir) === undefined) await pause(2);
    service.signal('SIGTERM');
    expect(await service.exited).toEqual({ code: 0, signal: null });
    expect(postmasterOf(dataDir)).toBeUndefined();
    const next = start();
    expect((await read(await next.listening, '/health/ready')).status).toBe('ready');
    expect(await next.stop()).toBe(0);
  });
});

describe('a second service on the data folder of a first', () => {
  it('is refused with a sentence that names process and folder, and ends with 2; the first goes on', async () => {
    const first = start();
    const url = await first.listening;
    const second = start();
    expect(await second.exited).toEqual({ code: 2, signal: null });
    expect(spoken(second)).toEqual([
      `Process ${first.pid} already works on DATA_DIR ${dataDir}; stop it, or give this service another DATA_DIR.`,
    ]);
    expect((await read(url, '/health/ready')).status).toBe('ready');
    expect(await first.stop()).toBe(0);
  });

  it('takes over at once when the first was killed', async () => {
    const first = start();
    await first.listening;
    await first.kill();
    const second = start();
    expect((await read(await second.listening, '/health/ready')).status).toBe('ready');
    expect(await second.stop()).toBe(0);
  });
});

describe('mistakes of the operator', () => {
  const taken = net.createServer();
  beforeAll(() => new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void taken.close());
  const portTaken = (): string => String((taken.address() as net.AddressInfo).port);

  it.each([
    ['a port that is taken', () => ({ PORT: portTaken() }), /Port \d+ of 127\.0\.0\.1 is taken/],
    ['a setting that cannot be', () => ({ PORT: 'eighty' }), /PORT must be a whole number/],
    [
      'an unknown time zone',
      () => ({ REPORTING_TIME_ZONE: 'Mars/Olympus' }),
      /REPORTING_TIME_ZONE must be a time zone/,
    ],
  ])('given %s, then one sentence and 2', async (_, env, sentence) => {
    const dataDir = quickDataFolder();
    const service = startService(dataDir, env());
    expect(await service.exited).toEqual({ code: 2, signal: null });
    await removeFolder(dataDir);
    expect(spoken(service)).toEqual([expect.stringMatching(sentence)]);
  });
});
