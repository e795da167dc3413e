// Questions and rebuilds have no time limit: a host that vanishes without a word must still not keep them for a quarter of an hour.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { isAway } from '../../src/storage/is-away.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

const SILENT_MS = 200;
const LONG_S = 1; // several times as long as a connection may be silent

let test: TestDatabase;
let proxy: CuttingProxy;
let database: Database;
beforeEach(async () => {
  test = await testDatabase();
  proxy = await cuttingProxy(test.database.connection);
  const { user, database: name } = test.database.connection;
  database = await openDatabase({
    databaseUrl: `postgres://${user!}@127.0.0.1:${proxy.port}/${name!}`,
    ...{ dataDir: 'unused', allowUnsafe: true, silentMs: SILENT_MS },
  });
});
afterEach(async () => {
  proxy.dropSilent();
  await database.close();
  await proxy.close();
  await test.drop();
});

const answered = (asking: Promise<pg.QueryResult>): Promise<unknown> =>
  asking.then(
    ({ rows }) => rows,
    (error: unknown) => (isAway(error) ? 'away' : error),
  );

describe('a database that says nothing', () => {
  it('given its host has vanished, when a long question waits for it, then it is told that the database is away', async () => {
    const asking = answered(database.pool.query('select pg_sleep(600)'));
    await seen('pg_sleep(600)');
    proxy.silence('all');
    expect(await asking).toBe('away');
  });

  it('given an answer is lost, while the server is well, then the question is given up, and the next one is answered', async () => {
    const client = await database.pool.connect();
    proxy.silence();
    expect(await answered(client.query('select 1 as one'))).toBe('away');
    client.release(true);
    expect(await answered(database.pool.query('select 1 as one'))).toEqual([{ one: 1 }]);
  });

  it('given it works for a long time, then the answer is waited for', async () => {
    const long = `select 1 as one from pg_sleep(${LONG_S})`;
    expect(await answered(database.pool.query(long))).toEqual([{ one: 1 }]);
  });

  it('given it waits for a lock that another session has, then so does the question', async () => {
    const other = await test.database.pool.connect();
    await other.query('begin; lock table model.contributions');
    const asking = answered(database.pool.query('select count(*)::int as n from model.contributions'));
    await seen('select count(*)::int as n from model.contributions', `wait_event_type = 'Lock'`);
    await other.query(`select pg_sleep(${LONG_S}); rollback`);
    other.release();
    expect(await asking).toEqual([{ n: 0 }]);
  });

  it('given a connection is held and nothing is asked, then it is kept', async () => {
    const held = await database.pool.connect();
    await held.query('create temporary table mine (n int)');
    await test.database.pool.query(`select pg_sleep(${LONG_S})`);
    expect(await answered(held.query('select n from mine'))).toEqual([]);
    held.release();
  });
});

/** Resolves when the server works on a statement. */
async function seen(text: string, condition = 'true'): Promise<void> {
  const sql = `select from pg_stat_activity where query = $1 and state = 'active' and ${condition}`;
  for (;;) {
    const { rowCount } = await test.database.pool.query(sql, [text.startsWith('pg_') ? `select ${text}` : text]);
    if (rowCount !== 0) return;
  }
}
