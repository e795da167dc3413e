import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPostgresLedger, type PostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { sealStoreInPostgres } from '../../src/ledger/backends/postgres/seal-store.js';
import { leafHash, verifyConsistency, verifyInclusion } from '../../src/ledger/merkle.js';
import {
  type Checkpoint,
  keepSealing,
  proveConsistency,
  proveInclusion,
  Sealer,
  verifyCheckpoint,
  type SealStore,
  type Witness,
} from '../../src/ledger/seal.js';
import type { Finding } from '../../src/ledger/findings.js';
import { verifyLedger, type Verified } from '../../src/ledger/verify-ledger.js';
import type { NewEntry } from '../../src/ledger/ledger.js';
import { storedHash } from '../../src/ledger/stored-hash.js';
import { received, times } from '../contracts/ledger-entries.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const { privateKey: signingKey } = generateKeyPairSync('ed25519');
const publicKey = createPublicKey(signingKey);
const now = new Date('2026-04-01T00:00:00Z');

describe('the seal over the ledger', () => {
  let test: TestDatabase;
  let ledger: PostgresLedger;
  let store: SealStore;
  beforeEach(async () => {
    test = await testDatabase();
    ledger = await openPostgresLedger(test.database, { clock: () => new Date() });
    store = sealStoreInPostgres(test.database, (after, limit) => ledger.storedHashes(after, limit));
  });
  afterEach(async () => {
    await ledger.close();
    await test.drop();
  });

  const fill = (count: number, prefix = 'e') =>
    Promise.all(times(count, (index) => ledger.record(received(`${prefix}${index}`))));
  const sealer = (options: { stepMax?: number; witness?: Witness } = {}) =>
    new Sealer({ store, origin: 'ledger.test', signingKey, ...options });

  /** Changes what nobody may change, as somebody with the disk in hand could. */
  const tamper = (sql: string) =>
    test.database.pool.query(
      `alter table ledger.entries disable trigger all; ${sql}; alter table ledger.entries enable always trigger append_only`,
    );

  async function verify(witnessed: Checkpoint[] = []): Promise<{ findings: Finding[]; verified: Verified }> {
    const findings: Finding[] = [];
    const witness = () => Readable.from(witnessed);
    for (const run = verifyLedger(ledger, store, publicKey, { pageMax: 50, witness }); ;) {
      const { done, value } = await run.next();
      if (done) return { findings, verified: value };
      findings.push(value);
    }
  }

  it('given an empty ledger, then there is nothing to seal', async () => {
    expect(await sealer().step(now)).toBeUndefined();
    expect(await verify()).toMatchObject({ findings: [], verified: { entries: 0, checkpoints: 0 } });
  });

  it('given entries, when sealed in steps by several sealers, then every root is that of the feed', async () => {
    await fill(700);
    const first = sealer({ stepMax: 300 });
    expect((await first.step(now))?.size).toBe(300);
    expect((await first.step(now))?.size).toBe(600);
    const second = sealer();
    expect((await second.step(now))?.size).toBe(700);
    await fill(5, 'later');
    expect((await first.step(now))?.size).toBe(705);
    expect((await second.step(now))?.size).toBe(705);
    const { findings, verified } = await verify();
    expect(findings).toEqual([]);
    expect(verified).toMatchObject({ entries: 705, checkpoints: 4, root: (await store.latest())!.root });
  });

  it('given entries of every shape, then their hashes derived from what the database sends are those of the entries', async () => {
    await fill(3);
    for (const [index, odd] of oddEntries.entries()) await ledger.record({ ...received(`odd${index}`), ...odd });
    const { entries, head } = await ledger.readFeed(0, 100);
    const hashed = await ledger.readHashed!(0, 100);
    expect(hashed.head).toBe(head);
    expect([...hashed.entries]).toEqual(
      entries.map((entry) => ({
        ...{ position: entry.position, recordedAt: entry.recordedAt.getTime(), isIntact: true },
        derived: storedHash(entry),
      })),
    );
    expect([...(await ledger.readHashed!(2, 2)).entries].map(({ position }) => position)).toEqual([3, 4]);
    await tamper(`update ledger.entries set recorded_at = recorded_at + interval '1 microsecond' where position = 2`);
    expect([...(await ledger.readHashed!(1, 1)).entries]).toMatchObject([{ position: 2, isIntact: false }]);
  });

  it.each([
    [`occurred_at = 'infinity'`],
    [`recorded_at = '-infinity'`],
    [`attributes = 'null'`],
    [`attributes = '[]'`],
    [`subjects = '{NULL,abc}'`],
    [`subjects = '{{a,b},{c,d}}'`],
    [`body = ''`],
    [`content_mac = ''`],
  ])(
    'given an entry that was made one which no entry can be (%s), then it is an edit, and the others are looked at',
    async (change) => {
      await fill(9);
      await sealer().step(now);
      await tamper(`update ledger.entries set ${change} where position = 4`);
      const { findings, verified } = await verify();
      expect(findings.map(({ verdict, position }) => [verdict, position])).toEqual([['edit', 4]]);
      expect(verified.entries).toBe(9);
    },
  );

  it('given a row was put far behind the end, then it is found, however far', async () => {
    await fill(3);
    await sealer().step(now);
    const far = `(select (jsonb_populate_record(e, '{"position": 900000, "id": "00000000-0000-8000-8000-000000000009"}')).* from ledger.entries e where position = 3)`;
    await tamper(`insert into ledger.entries ${far.replace(/^\(|\)$/g, '')}`);
    const { findings } = await verify();
    expect(findings.map(({ position }) => position)).toContain(900_000);
  });

  it('given rows that lie elsewhere on the disk than their positions say, then they are gone through in the order of positions', async () => {
    await fill(120);
    await sealer().step(now);
    await tamper(`update ledger.entries set account = account where position in (7, 30, 101)`);
    await test.database.pool.query('vacuum analyze ledger.entries'); // now most of the table is read as it lies
    const { entries } = await ledger.readHashed!(0, 119);
    expect([...entries].map(({ position }) => position)).toEqual(times(119, (index) => index + 1));
    expect(await verify()).toMatchObject({ findings: [], verified: { entries: 120, checkpoints: 1 } });
  });

  it('given a time of a far future, then it is read to the millisecond', async () => {
    const occurredAt = new Date('9999-12-31T23:59:59.999Z');
    await ledger.record({ ...received('far'), occurredAt });
    expect([...(await ledger.readHashed!(0, 9)).entries]).toMatchObject([{ position: 1, isIntact: true }]);
    expect((await ledger.at(1))!.occurredAt).toEqual(occurredAt);
  });

  it('given a sealed ledger, then any entry has a proof against the checkpoint', async () => {
    await fill(600);
    const checkpoint = (await sealer().step(now))!;
    expect(verifyCheckpoint(checkpoint, publicKey)).toBe(true);
    for (const position of [1, 2, 255, 256, 257, 512, 513, 600]) {
      const proof = await proveInclusion(store, position, checkpoint);
      expect(proof.storedHash).toEqual((await ledger.at(position))!.storedHash);
      expect(
        verifyInclusion(leafHash(proof.storedHash), position - 1, checkpoint.size, proof.path, checkpoint.root),
      ).toBe(true);
    }
    await expect(proveInclusion(store, 601, checkpoint)).rejects.toThrow(RangeError);
  });

  it('given two checkpoints, then the later proves to continue the earlier', async () => {
    await fill(400);
    const one = sealer({ stepMax: 130 });
    const earlier = (await one.step(now))!;
    await one.step(now);
    const later = (await one.step(now))!;
    const proof = await proveConsistency(store, earlier.size, later.size);
    expect(verifyConsistency(earlier.size, later.size, earlier.root, later.root, proof)).toBe(true);
  });

  it('given a witness, then each checkpoint is given to it as a signed note', async () => {
    const notes: string[] = [];
    await fill(3);
    await sealer({ witness: witnessIn(notes) }).step(now);
    expect(notes[0]).toMatch(
      /^ledger\.test\n3\n[A-Za-z0-9+/]{43}=\n2026-04-01T00:00:00\.000Z\n\n\u2014 ledger\.test [A-Za-z0-9+/]{91}=\n$/,
    );
  });

  it('given checkpoints that were saved and not written when the process was killed, when the next one starts, then it writes them', async () => {
    const notes: string[] = [];
    await fill(9);
    await sealer({ stepMax: 3, witness: witnessIn(notes) }).step(now);
    const killed = sealer({ stepMax: 3 }); // saves, and never gets to the witness
    await killed.step(now);
    await killed.step(now);
    expect(notes.map(sizeOf)).toEqual([3]);
    await sealer({ witness: witnessIn(notes) }).step(now);
    expect(notes.map(sizeOf)).toEqual([3, 6, 9]);
  });

  it('given a witness whose disk was full, when there is room again, then it has every checkpoint, once', async () => {
    const notes: string[] = [];
    const { write, ...witness } = witnessIn(notes);
    let full = true;
    const one = sealer({
      ...{ stepMax: 2 },
      witness: { ...witness, write: (note) => (full ? Promise.reject(new Error('ENOSPC')) : write(note)) },
    });
    await fill(4);
    await expect(one.step(now)).rejects.toThrow('ENOSPC');
    await expect(one.step(now)).rejects.toThrow('ENOSPC');
    full = false;
    await one.step(now);
    await one.step(now);
    expect(notes.map(sizeOf)).toEqual([2, 4]);
  });

  it('given a witness without a note of this ledger, then it begins with the newest checkpoint', async () => {
    await fill(4);
    const before = sealer({ stepMax: 2 });
    await before.step(now);
    await before.step(now);
    for (const last of [undefined, 99]) {
      const notes: string[] = [];
      await sealer({ witness: { ...witnessIn(notes), last: () => Promise.resolve(last) } }).step(now);
      expect(notes.map(sizeOf)).toEqual([4]);
    }
  });

  it('given sealing that goes on, when aborted, then it ends; its failures are reported and tried again', async () => {
    await fill(10);
    const controller = new AbortController();
    const failures: unknown[] = [];
    let broken = true;
    const flaky: SealStore = {
      ...store,
      save: (...seal) => (broken ? Promise.reject(new Error('down')) : store.save(...seal)),
    };
    const wait = (): Promise<void> => {
      if (broken) broken = false;
      else controller.abort();
      return Promise.resolve();
    };
    const one = new Sealer({ store: flaky, origin: 'ledger.test', signingKey, stepMax: 4 });
    await keepSealing(one, {
      clock: () => now,
      signal: controller.signal,
      wait,
      failed: (error) => failures.push(error),
    });
    expect(failures).toHaveLength(1);
    expect(one.latest?.size).toBe(10);
    expect((await verify()).findings).toEqual([]);
  });

  it.each<[string, string, Partial<Finding>[]]>([
    [
      'a changed body',
      `update ledger.entries set body = body || ' ' where position = 60`,
      [{ verdict: 'edit', position: 60 }],
    ],
    ['an entry taken out', 'delete from ledger.entries where position = 60', [{ verdict: 'deletion', position: 60 }]],
    [
      'an entry taken out and the rest numbered anew',
      `delete from ledger.entries where position = 60;
       update ledger.entries set position = -position where position > 60;
       update ledger.entries set position = -position - 1 where position < 0`,
      [{ verdict: 'deletion', position: 60 }],
    ],
    [
      'an entry put in',
      `update ledger.entries set position = -position where position > 60;
       update ledger.entries set position = -position + 1 where position < 0;
       insert into ledger.entries select 61, gen_random_uuid(), revision, schema_version, occurred_at, recorded_at, stored_hash, content_mac,
         stream, type, origin, account, origin_event_id, correlation_id, actor, authenticated_by, subjects, attributes, body, causation_id, key_id
         from ledger.entries where position = 3`,
      [{ verdict: 'insertion', position: 61 }],
    ],
    [
      'two entries exchanged',
      `update ledger.entries set position = -40 where position = 60; update ledger.entries set position = 60 where position = 40;
       update ledger.entries set position = 40 where position = -40`,
      [
        { verdict: 'reordering', position: 40 },
        { verdict: 'reordering', position: 60 },
      ],
    ],
    [
      'the end taken off',
      'delete from ledger.entries where position >= 119',
      [{ verdict: 'truncation', position: 119, until: 120 }],
    ],
    [
      'a time put back',
      `update ledger.entries set recorded_at = recorded_at - interval '1 day' where position = 110`,
      [{ verdict: 'edit', position: 110 }],
    ],
  ])('given %s, when verified, then it is found, and nothing else', async (_name, sql, findings) => {
    await fill(120);
    const one = sealer({ stepMax: 100 });
    await one.step(now);
    await one.step(now);
    await tamper(sql);
    expect((await verify()).findings).toMatchObject(findings);
    expect((await verify()).findings).toHaveLength(findings.length);
  });

  it('given a large hole, when verified, then every missing position is found', async () => {
    await fill(130);
    await tamper('delete from ledger.entries where position between 2 and 129');
    const { findings, verified } = await verify();
    expect(findings).toMatchObject([{ verdict: 'deletion', position: 2, until: 129 }]);
    expect(verified).toMatchObject({ entries: 2, sealed: 0 });
  });

  it('given the end taken off with its seals, when verified, then what the witness has gives it away', async () => {
    const notes: string[] = [];
    await fill(8);
    const one = sealer({ stepMax: 4, witness: witnessIn(notes) });
    await one.step(now);
    await one.step(now);
    const witnessed = await store.after(0, 10);
    const all = ['entries', 'seal_checkpoints', 'seal_leaves'].map(
      (table) => `alter table ledger.${table} disable trigger all`,
    );
    await test.database.pool.query(
      `${all.join(';')}; alter table ledger.head disable trigger all; delete from ledger.entries where position > 4;
       delete from ledger.seal_checkpoints where size > 4; delete from ledger.seal_leaves where size > 4; update ledger.head set position = 4`,
    );
    expect((await verify()).findings).toEqual([]);
    expect((await verify(witnessed)).findings).toMatchObject([{ verdict: 'truncation', position: 5, until: 8 }]);
  });

  it('given a hash replaced together with its fields, when verified, then the sealed root gives it away', async () => {
    await fill(10);
    await sealer().step(now);
    const hash = (await ledger.at(9))!.storedHash.toString('hex');
    await tamper(`update ledger.entries set stored_hash = '\\x${hash}' where position = 3`);
    expect((await verify()).findings).toMatchObject([{ verdict: 'edit', position: 3 }]);
    await expect(sealer().step(now)).rejects.toThrow('signed at size 10');
  });

  it('given a checkpoint signed with another key, when verified, then it is found and not built upon', async () => {
    await fill(4);
    const forger = new Sealer({ store, origin: 'ledger.test', signingKey: generateKeyPairSync('ed25519').privateKey });
    await forger.step(now);
    expect((await verify()).findings).toMatchObject([{ verdict: 'seal', position: 4 }]);
    await expect(sealer().step(now)).rejects.toThrow('signed at size 4');
  });
});

const oddEntries: Partial<NewEntry>[] = [
  { subjects: [], attributes: {}, causationId: undefined },
  { subjects: ['e.1', 'c.ü'], attributes: { z: 'é', a: '"quoted"', m: '' }, causationId: 'cause' },
  { body: JSON.stringify({ text: '日本 😀 naïve', nested: { list: [1, 2.5, null] } }), account: 'Konto ü' },
  { body: JSON.stringify({ padding: 'x'.repeat(100_000) }), occurredAt: new Date('1999-12-31T23:59:59.001Z') },
];
const sizeOf = (note: string): number => Number(note.split('\n')[1]);
const witnessIn = (notes: string[]): Witness => ({
  last: () => Promise.resolve(notes.length === 0 ? undefined : sizeOf(notes.at(-1)!)),
  write: (note) => Promise.resolve(void notes.push(note)),
});
