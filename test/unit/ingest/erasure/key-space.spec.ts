import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { databaseTime, haveEnded } from '../../../../src/ingest/erasure/erase-aside.js';
import { KeySpace } from '../../../../src/ingest/erasure/key-space.js';
import { testDatabase, type TestDatabase } from '../../../support/database.js';
import { until } from '../../../support/start-storage.js';

const MINUTE_MS = 60_000;
let now = new Date('2026-11-01T12:00:00Z');
const clock = (): Date => now;
const aMinuteLater = (): Date => (now = new Date(now.getTime() + MINUTE_MS));

let test: TestDatabase;
let other: pg.PoolClient;
beforeAll(async () => {
  test = await testDatabase();
  other = await test.database.pool.connect();
});
afterAll(async () => {
  other.release(true);
  await test.drop();
});

const vacuumedAt = async (): Promise<Date | null> =>
  (await test.database.pool.query<{ at: Date | null }>('select vacuumed_at as at from ledger.erasures')).rows[0]!.at;

describe('given keys were deleted', () => {
  it('when a snapshot of before is still open, then their place counts as freed only after it has ended', async () => {
    await other.query('begin isolation level repeatable read; select 1');
    await test.database.pool.query(
      `insert into ledger.erasures (number, id, tags, entry_ids, finished_at, keys_deleted)
       values (0, gen_random_uuid(), '{}', '{}', $1, 1)`,
      [now],
    );
    const { database } = test;
    const space = new KeySpace({ database, ledgerDatabase: database, clock, log: () => undefined }, 0);
    const look = async (deleted: number): Promise<Date | null> => {
      aMinuteLater();
      await space.look(deleted);
      await space.idle();
      return vacuumedAt();
    };
    expect([await look(1), await look(0)]).toEqual([null, null]);
    await other.query('commit');
    await until(async () => (await look(0)) !== null);
    expect(await vacuumedAt()).toEqual(now);
  });

  it('when a VACUUM fails and no erasure waits for it, then it is tried again a minute later', async () => {
    let tried = 0;
    const connect = () => (tried++, Promise.reject(new Error('gone')));
    const pool = { connect, query: () => Promise.resolve({ rows: [] }) } as unknown as pg.Pool;
    const database = { pool };
    const logged: string[] = [];
    const space = new KeySpace({ database, ledgerDatabase: database, clock, log: (line) => logged.push(line) });
    for (const deleted of [1, 0, 0]) {
      await space.look(deleted);
      await space.idle();
      aMinuteLater();
    }
    expect([tried, logged.length]).toEqual([3, 3]);
  });
});

describe('given a session that keeps no book of what it does', () => {
  it('then nobody can say that its transactions have ended', async () => {
    const { pool } = test.database;
    expect(await haveEnded(pool, await databaseTime(pool))).toBe(true);
    await other.query('set track_activities = off');
    await other.query('select 1');
    expect(await haveEnded(pool, await databaseTime(pool))).toBe(false);
  });
});
