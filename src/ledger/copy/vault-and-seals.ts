import { SetupError } from '../../kernel/errors.js';
import type { Database } from '../../storage/database.js';
import type { Entry, VaultKey } from '../ledger.js';

type Pooled = Pick<Database, 'pool'>;

const ROWS_MAX = 10_000;
const LEAF_ROWS_MAX = 8; // of half a megabyte each, at most

/** The secrets of the vault, as they are wrapped: the target must be opened with the same vault key. Throws SetupError when it has others. */
export async function copySecrets(from: Pooled, to: Pooled): Promise<void> {
  const read = 'select name, wrapped from ledger.vault_secrets order by name';
  const wanted = (await from.pool.query<{ name: string; wrapped: Buffer }>(read)).rows;
  for (const { name, wrapped } of wanted)
    await to.pool.query('insert into ledger.vault_secrets (name, wrapped) values ($1, $2) on conflict do nothing', [
      name,
      wrapped,
    ]);
  const there = (await to.pool.query<{ name: string; wrapped: Buffer }>(read)).rows;
  const same =
    there.length === wanted.length &&
    there.every(({ name, wrapped }, at) => name === wanted[at]!.name && wrapped.equals(wanted[at]!.wrapped));
  if (!same)
    throw new SetupError(
      'The target has a vault of its own, which could not open what is copied; use a database that no service has opened.',
    );
}

/** The keys of entries that still exist; those of erased persons do not, and stay away. */
export async function keysOf(from: Pooled, entries: readonly Entry[]): Promise<VaultKey[]> {
  const ids = entries.flatMap(({ keyId }) => (keyId === undefined ? [] : [keyId]));
  if (ids.length === 0) return [];
  const { rows } = await from.pool.query<VaultKey>(
    'select id, wrapped from ledger.vault_keys where id = any($1::uuid[])',
    [ids],
  );
  return rows;
}

/** The signed roots, the tree below them and its leaves: the copy has the same hashes, so what was proven stays proven. */
export async function copySeals(from: Pooled, to: Pooled): Promise<void> {
  for (let last = { level: -1, index: 0n }; ;) {
    const { rows } = await from.pool.query<{ level: number; index: bigint; hash: Buffer }>(
      'select level, index, hash from ledger.seal_nodes where (level, index) > ($1, $2) order by level, index limit $3',
      [last.level, last.index, ROWS_MAX],
    );
    if (rows.length === 0) break;
    await to.pool.query(
      'insert into ledger.seal_nodes (level, index, hash) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[]) on conflict do nothing',
      [rows.map(({ level }) => level), rows.map(({ index }) => index), rows.map(({ hash }) => hash)],
    );
    last = rows.at(-1)!;
  }
  await copyBySize(from, to, 'seal_checkpoints', 'bigint[] bytea[] text[] timestamptz[] bytea[]', CHECKPOINT_COLUMNS);
  await copyBySize(from, to, 'seal_leaves', 'bigint[] bigint[] bytea[]', ['size', 'after', 'hashes'], LEAF_ROWS_MAX);
}

const CHECKPOINT_COLUMNS = ['size', 'root', 'origin', 'signed_at', 'signature'];

/** Rows of a table of seals, whose key is `size`. */
async function copyBySize(
  from: Pooled,
  to: Pooled,
  table: string,
  types: string,
  columns: readonly string[],
  limit = ROWS_MAX,
): Promise<void> {
  const places = types.split(' ').map((type, index) => `$${index + 1}::${type}`);
  for (let size = 0n; ;) {
    const { rows } = await from.pool.query<Record<string, unknown> & { size: bigint }>(
      `select ${columns.join(', ')} from ledger.${table} where ${table}.size > $1 order by ${table}.size limit $2`,
      [size, limit],
    );
    if (rows.length === 0) break;
    await to.pool.query(
      `insert into ledger.${table} (${columns.join(', ')}) select * from unnest(${places.join(', ')}) on conflict do nothing`,
      columns.map((name) => rows.map((row) => row[name])),
    );
    size = rows.at(-1)!.size;
  }
}
