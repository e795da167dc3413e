import type net from 'node:net';
import pg from 'pg';
import { silent } from './is-away.js';

/** Whether the server goes on working for a connection on which nothing moves. */
export type IsWorking = (client: pg.ClientBase) => Promise<boolean>;

const NEVER: IsWorking = () => Promise.resolve(false);

/** How long a connection in use may be silent, and how long the server may take to say why, where nothing else is said. */
export const SILENT_MS = 30_000;

/** For connections that are kept: a machine that is gone is noticed in seconds, not in the two hours of the system. */
export const REACHED_SOON = {
  connectionTimeoutMillis: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} satisfies pg.ClientConfig;

/**
 * Gives up a connection of the pool on which, while it is used, nothing moves for `silentMs`, unless the server works for it: whoever
 * waits on a peer that is gone is told by the system only after a quarter of an hour.
 */
export function giveUpSilent(pool: pg.Pool, silentMs: number, isWorking: IsWorking = NEVER): void {
  pool.on('connect', (client) => listen(client, silentMs, isWorking));
  pool.on('acquire', (client) => streamOf(client).setTimeout(silentMs));
  pool.on('release', (_, client) => streamOf(client).setTimeout(0));
}

/** The same of a connection that is in no pool. */
export function giveUpWhenSilent(client: pg.Client, connection: pg.ClientConfig): void {
  listen(client, SILENT_MS, askServer(connection));
  streamOf(client).setTimeout(SILENT_MS);
}

function listen(client: pg.ClientBase, silentMs: number, isWorking: IsWorking): void {
  const stream = streamOf(client);
  const look = async (): Promise<void> => {
    const moved = movedOn(stream);
    // One that we hold back ourselves, to have time for what came, is not silent.
    const goesOn = stream.isPaused() || (await isWorking(client));
    if (stream.timeout === 0) return; // given back meanwhile
    if (goesOn || movedOn(stream) !== moved) stream.setTimeout(silentMs);
    else stream.destroy(silent(silentMs));
  };
  stream.on('timeout', () => void look());
}

/**
 * Asks the server itself, on a connection of its own and for `withinMs` at most. A statement may take hours without a word, and so may
 * one that holds a connection and asks nothing; a server that does not answer here either is gone.
 */
export function askServer(connection: pg.ClientConfig, withinMs = SILENT_MS): IsWorking {
  return async (client) => {
    const { readyForQuery, processID } = client as unknown as { readyForQuery: boolean; processID: number };
    if (readyForQuery) return true;
    const asking = new pg.Client({ ...connection, connectionTimeoutMillis: withinMs, query_timeout: withinMs });
    asking.on('error', () => undefined);
    try {
      await asking.connect();
      return await isActive(asking, processID);
    } catch (error) {
      // What it refuses (too many connections, say) it has answered.
      return error instanceof pg.DatabaseError;
    } finally {
      // A farewell would wait for an answer.
      streamOf(asking).destroy();
    }
  };
}

/**
 * A server that waits for what we are to send has lost our statement, or we its answer; so has one that waits until we take what it sends,
 * because we do. One that keeps no book of what its sessions do, or not for this role, cannot say: then the session counts as working.
 */
async function isActive(asking: pg.Client, pid: number): Promise<boolean> {
  const { rows } = await asking.query<{ own: number; active: boolean }>(
    `select pg_backend_pid() as own, exists (
       select from pg_stat_activity where pid = $1 and (
         coalesce(state, 'disabled') = 'disabled'
         or (state = 'active' and coalesce(wait_event, '') not in ('ClientRead', 'ClientWrite')))) as active`,
    [pid],
  );
  const { own, active } = rows[0]!;
  // A pooler between us and the server makes up the numbers of its connections: then nobody can say.
  const isPooled = own !== (asking as unknown as { processID: number }).processID;
  return active || isPooled;
}

const streamOf = (client: pg.ClientBase): net.Socket =>
  (client as unknown as { connection: { stream: net.Socket } }).connection.stream;

const movedOn = (stream: net.Socket): number => stream.bytesRead + stream.bytesWritten;
