import pg from 'pg';

const SILENT_FOR = '10s';
const CONNECT_MS = 5_000;

/**
 * Ends the connection of a process that holds the ledger and has been silent for ten seconds: paused, or cut off. The server's own time
 * limits do not reach one that waits for the rows of a COPY, and nobody could append until it came back.
 */
export async function endSilentHolder(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: CONNECT_MS, query_timeout: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity join pg_locks using (pid)
       where datname = current_database() and relation = 'ledger.head'::regclass and granted
         and mode in ('RowShareLock', 'RowExclusiveLock')
         and wait_event = 'ClientRead' and xact_start < now() - interval '${SILENT_FOR}'`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
