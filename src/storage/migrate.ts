import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { SetupError } from '../kernel/errors.js';
import type { Database } from './database.js';

/** A file of SQL statements, named `0001_what.sql`; the order of the names is the order they run in. */
export interface Migration {
  name: string;
  sql: string;
  sha256: string;
}

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'migrations');
const LOCK = 7_204_118_336_901n; // any number, as long as it stays the same
const TABLE = 'public.truth_ledger_migrations';

/** The migrations of this version. */
export function migrationsIn(folder: string = FOLDER): Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{4}_\w+\.sql$/.test(name));
  return names.sort().map((name) => {
    const sql = readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n'); // a checkout on Windows is the same migration
    return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * Brings the database to this version. Safe to run by several processes at once, and to kill: a migration, its row and the lock are one
 * transaction, so that it happened whole or not at all. Throws SetupError for a database of a newer version, a migration that was
 * changed or left out, and one that cannot run.
 */
export async function migrate(database: Database, migrations: readonly Migration[] = migrationsIn()): Promise<void> {
  while (await migrateOne(database, migrations)) continue;
}

// One transaction; true when a migration was run, so that there may be another.
async function migrateOne(database: Database, migrations: readonly Migration[]): Promise<boolean> {
  return database.transaction(async (client) => {
    await client.query('set local statement_timeout = 0');
    await client.query('select pg_advisory_xact_lock($1::bigint)', [LOCK.toString()]);
    await client.query(
      `create table if not exists ${TABLE} (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`,
    );
    const { rows } = await client.query<{ name: string; sha256: string }>(
      `select name, sha256 from ${TABLE} order by name collate "C"`,
    );
    const next = nextOf(rows, migrations);
    if (!next) return false;
    await apply(client, next);
    return true;
  });
}

// What ran must be the first part of what we know, unchanged.
function nextOf(done: readonly { name: string; sha256: string }[], known: readonly Migration[]): Migration | undefined {
  const unknown = done.find((row) => !known.some((migration) => migration.name === row.name));
  if (unknown) {
    throw new SetupError(
      `The database was written by a newer version (it has migration ${unknown.name}); start that version, or restore a backup made before it.`,
    );
  }
  for (const [index, migration] of known.entries()) {
    const row = done.find((candidate) => candidate.name === migration.name);
    if (!row && index < done.length) {
      throw new SetupError(
        `Migration ${migration.name} is missing in the database although later ones ran; restore a whole backup.`,
      );
    }
    if (row && row.sha256 !== migration.sha256) {
      throw new SetupError(
        `Migration ${migration.name} was changed after it ran in this database; bring back the file as it was and add a new one.`,
      );
    }
  }
  return known[done.length];
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  const before = await transactionId(client);
  try {
    await client.query(migration.sql);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (!isOfTheStatements(code)) throw error;
    throw new SetupError(`Migration ${migration.name} cannot run in this database, and changed nothing: ${message}.`, {
      cause: error,
    });
  }
  if ((await transactionId(client)) !== before) {
    throw new SetupError(
      `Migration ${migration.name} ends its transaction itself, so a crash could leave half of it; take COMMIT and ROLLBACK out.`,
    );
  }
  await client.query(`insert into ${TABLE} (name, sha256) values ($1, $2)`, [migration.name, migration.sha256]);
}

async function transactionId(client: pg.PoolClient): Promise<string> {
  const { rows } = await client.query<{ id: string }>('select pg_current_xact_id()::text as id');
  return rows[0]!.id;
}

// SQLSTATE classes of a lost connection, resources, operator's stop and deadlock are no fault of the migration: trying again may help.
const isOfTheStatements = (code: string | undefined): boolean =>
  code !== undefined && /^\w{5}$/.test(code) && !/^(08|40|53|57|58)/.test(code);
