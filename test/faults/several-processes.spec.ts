import { existsSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NOTHING_WRONG, Recorder, startLoad } from '../support/recorder.js';
import { hasRedis, redisServer, type RedisServer } from '../support/redis.js';
import { openScale, type Scale } from '../support/scale.js';
import { sayFigures } from '../support/say.js';
import { call, emptyDataFolder, KEYS, read, type ServiceProcess, startService } from '../support/service-process.js';
import { bearer, cloudEvent, randomFrom, Traffic } from '../support/traffic.js';
import { describeWhere } from '../support/where.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(50);
}

/** The names of the figures a process shows. */
async function figures(url: string): Promise<string[]> {
  const { text } = await call(`${url}/metrics`, { method: 'GET' });
  return [...text.matchAll(/^truth_ledger_(\w+?)(?:\{| )/gm)].map(([, name]) => name!);
}

const authorization = `Bearer ${KEYS.api}`;

/** Asks for a reconciliation of one day. Resolves with the id of the run. */
async function askFor(url: string, day: string): Promise<string> {
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ from: day, to: day, metrics: ['signups', 'orders'] });
  const asked = await call(`${url}/v1/reconciliations`, { headers, body });
  expect(asked.status).toBe(202);
  return (JSON.parse(asked.text) as { run_id: string }).run_id;
}

async function isDone({ database }: Scale, runId: string): Promise<void> {
  const finished = 'select from reconcile.runs where run_id = $1 and finished_at is not null';
  await until(async () => (await database.pool.query(finished, [runId])).rowCount === 1);
}

/** Asks for a reconciliation of one day and waits until a worker has done it. */
async function reconcile(url: string, scale: Scale, day: string): Promise<Record<string, unknown>[]> {
  await isDone(scale, await askFor(url, day));
  const found = await read(url, `/v1/reconciliations?from=${day}&to=${day}`);
  return (found as { data: Record<string, unknown>[] }).data;
}

