import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openPostgresLedger, type PostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import type { Recorded } from '../../src/ledger/ledger.js';
import { decisions, received, times } from '../contracts/ledger-entries.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/start-storage.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

const clock = () => new Date();

describe('the ledger in PostgreSQL under faults', () => {
  let test: TestDatabase;
  let proxy: CuttingProxy;
  let ledger: PostgresLedger;
  beforeEach(async () => {
    test = await testDatabase();
    proxy = await cuttingProxy(test.database.connection);
    ledger = await openPostgresLedger(
      { ...test.database, connection: proxy.connection },
      { clock, limits: { patienceMs: 3_000 } },
    );
  });
  afterEach(async () => {
    await ledger.close();
    await proxy.close();
    await test.drop();
  });

  it.each<['before' | 'after']>([['before'], ['after']])(
    'given the connection is cut %s COMMIT, when it is back, then everything is there once and is told as recorded',
    async (when) => {
      await ledger.record(received('known'));
      proxy.cutAt('commit', when);
      const answers = times(50, (index) => ledger.record(received(`e${index}`)));
      const decided = ledger.append('period-1', 'no_stream', decisions('period-1', 0, ['a', 'b']));
      const again = ledger.record(received('known'));
      expect(await Promise.all(answers)).toEqual(
        times<Recorded>(50, (index) => ({ outcome: 'recorded', position: index + 2 })),
      );
      expect(await decided).toEqual({ revision: 1, position: 53 });
      expect(await again).toEqual({ outcome: 'duplicate', position: 1 });
      expect(await ledger.head()).toBe(53);
      expect(proxy.cuts()).toBe(1);
    },
  );

  it('given the answer to COMMIT is lost, and the next attempt is cut off before it looks, then it is told as recorded all the same', async () => {
    await ledger.record(received('known'));
    proxy.cutAt('commit', 'after');
    proxy.cutAt('for update', 'before');
    expect(await ledger.record(received('e1'))).toEqual({ outcome: 'recorded', position: 2 });
    expect([proxy.cuts(), await ledger.head()]).toEqual([2, 2]);
  });

  // PostgreSQL answers the COMMIT of a transaction that failed with the tag ROLLBACK and no error; an abort has that answer too.
  it.each<[string, () => Promise<{ position?: number }>]>([
    ['an event', () => ledger.record(received('e1'))],
    ['a decision', () => ledger.append('period-1', 'no_stream', decisions('period-1', 0, ['a']))],
  ])(
    'given the COMMIT of %s is answered with ROLLBACK, then it is not told as there until it is, once',
    async (_what, append) => {
      await ledger.record(received('known'));
      proxy.replaceNext(';commit\0', ';abort \0');
      expect(await append()).toMatchObject({ position: 2 });
      expect((await ledger.readFeed(0, 10)).entries.map(({ position }) => position)).toEqual([1, 2]);
      expect(await ledger.record(received('next'))).toEqual({ outcome: 'recorded', position: 3 });
    },
  );

  it('given PostgreSQL is gone, when events come, then they are unavailable; when it is back, then they are taken', async () => {
    proxy.down(true);
    const settled = await Promise.allSettled(times(10, (index) => ledger.record(received(`e${index}`))));
    for (const one of settled) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', extra: { retryAfterS: 1 } } });
    }
    proxy.down(false);
    expect(await ledger.record(received('e0'))).toEqual({ outcome: 'recorded', position: 1 });
  });

  it('given a subscription whose reads PostgreSQL refuses for a while, when it is back, then it goes on where it was', async () => {
    let [isAway, refused] = [false, 0];
    const query = (config: pg.QueryConfig): Promise<unknown> => {
      if (!isAway) return test.database.pool.query(config);
      refused += 1;
      return Promise.reject(Object.assign(new Error('nobody listens'), { code: 'ECONNREFUSED', syscall: 'connect' }));
    };
    const reader = await openPostgresLedger({ ...test.database, pool: { query } as unknown as pg.Pool }, { clock });
    const read: number[] = [];
    const reading = (async () => {
      for await (const { entries } of reader.subscribe(0, { limit: 10, signal: new AbortController().signal }))
        if (read.push(...entries.map(({ position }) => position)) === 3) return;
    })();
    reading.catch(() => undefined); // told when it is waited for
    try {
      await reader.record(received('e1'));
      await until(() => read.length === 1);
      isAway = true;
      await reader.record(received('e2'));
      await until(() => refused > 0);
      isAway = false;
      await reader.record(received('e3'));
      await reading;
      expect(read).toEqual([1, 2, 3]);
    } finally {
      await reader.close();
    }
  });

  it('given the backend of the writer is terminated, when events come, then none is lost', async () => {
    const answers: Promise<Recorded>[] = [];
    for (const round of times(5, (index) => index)) {
      answers.push(...times(100, (index) => ledger.record(received(`e${round}-${index}`))));
      await test.database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like '%ledger.head%'`,
      );
    }
    await Promise.all(answers);
    const { entries } = await ledger.readFeed(0, 1_000);
    expect(new Set(entries.map((entry) => entry.originEventId)).size).toBe(500);
    expect(entries).toHaveLength(500);
  });

  it('given a value that only the database refuses, when recorded among others, then it alone is refused', async () => {
    await test.database.pool.query(
      `create function deny() returns trigger language plpgsql as $$ begin
         if new.account = 'denied' then raise exception 'no' using errcode = '22000'; end if; return new; end $$;
       create trigger deny before insert on ledger.entries for each row execute function deny()`,
    );
    const settled = await Promise.allSettled(
      times(60, (index) => ledger.record(received(`e${index}`, index % 20 === 7 ? { account: 'denied' } : {}))),
    );
    const refusals = settled.filter((one) => one.status === 'rejected');
    expect(refusals).toHaveLength(3);
    for (const one of refusals) expect(one.reason).toMatchObject({ code: 'invalid_request' });
    const { entries } = await ledger.readFeed(0, 100);
    expect(entries.map((entry) => entry.position)).toEqual(times(57, (index) => index + 1));
  });

  it('given keys, when their entries are recorded, then those of new entries are kept and those of duplicates are not', async () => {
    const key = (last: number) => ({ id: `01900000-0000-7000-8000-00000000000${last}`, wrapped: Buffer.from([last]) });
    await ledger.record(received('e1', { key: key(1) }));
    await Promise.all([ledger.record(received('e1', { key: key(2) })), ledger.record(received('e2', { key: key(3) }))]);
    const { rows } = await test.database.pool.query<{ id: string }>('select id from ledger.vault_keys order by id');
    expect(rows.map((row) => row.id)).toEqual([key(1).id, key(3).id]);
  });

  it('given another process holds the lock and dies without a word, then appends go on after it is rolled back', async () => {
    const other = new pg.Client(test.database.connection);
    other.on('error', () => undefined);
    await other.connect();
    await other.query('begin; select position from ledger.head for update');
    const waiting = ledger.record(received('e1'));
    await test.database.pool.query('select pg_terminate_backend($1)', [
      (other as unknown as { processID: number }).processID,
    ]);
    expect(await waiting).toEqual({ outcome: 'recorded', position: 1 });
  });

  it('given another process holds the lock and falls silent in a COPY, then it is ended, and appends go on', async () => {
    const other = new pg.Client(test.database.connection);
    other.on('error', () => undefined);
    await other.connect();
    await other.query('begin; select position from ledger.head for update');
    const patient = await openPostgresLedger(test.database, { clock, limits: { patienceMs: 40_000 } });
    // Nothing answers the server when it asks for the rows, as in a process that is paused.
    const copying = other.query('copy ledger.entries from stdin').catch((error: unknown) => error);
    (other as unknown as { connection: { sendCopyFail(): void } }).connection.sendCopyFail = () => undefined;
    expect(await patient.record(received('e1'))).toEqual({ outcome: 'recorded', position: 1 });
    expect(await copying).toMatchObject({ code: '57P01' }); // ended by an administrator's command
    await patient.close();
  });
});

describe('the guards of the ledger tables', () => {
  let test: TestDatabase;
  let ledger: PostgresLedger;
  beforeEach(async () => {
    test = await testDatabase();
    ledger = await openPostgresLedger(test.database, { clock });
    await ledger.record(received('e1'));
  });
  afterEach(async () => {
    await ledger.close();
    await test.drop();
  });

  it.each([
    "update ledger.entries set body = ''",
    'update ledger.entries set position = 2 where false',
    'delete from ledger.entries',
    'truncate ledger.entries',
    'truncate ledger.entries cascade',
    'set session_replication_role = replica; delete from ledger.entries',
    `insert into ledger.entries select * from ledger.entries on conflict (id) do update set body = ''`,
    'update ledger.head set position = 0',
    'delete from ledger.head',
    'truncate ledger.head',
    'truncate ledger.seal_checkpoints',
    'delete from ledger.seal_nodes',
  ])('given the owner of the database, when it runs %s, then it is refused', async (sql) => {
    const client = new pg.Client(test.database.connection);
    await client.connect();
    await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    await client.end();
    expect(await ledger.at(1)).toMatchObject({ originEventId: 'e1' });
  });

  it('given the role that appends, then it may insert and read but not change, and not read the vault secrets', async () => {
    const { rows } = await test.database.pool.query(
      `select has_table_privilege(r, 'ledger.entries', 'insert') as inserts, has_table_privilege(r, 'ledger.entries', 'update') as updates,
        has_table_privilege(r, 'ledger.entries', 'delete') as deletes, has_table_privilege(r, 'ledger.entries', 'truncate') as truncates,
        has_table_privilege(r, 'ledger.vault_secrets', 'select') as secrets from (values ('truth_ledger_writer')) as roles (r)`,
    );
    expect(rows).toEqual([{ inserts: true, updates: false, deletes: false, truncates: false, secrets: false }]);
  });

  it('given an open ledger, then its writer has taken that role', async () => {
    const { rows } = await test.database.pool
      .query<{ triggers: boolean }>(
        `create function ledger.seen() returns trigger language plpgsql as $$ begin
         if current_user <> 'truth_ledger_writer' then raise exception 'as %', current_user; end if; return null; end $$;
       create trigger seen after insert on ledger.entries for each row execute function ledger.seen();
       select true as triggers`,
      )
      .then((results) => (results as unknown as pg.QueryResult<{ triggers: boolean }>[]).at(-1)!);
    expect(rows).toEqual([{ triggers: true }]);
    expect(await ledger.record(received('e2'))).toMatchObject({ outcome: 'recorded' });
  });

  it('given a server without durable commits by default, then the writer switches them on', async () => {
    const name = (await test.database.pool.query<{ name: string }>('select current_database() as name')).rows[0]!.name;
    await test.database.pool.query(`alter database ${name} set synchronous_commit = off`);
    await test.database.pool.query(
      `create function ledger.flushed() returns trigger language plpgsql as $$ begin
         if current_setting('synchronous_commit') <> 'on' then raise exception 'not durable' using errcode = '22000'; end if; return null; end $$;
       create trigger flushed after insert on ledger.entries for each row execute function ledger.flushed()`,
    );
    const late = await openPostgresLedger(test.database, { clock });
    expect(await late.record(received('e2'))).toMatchObject({ outcome: 'recorded' });
    await late.close();
  });
});
