import { setTimeout as wait } from 'node:timers/promises';
import { createPostgresBackend } from 'bullmq';
import type pg from 'pg';

const AGAIN_MS = 1_000;

/** What we use of BullMQ's connection, of which the kept promise is not public. */
interface Connection {
  pool: pg.Pool;
  readyPromise: Promise<void> | undefined;
  waitUntilReady(): Promise<void>;
}

/**
 * BullMQ's backend on PostgreSQL, which begins anew where the server was lost while it began. As it comes it keeps that failure for ever: nothing
 * can be put into such a queue any more, and a worker asks for the next job again and again, at once, so that nothing else of the process has a turn.
 */
export const createPatientBackend: typeof createPostgresBackend = (...given) => {
  const backend = createPostgresBackend(...given);
  const { connection } = backend as unknown as { connection: Connection };
  // A connection that is lost while it begins has no listener; whoever waits for its answer is told anyway.
  connection.pool.on('connect', (client) => client.on('error', () => undefined));
  const begin = connection.waitUntilReady.bind(connection);
  connection.waitUntilReady = async () => {
    const beginning = begin();
    const kept = connection.readyPromise;
    try {
      await beginning;
    } catch (error) {
      if (connection.readyPromise === kept) connection.readyPromise = undefined;
      await wait(AGAIN_MS, undefined, { ref: false });
      throw error;
    }
  };
  return backend;
};