describe('three processes with the doors, one that projects and one that runs jobs, on one PostgreSQL', () => {
  let scale: Scale;
  let proxy: CuttingProxy;
  let doors: ServiceProcess[];
  let urls: string[];
  let projector: ServiceProcess;
  let worker: ServiceProcess;
  const recorder = new Recorder();
  const traffic = new Traffic(randomFrom(31));
  beforeAll(async () => {
    scale = await openScale();
    proxy = await cuttingProxy(scale.database.connection);
    const through = { DATABASE_URL: `postgres://postgres@127.0.0.1:${proxy.port}/truth_ledger` };
    doors = [scale.start('api'), scale.start('api'), scale.start('api', through)];
    [projector, worker] = [scale.start('projector'), scale.start('worker')];
    urls = await Promise.all(doors.map(({ listening }) => listening));
    await Promise.all([projector.listening, worker.listening]);
  });
  afterAll(async () => {
    await scale.close();
    await proxy.close();
  });

  /** Load on all doors before, during and after a fault. */
  async function under(fault: () => Promise<void>): Promise<void> {
    const loads = urls.map((url) => startLoad(url, traffic, recorder, 12));
    const reached = async (more: number): Promise<void> => {
      const target = recorder.acknowledged.size + more;
      await until(() => recorder.acknowledged.size >= target);
    };
    await reached(100);
    await fault();
    await reached(200);
    await Promise.all(loads.map((load) => load.stop()));
  }

  async function positionsAreDense(): Promise<void> {
    const { rows } = await scale.database.pool.query<{ entries: number; last: number }>(
      'select count(*)::int as entries, max(position)::int as last from ledger.entries',
    );
    expect(rows[0]!.entries).toBe(rows[0]!.last);
  }

  it('given load on all three, then positions are dense, and what was acknowledged is there once', async () => {
    await under(() => Promise.resolve());
    await positionsAreDense();
    expect(await scale.holds('three doors under load', recorder)).toEqual(NOTHING_WRONG);
    expect(recorder.unexpected()).toEqual({});
  });

  it('given one event on 64 connections to all three at once, then one is recorded and the others are duplicates', async () => {
    const data = { order_id: 'of-many', total: { amount_minor: '1999', currency: 'EUR' } };
    const body = JSON.stringify(cloudEvent('/orders', 'of-many', 'order.placed', data));
    recorder.sent.set('/orders of-many', { path: '/v1/events', keys: ['/orders of-many'], body, headers: bearer });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    const statuses = await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        return (await call(`${urls[at % 3]!}/v1/events`, { headers: bearer(), body }, agent)).status;
      }),
    );
    agent.destroy();
    const counts = {
      recorded: statuses.filter((each) => each === 202).length,
      known: statuses.filter((each) => each === 200).length,
    };
    sayFigures('one event on 64 connections', counts);
    expect(counts).toEqual({ recorded: 1, known: 63 });
  });

  it('given one of them is paused in the middle of its work, then the others go on, and nothing is lost or doubled', async () => {
    await under(async () => {
      doors[0]!.signal('SIGSTOP');
      // It may hold the ledger: the server takes that from it after its time.
      const target = recorder.acknowledged.size + 200;
      await until(() => recorder.acknowledged.size >= target);
      doors[0]!.signal('SIGCONT');
    });
    await positionsAreDense();
    expect(await scale.holds('a door paused', recorder)).toEqual(NOTHING_WRONG);
    expect(recorder.unexpected()).toEqual({});
  });

  it('given the answers to COMMITs of one are lost, then each of its deliveries is there once', async () => {
    await under(async () => {
      for (let cut = 1; cut <= 10; cut++) {
        proxy.cutAt('commit', cut % 2 === 0 ? 'after' : 'before');
        await until(() => proxy.cuts() >= cut);
      }
    });
    await positionsAreDense();
    expect(await scale.holds('10 COMMITs of a door cut', recorder)).toEqual(NOTHING_WRONG);
    expect(recorder.unexpected()).toEqual({});
  });

  it('given a run that is asked for at a door, then the worker does it, and every door answers for it', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const rows = await reconcile(urls[0]!, scale, day);
    expect(rows.map(({ metric }) => metric).sort()).toEqual(['orders', 'signups']);
    expect(((await read(urls[1]!, `/v1/reconciliations?from=${day}&to=${day}`)) as { data: unknown }).data).toEqual(
      rows,
    );
  });

  it('given no process that runs jobs, then a run waits, whoever else is there, and is done when there is one', async () => {
    expect(await worker.stop()).toBe(0);
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const runId = await askFor(urls[0]!, day);
    const waiting = expect.objectContaining({ id: `reconcile-run-${runId}`, state: 'prioritized' });
    // A process that takes jobs has this one long before so many answers.
    for (let look = 0; look < 50; look += 1) expect((await read(urls[1]!, '/v1/jobs')).data).toContainEqual(waiting);
    worker = scale.start('worker');
    await isDone(scale, runId);
    expect((await read(urls[0]!, `/v1/reconciliations?from=${day}&to=${day}`)).data).toHaveLength(2);
  });

  it('given each role, then its health and its figures speak of what it does, and it answers nothing else', async () => {
    const health = async (service: ServiceProcess): Promise<Record<string, any>> =>
      (await read(await service.listening, '/health/ready')) as Record<string, any>;
    const [door, projecting, working] = await Promise.all([doors[0]!, projector, worker].map(health));
    const parts = ['status', 'ledger', 'read_model'];
    expect(Object.keys(door!)).toEqual([...parts, 'lag', 'process']);
    expect(Object.keys(projecting!)).toEqual([...parts, 'lag', 'projector', 'seal', 'process']);
    expect(Object.keys(working!)).toEqual([...parts, 'jobs', 'process']);
    expect([door!['status'], projecting!['projector'], working!['jobs']]).toEqual([
      'ready',
      { ok: true, active: true },
      { ok: true },
    ]);
    const [ofDoor, ofProjector, ofWorker] = await Promise.all(
      [urls[0]!, await projector.listening, await worker.listening].map(figures),
    );
    expect(ofDoor).toEqual(expect.arrayContaining(['ingest_events_total', 'append_queue_waiting']));
    expect(ofProjector).toEqual(expect.arrayContaining(['projection_active', 'projection_lag_seconds', 'seal_size']));
    expect(ofWorker).toEqual(expect.arrayContaining(['jobs', 'jobs_finished_total', 'job_seconds_total']));
    expect(ofDoor).not.toContain('jobs');
    expect(ofWorker).not.toContain('append_queue_waiting');
    for (const service of [projector, worker]) {
      const url = await service.listening;
      expect((await call(`${url}/health/live`, { method: 'GET' })).status).toBe(200);
      const headers = { 'content-type': 'application/json' };
      expect((await call(`${url}/webhooks/stripe`, { body: '{}', headers })).status).toBe(404);
      expect((await call(`${url}/v1/metrics`, { method: 'GET', headers: { authorization } })).status).toBe(404);
    }
  });

  it('given they are told to stop, then each leaves in good order', async () => {
    const all = [...doors, projector, worker];
    expect(await Promise.all(all.map((service) => service.stop()))).toEqual(all.map(() => 0));
  });
});

