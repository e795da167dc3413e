import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openKurrentDbLedger } from '../../src/ledger/backends/kurrentdb/kurrentdb.js';
import type { Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { openVault, type OpenVault } from '../../src/ledger/vault/open-vault.js';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { found, received, times } from '../contracts/ledger-entries.js';
import { cuttingProxy, type CuttingProxy } from '../faults/cutting-proxy.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startKurrentdb, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { until } from '../support/start-storage.js';

const KEYS = 1_000;

let test: TestDatabase;
let double: KurrentdbDouble;
let proxy: CuttingProxy;
let database: Database;
let ledger: Ledger;
let vault: OpenVault;
let logged: string[];
beforeEach(async () => {
  [test, double] = [await testDatabase(), await startKurrentdb()];
  proxy = await cuttingProxy(test.database.connection);
  const { host, port, user, database: name } = proxy.connection;
  const databaseUrl = `postgres://${user}@${host}:${port}/${name}`;
  database = await openDatabase({ databaseUrl, dataDir: 'unused', allowUnsafe: true });
  logged = [];
  const pooled = { minutes: 1, keysMin: KEYS, keysMax: KEYS, lookMs: 20, log: (line: string) => logged.push(line) };
  vault = await openVault(database, { vaultKey: '42'.repeat(32), dataDir: 'unused', pooled });
  ledger = await openKurrentDbLedger({
    url: double.url,
    database,
    clock: () => new Date(),
    log: (line) => logged.push(line),
  });
});
afterEach(async () => {
  proxy.down(false);
  await ledger.close();
  await vault.pool!.close();
  await database.close();
  await proxy.close();
  await test.drop();
  await double.close();
});

const text = (n: number): string => `{"name":"Ada ${n}"}`;
const sealed = (n: number): NewEntry => {
  const { body, key } = vault.sealEntry(text(n), () => true);
  return received(`e${n}`, { body, key, contentMac: vault.contentMac(text(n)) });
};
const keysIn = async (table: string): Promise<string[]> =>
  (await test.database.pool.query<{ id: string }>(`select id from ledger.${table}`)).rows.map(({ id }) => id);
/** What PostgreSQL has after an older replica took over, or a backup was restored. */
const setBack = (): Promise<unknown> =>
  test.database.pool.query(`alter table ledger.feed_index disable trigger all; truncate ledger.feed_index;
    truncate ledger.pooled_keys, ledger.vault_keys; update ledger.feed_index_head
    set position = 0, commit_position = null, prepare_position = null, recorded_at = 'epoch', epoch = epoch + 1, holder = null`);
const unsealed = async (entry: NewEntry): Promise<string> => vault.unseal(entry.body, entry.key!.id);

describe('the keys of entries that PostgreSQL does not store', () => {
  it('given a pool, when an entry is sealed, then its key is durable before it is appended, and the entry’s own afterwards', async () => {
    await vault.pool!.start();
    expect(await keysIn('pooled_keys')).toHaveLength(KEYS + 1); // one of them is never used
    const entry = sealed(1);
    expect(await keysIn('pooled_keys')).toContain(entry.key!.id);
    expect(await unsealed(entry)).toBe(text(1));
    await ledger.record(entry);
    expect((await found(ledger, entry.id)).keyId).toBe(entry.key!.id);
    expect(await keysIn('vault_keys')).toEqual([entry.key!.id]);
    expect(await keysIn('pooled_keys')).not.toContain(entry.key!.id);
    expect(await unsealed(entry)).toBe(text(1));
  });

  it('given PostgreSQL down, then entries are taken as long as there are keys, and every one can be read when it is back', async () => {
    await vault.pool!.start();
    proxy.down(true);
    const entries = times(200, sealed);
    const told = await Promise.all(entries.map((entry) => ledger.record(entry)));
    expect(told.map(({ outcome }) => outcome)).toEqual(times(200, () => 'recorded'));
    expect(vault.pool!.state().left).toBe(KEYS - 200);
    expect(await ledger.health()).toMatchObject({ ok: true, detail: 'the index of the feed does not answer' });
    proxy.down(false);
    await until(async () => (await ledger.head().catch(() => 0)) === 200);
    for (const entry of entries) expect(await unsealed(entry)).toBe(text(Number(entry.originEventId.slice(1))));
    expect(new Set(await keysIn('vault_keys'))).toEqual(new Set(entries.map(({ key }) => key!.id)));
  });

  it('given no key left and PostgreSQL down, then it is unavailable and nothing is in the log; with PostgreSQL up it is taken', async () => {
    proxy.down(true);
    const entry = sealed(1);
    await expect(ledger.record(entry)).rejects.toMatchObject({ code: 'unavailable' });
    expect(double.log.records.filter(({ stream }) => stream.startsWith('truth.'))).toEqual([]);
    proxy.down(false);
    await until(() =>
      ledger.record(entry).then(
        () => true,
        () => false,
      ),
    );
    expect((await found(ledger, entry.id)).keyId).toBe(entry.key!.id);
    expect(await unsealed(entry)).toBe(text(1));
  });

  it('given a pool that is used up while PostgreSQL is there, then it is filled again at once, however seldom it is looked after', async () => {
    vault = await openVault(database, {
      ...{ vaultKey: '42'.repeat(32), dataDir: 'unused' },
      pooled: { minutes: 1, keysMin: KEYS, keysMax: KEYS, lookMs: 3_600_000 },
    });
    await vault.pool!.start();
    // The first time it has just begun to look.
    for (const used of [KEYS, 2 * KEYS]) {
      times(KEYS, (n) => sealed(used + n));
      await until(() => vault.pool!.state().left === KEYS);
    }
  });

  it('given an orderly stop, then unused keys are gone, and those of entries stay', async () => {
    await vault.pool!.start();
    const entry = sealed(1);
    await ledger.record(entry);
    await found(ledger, entry.id);
    await vault.pool!.close();
    expect([await keysIn('pooled_keys'), await keysIn('vault_keys')]).toEqual([[], [entry.key!.id]]);
  });

  it('given keys of a process that died, then they are deleted after two days, once the index has everything of that time', async () => {
    const old = '00000000-0000-7000-8000-000000000001';
    await ledger.close();
    const add = `insert into ledger.pooled_keys (id, wrapped, made_at) values ($1, '', now() - interval '49 hours')`;
    await test.database.pool.query(add, [old]);
    await test.database.pool.query(`update ledger.feed_index_head set caught_up_at = now() - interval '2 hours'`);
    await vault.pool!.start();
    await vault.pool!.close();
    expect(await keysIn('pooled_keys')).toEqual([old]);
    await test.database.pool.query('update ledger.feed_index_head set caught_up_at = now()');
    const next = await openVault(database, {
      ...{ vaultKey: '42'.repeat(32), dataDir: 'unused' },
      pooled: { minutes: 1, keysMin: 1, keysMax: 1 },
    });
    await next.pool!.start();
    await next.pool!.close();
    expect(await keysIn('pooled_keys')).toEqual([]);
  });

  it('given keys that waited for an hour until they were used up, when PostgreSQL is set back after that was seen, then they are put in again', async () => {
    await vault.pool!.start();
    const now = Date.now;
    try {
      Date.now = () => now() + 3_600_000;
      const used = times(KEYS, sealed).map(({ key }) => key!.id);
      await until(() => vault.pool!.state().left === KEYS); // it has looked since, and made new ones
      await test.database.pool.query('truncate ledger.pooled_keys');
      await until(async () => (await keysIn('vault_keys')).length === KEYS);
      expect(new Set(await keysIn('vault_keys'))).toEqual(new Set(used));
    } finally {
      Date.now = now;
    }
  });

  it('given keys that are a day old, then none of them is used any more', async () => {
    await vault.pool!.start();
    const made = await keysIn('pooled_keys');
    const now = Date.now;
    try {
      Date.now = () => now() + 25 * 3_600_000;
      expect(made).not.toContain(sealed(1).key!.id);
    } finally {
      Date.now = now;
    }
  });

  it('given a key that was erased, when PostgreSQL is set back, then it is not put in again with the others', async () => {
    await vault.pool!.start();
    const [erased, kept] = [sealed(1).key!.id, sealed(2).key!.id];
    await test.database.pool.query('insert into ledger.erased_keys (id) values ($1)', [erased]);
    await test.database.pool.query('truncate ledger.pooled_keys');
    await until(async () => (await keysIn('vault_keys')).length > 0);
    expect(await keysIn('vault_keys')).toEqual([kept]);
  });

  it('given PostgreSQL set back to before its keys were made, then those of entries are put in again and unused ones are not used any more', async () => {
    await vault.pool!.start();
    const entries = [sealed(1), sealed(2)];
    await ledger.record(entries[0]!);
    await found(ledger, entries[0]!.id);
    proxy.down(true);
    await setBack();
    await ledger.record(entries[1]!);
    const lost = sealed(3).key!.id;
    proxy.down(false);
    await until(async () => (await keysIn('vault_keys')).length === 3);
    await found(ledger, entries[1]!.id);
    for (const entry of entries) expect(await unsealed(entry)).toBe(text(Number(entry.originEventId.slice(1))));
    expect(await keysIn('vault_keys')).toContain(lost); // its entry could have been on its way
    expect(logged).toContainEqual(expect.stringContaining('was set back to an earlier state'));
    await until(() => vault.pool!.state().left === KEYS);
    const next = times(KEYS, sealed).map(({ key }) => key!.id);
    expect(await keysIn('pooled_keys')).toEqual(expect.arrayContaining(next));
  });

  it('given PostgreSQL set back, when the service stops before it has looked, then the keys of entries are put in again all the same', async () => {
    vault = await openVault(database, {
      ...{ vaultKey: '42'.repeat(32), dataDir: 'unused' },
      pooled: { minutes: 1, keysMin: 1, keysMax: 1 },
    });
    await vault.pool!.start();
    const entry = sealed(1);
    await setBack();
    await vault.pool!.close();
    expect([await keysIn('vault_keys'), await keysIn('pooled_keys')]).toEqual([[entry.key!.id], []]);
  });

  it('given an entry whose key the database does not have, then it comes into the feed, and is told and counted', async () => {
    const entry = sealed(1);
    await ledger.record({ ...entry, key: { ...entry.key!, durable: true } });
    expect((await found(ledger, entry.id)).keyId).toBe(entry.key!.id);
    expect(await ledger.health()).toMatchObject({
      ok: true,
      detail: 'entries that came into the feed without their keys: 1',
    });
    expect(logged).toContainEqual(expect.stringContaining('the keys of entries from position 1 on'));
  });
});
