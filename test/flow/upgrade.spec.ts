import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type Fact } from '../../src/catalog/facts.js';
import type { Projections } from '../../src/projections/create-projections.js';
import { chargeSucceeded, signedUp } from '../fixtures/shop-events.js';
import { projectedLedger, type ProjectedLedger } from '../support/projected-ledger.js';
import { RunningService } from '../support/running-service.js';
import { quickMadeFolder } from '../support/test-cluster.js';

const NOW = '2026-10-20T12:00:00Z';
const DAY = '2026-10-05';
const AT = `${DAY}T10:00:00Z`;

/** Keeps rebuilds from beginning, as one that takes long would, until it is let go. */
async function heldBack(pool: pg.Pool): Promise<() => Promise<void>> {
  const lock = `hashtext('truth-ledger model_next')`;
  const client = await pool.connect();
  await client.query(`select pg_advisory_lock(${lock})`);
  return async () => {
    await client.query(`select pg_advisory_unlock(${lock})`);
    client.release();
  };
}

describe('given a service of a new version, over a read model that the former one made', () => {
  const dataDir = quickMadeFolder('truth-ledger-upgrade-');
  let service: RunningService;
  let letGo: () => Promise<void>;
  beforeAll(async () => {
    const former = await RunningService.start({ now: NOW, dataDir });
    await former.events(signedUp(AT, 'u_1'));
    await former.catchUp();
    // In a zone of its own, so that the days of its numbers can be told from ours.
    await former.sql(`update model.checkpoint set model_version = 'Asia/Tokyo of-before'`);
    await former.stop();
    service = await RunningService.start({
      ...{ now: NOW, dataDir },
      opened: async ({ database }) => void (letGo = await heldBack(database.pool)),
    });
  });
  afterAll(async () => {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('when its rebuild has not even begun, then deliveries and events are taken and durable', async () => {
    expect((await service.stripe(chargeSucceeded(AT, 'ch_1', 500))).status).toBe(202);
    expect((await service.events(signedUp(AT, 'u_2'))).status).toBe(202);
  });

  it('then it is ready, and says that it rebuilds', async () => {
    const { status, body } = await service.send('GET', '/health/ready');
    expect([status, body.status, body.read_model.superseded]).toEqual([200, 'rebuilding', true]);
    expect(await service.get('/metrics')).toContain('truth_ledger_projection_superseded 1\n');
  });

  it('then whoever reads sees the former numbers, with their position and zone, and is told so', async () => {
    const query = `from=${DAY}&to=${DAY}`;
    const metric = await service.get(`/v1/metrics/signups?${query}`);
    expect(metric).toMatchObject({ rebuilding: true, time_zone: 'Asia/Tokyo', data: [{ value: 1 }] });
    const { head } = (await service.get('/health/ready')).ledger;
    expect(metric.as_of).toBeLessThan(head as number);
    const paths = [`attribution?metric=signups&${query}`, `attribution/confusion?metric=signups&${query}`];
    for (const path of [...paths, `funnel?${query}`, `metrics/signups/explain-diff?from_as_of=0&${query}`])
      expect(await service.get(`/v1/${path}`)).toMatchObject({ rebuilding: true, time_zone: 'Asia/Tokyo' });
    expect(await service.get(`/v1/metrics/signups/contributions?day=${DAY}`)).toMatchObject({ rebuilding: true });
  });

  it('then a reconciliation is accepted, and waits for numbers of this version', async () => {
    expect((await service.send('POST', '/v1/reconciliations', { from: DAY, to: DAY })).status).toBe(202);
    expect((await service.get('/health/ready')).jobs).toEqual({ ok: false, detail: 'jobs are not running' });
  });

  it('when the rebuild is through, then the numbers are of this version, nothing is missing, and the reconciliation ran', async () => {
    await letGo();
    await service.catchUp();
    const metric = await service.get(`/v1/metrics/signups?from=${DAY}&to=${DAY}`);
    expect(metric).toMatchObject({ time_zone: 'UTC', data: [{ value: 2 }] });
    expect(metric).not.toHaveProperty('rebuilding');
    const [row] = (await service.reconcile(DAY)).filter((each) => each['metric'] === 'signups');
    expect(row).toMatchObject({ actual: 2 });
    expect((await service.get('/health/ready')).status).toBe('ready');
  });
});

describe('given projectors of a new version', () => {
  const signUp = (user: string): Fact => ({
    ...{ type: 'UserSignedUp', subject: `user:${user}`, effect: 'signed_up', stamp: '1' },
    fields: { at: Date.parse(AT) },
  });
  const newer = { interpreterVersion: 2 };
  let at: ProjectedLedger;
  beforeEach(async () => {
    at = await projectedLedger();
    await at.record([signUp('u1')], [signUp('u2')]);
    await at.make().rebuild();
  });
  afterEach(() => at.close());
  const now = new Date(NOW);

  it('when one is stopped in the middle of its rebuild, then it ends there, and the model is as it was', async () => {
    const { promise: stopped, resolve: ended } = Promise.withResolvers<void>();
    const slow: Projections = at.make({
      ...newer,
      interpret: ({ body }) => {
        void slow.stop().then(ended);
        return body as Fact[];
      },
    });
    await slow.start();
    await stopped;
    expect([await slow.isCurrent(), await at.make().isCurrent(), await at.total('signups')]).toEqual([false, true, 2]);
  });

  it('when one is at it, then its state says how far', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    const transaction: typeof at.database.transaction = async (work) => {
      begin();
      await mayGoOn;
      return at.database.transaction(work);
    };
    const slow = at.make({ ...newer, database: { ...at.database, transaction } });
    await slow.start();
    await begun;
    expect(await slow.state(now)).toMatchObject({ superseded: true, rebuilding: { position: 2, head: 2 } });
    goOn();
    await slow.whenCurrent();
    expect(await slow.state(now)).toMatchObject({ superseded: false });
  });

  it('when two start at once, then one rebuilds, and both see a model of their version', async () => {
    const lines: string[] = [];
    const log = (_level: string, line: string): void => void lines.push(line);
    const both = [at.make({ ...newer, log }), at.make({ ...newer, log })];
    await Promise.all(both.map((each) => each.start()));
    expect(await Promise.all(both.map((each) => each.whenCurrent()))).toEqual([true, true]);
    await at.record([signUp('u3')]);
    for (const each of both) await each.catchUp();
    expect(await at.total('signups')).toBe(3);
    for (const each of both) await each.stop();
    expect(lines.filter((line) => line.includes('it is rebuilt'))).toHaveLength(1);
  });

  it('when a rebuild fails, then it is said, the former numbers stay, and it is tried again', async () => {
    let left = 1;
    const told: string[] = [];
    const failing = at.make({
      ...newer,
      log: (level, line) => void (level === 'error' && told.push(line)),
      retryMs: 0,
      reparkAll: () => (left-- > 0 ? Promise.reject(new Error('the disk is full')) : Promise.resolve()),
    });
    await failing.start();
    expect(await failing.whenCurrent()).toBe(true);
    expect(told).toEqual(['projector: the read model could not be rebuilt; it is tried again']);
    expect(await failing.state(now)).toMatchObject({ superseded: false });
    expect(await at.total('signups')).toBe(2);
  });
});