describeWhere(hasRedis)('a service whose jobs are in a Redis that fails', () => {
  let scale: Scale;
  let redis: RedisServer;
  let service: ServiceProcess;
  let url: string;
  const recorder = new Recorder();
  const traffic = new Traffic(randomFrom(37));
  beforeAll(async () => {
    redis = await redisServer();
    await redis.kill();
    scale = await openScale({ REDIS_URL: redis.url });
    service = scale.start('api,projector,worker');
  });
  afterAll(async () => {
    await scale.close();
    await redis.close();
  });

  async function delivered(more: number): Promise<void> {
    const load = startLoad(url, traffic, recorder, 16);
    const target = recorder.acknowledged.size + more;
    await until(() => recorder.acknowledged.size >= target);
    await load.stop();
  }

  const jobs = async (): Promise<{ ok: boolean }> =>
    ((await read(url, '/health/ready')) as { jobs: { ok: boolean } }).jobs;

  it('given it is down at the start, then the doors open all the same, and say that jobs wait', async () => {
    url = await service.listening;
    await delivered(200);
    expect(await read(url, '/health/ready')).toMatchObject({ status: 'degraded', jobs: { ok: false } });
  });

  it('given it comes, is killed, flushed and paused under load, then no delivery is refused, and nothing is lost or doubled', async () => {
    await redis.start();
    await until(async () => (await jobs()).ok);
    await redis.kill();
    await delivered(200);
    redis.forget();
    await redis.start();
    await delivered(100);
    await redis.ask('FLUSHALL');
    await delivered(100);
    redis.signal('SIGSTOP');
    await delivered(200);
    redis.signal('SIGCONT');
    const refused = [...recorder.statuses].filter(([status]) => status !== 200 && status !== 202);
    expect(refused).toEqual([]);
    expect(await scale.holds('Redis down, killed, flushed and paused', recorder)).toEqual(NOTHING_WRONG);
  });

  it('given it is back, then a run that is asked for is done', async () => {
    await until(async () => (await jobs()).ok);
    const rows = await reconcile(url, scale, new Date().toISOString().slice(0, 10));
    expect(rows).toHaveLength(2);
  });

  it('given it is gone, when the service is told to stop, then it leaves in good order', async () => {
    await redis.kill();
    expect(await service.stop()).toBe(0);
  });
});

describe('a part of the service without a database of its own', () => {
  it('given serve --role and no DATABASE_URL, then one sentence says why not, and nothing is made', async () => {
    const folder = `${emptyDataFolder()}/data`;
    const part = startService(folder, {}, ['projector']);
    expect(await part.exited).toEqual({ code: 2, signal: null });
    expect(part.output()).toBe(
      'serve --role needs DATABASE_URL: the embedded PostgreSQL belongs to one process, which does everything. Set DATABASE_URL, or leave --role away.\n',
    );
    expect(existsSync(folder)).toBe(false);
  });
});
