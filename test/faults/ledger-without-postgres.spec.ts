import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeSucceeded } from '../fixtures/shop-events.js';
import { times } from '../contracts/ledger-entries.js';
import { startKurrentdb, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { RunningService } from '../support/running-service.js';
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
