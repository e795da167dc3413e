import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openDatabase } from '../../src/storage/database.js';
import type { Database } from '../../src/storage/database.js';
import { urlOf } from './test-cluster.js';
import type { TestAccess } from './test-cluster.js';

export interface TestDatabase {
  database: Database;
  /** For what opens its own connection from DATABASE_URL. */
  url: string;
  /** Closes it and removes it. */
  drop(): Promise<void>;
}

/** A database of its own with every migration run: a clone of the run's template. */
export function testDatabase(): Promise<TestDatabase> {
  const { template, failure } = access();
  return failure === undefined ? cloneOf(template) : Promise.reject(new Error(failure));
}

/** A database with nothing in it. */
export const emptyDatabase = (): Promise<TestDatabase> => cloneOf('template0');

/** The same at an operator who sorts by the rules of a language, lives elsewhere and writes dates in another way. */
export const foreignDatabase = (): Promise<TestDatabase> =>
  cloneOf('template0', `locale_provider icu icu_locale 'en-US'`, [
    `set timezone = 'Asia/Tokyo'`,
    `set datestyle = 'SQL, DMY'`,
  ]);

async function cloneOf(template: string, locale = '', settings: readonly string[] = []): Promise<TestDatabase> {
  const name = `suite_${process.pid}_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name} template ${template} ${locale} strategy file_copy`);
  for (const each of settings) await asAdmin(`alter database ${name} ${each}`);
  const url = urlOf(access(), name);
  const database = await openDatabase({ databaseUrl: url, dataDir: 'unused', allowUnsafe: true });
  return {
    database,
    url,
    drop: async () => {
      await database.close();
      await asAdmin(`drop database if exists ${name} with (force)`);
    },
  };
}

async function asAdmin(sql: string): Promise<void> {
  const { host, port, user } = access();
  const client = new pg.Client({ host, port, user, database: 'postgres' });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

function access(): TestAccess {
  const text = process.env['TEST_PG'];
  if (!text)
    throw new Error('TEST_PG is not set: run the suites with jest, whose global setup starts their PostgreSQL.');
  return JSON.parse(text) as TestAccess;
}
