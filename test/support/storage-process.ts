// A process of its own that holds a database, for tests that kill it: `node --import ./test/support/typescript.mjs <this> <options as JSON>`.
// It prints one JSON object a line, and closes the database when its standard input ends.
import { openDatabase } from '../../src/storage/database.js';
import type { DatabaseOptions } from '../../src/storage/database.js';
import { migrate, migrationsIn } from '../../src/storage/migrate.js';

export interface StorageProcessOptions extends Omit<DatabaseOptions, 'log'> {
  /** A folder of migrations to run. */
  migrations?: string;
  /** SQL to run before it says that it is ready. */
  sql?: string;
  /** End without closing. */
  exit?: boolean;
}

const say = (event: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
const options = JSON.parse(process.argv[2]!) as StorageProcessOptions;
try {
  const database = await openDatabase({ ...options, log: (line) => say({ log: line }) });
  if (options.migrations) await migrate(database, migrationsIn(options.migrations));
  if (options.sql) await database.pool.query(options.sql);
  say({
    ready: true,
    server: database.server?.pid(),
    owner: database.server?.owner,
    url: addressOf(database.connection),
  });
  if (options.exit) process.exit(0);
  process.stdin.resume().once('end', () => void database.close().then(() => process.exit(0)));
} catch (error) {
  const { name, message } = error as Error;
  say({ refused: message, name });
  process.exitCode = 1;
}

function addressOf({
  user,
  password,
  host,
  port,
  database,
}: Awaited<ReturnType<typeof openDatabase>>['connection']): string {
  const secret = typeof password === 'string' ? `:${password}` : '';
  return `postgres://${user}${secret}@localhost/${database}?host=${encodeURIComponent(host!)}&port=${port}`;
}
