import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SetupError } from '../../../src/kernel/errors.js';
import { openDatabase } from '../../../src/storage/database.js';
import { migrate, migrationsIn } from '../../../src/storage/migrate.js';
import type { Migration } from '../../../src/storage/migrate.js';
import { emptyDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { startStorage, until } from '../../support/start-storage.js';

const ONE = { '0001_one.sql': 'create schema shop; create table shop.one (n int);' };
const TWO = { ...ONE, '0002_two.sql': 'create table shop.two (n int); insert into shop.two values (2);' };

let given: TestDatabase;
let folder: string;
beforeEach(async () => {
  given = await emptyDatabase();
  folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-migrations-'));
});
afterEach(async () => {
  await given.drop();
  rmSync(folder, { recursive: true });
});

function files(contents: Record<string, string>): Migration[] {
  rmSync(folder, { recursive: true });
  folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-migrations-'));
  for (const [name, sql] of Object.entries(contents)) writeFileSync(path.join(folder, name), sql);
  return migrationsIn(folder);
}

async function refusal(migrations: Migration[]): Promise<string> {
  const error: unknown = await migrate(given.database, migrations).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SetupError);
  return (error as SetupError).message;
}

async function names(sql: string): Promise<unknown[]> {
  const { rows } = await given.database.pool.query<{ name: unknown }>(sql);
  return rows.map((row) => row.name);
}

const tables = (): Promise<unknown[]> =>
  names(`select table_name as name from information_schema.tables where table_schema = 'shop' order by 1`);
const done = (): Promise<unknown[]> => names('select name from public.truth_ledger_migrations order by 1');

describe('migrate', () => {
  it('runs what is new, once and in order', async () => {
    await migrate(given.database, files(ONE));
    await migrate(given.database, files(TWO));
    await migrate(given.database, files(TWO));
    expect(await done()).toEqual(['0001_one.sql', '0002_two.sql']);
    expect(await names('select n as name from shop.two')).toEqual([2]);
  });

  it('runs each migration once when two processes start together', async () => {
    const migrations = files(TWO);
    const other = await openDatabase({ databaseUrl: given.url, dataDir: 'unused', allowUnsafe: true });
    await Promise.all([migrate(given.database, migrations), migrate(other, migrations)]).finally(() => other.close());
    expect(await names('select n as name from shop.two')).toEqual([2]);
  });

  it('takes a checkout with other line ends for the same', async () => {
    await migrate(given.database, files({ '0001_one.sql': 'create schema shop;\n-- one\n' }));
    await migrate(given.database, files({ '0001_one.sql': 'create schema shop;\r\n-- one\r\n' }));
    expect(await done()).toEqual(['0001_one.sql']);
  });

  it('refuses a database of a newer version', async () => {
    await migrate(given.database, files(TWO));
    expect(await refusal(files(ONE))).toBe(
      'The database was written by a newer version (it has migration 0002_two.sql); start that version, or restore a backup made before it.',
    );
  });

  it('refuses a migration that was changed after it ran', async () => {
    await migrate(given.database, files(ONE));
    expect(await refusal(files({ '0001_one.sql': 'create schema shop; create table shop.one (n bigint);' }))).toMatch(
      /^Migration 0001_one.sql was changed after it ran/,
    );
    expect(await tables()).toEqual(['one']);
  });

  it('refuses a database in which an earlier migration is missing', async () => {
    await migrate(given.database, files(TWO));
    await given.database.pool.query(`delete from public.truth_ledger_migrations where name = '0001_one.sql'`);
    expect(await refusal(files(TWO))).toMatch(
      /^Migration 0001_one.sql is missing in the database although later ones ran/,
    );
  });

  it('leaves nothing of a migration that fails, and says which one and why', async () => {
    const failing = files({ ...ONE, '0002_bad.sql': 'create table shop.two (n int); select 1 / 0;' });
    expect(await refusal(failing)).toBe(
      'Migration 0002_bad.sql cannot run in this database, and changed nothing: division by zero.',
    );
    expect(await tables()).toEqual(['one']);
    expect(await done()).toEqual(['0001_one.sql']);
  });

  it('refuses a migration that was run by hand without being written down', async () => {
    await given.database.pool.query(ONE['0001_one.sql']);
    expect(await refusal(files(ONE))).toMatch(
      /^Migration 0001_one.sql cannot run in this database, and changed nothing: schema "shop" already exists/,
    );
  });

  it('refuses a migration that ends its transaction itself', async () => {
    expect(
      await refusal(files({ '0001_one.sql': 'create schema shop; commit; begin; create table shop.one (n int);' })),
    ).toMatch(/^Migration 0001_one.sql ends its transaction itself/);
    expect(await done()).toEqual([]);
  });

  it('leaves nothing of a migration during which the process was killed, and runs it the next time', async () => {
    files({ ...ONE, '0002_two.sql': 'create table shop.two (n int); select pg_sleep(600);' });
    const killed = startStorage({ databaseUrl: given.url, dataDir: 'unused', allowUnsafe: true, migrations: folder });
    killed.answer.catch(() => undefined);
    const sleeping = `select pid as name from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    await until(async () => (await names(sleeping)).length === 1);
    await killed.kill();
    // The server would notice at the end of the statement only.
    await given.database.pool.query(
      `select pg_terminate_backend(pid) from (${sleeping.replace('as name', '')}) as left_over`,
    );
    await until(async () => (await names(sleeping)).length === 0);
    expect(await tables()).toEqual(['one']);
    expect(await done()).toEqual(['0001_one.sql']);
    await migrate(given.database, files(TWO));
    expect(await tables()).toEqual(['one', 'two']);
  });

  it('brings an empty database to this version, and then has nothing left to do', async () => {
    await migrate(given.database);
    expect(await done()).toEqual(migrationsIn().map(({ name }) => name));
    await migrate(given.database);
    expect(await done()).toHaveLength(new Set(migrationsIn().map(({ name }) => name.slice(0, 4))).size); // no number twice
  });
});
