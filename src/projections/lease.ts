import type pg from 'pg';

/** One projector is active at a time. The holder proves itself by its epoch in every transaction; whoever takes over raises it. */
export interface Lease {
  epoch: bigint;
}

const EXPIRES_AFTER_S = 10;
export const BEAT_EVERY_MS = 2_000;

/** Takes the lease when it is free or its holder has gone silent; at once when `force`d. Undefined when somebody else holds it. */
export async function takeLease(pool: pg.Pool, holder: string, force = false): Promise<Lease | undefined> {
  const { rows } = await pool.query<{ epoch: bigint }>(
    `update projector.lease set epoch = epoch + 1, holder = $1, beat_at = now()
     where $2 or holder is null or holder = $1 or beat_at < now() - make_interval(secs => $3)
     returning epoch`,
    [holder, force, EXPIRES_AFTER_S],
  );
  return rows[0];
}

/** False when the lease was lost. */
export async function beat(pool: pg.Pool, lease: Lease): Promise<boolean> {
  const { rowCount } = await pool.query('update projector.lease set beat_at = now() where epoch = $1', [lease.epoch]);
  return rowCount === 1;
}

export async function releaseLease(pool: pg.Pool, lease: Lease): Promise<void> {
  await pool.query(`update projector.lease set holder = null, beat_at = 'epoch' where epoch = $1`, [lease.epoch]);
}

/** Takes the lease from whoever holds it, as its holder is known to be gone. */
export async function freeLease(pool: pg.Pool): Promise<void> {
  await pool.query(`update projector.lease set holder = null, beat_at = 'epoch'`);
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
