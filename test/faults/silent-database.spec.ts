// Questions and rebuilds have no time limit: a host that vanishes without a word must still not keep them for a quarter of an hour.
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { isAway } from '../../src/storage/is-away.js';
import { askServer } from '../../src/storage/silent-connections.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

const SILENT_MS = 200;
const LONG_S = 1; // several times as long as a connection may be silent

let test: TestDatabase;
let proxy: CuttingProxy;
let database: Database | undefined;
beforeEach(async () => {
  test = await testDatabase();
  proxy = await cuttingProxy(test.database.connection);
});
afterEach(async () => {
  proxy.dropSilent();
  await database?.close();
  database = undefined;
  await proxy.close();
  await test.drop();
});

/** The database behind the proxy. A server that is well may take its time to say so, unless `answerMs` is given: the machine may be busy. */
async function opened(answerMs?: number): Promise<Database> {
  const { user, database: name } = test.database.connection;
  database = await openDatabase({
    databaseUrl: `postgres://${user!}@127.0.0.1:${proxy.port}/${name!}`,
    ...{ dataDir: 'unused', allowUnsafe: true, silentMs: SILENT_MS, answerMs },
  });
  return database;
}

const answered = (asking: Promise<pg.QueryResult>): Promise<unknown> =>
  asking.then(
    ({ rows }) => rows,
    (error: unknown) => (isAway(error) ? 'away' : error),
  );

describe('a database that says nothing', () => {
  it('given its host has vanished, when a long question waits for it, then it is told that the database is away', async () => {
    const { pool } = await opened(SILENT_MS);
    const asking = answered(pool.query('select pg_sleep(600)'));
    await seen('pg_sleep(600)');
    proxy.silence('all');
    expect(await asking).toBe('away');
  });

  it('given an answer is lost, while the server is well, then the question is given up, and the next one is answered', async () => {
    const { pool } = await opened();
    const client = await pool.connect();
    proxy.silence();
    expect(await answered(client.query('select 1 as one'))).toBe('away');
    client.release(true);
    expect(await answered(pool.query('select 1 as one'))).toEqual([{ one: 1 }]);
  });

  it('given it works for a long time, then the answer is waited for', async () => {
    const { pool } = await opened();
    const long = `select 1 as one from pg_sleep(${LONG_S})`;
    expect(await answered(pool.query(long))).toEqual([{ one: 1 }]);
  });

  it('given it waits for a lock that another session has, then so does the question', async () => {
    const { pool } = await opened();
    const other = await test.database.pool.connect();
    await other.query('begin; lock table model.contributions');
    const asking = answered(pool.query('select count(*)::int as n from model.contributions'));
    await seen('select count(*)::int as n from model.contributions', `wait_event_type = 'Lock'`);
    await other.query(`select pg_sleep(${LONG_S}); rollback`);
    other.release();
    expect(await asking).toEqual([{ n: 0 }]);
  });

  it('given a connection is held and nothing is asked, then it is kept', async () => {
    const { pool } = await opened();
    const held = await pool.connect();
    await held.query('create temporary table mine (n int)');
    await test.database.pool.query(`select pg_sleep(${LONG_S})`);
    expect(await answered(held.query('select n from mine'))).toEqual([]);
    held.release();
  });
});

describe('a server that is asked whether a session works', () => {
  /** What it says of the one that this statement, begun after these settings, keeps busy, once its row is like this. */
  async function asked(settings: string, statement: string, row: string, as: pg.ClientConfig = {}): Promise<boolean> {
    const { connection, pool } = test.database;
    const client = new pg.Client(connection);
    client.on('error', () => undefined);
    await client.connect();
    const { processID } = client as unknown as { processID: number };
    await client.query(settings);
    const cut = client.query(statement).catch(() => undefined);
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.pause();
    try {
      while ((await pool.query(`select from pg_stat_activity where pid = $1 and ${row}`, [processID])).rowCount === 0);
      return await askServer({ ...connection, ...as })({ readyForQuery: false, processID } as never);
    } finally {
      stream.destroy();
      await pool.query('select pg_terminate_backend($1)', [processID]);
      await cut;
    }
  }
  const [SLEEP, ASLEEP] = ['select pg_sleep(600)', `wait_event = 'PgSleep'`];

  it('given it waits until what it sends is taken, which we do not hold back, then it does not', async () => {
    const much = `select repeat('x', 1000000) from generate_series(1, 100)`;
    expect(await asked('select', much, `wait_event = 'ClientWrite'`)).toBe(false);
  });

  it('given it works, then it does', async () => {
    expect(await asked('select', SLEEP, ASLEEP)).toBe(true);
  });

  it('given the server keeps no book of what sessions do, then nobody can say, and it counts as working', async () => {
    expect(await asked('set track_activities = off', SLEEP, `${ASLEEP} and state = 'disabled'`)).toBe(true);
  });

  it('given who asks may not see it, then nobody can say, and it counts as working', async () => {
    expect(await asked('select', SLEEP, ASLEEP, { options: '-c role=pg_signal_backend' })).toBe(true);
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
