import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPostgresLedger, type PostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { received, times } from '../contracts/ledger-entries.js';
import { cuttingProxy } from '../faults/cutting-proxy.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let test: TestDatabase;
let ledger: PostgresLedger;
beforeEach(async () => {
  test = await testDatabase();
  ledger = await openPostgresLedger(test.database, { clock: () => new Date() });
});
afterEach(async () => {
  await ledger.close();
  await test.drop();
});

const key = () => ({ id: randomUUID(), wrapped: Buffer.from('wrapped') });
const keysWithoutEntry = async (): Promise<number> => {
  const { rows } = await test.database.pool.query<{ n: number }>(
    'select count(*)::int as n from ledger.vault_keys k where not exists (select from ledger.entries e where e.key_id = k.id)',
  );
  return rows[0]!.n;
};
const entriesWithoutKey = async (): Promise<number> => {
  const { rows } = await test.database.pool.query<{ n: number }>(
    'select count(*)::int as n from ledger.entries e where key_id is not null and not exists (select from ledger.vault_keys k where k.id = e.key_id)',
  );
  return rows[0]!.n;
};
/** Makes the database refuse rows; the check comes where the statement says. */
const refuse = (table: string, condition: string): Promise<unknown> =>
  test.database.pool.query(
    `create function deny() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '22000'; end $$;
     create trigger deny before insert on ${table} for each row when (${condition}) execute function deny()`,
  );

describe('the key of an entry', () => {
  it('given an append that the database refuses, then neither entry nor key is there, and its neighbours have both', async () => {
    await refuse('ledger.entries', `new.account = 'denied'`);
    const answers = await Promise.allSettled(
      times(20, (n) => ledger.record(received(`e${n}`, { key: key(), ...(n % 5 === 2 ? { account: 'denied' } : {}) }))),
    );
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(4);
    expect([await ledger.head(), await keysWithoutEntry(), await entriesWithoutKey()]).toEqual([16, 0, 0]);
  });

  it('given a key that cannot be kept, then its entry is not kept either', async () => {
    const refused = key();
    await refuse('ledger.vault_keys', `new.id = '${refused.id}'`);
    await expect(ledger.record(received('e1', { key: refused }))).rejects.toThrow();
    expect(await ledger.record(received('e2', { key: key() }))).toMatchObject({ outcome: 'recorded', position: 1 });
    expect([await keysWithoutEntry(), await entriesWithoutKey()]).toEqual([0, 0]);
  });

  it.each<['before' | 'after']>([['before'], ['after']])(
    'given the connection is cut %s COMMIT, then every entry has its key and every key its entry',
    async (when) => {
      const proxy = await cuttingProxy(test.database.connection);
      const beyond = await openPostgresLedger(
        { ...test.database, connection: proxy.connection },
        { clock: () => new Date(), limits: { patienceMs: 10_000 } },
      );
      proxy.cutAt('commit', when);
      await Promise.all(times(20, (n) => beyond.record(received(`e${n}`, { key: key() }))));
      expect(proxy.cuts()).toBe(1);
      await beyond.close();
      await proxy.close();
      expect([await ledger.head(), await keysWithoutEntry(), await entriesWithoutKey()]).toEqual([20, 0, 0]);
    },
  );
});
