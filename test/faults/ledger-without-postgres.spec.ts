import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/app/auth/api-keys.js';
import { postgresKeyStore } from '../../src/app/auth/key-store.js';
import { chargeSucceeded } from '../fixtures/shop-events.js';
import { times } from '../contracts/ledger-entries.js';
import { startKurrentdb, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { type Reply, RunningService } from '../support/running-service.js';
import { siblingDatabase, type SiblingDatabase } from '../support/sibling-database.js';
import { until } from '../support/start-storage.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

const DAY = '2026-10-05';

let host: RunningService; // only for its server
let double: KurrentdbDouble;
let sibling: SiblingDatabase;
let proxy: CuttingProxy;
let shop: RunningService;
beforeAll(async () => {
  host = await RunningService.start();
  double = await startKurrentdb();
  sibling = await siblingDatabase(host.service.database, false);
  const { user } = host.service.database.connection;
  const name = new URL(sibling.url).pathname.slice(1);
  proxy = await cuttingProxy({ ...host.service.database.connection, database: name });
  shop = await RunningService.start({
    parts: { doorSilentMs: 2_000 },
    now: '2026-11-08T12:00:00Z',
    settings: {
      LEDGER_URL: double.url,
      DATABASE_URL: `postgres://${user}@127.0.0.1:${proxy.connection.port}/${name}`,
    },
  });
});
afterAll(async () => {
  proxy.down(false);
  await shop.stop();
  await proxy.close();
  await sibling.drop();
  await double.close();
  await host.stop();
});

const charge = (n: number) =>
  chargeSucceeded(`${DAY}T10:00:00Z`, `ch_${n}`, 100, { receipt_email: `guest${n}@shop.example` });

describe('a service whose ledger is in KurrentDB, with PostgreSQL down', () => {
  it('given deliveries with personal data, then each is acknowledged, told once, and counted when PostgreSQL is back', async () => {
    const before = await shop.stripe(charge(0));
    await shop.catchUp();
    proxy.down(true);
    const statuses = (await Promise.all(times(60, (n) => shop.stripe(charge(n))))).map(({ status }) => status);
    expect([before.status, ...statuses]).toEqual([202, 200, ...times(59, () => 202)]);
    const ready = await shop.send('GET', '/health/ready');
    expect([ready.status, ready.body.status, ready.body.read_model.ok]).toEqual([200, 'degraded', false]);
    expect(ready.body.ledger).toMatchObject({ ok: true, stands_alone: true });
    proxy.down(false);
    await until(async () => (await shop.service.ledger.head().catch(() => 0)) >= 61); // the zone, and 60 payments
    expect(await shop.count('payments', DAY)).toBe(60);
    const { entries } = await shop.service.ledger.readFeed(0, 100);
    const [last] = entries.slice(-1);
    expect(await shop.service.vault.unseal(last!.body, last!.keyId)).toContain('@shop.example');
  });
});

// A host that vanished without a word: the system gives such a connection up after a quarter of an hour, if it was used.
describe('a service whose connections to PostgreSQL are half-open, while new ones work', () => {
  let sent = 0;
  const clientEvent = (): Promise<Reply> =>
    shop.segment([{ type: 'track', event: 'Signed Up', userId: 'u1', messageId: `m${++sent}` }]);
  const unreadable = (): Promise<Reply> =>
    shop.send(
      'POST',
      '/v1/events',
      { specversion: '1.0', id: `e${++sent}`, source: '/auth', type: 'user.signed_up' },
      {
        'content-type': 'application/cloudevents+json',
      },
    );
  const withKey = async (): Promise<() => Promise<Reply>> => {
    const keys = new ApiKeys(postgresKeyStore(shop.service.database.pool), shop.time.now, undefined);
    const create = () => keys.create({ name: 'reader', scopes: ['read'] }).catch(() => undefined);
    let made = await create();
    while (!made) made = await create(); // by a connection that has just ended
    const { token } = made;
    return () => shop.send('GET', '/v1/catalog', undefined, { authorization: `Bearer ${token}` });
  };

  it.each<[string, number, () => Promise<() => Promise<Reply>>]>([
    ['a client event', 202, () => Promise.resolve(clientEvent)],
    ['an event that is kept as a dead letter', 400, () => Promise.resolve(unreadable)],
    ['a request under a stored key', 200, withKey],
  ])('given %s, then it is refused within seconds, and taken when it comes again', async (_, taken, asked) => {
    const request = await asked();
    expect((await clientEvent()).status).toBe(202); // leaves a connection of the doors for the next one
    proxy.silence();
    let reply: Reply;
    do reply = await request();
    while (reply.status === 503);
    expect(reply.status).toBe(taken);
    proxy.dropSilent();
  });
});
