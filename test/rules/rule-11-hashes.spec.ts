import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { Zone } from '../../src/kernel/day.js';
import { backends } from '../../src/ledger/backends/index.js';
import type { NewEntry } from '../../src/ledger/ledger.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections } from '../../src/projections/create-projections.js';
import { testDatabase } from '../support/database.js';

const T0 = Date.UTC(2026, 9, 1, 12);
let close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const each of close.reverse()) await each();
  close = [];
});

const signUp = (user: string, n: number): Fact => ({
  ...{ type: 'UserSignedUp', subject: `user:${user}`, effect: 'signed_up', stamp: stampOf(5, n, `evt_${n}`) },
  fields: { at: T0 },
});
const touch = (user: string, source: string, n: number): Fact => ({
  ...{ type: 'TouchRecorded', subject: `user:${user}`, effect: `touch:${n}`, stamp: stampOf(5, n, `evt_${n}`) },
  fields: { at: T0 - n, source, medium: 'cpc', campaign: '' },
});

/** The two hashes of a model that a projector made of these facts, one entry each, and those after a rebuild. */
async function hashesOf(facts: readonly Fact[], recordedAt: string) {
  const { database, drop } = await testDatabase();
  const ledger = await backends.postgres.open({ database, clock: () => new Date(recordedAt) });
  const projections = createProjections({
    ...{ ledger, database, applyFact, metrics, zone: new Zone('UTC'), holder: randomUUID() },
    interpret: ({ body }) => body as Fact[],
    interpreterVersion: 1,
    park: () => Promise.resolve(),
    reparkAll: () => Promise.resolve(),
    log: () => undefined,
  });
  close.push(
    drop,
    () => ledger.close(),
    () => projections.stop(),
  );
  for (const fact of facts) {
    const id = randomUUID();
    const entry: NewEntry = {
      ...{ id, stream: receivedStream('test', id), type: 'test.fact', schemaVersion: 1, origin: 'test', account: '' },
      ...{ originEventId: id, occurredAt: new Date(T0), correlationId: id, actor: 'test', authenticatedBy: 'none' },
      ...{ subjects: [], attributes: {}, body: JSON.stringify([fact]), contentMac: Buffer.alloc(32) },
    };
    await ledger.record(entry);
  }
  await projections.start();
  await projections.catchUp();
  const live = { state: await projections.stateHash(), history: await projections.historyHash() };
  await projections.rebuild();
  return { live, rebuilt: { state: await projections.stateHash(), history: await projections.historyHash() } };
}

describe('state hash and history hash', () => {
  const facts = [touch('u1', 'google', 2), signUp('u1', 1), touch('u1', 'linkedin', 3), signUp('u2', 4)];

  it('given one history in two orders and at two times, then the state hash is one, and the history hash tells them apart', async () => {
    const straight = await hashesOf(facts, '2026-10-02T00:00:00Z');
    const backwards = await hashesOf([...facts, ...facts].reverse(), '2027-01-01T00:00:00Z');
    expect(backwards.live.state).toBe(straight.live.state);
    expect(backwards.live.history).not.toBe(straight.live.history);
  });

  it('given a rebuild, then both hashes are what they were', async () => {
    const { live, rebuilt } = await hashesOf([...facts].reverse(), '2026-10-02T00:00:00Z');
    expect(rebuilt).toEqual(live);
  });

  it.each<[string, Fact[]]>([
    ['a sign-up more', [...facts, signUp('u3', 9)]],
    ['another first touch', facts.with(2, touch('u1', 'bing', 3))],
    ['one that is missing', facts.slice(0, 3)],
  ])('given %s, then the state hash is another', async (_what, other) => {
    const [a, b] = [await hashesOf(facts, '2026-10-02T00:00:00Z'), await hashesOf(other, '2026-10-02T00:00:00Z')];
    expect(b.live.state).not.toBe(a.live.state);
  });
});
