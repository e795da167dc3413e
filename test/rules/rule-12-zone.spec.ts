import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fact } from '../../src/catalog/facts.js';
import { readConfig } from '../../src/config.js';
import { SetupError } from '../../src/kernel/errors.js';
import { Zone } from '../../src/kernel/day.js';
import type { NewEntry } from '../../src/ledger/ledger.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { openService, type OpenOptions } from '../../src/service.js';
import type { Service } from '../../src/service-types.js';
import { projectedLedger, type ProjectedLedger } from '../support/projected-ledger.js';
import { quickMadeFolder } from '../support/test-cluster.js';

const AT = new Date('2026-11-01T23:30:00Z'); // the next day already in Berlin
const STREAM = 'setting-reporting_time_zone';

const signUp = (user: string): NewEntry => {
  const id = randomUUID();
  const event = { specversion: '1.0', id, source: '/auth', type: 'user.signed_up', data: { user_id: user } };
  return {
    ...{ id, stream: receivedStream('/auth', id), type: 'user.signed_up', schemaVersion: 1, origin: '/auth' },
    ...{ account: 'shop', originEventId: id, occurredAt: AT, correlationId: id, actor: 'key:k', subjects: [] },
    ...{ authenticatedBy: 'api-key', attributes: {}, body: JSON.stringify(event), contentMac: Buffer.alloc(32) },
  };
};

describe('the reporting time zone of a ledger', () => {
  const dataDir = quickMadeFolder('truth-ledger-zone-');
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  let service: Service | undefined;
  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });

  const open = async (zone: string, options: OpenOptions = {}): Promise<Service> =>
    (service = await openService(
      readConfig({ DATA_DIR: dataDir, REPORTING_TIME_ZONE: zone, ADMIN_API_KEY: 'admin_key_of_the_zone' }),
      () => AT,
      options,
    ));
  const zones = async ({ ledger }: Service): Promise<string[]> =>
    (await ledger.readStream(STREAM)).map(({ body }) => (JSON.parse(body) as { zone: string }).zone);
  const days = async ({ database }: Service): Promise<unknown[]> =>
    (await database.pool.query(`select day, value::int from model.daily where metric = 'signups'`)).rows;

  it('given a first start, then it is recorded in the ledger, once', async () => {
    expect(await zones(await open('UTC', { roles: ['projector'] }))).toEqual(['UTC']);
    await service!.start();
    await service!.ledger.record(signUp('u1'));
    await service!.projections.catchUp();
    expect(await days(service!)).toEqual([{ day: '2026-11-01', value: 1 }]);
    await service!.stop();
    expect(await zones(await open('UTC'))).toEqual(['UTC']);
  });

  it('given another one, when started, then it refuses with a sentence that says what to do, and changes nothing', async () => {
    const refused = open('Europe/Berlin', { roles: ['projector'] });
    await expect(refused).rejects.toThrow(SetupError);
    await expect(refused).rejects.toThrow(/REPORTING_TIME_ZONE.*Europe\/Berlin.*UTC.*rebuild --change-time-zone/s);
    expect([await zones(await open('UTC')), await days(service!)]).toEqual([
      ['UTC'],
      [{ day: '2026-11-01', value: 1 }],
    ]);
  });

  it('given the change is accepted and the model rebuilt, then every day is that of the new zone, from then on', async () => {
    await (await open('Europe/Berlin', { changeZone: true })).projections.rebuild();
    expect([await zones(service!), await days(service!)]).toEqual([
      ['UTC', 'Europe/Berlin'],
      [{ day: '2026-11-02', value: 1 }],
    ]);
    await service!.stop();
    await (await open('Europe/Berlin', { roles: ['projector'] })).start();
    await service!.ledger.record(signUp('u2'));
    await service!.projections.catchUp();
    expect(await days(service!)).toEqual([{ day: '2026-11-02', value: 2 }]);
    const { rows } = await service!.database.pool.query('select reporting_time_zone as zone from projector.settings');
    expect(rows).toEqual([{ zone: 'Europe/Berlin' }]);
    await service!.stop();
    await expect(open('UTC')).rejects.toThrow(SetupError);
  });

  it('given a process that died between the change and the rebuild, when it starts again, then it rebuilds by itself', async () => {
    await open('America/New_York', { changeZone: true });
    await service!.stop();
    await (await open('America/New_York', { roles: ['projector'] })).start();
    await service!.projections.catchUp();
    expect(await days(service!)).toEqual([{ day: '2026-11-01', value: 2 }]);
    expect(await service!.projections.verify()).toMatchObject({ ok: true });
  });
});

describe('a service that still runs with the zone of before', () => {
  let at: ProjectedLedger;
  beforeEach(async () => (at = await projectedLedger()));
  afterEach(() => at.close());
  const days = async () => (await at.database.pool.query('select day, value::int from model.daily')).rows;
  const signedUp = (user: string): Fact[] => [
    {
      ...{ type: 'UserSignedUp', subject: `user:${user}`, effect: 'signed_up', stamp: '1' },
      fields: { at: AT.getTime() },
    },
  ];

  it('when the model is rebuilt for another zone, then it writes nothing more into it, and says why', async () => {
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const before = at.make({ log: (level, line) => void (level === 'error' && tell(line)) });
    const after = at.make({ zone: new Zone('Europe/Berlin') });
    await at.record(signedUp('u1'));
    await before.start();
    await before.catchUp();
    await after.rebuild();
    await at.record(signedUp('u2'));
    expect(await told).toMatch(/another zone/);
    expect(await before.position()).toBe(1);
    await before.stop();
    await after.start();
    await after.catchUp();
    expect(await days()).toEqual([{ day: '2026-11-02', value: 2 }]);
  });

  it('when the first entry comes after a process of the new zone has started, then it is of the new zone', async () => {
    const [before, after] = [at.make(), at.make({ zone: new Zone('Europe/Berlin') })];
    await before.start();
    while (!(await before.state(AT)).running) await at.database.pool.query('select'); // until it leads, with nothing to do yet
    await after.start();
    await at.record(signedUp('u1'));
    await after.catchUp();
    expect(await days()).toEqual([{ day: '2026-11-02', value: 1 }]);
  });
});
