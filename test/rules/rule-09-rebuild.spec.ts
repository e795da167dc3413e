import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { Zone } from '../../src/kernel/day.js';
import { backends } from '../../src/ledger/backends/index.js';
import type { Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections, type ProjectionDeps, type Projections } from '../../src/projections/create-projections.js';
import { FencedOut, takeLease } from '../../src/projections/lease.js';
import type { Database } from '../../src/storage/database.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const T0 = Date.UTC(2026, 9, 1, 12);

const entryOf = (facts: readonly Fact[]): NewEntry => {
  const id = randomUUID();
  return {
    ...{ id, stream: receivedStream('test', id), type: 'test.facts', schemaVersion: 1, origin: 'test', account: '' },
    ...{ originEventId: id, occurredAt: new Date(T0), correlationId: 'test', actor: 'test', authenticatedBy: 'none' },
    ...{ subjects: [], attributes: {}, body: JSON.stringify(facts), contentMac: Buffer.alloc(32) },
  };
};

const payment = (n: number, user: string): Fact => ({
  type: 'PaymentCaptured',
  subject: `payment:ch_${n}`,
  effect: 'captured',
  stamp: stampOf(5, n, `evt_${n}`),
  fields: { at: T0 + n, amount: '1000', currency: 'USD' },
  nodes: [`user:${user}`],
});

const refund = (n: number): Fact => ({
  type: 'RefundChanged',
  subject: `payment:ch_${n}`,
  effect: `refund:re_${n}`,
  stamp: stampOf(5, n, `evt_re_${n}`),
  fields: { at: T0 + n, amount: '400', currency: 'USD', status: 'succeeded' },
});

/** An effect that another type has already: it fails while it is folded. */
const impossible = (n: number): Fact => ({ ...refund(n), effect: 'captured' });

let db: TestDatabase;
let ledger: Ledger;
let made: Projections[];
beforeEach(async () => {
  db = await testDatabase();
  ledger = await backends.postgres.open({ database: db.database, clock: () => new Date() });
  made = [];
});
afterEach(async () => {
  for (const projections of made) await projections.stop();
  await ledger.close();
  await db.drop();
});

function make(over: Partial<ProjectionDeps> = {}): Projections {
  const projections = createProjections({
    ...{ ledger, database: db.database, applyFact, metrics, zone: new Zone('UTC'), holder: randomUUID() },
    interpret: ({ body }) => body as Fact[],
    interpreterVersion: 1,
    park: () => Promise.resolve(),
    reparkAll: () => Promise.resolve(),
    log: () => undefined,
    ...over,
  });
  made.push(projections);
  return projections;
}

const record = (facts: readonly Fact[][]): Promise<unknown> =>
  Promise.all(facts.map((each) => ledger.record(entryOf(each))));

const totalOf = async (metric: string): Promise<string> => {
  const { rows } = await db.database.pool.query<{ total: string }>(
    'select coalesce(sum(delta), 0)::text as total from model.contributions where metric = $1',
    [metric],
  );
  return rows[0]!.total;
};

/** The same database, on which something happens before each transaction. */
const withBefore = (before: () => Promise<unknown>): Database => ({
  ...db.database,
  pool: db.database.pool,
  transaction: async (work) => {
    await before();
    return db.database.transaction(work);
  },
});

describe('given a projector whose lease was taken over', () => {
  it('when it comes to write a batch, then nothing of it is written, neither rows nor checkpoint', async () => {
    let took = false;
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const taken = withBefore(async () => {
      if (!took) await takeLease(db.database.pool, 'another', true);
      took = true;
    });
    const late = make({ database: taken, log: (_level, line) => tell(line) });
    await record([[payment(1, 'u1')]]);
    await late.start();
    expect(await told).toContain('another projector took over');
    expect([await totalOf('payments'), await late.position()]).toEqual(['0', 0]);
  });

  it('when its batch is one that the other has written already, then nothing counts twice', async () => {
    await record([[payment(1, 'u1')]]);
    const other = make();
    let ahead = false;
    // The checkpoint moves under a projector that read it before: as after a pause of the whole process.
    const paused = withBefore(async () => {
      if (ahead) return;
      ahead = true;
      await db.database.pool.query('update model.checkpoint set position = 1');
    });
    const late = make({ database: paused });
    await late.start();
    await late.catchUp();
    expect(await totalOf('payments')).toBe('0');
    await late.stop();
    await other.rebuild();
    expect(await totalOf('payments')).toBe('1');
  });
});

