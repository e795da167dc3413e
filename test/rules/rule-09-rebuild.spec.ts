import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { FencedOut, takeLease } from '../../src/projections/lease.js';
import { MODEL_TABLES } from '../../src/projections/rebuild.js';
import type { Database } from '../../src/storage/database.js';
import { projectedLedger, type ProjectedLedger } from '../support/projected-ledger.js';

const T0 = Date.UTC(2026, 9, 1, 12);

const payment = (n: number, user: string): Fact => ({
  ...{ type: 'PaymentCaptured', subject: `payment:ch_${n}`, effect: 'captured', stamp: stampOf(5, n, `evt_${n}`) },
  ...{ fields: { at: T0 + n, amount: '1000', currency: 'USD' }, nodes: [`user:${user}`] },
});
const refund = (n: number): Fact => ({
  ...{ type: 'RefundChanged', subject: `payment:ch_${n}`, effect: `refund:re_${n}`, stamp: stampOf(5, n, `re_${n}`) },
  fields: { at: T0 + n, amount: '400', currency: 'USD', status: 'succeeded' },
});
/** An effect that another type has already: it fails while it is folded. */
const impossible = (n: number): Fact => ({ ...refund(n), effect: 'captured' });

let at: ProjectedLedger;
beforeEach(async () => (at = await projectedLedger()));
afterEach(() => at.close());

/** The same database, on which something happens before each transaction. */
const withBefore = (before: () => Promise<unknown> | undefined): Database => ({
  ...at.database,
  transaction: async (work) => {
    await before();
    return at.database.transaction(work);
  },
});

/** Tables that autovacuum leaves alone. */
async function neverVacuumed(schema: string): Promise<string[]> {
  const { rows } = await at.database.pool.query<{ name: string }>(
    `select relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
     where nspname = $1 and relkind = 'r' and 'autovacuum_enabled=false' = any(reloptions) order by relname`,
    [schema],
  );
  return rows.map(({ name }) => name);
}

/** Has the turn that rebuilds and verifications wait for, as one of another process. */
async function turnOfAnother(): Promise<{ pid: number; end(): Promise<void> }> {
  const client = await at.database.pool.connect();
  const lock = `hashtext('truth-ledger model_next')`;
  const { rows } = await client.query<{ pid: number }>(`select pg_backend_pid() as pid, pg_advisory_lock(${lock})`);
  const end = async (): Promise<void> => {
    await client.query(`select pg_advisory_unlock(${lock})`);
    client.release();
  };
  return { pid: rows[0]!.pid, end };
}

describe('given a projector whose lease was taken over', () => {
  it('when it comes to write a batch, then nothing of it is written, neither rows nor checkpoint', async () => {
    let took = false;
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const robbed = withBefore(async () => {
      if (!took) await takeLease(at.database.pool, 'another', true);
      took = true;
    });
    const late = at.make({ database: robbed, log: (_level, line) => tell(line) });
    await at.record([payment(1, 'u1')]);
    await late.start();
    expect(await told).toContain('another projector took over');
    expect([await at.total('payments'), await late.position()]).toEqual([0, 0]);
  });

  it('when its batch is one that the other has written already, then nothing counts twice', async () => {
    await at.record([payment(1, 'u1')]);
    let ahead = false;
    // The checkpoint moves under a projector that read it before: as after a pause of the whole process.
    const paused = withBefore(async () => {
      if (!ahead) await at.database.pool.query('update model.checkpoint set position = 1');
      ahead = true;
    });
    const late = at.make({ database: paused });
    await late.start();
    await late.catchUp();
    expect(await at.total('payments')).toBe(0);
    await late.stop();
    await at.make().rebuild();
    expect(await at.total('payments')).toBe(1);
  });
});

