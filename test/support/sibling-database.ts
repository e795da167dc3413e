import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { urlOf } from './test-cluster.js';

export interface SiblingDatabase {
  /** As DATABASE_URL or LEDGER_URL. */
  url: string;
  drop(): Promise<void>;
}

/**
 * One more migrated database in the server of a service: one that flushes, which a service insists on. It shares the vault of that
 * service when told so: hashes of addresses are then the same in both.
 */
export async function siblingDatabase(of: Database, sameVault: boolean): Promise<SiblingDatabase> {
  const name = `sibling_${randomBytes(6).toString('hex')}`;
  const { host, port, user } = of.connection as { host: string; port: number; user: string };
  const admin = async (sql: string): Promise<void> => {
    const client = new pg.Client({ host, port, user, database: 'postgres' });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await admin(`create database ${name}`);
  const url = urlOf({ host, port, user }, name);
  const database = await openDatabase({ databaseUrl: url, dataDir: 'unused' });
  try {
    await migrate(database);
    const { rows } = await of.pool.query<{ name: string; wrapped: Buffer }>('select * from ledger.vault_secrets');
    for (const secret of sameVault ? rows : [])
      await database.pool.query('insert into ledger.vault_secrets values ($1, $2)', [secret.name, secret.wrapped]);
  } finally {
    await database.close();
  }
  return { url, drop: () => admin(`drop database if exists ${name} with (force)`) };
}
