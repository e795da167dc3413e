import type pg from 'pg';

export const scopes = ['events:write', 'read', 'admin', 'finance'] as const;
export type Scope = (typeof scopes)[number];

/** A caller's key without its secret. */
export interface ApiKey {
  id: string;
  name: string;
  /** Identities of its events live in it: two keys of one account speak for the same sender. */
  account: string;
  scopes: readonly Scope[];
  /** CloudEvents sources it may write; `*` alone is any. */
  origins: readonly string[];
  createdAt: Date;
  revokedAt: Date | null;
}

export interface StoredKey extends ApiKey {
  /** SHA-256 of the secret. */
  secretHash: Buffer;
}

/** Where keys are kept. A key is revoked, never deleted: entries name it. */
export interface KeyStore {
  find(id: string): Promise<StoredKey | undefined>;
  insert(key: StoredKey): Promise<void>;
  list(): Promise<ApiKey[]>;
  /** False when there is no such key, or it was revoked before. */
  revoke(id: string, at: Date): Promise<boolean>;
}

const COLUMNS = 'id, name, account, scopes, origins, created_at as "createdAt", revoked_at as "revokedAt"';

export const postgresKeyStore = (pool: Pick<pg.Pool, 'query'>): KeyStore => ({
  async find(id) {
    const sql = `select ${COLUMNS}, secret_hash as "secretHash" from app.api_keys where id = $1`;
    return (await pool.query<StoredKey>({ name: 'app_key_by_id', text: sql, values: [id] })).rows[0];
  },
  async insert(key) {
    await pool.query(
      `insert into app.api_keys (id, name, account, secret_hash, scopes, origins, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [key.id, key.name, key.account, key.secretHash, key.scopes, key.origins, key.createdAt],
    );
  },
  async list() {
    return (await pool.query<ApiKey>(`select ${COLUMNS} from app.api_keys order by created_at, id`)).rows;
  },
  async revoke(id, at) {
    const sql = 'update app.api_keys set revoked_at = $2 where id = $1 and revoked_at is null';
    return (await pool.query(sql, [id, at])).rowCount === 1;
  },
});
