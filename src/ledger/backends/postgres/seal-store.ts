import type { Database } from '../../../storage/database.js';
import type { Position } from '../../ledger.js';
import type { Subtree } from '../../merkle.js';
import type { Checkpoint, SealStore } from '../../seal.js';

interface CheckpointRow {
  size: string;
  root: Buffer;
  origin: string;
  signed_at: Date;
  signature: Buffer;
}

const COLUMNS = 'size::text, root, origin, signed_at, signature';

/** Seals in tables beside the entries. `storedHashes` is the backend's own way to read the leaves. */
export function sealStoreInPostgres(
  database: Database,
  storedHashes: (after: Position, limit: number) => Promise<Buffer>,
): SealStore {
  const checkpoints = async (sql: string, values: unknown[]): Promise<Checkpoint[]> =>
    (await database.pool.query<CheckpointRow>(sql, values)).rows.map(toCheckpoint);
  return {
    storedHashes,
    async nodes(level, from, limit) {
      const { rows } = await database.pool.query<{ hashes: Buffer | null }>(
        `select string_agg(hash, ''::bytea order by index) as hashes from ledger.seal_nodes where level = $1 and index >= $2 and index < $2 + $3`,
        [level, from, limit],
      );
      return rows[0]?.hashes ?? Buffer.alloc(0);
    },
    save: (nodes, checkpoint, hashes) => save(database, nodes, checkpoint, hashes),
    async sealedHashes(after) {
      const { rows } = await database.pool.query<{ after: string; hashes: Buffer }>(
        `select after::text, hashes from ledger.seal_leaves where seal_leaves.size > $1 order by seal_leaves.size limit 1`,
        [after],
      );
      const [row] = rows;
      if (!row) return undefined;
      // Of a stretch that overlaps with what was read, the rest.
      const from = Math.max(after, Number(row.after));
      return { after: from, hashes: row.hashes.subarray((from - Number(row.after)) * 32) };
    },
    async latest() {
      const [last] = await checkpoints(
        `select ${COLUMNS} from ledger.seal_checkpoints order by seal_checkpoints.size desc limit 1`,
        [],
      );
      return last;
    },
    after: (size, limit) =>
      checkpoints(
        `select ${COLUMNS} from ledger.seal_checkpoints where size > $1 order by seal_checkpoints.size limit $2`,
        [size, limit],
      ),
  };
}

/** Two sealers make the same nodes, so what is there already may stay; a checkpoint of one size is signed once. */
function save(
  database: Database,
  nodes: readonly Subtree[],
  { size, root, origin, signedAt, signature }: Checkpoint,
  hashes: Buffer,
): Promise<void> {
  return database.transaction(async (client) => {
    await client.query(
      `insert into ledger.seal_nodes (level, index, hash)
      select * from unnest($1::smallint[], $2::bigint[], $3::bytea[]) on conflict do nothing`,
      [nodes.map((node) => node.level), nodes.map((node) => node.index), nodes.map((node) => node.hash)],
    );
    await client.query(
      `insert into ledger.seal_checkpoints (size, root, origin, signed_at, signature) values ($1, $2, $3, $4, $5) on conflict do nothing`,
      [size, root, origin, signedAt, signature],
    );
    await client.query(
      `insert into ledger.seal_leaves (size, after, hashes) values ($1, $2, $3) on conflict do nothing`,
      [size, size - hashes.length / 32, hashes],
    );
  });
}

const toCheckpoint = (row: CheckpointRow): Checkpoint => ({
  size: Number(row.size),
  root: row.root,
  origin: row.origin,
  signedAt: row.signed_at,
  signature: row.signature,
});
