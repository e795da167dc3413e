import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compare, NOTHING_WRONG, Recorder, startLoad } from '../support/recorder.js';
import {
  besideService,
  dataFolder,
  gone,
  postmasterOf,
  read,
  removeFolder,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { randomFrom, Traffic } from '../support/traffic.js';

const recorder = new Recorder();
const traffic = new Traffic(randomFrom(7));
const dataDir = dataFolder();
let service: ServiceProcess;
let url: string;
beforeAll(async () => {
  service = startService(dataDir, { LOG_LEVEL: 'info' });
  url = await service.listening;
});
afterAll(() => removeFolder(dataDir, [service]));

const acknowledged = (): number => recorder.acknowledged.size;
const refused = (): number => recorder.statuses.get(503) ?? 0;

async function reached(count: () => number, target: number): Promise<void> {
  while (count() < target) await pause(5);
}

/** Load before, during and after the fault; it ends well only when the service takes deliveries again by itself. */
async function under(fault: () => Promise<void>): Promise<void> {
  const load = startLoad(url, traffic, recorder);
  await reached(acknowledged, acknowledged() + 200);
  await fault();
  await reached(acknowledged, acknowledged() + 300);
  await load.stop();
}

/** What clients saw over all faults so far, and what the ledger and the read model hold. */
async function holds(): Promise<void> {
  const { entries, ...found } = await compare(dataDir, recorder);
  const { speechless503, statuses } = recorder;
  expect({ ...found, unexpected: recorder.unexpected(), speechless503, cut: statuses.get('cut') ?? 0 }).toEqual({
    ...{ ...NOTHING_WRONG, unexpected: {}, speechless503: 0, cut: 0 },
  });
  expect(entries).toBeGreaterThan(0);
  expect((await read(url, '/health/ready')).status).toBe('ready');
}

describe('PostgreSQL fails under the load of a running service', () => {
  it.each<[string, NodeJS.Signals]>([
    ['shut down in good order', 'SIGINT'],
    ['shut down at once', 'SIGQUIT'],
    ['killed', 'SIGKILL'],
  ])(
    'given it is %s, then clients see nothing but 503 with a word on when to come again, and it goes on by itself',
    async (_, signal) => {
      await under(async () => {
        const server = postmasterOf(dataDir)!;
        process.kill(server, signal);
        await gone(server);
      });
      await holds();
    },
    180_000,
  );

  it('given it hangs for longer than a client may wait, then it is 503 in time, and nothing is lost', async () => {
    await under(async () => {
      const frozen = processesOf(await backends());
      const before = refused();
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
      try {
        await reached(refused, before + 32); // every client got its answer while nothing moved
      } finally {
        for (const pid of frozen) process.kill(pid, 'SIGCONT');
      }
    });
    await holds();
  }, 180_000);

  it('given single connections are ended again and again, then nothing is lost and none of it shows but as 503', async () => {
    await under(async () => {
      for (let round = 0; round < 12; round++) {
        await besideService(dataDir, (client) =>
          client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where backend_type = 'client backend' and pid <> pg_backend_pid() order by random() limit $1`,
            [1 + (round % 4)],
          ),
        );
        await reached(acknowledged, acknowledged() + 20);
      }
    });
    await holds();
  }, 180_000);

  it('given all of that is over, when the service is told to stop, then it leaves in good order', async () => {
    expect(await service.stop()).toBe(0);
  });
});

const processesOf = (backendPids: readonly number[]): number[] => [postmasterOf(dataDir)!, ...backendPids];

const backends = (): Promise<number[]> =>
  besideService(dataDir, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where pid <> pg_backend_pid()',
    );
    return rows.map(({ pid }) => pid);
  });
