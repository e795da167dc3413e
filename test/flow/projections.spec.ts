import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Fact } from '../../src/catalog/facts.js';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { Zone } from '../../src/kernel/day.js';
import { backends } from '../../src/ledger/backends/index.js';
import type { Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections, type ProjectionDeps, type Projections } from '../../src/projections/create-projections.js';
import type { Parked } from '../../src/projections/projector.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { history } from '../support/histories.js';

const entryOf = (facts: readonly Fact[], type = 'test.facts'): NewEntry => {
  const id = randomUUID();
  return {
    id,
    stream: receivedStream('test', id),
    type,
    schemaVersion: 1,
    origin: 'test',
    account: '',
    originEventId: id,
    occurredAt: new Date(0),
    correlationId: 'test',
    actor: 'test',
    authenticatedBy: 'none',
    subjects: [],
    attributes: {},
    body: JSON.stringify(facts),
    contentMac: Buffer.alloc(32),
  };
};

interface Open {
  db: TestDatabase;
  ledger: Ledger;
  parked: Parked[];
  make(over?: Partial<ProjectionDeps>): Projections;
  close(): Promise<void>;
}

async function open(): Promise<Open> {
  const db = await testDatabase();
  const ledger = await backends.postgres.open({ database: db.database, clock: () => new Date() });
  const parked: Parked[] = [];
  const made: Projections[] = [];
  const make = (over: Partial<ProjectionDeps> = {}): Projections => {
    const projections = createProjections({
      ledger,
      database: db.database,
      interpret: ({ type, body }) => (type === 'test.unknown' ? undefined : (body as Fact[])),
      interpreterVersion: 1,
      applyFact,
      metrics,
      zone: new Zone('Europe/Berlin'),
      holder: randomUUID(),
      park: (_client, letters) => Promise.resolve(void parked.push(...letters)),
      reparkAll: (_client, letters) => Promise.resolve(void parked.splice(0, parked.length, ...letters)),
      log: () => undefined,
      ...over,
    });
    made.push(projections);
    return projections;
  };
  const close = async (): Promise<void> => {
    for (const projections of made) await projections.stop();
    await ledger.close();
    await db.drop();
  };
  return { db, ledger, parked, make, close };
}

describe('given a ledger in PostgreSQL', () => {
  let at: Open;
  beforeAll(async () => (at = await open()));
  afterAll(() => at.close());

  it('when histories are projected live, then a rebuild has the same state and the same history', async () => {
    const projections = at.make();
    await projections.start();
    await fc.assert(
      fc.asyncProperty(history, async (entries) => {
        await Promise.all(entries.map(({ facts }) => at.ledger.record(entryOf(facts))));
        await projections.catchUp();
        const live = [await projections.stateHash(), await projections.historyHash()];
        const report = await projections.verify();
        expect(report).toMatchObject({ ok: true, findings: [] });
        await projections.rebuild();
        expect([await projections.stateHash(), await projections.historyHash()]).toEqual(live);
      }),
      { numRuns: 12 },
    );
    await at.ledger.record(entryOf([]));
    await projections.catchUp(); // the live projector took the lease back after the rebuilds
    expect((await projections.state(new Date())).lagEvents).toBe(0);
  });

  it('when a row of the read model is changed behind its back, then verify names it, and says how many there are', async () => {
    const projections = at.make();
    const { rowCount } = await at.db.database.pool.query(
      `update model.daily set value = value + 1 where ctid in (select ctid from model.daily limit 25)`,
    );
    const report = await projections.verify();
    expect(report.ok).toBe(false);
    const told = report.findings.filter(({ kind }) => kind === 'daily_total').length;
    expect([rowCount! > 0, told]).toEqual([true, Math.min(rowCount!, 20)]);
    expect(report.counts).toMatchObject({ daily_total: rowCount });
    await projections.rebuild();
    await at.db.database.pool.query(
      `delete from model.daily_sources where ctid in (select ctid from model.daily_sources limit 1)`,
    );
    expect(await projections.verify()).toMatchObject({ ok: false, counts: { daily_total: 1 } });
    await projections.rebuild();
    expect(await projections.verify()).toMatchObject({ ok: true });
  });

  it('when the read model is that of another version, then verify refuses to compare it, and does no work for that', async () => {
    const projections = at.make();
    const set = (to: string) => at.db.database.pool.query('update model.checkpoint set model_version = $1', [to]);
    await set('UTC of-another');
    const told: number[] = [];
    await expect(projections.verify((done) => told.push(done))).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining('another version of the service'),
    });
    expect(told).toEqual([]);
    await set(projections.modelVersion);
    expect(await projections.verify()).toMatchObject({ ok: true });
  });
});

