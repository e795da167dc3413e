import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eraseKeys, learnErasures } from '../../../../src/ingest/erasure/erase-keys.js';
import type { Ledger, Tagged } from '../../../../src/ledger/ledger.js';
import { type TestDatabase, testDatabase } from '../../../support/database.js';

const NOW = new Date('2026-11-01T10:00:00Z');
const HEAD = 450_000;
const TAG = 'u.ada';

let given: TestDatabase;
beforeAll(async () => (given = await testDatabase()));
afterAll(() => given.drop());

it('given a large ledger in which a person is named once, then it is looked through in pages, and how far is noted with what is found and now and then', async () => {
  const { database } = given;
  const [id, keyId] = [randomUUID(), randomUUID()];
  const searchedUntil = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ at: bigint }>('select searched_until as at from ledger.erasures');
    return Number(rows[0]!.at);
  };
  const noted = new Map<number, number>(); // when a page was asked for, how far it was noted
  const named: Tagged = { position: 65_000, keyId, subjects: [TAG] };
  const ledger = {
    head: () => Promise.resolve(HEAD),
    findErased: () => Promise.resolve([]),
    findMany: () => Promise.resolve([]),
    findTagged: async (after: number, limit: number) => {
      noted.set(after, await searchedUntil());
      return named.position > after && named.position <= after + limit ? [named] : [];
    },
  } as unknown as Ledger;
  await database.pool.query("insert into ledger.vault_keys (id, wrapped) values ($1, '')", [keyId]);
  await learnErasures(database, [{ number: 0, id, tags: [TAG], entryIds: [] }]);
  expect(await eraseKeys(database, ledger, NOW)).toBe(1);
  expect([...noted.keys()]).toEqual(Array.from({ length: 23 }, (_, page) => page * 20_000));
  expect([...new Set(noted.values()), await searchedUntil()]).toEqual([0, 80_000, 280_000, HEAD]);
  const { rows } = await database.pool.query('select entries, keys_deleted, stands from ledger.erasures');
  expect(rows).toEqual([{ entries: 1n, keys_deleted: 1n, stands: true }]);
});
