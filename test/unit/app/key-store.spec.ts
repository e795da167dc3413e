import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../../src/app/auth/api-keys.js';
import { postgresKeyStore, type KeyStore } from '../../../src/app/auth/key-store.js';
import type { Database } from '../../../src/storage/database.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';

let test: TestDatabase;
let database: Database;
let store: KeyStore;
const now = new Date('2026-10-03T12:00:00Z');

beforeAll(async () => {
  test = await testDatabase();
  database = test.database;
  store = postgresKeyStore(database.pool);
});
afterAll(() => test.drop());

describe('keys in PostgreSQL', () => {
  it('given a new key, when it is stored, then only the hash of its secret is in the database, and it works', async () => {
    const keys = new ApiKeys(store, () => now, undefined);
    const { key, token } = await keys.create({ name: 'orders', scopes: ['events:write', 'read'], origins: ['*'] });
    const { rows } = await database.pool.query<{ row: string }>(
      'select row_to_json(k)::text as row from app.api_keys k',
    );
    expect(rows[0]!.row).toContain(key.id);
    expect(rows[0]!.row).not.toContain(token.slice(`tl_${key.id}_`.length));
    expect(await keys.authenticate(`Bearer ${token}`)).toEqual({
      keyId: key.id,
      account: 'orders',
      name: 'orders',
      scopes: ['events:write', 'read'],
      origins: '*',
    });
  });

  it('given a key, when it is revoked, then once only, and it stays listed', async () => {
    const keys = new ApiKeys(store, () => now, undefined);
    const { key, token } = await keys.create({ name: 'auth', account: 'shop', scopes: ['read'] });
    expect([await keys.revoke(key.id), await keys.revoke(key.id), await keys.revoke('nobodys')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await keys.list()).toContainEqual({ ...key, account: 'shop', revokedAt: now });
    await expect(keys.authenticate(`Bearer ${token}`)).rejects.toThrow('No valid credentials');
  });
});
