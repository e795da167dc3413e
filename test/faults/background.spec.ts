import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { processStamp } from '../../src/storage/embedded/process-identity.js';
import { Recorder, startLoad } from '../support/recorder.js';
import {
  call,
  quickDataFolder,
  gone,
  read,
  removeFolder,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { randomFrom, Traffic } from '../support/traffic.js';

const dataDir = quickDataFolder();
const started: ServiceProcess[] = [];
afterAll(() => removeFolder(dataDir, started));

const start = (): ServiceProcess => {
  const service = startService(dataDir, { LOG_LEVEL: 'info' });
  started.push(service);
  return service;
};

/** The process in the background of a service, by the system's own list. */
function backgroundOf(service: ServiceProcess): number | undefined {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const line = lines.find((each) => new RegExp(`^\\s*\\d+\\s+${service.pid} .*background\\.js`).test(each));
  return line === undefined ? undefined : Number(line.trim().split(/\s+/)[0]);
}

const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await pause(20);
};

describe('a service and the process in its background', () => {
  it('given that process is killed under load, then the doors stay open, another one takes its place and the numbers go on', async () => {
    const service = start();
    const url = await service.listening;
    const recorder = new Recorder();
    const load = startLoad(url, new Traffic(randomFrom(31)), recorder);
    const grown = (by: number): Promise<void> => {
      const target = recorder.acknowledged.size + by;
      return until(() => recorder.acknowledged.size >= target);
    };
    await grown(100);
    const killed = backgroundOf(service)!;
    process.kill(killed, 'SIGKILL');
    await gone(killed);
    await grown(100);
    await load.stop();
    expect(recorder.unexpected()).toEqual({});

    await until(() => ![undefined, killed].includes(backgroundOf(service)));
    await until(async () => (await read(url, '/health/ready')).lag.events === 0);
    const ready = await read(url, '/health/ready');
    expect(ready).toMatchObject({ status: 'ready', projector: { ok: true, active: true }, jobs: { ok: true } });
    expect(ready.process.roles).toEqual(['api', 'projector', 'worker']);
    expect(service.output()).toContain('the background process has ended; it is started again');
  });

  it('given it is away, then readiness says so and stays open, and the figures of the doors are still there', async () => {
    const service = started.at(-1)!;
    const url = await service.listening;
    const paused = backgroundOf(service)!;
    process.kill(paused, 'SIGSTOP');
    const silent = { ok: false, detail: 'the background process does not answer' };
    const { status, text } = await call(`${url}/health/ready`, { method: 'GET' });
    expect([status, JSON.parse(text)]).toMatchObject([200, { status: 'degraded', projector: silent, jobs: silent }]);
    const figures = (await call(`${url}/metrics`, { method: 'GET' })).text;
    expect(figures).toContain('truth_ledger_ingest_events_total');
    expect(figures).toContain('truth_ledger_scrape_errors_total{part="background"} 1');
    process.kill(paused, 'SIGCONT');
    await until(async () => (await read(url, '/health/ready')).status === 'ready');
    expect((await call(`${url}/metrics`, { method: 'GET' })).text).toContain('truth_ledger_projection_position');
  });

  it('given the service is told to stop, or killed, then its background ends with it', async () => {
    const first = started.at(-1)!;
    const behindFirst = backgroundOf(first)!;
    expect(await first.stop()).toBe(0);
    expect(processStamp(behindFirst)).toBeUndefined();

    const second = start();
    await second.listening;
    const behindSecond = backgroundOf(second)!;
    await second.kill();
    await gone(behindSecond);
  });

  it('given the service is killed while its background still loads, then that ends too', async () => {
    const service = start();
    await until(() => backgroundOf(service) !== undefined);
    await service.kill();
    expect(await service.exited).toEqual({ code: null, signal: 'SIGKILL' }); // nobody holds its output any more
  });

  it('given nobody is there to work for when it has loaded, then it ends at once', () => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/background.js'], {
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect([status, stderr]).toEqual([1, '']);
  });
});