describe('given entries that cannot be projected', () => {
  let at: Open;
  beforeAll(async () => (at = await open()));
  afterAll(() => at.close());

  it('then each is parked with its reason, unknown types are counted, and the rest goes on', async () => {
    const good: Fact = { type: 'UserSignedUp', subject: 'user:u1', effect: 'signed_up', stamp: '1', fields: { at: 0 } };
    const tooLong: Fact = { ...good, subject: `user:${'x'.repeat(600)}` };
    const nul: Fact = { ...good, subject: 'user:a\0b' };
    const fails: Fact = { ...good, type: 'NoSuchFact' as Fact['type'] };
    for (const facts of [[good], [tooLong], [nul], [fails]]) await at.ledger.record(entryOf(facts));
    await at.ledger.record(entryOf([], 'test.unknown'));
    await at.ledger.record(entryOf([{ ...good, subject: 'user:u2' }]));
    const projections = at.make();
    await projections.start();
    await projections.catchUp();
    expect(at.parked.map(({ entry, reason }) => [entry.position, reason])).toEqual(
      expect.arrayContaining([
        [2, 'not_interpretable'],
        [3, 'not_interpretable'],
        [4, expect.any(String)],
      ]),
    );
    const { rows } = await at.db.database.pool.query('select type, entries::int from model.unknown_types');
    expect(rows).toEqual([{ type: 'test.unknown', entries: 1 }]);
    const { rows: users } = await at.db.database.pool.query('select user_id from report.users order by 1');
    expect(users).toEqual([{ user_id: 'u1' }, { user_id: 'u2' }]);
  });
});

describe('given channels whose names hold every character', () => {
  let at: Open;
  beforeAll(async () => (at = await open()));
  afterAll(() => at.close());

  it('then each has a daily total of its own', async () => {
    const channels: [string, string, string][] = [
      ['a|b', 'c', ''],
      ['a', 'b|c', ''],
      ['a', 'b', 'c|'],
    ];
    const facts = channels.flatMap(([source, medium, campaign], n): Fact[] => [
      { type: 'UserSignedUp', subject: `user:u${n}`, effect: 'signed_up', stamp: '1', fields: { at: 1 } },
      {
        type: 'TouchRecorded',
        subject: `user:u${n}`,
        effect: 'touch',
        stamp: '1',
        fields: { at: 0, source, medium, campaign },
      },
    ]);
    await at.ledger.record(entryOf(facts));
    const projections = at.make();
    await projections.start();
    await projections.catchUp();
    const { rows } = await at.db.database.pool.query(
      "select source, medium, campaign, value::int from model.daily where metric = 'signups' and value <> 0 order by 1, 2",
    );
    expect(rows.map((row) => [row.source, row.medium, row.campaign, row.value])).toEqual([
      ['a', 'b', 'c|', 1],
      ['a', 'b|c', '', 1],
      ['a|b', 'c', '', 1],
    ]);
  });
});

describe('given two projectors on one ledger', () => {
  let at: Open;
  beforeAll(async () => (at = await open()));
  afterAll(() => at.close());

  it('then one leads, the other takes over when it stops, and no entry counts twice', async () => {
    const signUp = (n: number): Fact[] => [
      { type: 'UserSignedUp', subject: `user:u${n}`, effect: 'signed_up', stamp: '1', fields: { at: 0 } },
    ];
    const [first, second] = [at.make(), at.make()];
    await first.start();
    await at.ledger.record(entryOf(signUp(1)));
    await first.catchUp();
    await second.start();
    await at.ledger.record(entryOf(signUp(2)));
    await first.catchUp();
    await first.stop();
    await at.ledger.record(entryOf(signUp(3)));
    await second.catchUp();
    const { rows } = await at.db.database.pool.query(
      `select count(*)::int as n, sum(delta)::int as total from model.contributions where metric = 'signups'`,
    );
    expect(rows).toEqual([{ n: 3, total: 3 }]);
  });
});
