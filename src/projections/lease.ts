import type pg from 'pg';
import { transaction } from '../storage/database.js';
import { LOCK_NOT_AVAILABLE, stateOf } from '../storage/sql-states.js';

/** One projector is active at a time. The holder proves itself by its epoch in every transaction; whoever takes over raises it. */
export interface Lease {
  epoch: bigint;
}

const EXPIRES_AFTER_S = 6;
const BEAT_EVERY_MS = 2_000;
/** How often one that waits looks whether the holder has gone silent. */
export const TRY_EVERY_MS = 1_000;
const LOCK_WAIT_MS = 500;
const FORCED_LOCK_WAIT_MS = 2_000; // then whoever has it may have gone silent

/** How the connections of a projector are called, so that the one that takes over from it can end them. */
export const connectionName = (holder: string): string => `truth-ledger ${holder}`;

/**
 * Takes the lease when it is free or its holder has gone silent; when `force`d from whoever has it, as soon as a batch of theirs is over or
 * they are silent in the middle of one. Undefined when somebody else holds it.
 */
export async function takeLease(pool: pg.Pool, holder: string, force = false): Promise<Lease | undefined> {
  for (;;) {
    await endSilentHolder(pool, holder).catch(() => undefined); // where we may not, the server's own time limits do it
    const lease = await tryToTake(pool, holder, force);
    if (lease || !force) return lease;
  }
}

async function tryToTake(pool: pg.Pool, holder: string, force: boolean): Promise<Lease | undefined> {
  try {
    return await transaction(pool, async (client) => {
      // A batch of the holder keeps the row; its own beat waits for it before us, and then the lease has not run out.
      await client.query(`set local lock_timeout = ${force ? FORCED_LOCK_WAIT_MS : LOCK_WAIT_MS}`);
      const { rows } = await client.query<{ epoch: bigint }>(
        `update projector.lease set epoch = epoch + 1, holder = $1, beat_at = now()
         where $2 or holder is null or holder = $1 or beat_at < now() - make_interval(secs => $3)
         returning epoch`,
        [holder, force, EXPIRES_AFTER_S],
      );
      return rows[0];
    });
  } catch (error) {
    if (stateOf(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

/**
 * A process that is paused, or cut off, in the middle of a batch holds the row of the lease. The server waits for it for ever when
 * that batch is in a COPY, so its connections are ended. Only those on which the server waits for the process: one whose batch takes
 * longer than a lease lasts cannot renew it meanwhile, because the batch has the row, and works all the same.
 */
async function endSilentHolder(pool: pg.Pool, ourselves: string): Promise<void> {
  await pool.query(
    `select pg_terminate_backend(pid) from projector.lease
     join pg_stat_activity on datname = current_database() and application_name = $1 || holder
     where beat_at < now() - make_interval(secs => $2) and holder <> $3 and xact_start is not null
       and wait_event = 'ClientRead' and state_change < now() - make_interval(secs => $2)`,
    [connectionName(''), EXPIRES_AFTER_S, ourselves],
  );
}

/** Renews the lease until it is told to stop, one beat at a time; calls `lost` when somebody else has it. */
export function keepBeating(
  pool: Pick<pg.Pool, 'query'>,
  lease: Lease,
  lost: () => void = () => undefined,
): () => void {
  let beating = false; // beats that wait for a long batch would take the connections that it needs
  const heart = setInterval(() => {
    if (beating) return;
    beating = true;
    beat(pool, lease)
      .then(
        (held) => (held ? undefined : lost()),
        () => undefined, // the database is away: the next batch will tell
      )
      .finally(() => (beating = false));
  }, BEAT_EVERY_MS);
  return () => clearInterval(heart);
}

/** False when the lease was lost. */
export async function beat(pool: Pick<pg.Pool, 'query'>, lease: Lease): Promise<boolean> {
  const { rowCount } = await pool.query('update projector.lease set beat_at = now() where epoch = $1', [lease.epoch]);
  return rowCount === 1;
}

export async function releaseLease(pool: pg.Pool, lease: Lease): Promise<void> {
  await pool.query(`update projector.lease set holder = null, beat_at = 'epoch' where epoch = $1`, [lease.epoch]);
}

/** Thrown inside a batch whose lease or checkpoint is no longer ours; nothing of it was written. */
export class FencedOut extends Error {
  override readonly name = 'FencedOut';
}

/** Holds the lease for the rest of the transaction, or throws FencedOut. */
export async function assertLease(client: pg.ClientBase, lease: Lease): Promise<void> {
  const { rowCount } = await client.query('select 1 from projector.lease where epoch = $1 for share', [lease.epoch]);
  if (rowCount !== 1) throw new FencedOut('another projector took over');
}

/** Moves the checkpoint of a model of this version with the rows of the same transaction, or throws FencedOut. */
export async function moveCheckpoint(client: pg.ClientBase, version: string, from: number, to: number): Promise<void> {
  const { rowCount } = await client.query(
    'update model.checkpoint set position = $2 where position = $1 and model_version = $3',
    [from, to, version],
  );
  if (rowCount !== 1) throw new FencedOut('the checkpoint was moved by another projector');
}
