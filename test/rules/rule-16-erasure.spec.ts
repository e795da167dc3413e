import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Erasures } from '../../src/ingest/erasure/create-erasures.js';
import { deleteReturnedByPages } from '../../src/ingest/erasure/delete-keys.js';
import { learnErasuresAside } from '../../src/ingest/erasure/erase-aside.js';
import { createDeadLetters } from '../../src/ingest/dead-letters.js';
import { openKurrentDbLedger } from '../../src/ledger/backends/kurrentdb/kurrentdb.js';
import { openPostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import type { Entry, Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { openVault, type OpenVault } from '../../src/ledger/vault/open-vault.js';
import { found, received } from '../contracts/ledger-entries.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startKurrentdb } from '../support/kurrentdb/double.js';
import { until } from '../support/start-storage.js';

const NOW = new Date('2026-11-01T12:00:00Z');
const clock = (): Date => NOW;
const HOUR_MS = 3_600_000;
const ASKER = { actor: 'key:1', correlationId: 'c', name: 'Finn' };

interface Place {
  test: TestDatabase;
  vault: OpenVault;
  ledger: Ledger;
  close(): Promise<void>;
}

async function inPostgres(): Promise<Place> {
  const test = await testDatabase();
  const vault = await openVault(test.database, { vaultKey: '42'.repeat(32), dataDir: 'unused' });
  const ledger = await openPostgresLedger(test.database, { clock: () => new Date() });
  return { test, vault, ledger, close: () => ledger.close().then(() => test.drop()) };
}

async function inKurrentDb(): Promise<Place> {
  const [test, double] = [await testDatabase(), await startKurrentdb()];
  const pooled = { minutes: 1, keysMin: 1_000, keysMax: 1_000, lookMs: 20 };
  const vault = await openVault(test.database, { vaultKey: '42'.repeat(32), dataDir: 'unused', pooled });
  await vault.pool!.start();
  const ledger = await openKurrentDbLedger({ url: double.url, database: test.database, clock: () => new Date() });
  return {
    ...{ test, vault, ledger },
    close: async () => {
      await ledger.close();
      await vault.pool!.close();
      await test.drop();
      await double.close();
    },
  };
}

describe.each([
  ['PostgreSQL', inPostgres],
  ['KurrentDB', inKurrentDb],
])('given a ledger in %s', (_, open) => {
  let place: Place;
  let number = 0;
  beforeAll(async () => (place = await open()));
  afterAll(() => place.close());

  const stage = (database = place.test.database, now = clock): Erasures =>
    new Erasures({
      ...{
        ledger: place.ledger,
        vault: place.vault,
        clock: now,
        caughtUp: () => Promise.resolve(),
        log: () => undefined,
      },
      ...{ database, ledgerDatabase: database },
    });
  const textOf = (who: string): string => JSON.stringify({ name: `canary of ${who}` });
  const sealed = (who: string, tags = [place.vault.subjectTag('u', who)]): NewEntry => {
    const { body, key } = place.vault.sealEntry(textOf(who), () => true);
    const subjects = [...tags, 'e.else'].sort();
    return received(`e${++number}`, { body, key, subjects, contentMac: place.vault.contentMac(number) });
  };
  const tell = async (who: string, tags?: string[]): Promise<Entry> => {
    const entry = sealed(who, tags);
    await place.ledger.record(entry);
    return found(place.ledger, entry.id);
  };
  const canary = ({ body, keyId }: Entry): Promise<string> => place.vault.unseal(body, keyId);
  const erase = (who: string, erasures = stage(), waitMs?: number) =>
    erasures.erase({ person: erasures.personAsked({ user_id: who }), reason: 'asked for' }, ASKER, waitMs);
  const sql = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
    place.test.database.pool.query<R>(text, values).then(({ rows }) => rows);
  /** Until what was done behind the answers is done. */
  const vacuumed = async (): Promise<void> => {
    const waiting = 'select from ledger.erasures where keys_deleted > 0 and vacuumed_at is null';
    await until(async () => {
      await stage().apply();
      return (await sql(waiting)).length === 0;
    });
  };
  /** As a backup of before the first erasure has it. */
  const setBack = () =>
    sql(`truncate ledger.erasures, ledger.erasure_tags, ingest.erasures, ledger.erased_keys, ledger.erased_tags;
      update ledger.erasures_standing set searched_until = 0, joined = 0`);
  const feed = async (): Promise<Entry[]> => (await place.ledger.readFeed(0, 1_000)).entries;
  const ERASED = '{"name":"[erased]"}';

  it('when a person is erased, then their keys are gone from both tables and others stay, by a decision that stands before', async () => {
    const [ada, bob] = [await tell('ada'), await tell('bob')];
    const before = await feed();
    const erasure = await erase('ada');
    expect(erasure).toMatchObject({
      state: 'done',
      recorded: true,
      by: 'Finn',
      reached: { entries: 1, keys_deleted: 1 },
    });
    expect([await canary(ada), await canary(bob)]).toEqual([ERASED, textOf('bob')]);
    expect((await feed()).slice(0, before.length)).toEqual(before);
    const erasures = stage();
    expect([await erasures.personalDataOf(ada), await erasures.personalDataOf(bob)]).toEqual(['erased', 'sealed']);
    expect(await erasures.personalDataOf({ keyId: '00000000-0000-4000-8000-000000000000' })).toBe('key_missing');
  });

  it('when the process ends between the decision and the deletion, then the next one carries it out', async () => {
    const entry = await tell('cleo');
    const broken = { ...place.test.database, transaction: () => Promise.reject(new Error('killed')) };
    const erasure = await erase('cleo', stage(broken), 50);
    expect([erasure.state, await canary(entry)]).toEqual(['running', textOf('cleo')]);
    await stage().apply();
    expect(await canary(entry)).toBe(ERASED);
    expect(await stage().find(erasure.id)).toMatchObject({ state: 'done', reached: { entries: 1, keys_deleted: 1 } });
  });

  it('when something comes late for them, in the ledger or beside it, then it is erased as it comes, and never opens', async () => {
    await erase('dora');
    const late = await tell('dora');
    const letters = createDeadLetters({
      database: place.test.database,
      ledger: place.ledger,
      vault: place.vault,
      clock,
    });
    const { body, key, subjects } = sealed('dora');
    await letters.park([
      {
        reason: 'conflict',
        door: 'provider',
        origin: 'stripe',
        account: '',
        errors: [],
        sealed: { body, key, subjects: [...subjects] },
      },
    ]);
    expect(await place.vault.unseal(body, key!.id)).toBe(ERASED);
    await stage().apply();
    expect(await canary(late)).toBe(ERASED);
  });

  it('when somebody of thousands of devices is erased, then what any of them is named in is, counted once, and nothing of another', async () => {
    await sql(`insert into model.identifiers (node, customer, doc) select node, 'user:mira', '{}' from (
      select 'user:mira' as node union all select 'anonymous:mira-' || n from generate_series(0, 2999) n) of_hers`);
    const tagOf = (n: number): string => place.vault.subjectTag('a', `mira-${n}`);
    const sorted = Array.from({ length: 3_000 }, (_, n) => tagOf(n)).sort(); // as they are noted
    const device = (n: number): string => sorted[n]!;
    const hers = [await tell('mira', [device(0)]), await tell('mira', [device(1_500), device(2_999)])];
    const others = [await tell('nils', [tagOf(3_000)]), await tell('nils', [])];
    const letters = [sealed('mira', [device(2_998)]), sealed('nils', [tagOf(29_980)])];
    await createDeadLetters({ ...place, database: place.test.database, clock }).park(
      letters.map(({ body, key, subjects }, n) => ({
        ...{ reason: 'conflict', door: 'provider', origin: 'stripe', account: `many-${n}`, errors: [] },
        sealed: { body, key, subjects: [...subjects] },
      })),
    );
    const { id } = await erase('mira');
    hers.push(await tell('mira', [device(42), device(43)]));
    await stage().apply();
    for (const entry of hers) expect(await canary(entry)).toBe(ERASED);
    for (const entry of others) expect(await canary(entry)).toBe(textOf('nils'));
    const opened = letters.map(({ body, key }) => place.vault.unseal(body, key!.id));
    expect(await Promise.all(opened)).toEqual([ERASED, textOf('nils')]);
    expect((await stage().find(id))!.reached).toMatchObject({ entries: 3, dead_letters: 1, keys_deleted: 4 });
  });

  it('when several are at it at once, then each is counted once', async () => {
    for (let entry = 0; entry < 5; entry++) await tell('emil');
    const told = await Promise.all([erase('emil'), erase('emil'), erase('emil')]);
    await stage().apply();
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    const decided = (await place.ledger.readStream('erasure-people')).filter(({ id }) => id === told[0].id);
    expect(decided).toHaveLength(1);
    expect(await stage().find(told[0].id)).toMatchObject({ state: 'done', reached: { entries: 5, keys_deleted: 5 } });
  });

  it('when a backup of the database is restored that knows of no erasure, then all are carried out again, also on keys put in later', async () => {
    const entry = await tell('finn');
    const { rows: keys } = await place.test.database.pool.query('select * from ledger.vault_keys where id = $1', [
      entry.keyId,
    ]);
    await erase('finn');
    await setBack();
    const putBack = () =>
      place.test.database.pool.query(
        'insert into ledger.vault_keys select * from json_populate_recordset(null::ledger.vault_keys, $1)',
        [JSON.stringify(keys.map((row) => ({ ...row, wrapped: `\\x${(row.wrapped as Buffer).toString('hex')}` })))],
      );
    await putBack();
    expect(await canary(entry)).toBe(textOf('finn'));
    await stage().apply();
    expect(await canary(entry)).toBe(ERASED);
    await putBack();
    await stage().apply();
    expect(await canary(entry)).toBe(ERASED);
  });

  it('when erased keys are put into a table again, into either, then they are deleted at the next start, and by the hour beside one that runs', async () => {
    const entry = await tell('gerd');
    await erase('gerd');
    const putBack = (table: string) =>
      sql(`insert into ledger.${table} (id, wrapped) values ($1, '\\x00')`, [entry.keyId]);
    const kept = () =>
      sql('select id from ledger.vault_keys where id = $1 union all select id from ledger.pooled_keys where id = $1', [
        entry.keyId,
      ]);
    let now = NOW;
    const running = stage(place.test.database, () => now);
    await running.apply();
    for (const table of ['vault_keys', 'pooled_keys']) {
      await putBack(table);
      await running.apply();
      expect(await kept()).toHaveLength(1); // such a look goes over all erased keys, and is not worth it every few seconds
      now = new Date(now.getTime() + HOUR_MS);
      await running.apply();
      expect(await kept()).toEqual([]);
      await putBack(table);
      await stage().apply();
      expect(await kept()).toEqual([]);
    }
  });

  it('when more keys were erased than are looked up at once, then all that are there again are deleted', async () => {
    const ids = await sql<{ id: string }>(
      'insert into ledger.erased_keys (id) select gen_random_uuid() from generate_series(1, 5) returning id',
    );
    for (const { id } of ids) await sql(`insert into ledger.vault_keys (id, wrapped) values ($1, '\\x00')`, [id]);
    expect(await deleteReturnedByPages(place.test.database, 2)).toBe(5);
    expect(await deleteReturnedByPages(place.test.database, 2)).toBe(0);
  });

  it('when an erasure becomes due while the doors are waited for, then its tables are looked through a second time', async () => {
    const LATER = 1_000_000;
    await stage().apply();
    const { database } = place.test;
    const query = async (text: string, values?: unknown[]): Promise<unknown> => {
      if (text.includes('clock_timestamp()'))
        await learnErasuresAside(database, [{ number: LATER, tags: ['u.later'], decidedAt: NOW }]);
      return database.pool.query(text, values);
    };
    const { id } = await erase('kai', stage({ ...database, pool: { query } as unknown as typeof database.pool }));
    const { rows } = await database.pool.query<{ finished: boolean; settled: boolean }>(
      `select finished_at is not null as finished, settled from ingest.erasures
       where number in ($1, (select number from ledger.erasures where id = $2)) order by number`,
      [LATER, id],
    );
    await sql('delete from ingest.erasures where number = $1', [LATER]);
    expect(rows).toEqual([
      { finished: true, settled: true },
      { finished: true, settled: false },
    ]);
  });

  it('when more of theirs is erased after the place of their keys was freed, then it is to be freed again', async () => {
    await tell('lena');
    const { id } = await erase('lena');
    await vacuumed();
    expect((await stage().find(id))!.vacuumed_at).not.toBeNull();
    await tell('lena');
    const busy = stage();
    await busy.stop(); // frees nothing any more
    await busy.apply();
    expect(await stage().find(id)).toMatchObject({ vacuumed_at: null, reached: { keys_deleted: 2 } });
    await vacuumed();
  });

  it('when the database is set back beside a service that runs, then it carries all out again', async () => {
    const entry = await tell('hedi');
    const running = stage();
    await erase('hedi', running);
    await setBack();
    await sql(`insert into ledger.pooled_keys (id, wrapped) values ($1, '\\x00')`, [entry.keyId]);
    await running.apply();
    expect(await sql('select from ledger.pooled_keys where id = $1', [entry.keyId])).toEqual([]);
    expect(await running.personalDataOf(entry)).toBe('erased');
  });

  it('when something comes for nobody who was erased, then no row of an erasure is written, and all say that it was looked at', async () => {
    const { id } = await erase('ines');
    await vacuumed();
    const versions = () => sql('select number, xmin::text as version from ledger.erasures order by 1');
    const before = await versions();
    const { position } = await tell('jost');
    await stage().apply();
    expect(await versions()).toEqual(before);
    expect((await stage().find(id))!.searched_until).toBeGreaterThanOrEqual(position);
  });

  it('whoever is erased, at whatever place of a history, all of theirs and nothing else is erased, and no entry changes', async () => {
    const step = fc.record({
      who: fc.integer({ min: 0, max: 3 }),
      act: fc.constantFrom('tell', 'tell', 'erase' as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (history) => {
        const run = `r${++number}`;
        const told: { who: string; entry: Entry }[] = [];
        const gone = new Map<string, string>();
        for (const { who: at, act } of history) {
          const who = `${run}-${at}`;
          if (act === 'tell') told.push({ who, entry: await tell(who) });
          else await erase(who).then(({ id }) => gone.set(who, id));
        }
        await stage().apply();
        for (const { who, entry } of told) {
          expect(await canary(entry)).toBe(gone.has(who) ? ERASED : textOf(who));
          expect(await place.ledger.find(entry.id)).toEqual(entry);
        }
        for (const [who, id] of gone) {
          const entries = told.filter((each) => each.who === who).length;
          expect((await stage().find(id))!.reached).toMatchObject({ entries, keys_deleted: entries });
        }
      }),
      { numRuns: 12 },
    );
  });
});
