import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../src/storage/database.js';
import { SetupError } from '../../../src/kernel/errors.js';
import { emptyDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';

let given: TestDatabase;
beforeAll(async () => {
  given = await emptyDatabase();
});
afterAll(() => given.drop());

describe('a database given by its address', () => {
  it('reads bigint as BigInt, date as text and timestamptz as Date', async () => {
    const { rows } = await given.database.pool.query(
      `select 9007199254740993::bigint as big, date '2026-03-29' as day, timestamptz '2026-03-29T01:00:00Z' as at`,
    );
    expect(rows[0]).toEqual({ big: 9007199254740993n, day: '2026-03-29', at: new Date('2026-03-29T01:00:00Z') });
  });

  it('keeps what a transaction wrote, and nothing of one that threw', async () => {
    const { pool } = given.database;
    await pool.query('create table kept (n int)');
    await given.database.transaction((client) => client.query('insert into kept values (1)'));
    const failing = given.database.transaction(async (client) => {
      await client.query('insert into kept values (2)');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect((await pool.query('select n from kept')).rows).toEqual([{ n: 1 }]);
  });

  it('survives the loss of a connection in the middle of a transaction, and serves the next', async () => {
    const { pool } = given.database;
    const broken = given.database.transaction(async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await pool.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await client.query('select 1');
    });
    await expect(broken).rejects.toThrow();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('says so when a transaction cannot be committed because a statement in it failed, even if that error was caught', async () => {
    const swallowed = given.database.transaction((client) => client.query('select 1 / 0').catch(() => 'fine'));
    await expect(swallowed).rejects.toThrow(/rolled back/);
  });

  it('is refused when it may lose what it confirmed', async () => {
    await expect(openDatabase({ databaseUrl: given.url, dataDir: 'unused' })).rejects.toThrow(
      /^PostgreSQL at .* runs with fsync = off/,
    );
  });

  it('is refused when it can only be read', async () => {
    const url = `${given.url}&options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
    await expect(openDatabase({ databaseUrl: url, dataDir: 'unused', allowUnsafe: true })).rejects.toThrow(
      /can only be read/,
    );
  });

  it('is refused with one sentence without its password when it does not exist', async () => {
    const url = given.url.replace('postgres@', 'postgres:hunter2secret@').replace(/suite_\w+/, 'nowhere');
    const refused = openDatabase({ databaseUrl: url, dataDir: 'unused' });
    await expect(refused).rejects.toThrow(
      /^PostgreSQL at \S+\/nowhere cannot be used: database "nowhere" does not exist$/,
    );
    await expect(refused).rejects.not.toThrow(/hunter2secret/);
  });

  it('is refused when the address cannot be read', async () => {
    await expect(openDatabase({ databaseUrl: 'postgres://%zz', dataDir: 'unused' })).rejects.toThrow(SetupError);
  });
});
