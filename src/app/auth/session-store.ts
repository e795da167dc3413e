import type pg from 'pg';

/** A session or a sign-in code: who it speaks for, without the token itself. */
export interface Pass {
  /** SHA-256 of the token. */
  hash: Buffer;
  keyId: string;
  /** What token and the secret of the key give together. */
  bound: Buffer;
  expiresAt: Date;
}

export interface SessionStore {
  insertSession(pass: Pass, now: Date): Promise<void>;
  findSession(hash: Buffer, now: Date): Promise<Pass | undefined>;
  endSession(hash: Buffer): Promise<void>;
  insertCode(pass: Pass, now: Date): Promise<void>;
  /** Gives a code up: of several who ask at once one gets it. */
  takeCode(hash: Buffer, now: Date): Promise<Pass | undefined>;
}

export const postgresSessionStore = (pool: Pick<pg.Pool, 'query'>): SessionStore => ({
  async insertSession({ hash, keyId, bound, expiresAt }, now) {
    await pool.query('delete from app.sessions where expires_at <= $1', [now]);
    await pool.query(
      'insert into app.sessions (token_hash, key_id, bound, created_at, expires_at) values ($1, $2, $3, $4, $5)',
      [hash, keyId, bound, now, expiresAt],
    );
  },
  async findSession(hash, now) {
    const text = `select token_hash as hash, key_id as "keyId", bound, expires_at as "expiresAt"
      from app.sessions where token_hash = $1 and expires_at > $2`;
    return (await pool.query<Pass>({ name: 'app_session', text, values: [hash, now] })).rows[0];
  },
  async endSession(hash) {
    await pool.query('delete from app.sessions where token_hash = $1', [hash]);
  },
  async insertCode({ hash, keyId, bound, expiresAt }, now) {
    await pool.query('delete from app.sign_in_codes where expires_at <= $1', [now]);
    await pool.query('insert into app.sign_in_codes (code_hash, key_id, bound, expires_at) values ($1, $2, $3, $4)', [
      hash,
      keyId,
      bound,
      expiresAt,
    ]);
  },
  async takeCode(hash, now) {
    const text = `delete from app.sign_in_codes where code_hash = $1 and expires_at > $2
      returning code_hash as hash, key_id as "keyId", bound, expires_at as "expiresAt"`;
    return (await pool.query<Pass>(text, [hash, now])).rows[0];
  },
});
