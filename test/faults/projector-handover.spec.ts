import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { boundedDatabase } from '../../src/storage/database.js';
import { projectedLedger } from '../support/projected-ledger.js';
import { NOTHING_WRONG, Recorder } from '../support/recorder.js';
import { isActive, openScale, type Scale } from '../support/scale.js';
import { sayFigures } from '../support/say.js';
import { read, type ServiceProcess } from '../support/service-process.js';
import { randomFrom, Traffic } from '../support/traffic.js';
import { cuttingProxy } from './cutting-proxy.js';

const BATCH = 100;
const LOOK_MS = 100;

/** Until it holds; each look is a request to a process that has better things to do. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(LOOK_MS);
}

describe('two projectors, of which the active one fails', () => {
  let scale: Scale;
  let doors: string;
  let recorder: Recorder;
  let traffic: Traffic;
  beforeEach(async () => {
    [scale, recorder, traffic] = [await openScale(), new Recorder(), new Traffic(randomFrom(23))];
    doors = await scale.start('api').listening;
  });
  afterEach(() => scale.close());

  async function deliver(count = BATCH): Promise<void> {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    await Promise.all(Array.from({ length: count }, () => recorder.deliver(doors, traffic.next(), agent)));
    agent.destroy();
  }

  const active = async (service: ServiceProcess): Promise<void> => {
    const url = await service.listening;
    await until(() => isActive(url));
  };

  const caughtUp = (): Promise<void> =>
    until(async () => ((await read(doors, '/health/ready')) as { lag: { events: number } }).lag.events === 0);

  /** The first is active and has projected something; the second waits. */
  async function both(env: Record<string, string> = {}): Promise<[ServiceProcess, ServiceProcess]> {
    const first = scale.start('projector', env);
    await active(first);
    const second = scale.start('projector');
    await second.listening;
    await deliver();
    await caughtUp();
    expect(await isActive(await second.listening)).toBe(false);
    return [first, second];
  }

  /** From the fault until the other one has the lease; what was delivered meanwhile is projected then. */
  async function handOver(about: string, second: ServiceProcess, since: number): Promise<void> {
    await active(second);
    sayFigures(`hand-over, ${about}`, { ms: Math.round(performance.now() - since) });
    await deliver();
    await caughtUp();
  }

  it('given it is killed, then the other one takes over, and the read model is that of a rebuild', async () => {
    const [first, second] = await both();
    await first.kill();
    await handOver('killed', second, performance.now());
    expect(await scale.holds('projector killed', recorder)).toEqual(NOTHING_WRONG);
  });

  it('given it is told to stop, then the other one need not wait for its lease to run out', async () => {
    const [first, second] = await both();
    const since = performance.now();
    expect(await first.stop()).toBe(0);
    await handOver('stopped in good order', second, since);
    expect(await scale.holds('projector stopped', recorder)).toEqual(NOTHING_WRONG);
  });

  it('given it is paused in the middle of a batch, then the other one takes over; awake again it writes nothing and waits', async () => {
    const [first, second] = await both();
    const blocker = new pg.Client(scale.database.connection);
    await blocker.connect();
    await blocker.query('begin; lock table model.contributions in exclusive mode');
    await deliver();
    // Its transaction has the lease and the checkpoint by now, and waits for the table.
    await until(async () => {
      const { rowCount } = await scale.database.pool.query(
        `select from pg_locks where not granted and relation = 'model.contributions'::regclass and mode = 'RowExclusiveLock'`,
      );
      return rowCount === 1;
    });
    first.signal('SIGSTOP');
    const since = performance.now();
    await blocker.query('rollback');
    await blocker.end();
    await handOver('paused in a batch', second, since);
    first.signal('SIGCONT');
    await until(async () => !(await isActive(await first.listening)));
    await deliver();
    await caughtUp();
    expect(await isActive(await second.listening)).toBe(true);
    expect(await scale.holds('projector paused', recorder)).toEqual(NOTHING_WRONG);
  });

  it('given its connections are half-open, then the other one takes over, and it finds its way back to waiting', async () => {
    const proxy = await cuttingProxy(scale.database.connection);
    const [first, second] = await both({ DATABASE_URL: `postgres://postgres@127.0.0.1:${proxy.port}/truth_ledger` });
    proxy.silence('all');
    const since = performance.now();
    await deliver();
    await handOver('half-open', second, since);
    proxy.dropSilent(); // as the system does when nobody answers its probes
    await until(async () => !(await isActive(await first.listening)));
    expect(await scale.holds('projector half-open', recorder)).toEqual(NOTHING_WRONG);
    await first.kill();
    await proxy.close();
  });

  it('given the answer to its COMMIT is lost, again and again, then no batch is written twice', async () => {
    const proxy = await cuttingProxy(scale.database.connection);
    const first = scale.start('projector', {
      DATABASE_URL: `postgres://postgres@127.0.0.1:${proxy.port}/truth_ledger`,
    });
    await active(first);
    for (let round = 0; round < 5; round++) {
      proxy.cutAt('commit', 'after');
      await deliver(100);
      await until(() => Promise.resolve(proxy.cuts() > round));
      await caughtUp();
    }
    expect(await scale.holds('COMMITs of the projector cut: 5', recorder)).toEqual(NOTHING_WRONG);
    await first.kill();
    await proxy.close();
  });
});

describe('a connection of the projector that is half-open, while the others are well', () => {
  it('given nothing moves on it any more, then the batch is given up and written on another one, once', async () => {
    const at = await projectedLedger();
    const proxy = await cuttingProxy(at.database.connection);
    const live = boundedDatabase({ ...at.database, connection: proxy.connection }, { silentMs: 500 });
    const projections = at.make({ live });
    await at.record([payment(1)]);
    await projections.start();
    await projections.catchUp();
    proxy.silence();
    await at.record([payment(2)], [payment(3)]);
    await projections.catchUp();
    expect(await at.total('payments')).toBe(3);
    await projections.stop();
    await live.close();
    await proxy.close();
    await at.close();
  });
});

const payment = (n: number): Fact => ({
  ...{ type: 'PaymentCaptured', subject: `payment:ch_${n}`, effect: 'captured', stamp: stampOf(5, n, `evt_${n}`) },
  ...{ fields: { at: Date.UTC(2026, 9, 1, 12) + n, amount: '1000', currency: 'USD' }, nodes: [`user:u${n}`] },
});
