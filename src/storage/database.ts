import pg from 'pg';
import { SetupError } from '../kernel/errors.js';
import type { Conf } from './embedded/config.js';
import { openEmbedded } from './embedded/embedded-postgres.js';
import type { EmbeddedServer } from './embedded/embedded-postgres.js';
import { askServer, giveUpSilent, REACHED_SOON, SILENT_MS } from './silent-connections.js';

// bigint as BigInt (money, positions), and a date as its text: a Date of it would be midnight of whatever zone the process runs in.
pg.types.setTypeParser(pg.types.builtins.INT8, BigInt);
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface Database {
  pool: pg.Pool;
  /** For clients outside the pool: LISTEN, the ledger's writer, BullMQ. */
  connection: pg.ClientConfig;
  embedded: boolean;
  /** The embedded server; undefined with DATABASE_URL. */
  server?: EmbeddedServer;
  /** Runs the work between BEGIN and COMMIT on one connection; rolls back and throws again what it throws. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** Waits for connections in use, then stops the embedded server if this process owns it. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A PostgreSQL of the operator's; without it the embedded one is started. */
  databaseUrl?: string;
  dataDir: string;
  log?: (line: string) => void;
  /** Settings of the embedded server. */
  conf?: Conf;
  poolMax?: number;
  /** Use the embedded server of a running service instead of refusing; `only`: never start one. */
  attach?: boolean | 'only';
  /** The embedded server listens on 127.0.0.1 instead of a socket. */
  tcp?: boolean;
  /** Accept a server that may lose what it confirmed. For tests. */
  allowUnsafe?: boolean;
  /** How long a connection in use may be silent before the server is asked whether it works for it, in milliseconds. */
  silentMs?: number;
  /** How long the server may take to answer that, in milliseconds. */
  answerMs?: number;
}

const DATABASE = 'truth_ledger';
const OLDEST = 14;
const COMING_UP_MS = 10_000; // a database that is started together with the service

/** Connects, or starts the embedded server; runs no migrations. Throws SetupError for a server that is too old, unreachable or not durable. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const log = options.log ?? (() => undefined);
  const server = options.databaseUrl === undefined ? await openEmbedded(options) : undefined;
  try {
    if (server) await createDatabase(server);
    const connection = {
      ...(server ? { ...server.endpoint, database: DATABASE, ssl: false } : addressOf(options.databaseUrl!)),
      application_name: 'truth-ledger',
    };
    await inspect(connection, options.allowUnsafe ?? false);
    const database = connect(connection, server, options.poolMax ?? 10, log);
    const { silentMs = SILENT_MS, answerMs } = options;
    giveUpSilent(database.pool, silentMs, askServer(connection, answerMs));
    return database;
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

export interface BoundedOptions {
  /** How its connections are called at the server. */
  name?: string;
  silentMs?: number;
}

const BOUNDED_POOL_MAX = 6;

/**
 * The same database over a few connections of its own, each of which is given up when it is used and nothing moves on it for `silentMs`
 * (default: 30 s): for work that must not wait on a peer that is gone, which the system tells only after a quarter of an hour. `close`
 * closes them alone.
 */
export function boundedDatabase(
  { connection, embedded, server }: Database,
  { name = 'truth-ledger', silentMs = SILENT_MS }: BoundedOptions = {},
): Database {
  const own = connect({ ...connection, application_name: name }, undefined, BOUNDED_POOL_MAX, () => undefined);
  giveUpSilent(own.pool, silentMs);
  return { ...own, embedded, server };
}

function connect(
  connection: pg.ClientConfig,
  server: EmbeddedServer | undefined,
  max: number,
  log: (line: string) => void,
): Database {
  const pool = new pg.Pool({ ...connection, ...REACHED_SOON, max });
  // A connection lost is an `error` event, which would end the process if nobody heard it; those who use the connection get it too.
  const lost = (error: Error): void => log(`A connection to PostgreSQL was lost: ${error.message}`);
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await pool.end();
    await server?.stop();
  };
  return {
    pool,
    connection,
    embedded: server !== undefined,
    server,
    transaction: (work) => transaction(pool, work),
    close: () => (closed ??= close()),
  };
}

