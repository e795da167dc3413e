import type pg from 'pg';
import type { Database } from '../../storage/database.js';
import type { Reader } from '../source.js';

const LOOK_AGAIN_MS = 200;

/**
 * Runs the work while nobody else, in this process or another, runs one of the same name. It may take its time: the lock is of its
 * connection and no transaction is open; whoever waits holds no connection. A connection that is lost loses the lock with it, and the
 * work cannot write any more.
 */
export async function alone<T>(
  { pool }: Pick<Database, 'pool'>,
  name: string,
  pause: (ms: number) => Promise<unknown>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  for (;;) {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      if (await locked(client, name)) {
        try {
          return await work(client);
        } finally {
          // A connection that cannot give the lock back is given to nobody.
          await client.query(`select pg_advisory_unlock(${KEY})`, [name]).catch((failed: Error) => (broken = failed));
        }
      }
    } finally {
      client.release(broken);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

const KEY = 'hashtextextended($1, 0)';

async function locked(client: pg.PoolClient, name: string): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${KEY}) as mine`, [name]);
  return rows[0]!.mine;
}

/** Takes the same lock within a transaction, which holds it to its end; false, without waiting, where somebody else has it. */
export async function lockedWithin(client: Reader, name: string): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_xact_lock(${KEY}) as mine`, [name]);
  return rows[0]!.mine;
}