describe('given a rebuild', () => {
  it('when entries are written all the while, then the model has every one of them, and goes on', async () => {
    const live = at.make();
    await live.start();
    await at.record([payment(1, 'u1')], [payment(2, 'u2')]);
    await live.catchUp();
    let n = 2;
    // Some come between the batches of the rebuild, one between its last look at the ledger and the swap.
    const beside = withBefore(() => (n < 6 ? at.record([payment(++n, 'u1'), refund(n)]) : undefined));
    await at.make({ database: beside }).rebuild();
    expect(n).toBe(6);
    await live.catchUp();
    expect([await at.total('payments'), await at.total('refunds')]).toEqual([6, 4 * 400]);
    expect(await live.verify()).toMatchObject({ ok: true, findings: [] });
    await at.record([payment(7, 'u9')]);
    await live.catchUp();
    expect(await at.total('payments')).toBe(7);
  });

  it('when something came after its first look at the head, then the swapped model shows it at once', async () => {
    await at.record([payment(1, 'u1')]);
    let came = false;
    const beside = withBefore(async () => {
      if (!came) await at.record([payment(2, 'u2')]);
      came = true;
    });
    expect(await at.make({ database: beside }).rebuild()).toMatchObject({ position: 2 });
    expect(await at.total('payments')).toBe(2);
  });

  it('when the live model is ahead at the swap, then it is refused, and the live model stays', async () => {
    await at.record([payment(1, 'u1')]);
    await at.make().rebuild();
    let calls = 0;
    const overtaken = withBefore(() =>
      ++calls === 2 ? at.database.pool.query('update model.checkpoint set position = 9') : undefined,
    );
    await expect(at.make({ database: overtaken }).rebuild()).rejects.toThrow(FencedOut);
    expect(await at.make().position()).toBe(9);
  });

  it('when its lease is taken over, then it swaps nothing', async () => {
    await at.record([payment(1, 'u1')]);
    let calls = 0;
    const robbed = withBefore(() => (++calls === 2 ? takeLease(at.database.pool, 'another', true) : undefined));
    await expect(at.make({ database: robbed }).rebuild()).rejects.toThrow(FencedOut);
    expect([await at.total('payments'), await at.make().position()]).toEqual([0, 0]);
  });

  it('when somebody reads a view for long, then nobody waits behind it, it says who reads, and swaps when that ends', async () => {
    await at.record([payment(1, 'u1')]);
    const reader = await at.database.pool.connect();
    await reader.query('begin; select from report.payments');
    const { pid } = (await reader.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!;
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const swapped = at.make({ log: (_level, line) => tell(line) }).rebuild();
    expect(await told).toMatch(new RegExp(`waits for .*pid ${pid}, since \\d+ s`));
    // Between two attempts everything can be read, and those who come during one wait for less than it does.
    expect(await at.make().position()).toBe(0);
    await reader.query('select count(*) from report.orders; rollback');
    reader.release();
    expect(await swapped).toMatchObject({ position: 1 });
    expect(await at.total('payments')).toBe(1);
  });

  it('when another one or a verification has its turn, then the live model goes on, it says for whom it waits, and comes after', async () => {
    const live = at.make();
    await live.start();
    const other = await turnOfAnother();
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const rebuilt = at.make({ log: (_level, line) => tell(line) }).rebuild();
    expect(await told).toContain(`waits for the end of another one (pid ${other.pid}, connected`);
    await at.record([payment(1, 'u1')]);
    await live.catchUp(5_000);
    await other.end();
    expect(await rebuilt).toMatchObject({ position: 1 });
    expect(await at.total('payments')).toBe(1);
  });

  it('when a model is rebuilt, then its pages keep as much room for updates as the migrations left', async () => {
    const rooms = async (): Promise<Record<string, number>> => {
      const { rows } = await at.database.pool.query<{ name: string; room: number }>(
        `select c.relname as name, o.option_value::int as room from pg_class c
         cross join pg_options_to_table(c.reloptions) o where c.relnamespace = 'model'::regnamespace and o.option_name = 'fillfactor'`,
      );
      return Object.fromEntries(rows.filter(({ room }) => room < 100).map(({ name, room }) => [name, room]));
    };
    const migrated = await rooms();
    expect(Object.keys(migrated)).not.toEqual([]);
    await at.record([payment(1, 'u1')]);
    for (let times = 0; times < 2; times += 1) {
      await at.make({}).rebuild();
      expect(await rooms()).toEqual(migrated);
    }
  });

  it('when a model is rebuilt, then nothing tidies its tables up while they are filled, and everything once they are read', async () => {
    await at.record([payment(1, 'u1')]);
    const meanwhile: string[][] = [];
    const database = withBefore(async () => meanwhile.push(await neverVacuumed('model_next')));
    await at.make({ database }).rebuild();
    expect(meanwhile[0]).toEqual([...MODEL_TABLES].sort());
    expect(await neverVacuumed('model')).toEqual([]);
  });

  it('when one that waits for its turn is ended, then what the other one has made so far is still there', async () => {
    const other = await turnOfAnother();
    await at.database.pool.query('create schema model_next');
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const waiting = at.make({ log: (_level, line) => tell(line) });
    const ended = expect(waiting.verify()).rejects.toThrow(/abort/);
    await told;
    await waiting.stop();
    await ended;
    await at.database.pool.query('drop schema model_next');
    await other.end();
    expect(await at.make().verify()).toMatchObject({ ok: true });
  });

  it('when something fails while the last batch is still being written, then no stale row is folded on', async () => {
    await at.record(...Array.from({ length: 10_000 }, (_, n) => [payment(n, `u${n % 3_000}`)]));
    await at.record([refund(9_999)], [impossible(9_998)], [refund(9_997), payment(10_001, 'u1')]);
    const slow = withBefore(() => at.database.pool.query('select pg_sleep(0.5)'));
    expect(await at.make({ database: slow }).rebuild()).toMatchObject({ position: 10_003 });
    expect([await at.total('payments'), await at.total('refunds'), await at.total('new_customers')]).toEqual([
      10_001, 800, 3_000,
    ]);
  });

  it('then vault keys, tracked events, dead letters and API keys are what they were, and the views read the new tables', async () => {
    const { pool } = at.database;
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
    const kept = (): Promise<unknown[][]> => {
      const tables = ['ledger.vault_keys', 'ingest.tracked_events', 'ingest.dead_letters', 'app.api_keys'];
      return Promise.all(tables.map(async (table) => (await pool.query(`table ${table}`)).rows as unknown[]));
    };
    const before = await kept();
    expect(before.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
    await at.record([payment(1, 'u1')]);
    await at.make().rebuild();
    expect(await kept()).toEqual(before);
    const { rows } = await pool.query('select count(*)::int as n from report.payments');
    expect(rows).toEqual([{ n: 1 }]);
  });
});
