import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../storage/database.js';
import { LOCK_NOT_AVAILABLE, stateOf } from '../storage/sql-states.js';

const LOCK_WAIT_MS = 300; // whoever comes while we wait for a lock waits behind us
const SILENT_MS = 10_000;
const PAUSE_MS = 1_000;
const GIVE_UP_MS = 600_000;
const SAY_EVERY_MS = 30_000;

export interface ShortLocksDeps {
  database: Database;
  log(level: 'info' | 'warn' | 'error', message: string, error?: unknown): void;
  signal: AbortSignal;
}

/**
 * Runs a transaction that needs tables for itself which people read in SQL, some of them for hours. It waits for a lock so briefly that
 * nobody behind it notices, and comes again, for ten minutes; meanwhile it says in the log who reads.
 */
export async function withShortLocks(
  { database, log, signal }: ShortLocksDeps,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    signal.throwIfAborted();
    try {
      return await database.transaction(async (client) => {
        // A process that is paused in here would keep everybody from the model: the server ends it.
        await client.query(
          `set local lock_timeout = ${LOCK_WAIT_MS}; set local idle_in_transaction_session_timeout = ${SILENT_MS}`,
        );
        await work(client);
      });
    } catch (error) {
      if (stateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      if (waited >= GIVE_UP_MS)
        throw new Error(
          'the rebuilt read model could not take its place within ten minutes; see the log for who reads',
          {
            cause: error,
          },
        );
      if (waited % SAY_EVERY_MS === 0) log('warn', `the rebuilt read model waits for ${await readers(database.pool)}`);
      await wait(PAUSE_MS, undefined, { signal });
    }
  }
}

/** Who holds locks on the read model or its views, those for longest first. */
async function readers(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ pid: number; since: number | null }>(
    `select pid, extract(epoch from clock_timestamp() - min(xact_start))::int as since
     from pg_locks join pg_class c on c.oid = relation join pg_stat_activity using (pid)
     where relnamespace in ('model'::regnamespace, 'report'::regnamespace) and granted
     group by pid order by min(xact_start) limit 3`,
  );
  const named = rows.map(({ pid, since }) => `pid ${pid}, since ${since ?? '?'} s`);
  return `the end of transactions that read the old one (${named.join('; ') || 'over by now'})`;
}