/** Runs the work between BEGIN and COMMIT on a connection of the pool; rolls back and throws again what it throws. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // A connection that cannot even roll back is not given to the next one.
    return await inTransaction(client, work, (failed) => (broken = failed));
  } finally {
    client.release(broken);
  }
}

/**
 * Runs the work between BEGIN and COMMIT on a connection that is held already; rolls back and throws again what it throws. `onBroken` is
 * told where not even that was possible.
 */
export async function inTransaction<T>(
  client: pg.PoolClient,
  work: (client: pg.PoolClient) => Promise<T>,
  onBroken: (error: Error) => void = () => undefined,
): Promise<T> {
  try {
    await client.query('begin');
    const result = await work(client);
    const { command } = await client.query('commit');
    // The answer to committing a transaction in which a statement failed, even if the work caught the error.
    if (command === 'ROLLBACK')
      throw new Error('The transaction was rolled back, because a statement in it had failed.');
    return result;
  } catch (error) {
    await client.query('rollback').catch(onBroken);
    throw error;
  }
}

async function createDatabase({ endpoint }: EmbeddedServer): Promise<void> {
  await withClient({ ...endpoint, database: 'postgres', ssl: false }, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}

interface Facts {
  version: number;
  encoding: string;
  readonly: string;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
}

async function inspect(connection: pg.ClientConfig, allowUnsafe: boolean): Promise<void> {
  const facts = await patiently(() =>
    withClient(connection, async (client) => {
      const names = ['fsync', 'full_page_writes', 'synchronous_commit'];
      const shown = names.map((name) => `current_setting('${name}') as ${name}`).join(', ');
      const { rows } = await client.query<Facts>(
        `select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding,
                current_setting('transaction_read_only') as readonly, ${shown}`,
      );
      return rows[0]!;
    }),
  );
  const where = placeName(connection);
  if (facts.version < OLDEST)
    throw new SetupError(`PostgreSQL ${facts.version} at ${where} is too old; version ${OLDEST} or later is needed.`);
  if (facts.encoding !== 'UTF8')
    throw new SetupError(`The database at ${where} keeps text as ${facts.encoding}; create it with encoding UTF8.`);
  if (facts.readonly === 'on')
    throw new SetupError(`The database at ${where} can only be read; name the primary server.`);
  if (allowUnsafe) return;
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit'] as const) {
    if (facts[name] === 'off')
      throw new SetupError(
        `PostgreSQL at ${where} runs with ${name} = off and may lose what it confirmed; set it to on.`,
      );
  }
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + COMING_UP_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      const coming = code === 'ECONNREFUSED' || code === '57P03'; // not listening yet, starting up
      if (!coming || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Runs the work on a connection of its own; a failure to connect becomes a SetupError without the password. */
async function withClient<T>(connection: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connection, ...REACHED_SOON });
  client.on('error', () => undefined); // the query in flight reports it
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    throw Object.assign(
      new SetupError(`PostgreSQL at ${placeName(connection)} cannot be used: ${message || code}`, { cause: error }),
      { code },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

// pg reads the address; single fields let others (BullMQ) add `options` of their own.
function addressOf(url: string): pg.ClientConfig {
  try {
    const { host, port, user, password, database, ssl } = new pg.Client({ connectionString: url });
    const options = new URL(url).searchParams.get('options') ?? undefined;
    return { host, port, user, password: password ?? undefined, database, ssl, options };
  } catch {
    throw new SetupError('DATABASE_URL cannot be read; it looks like postgres://user:password@host:5432/database.');
  }
}

const placeName = ({ host, port, database }: pg.ClientConfig): string => `${host}:${port}/${database}`;