describe('given a rebuild', () => {
  it('when entries are written all the while, then the model has every one of them, and goes on', async () => {
    const live = make();
    await live.start();
    await record([[payment(1, 'u1')], [payment(2, 'u2')]]);
    await live.catchUp();
    let n = 2;
    // Some come between the batches of the rebuild and between its last look at the ledger and the swap.
    const beside = withBefore(async () => (n < 6 ? record([[payment(++n, 'u1'), refund(n)]]) : undefined));
    await make({ database: beside }).rebuild();
    expect(n).toBe(6);
    await live.catchUp();
    expect([await totalOf('payments'), await totalOf('refunds')]).toEqual([String(n), String(400 * (n - 2))]);
    expect(await live.verify()).toMatchObject({ ok: true, findings: [] });
    await record([[payment(++n, 'u9')]]);
    await live.catchUp();
    expect(await totalOf('payments')).toBe(String(n));
  });

  it('when the live model is ahead at the swap, then it is refused, and the live model stays', async () => {
    await record([[payment(1, 'u1')]]);
    await make().rebuild();
    let calls = 0;
    const overtaken = withBefore(async () => {
      if (++calls === 2) await db.database.pool.query('update model.checkpoint set position = 9');
    });
    await expect(make({ database: overtaken }).rebuild()).rejects.toThrow(FencedOut);
    expect(await make().position()).toBe(9);
  });

  it('when its lease is taken over, then it swaps nothing', async () => {
    await record([[payment(1, 'u1')]]);
    let calls = 0;
    const robbed = withBefore(async () => {
      if (++calls === 2) await takeLease(db.database.pool, 'another', true);
    });
    await expect(make({ database: robbed }).rebuild()).rejects.toThrow(FencedOut);
    expect([await totalOf('payments'), await make().position()]).toEqual(['0', 0]);
  });

  it('when something fails while the last batch is still being written, then no stale row is folded on', async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => [payment(n, `u${n % 3_000}`)]);
    await record(many);
    await record([[refund(9_999)], [impossible(9_998)], [refund(9_997), payment(10_001, 'u1')]]);
    const slow = withBefore(() => db.database.pool.query('select pg_sleep(0.5)'));
    const { position } = await make({ database: slow }).rebuild();
    expect(position).toBe(10_003);
    expect([await totalOf('payments'), await totalOf('refunds')]).toEqual(['10001', '800']);
    expect(await totalOf('new_customers')).toBe('3000');
  });

  it('then vault keys, tracked events, dead letters and API keys are what they were, and the views read the new tables', async () => {
    const { pool } = db.database;
    await pool.query(`insert into ledger.vault_keys (id, wrapped) values (gen_random_uuid(), 'k')`);
    await pool.query(
      `insert into ingest.tracked_events (collector, key_id, message_id, event, occurred_at, received_at, lineage, subjects, body)
       values ('segment', 'web', 'm1', 'Signed Up', now(), now(), 'client', '{}', '{}')`,
    );
    await pool.query(
      `insert into ingest.dead_letters (id, reason, door, origin, account, received_at, last_received_at, blocks)
       values (gen_random_uuid(), 'conflict', 'provider', 'stripe', '', now(), now(), true)`,
    );
    await pool.query(
      `insert into app.api_keys (id, name, secret_hash, account, scopes, created_at)
       values ('abcdefghijkl', 'k', sha256('s'), 'a', '{}', now())`,
    );
    const kept = async (): Promise<unknown[]> => {
      const tables = ['ledger.vault_keys', 'ingest.tracked_events', 'ingest.dead_letters', 'app.api_keys'];
      return Promise.all(tables.map(async (table) => (await pool.query(`table ${table}`)).rows));
    };
    const before = await kept();
    expect(before.every((rows) => (rows as unknown[]).length === 1)).toBe(true);
    await record([[payment(1, 'u1')]]);
    await make().rebuild();
    expect(await kept()).toEqual(before);
    const { rows } = await pool.query('select count(*)::int as n from report.payments');
    expect(rows).toEqual([{ n: 1 }]);
  });
});
