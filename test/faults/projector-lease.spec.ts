import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { assertLease, beat, connectionName, keepBeating, type Lease, takeLease } from '../../src/projections/lease.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

describe('a projector whose batch takes longer than its lease lasts', () => {
  let test: TestDatabase;
  let pool: pg.Pool;
  let working: pg.Client;
  let lease: Lease;
  beforeEach(async () => {
    test = await testDatabase();
    ({ pool } = test.database);
    working = new pg.Client({ ...test.database.connection, application_name: connectionName('working') });
    working.on('error', () => undefined);
    await working.connect();
    lease = (await takeLease(pool, 'working'))!;
    await pool.query(`update projector.lease set beat_at = now() - interval '7 s'`);
    await working.query('begin');
    await assertLease(working, lease);
  });
  afterEach(async () => {
    await working.end().catch(() => undefined);
    await test.drop();
  });

  const until = async (sql: string): Promise<void> => {
    while ((await pool.query(sql)).rowCount === 0);
  };

  it('given its server works for it, when another one looks, then its batch is not ended, and the lease stays', async () => {
    const blocker = await pool.connect();
    await blocker.query('begin; lock table model.contributions in exclusive mode');
    const writing = working.query('lock table model.contributions in row exclusive mode');
    await until(`select from pg_locks where not granted and relation = 'model.contributions'::regclass`);
    expect(await takeLease(pool, 'waiting')).toBeUndefined();
    await blocker.query('rollback');
    blocker.release();
    await writing;
    expect(await working.query('commit')).toMatchObject({ command: 'COMMIT' });
    expect(await beat(pool, lease)).toBe(true);
  });

  it('given it goes silent in a COPY, when another one takes the lease by force, then its batch is ended, and the lease is taken', async () => {
    const copying = working.query('copy model.unknown_types from stdin').catch((error: unknown) => error);
    // Nothing answers the server when it asks for the rows, as in a process that is paused.
    (working as unknown as { connection: { sendCopyFail(): void } }).connection.sendCopyFail = () => undefined;
    await until(`select from pg_stat_activity where query like 'copy model.%' and wait_event = 'ClientRead'`);
    expect((await takeLease(pool, 'waiting', true))!.epoch).toBe(lease.epoch + 1n);
    expect(await copying).toMatchObject({ code: '57P01' }); // ended by an administrator's command
    expect(await beat(pool, lease)).toBe(false);
  });

  it('given its beat waits for the batch, when another one waits behind it, then the beat comes first', async () => {
    const beaten = beat(pool, lease);
    await until(
      `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%beat_at = now() where epoch%'`,
    );
    const other = takeLease(pool, 'waiting');
    await working.query('commit');
    expect([await beaten, await other]).toEqual([true, undefined]);
  });
});

describe('a lease that is renewed', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('given a beat that is not answered, then no other is sent until it is; and who lost the lease is told', async () => {
    const answers: ((answer: { rowCount: number }) => void)[] = [];
    const query = () => new Promise((resolve) => answers.push(resolve));
    const lost = jest.fn();
    const stop = keepBeating({ query } as unknown as pg.Pool, { epoch: 1n }, lost);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(answers).toHaveLength(1);
    answers[0]!({ rowCount: 1 });
    await jest.advanceTimersByTimeAsync(2_000);
    expect([answers.length, lost.mock.calls.length]).toEqual([2, 0]);
    answers[1]!({ rowCount: 0 });
    await jest.advanceTimersByTimeAsync(0);
    expect(lost).toHaveBeenCalledTimes(1);
    stop();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(answers).toHaveLength(2);
  });
});
