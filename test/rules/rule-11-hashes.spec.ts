import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { migrate } from '../../src/storage/migrate.js';
import { foreignDatabase, type TestDatabase } from '../support/database.js';
import { inBatches, shuffled } from '../support/histories.js';
import { projectedLedger, type ProjectedLedger } from '../support/projected-ledger.js';

const T0 = Date.UTC(2026, 9, 1, 12);

const signUp = (user: string, n: number): Fact => ({
  ...{ type: 'UserSignedUp', subject: `user:${user}`, effect: 'signed_up', stamp: stampOf(5, n, `evt_${n}`) },
  fields: { at: T0 },
});
const touch = (user: string, source: string, n: number): Fact => ({
  ...{ type: 'TouchRecorded', subject: `user:${user}`, effect: `touch:${n}`, stamp: stampOf(5, n, `evt_${n}`) },
  fields: { at: T0 - n, source, medium: 'cpc', campaign: '' },
});

let opened: ProjectedLedger[] = [];
afterEach(async () => {
  for (const each of opened) await each.close();
  opened = [];
});

/** The two hashes of a model that a projector made of these facts, one entry each, and those after a rebuild. */
const hashesOf = (facts: readonly Fact[], recordedAt?: string) =>
  hashesAfter([facts.map((fact) => [fact])], recordedAt);

/** The same for lots of entries, the model brought up to date after each lot. */
async function hashesAfter(
  lots: readonly (readonly Fact[][])[],
  recordedAt = '2026-10-02T00:00:00Z',
  test?: Promise<TestDatabase>,
) {
  const at = await projectedLedger(new Date(recordedAt), test);
  opened.push(at);
  const projections = at.make();
  await projections.start();
  for (const lot of lots) {
    for (const facts of lot) await at.record(facts);
    await projections.catchUp();
  }
  const live = { state: await projections.stateHash(), history: await projections.historyHash() };
  await projections.rebuild();
  return { live, rebuilt: { state: await projections.stateHash(), history: await projections.historyHash() } };
}

describe('state hash and history hash', () => {
  const facts = [touch('u1', 'google', 2), signUp('u1', 1), touch('u1', 'linkedin', 3), signUp('u2', 4)];

  it('given one history in two orders and at two times, then the state hash is one, and the history hash tells them apart', async () => {
    const straight = await hashesOf(facts);
    const backwards = await hashesOf([...facts, ...facts].reverse(), '2027-01-01T00:00:00Z');
    expect(backwards.live.state).toBe(straight.live.state);
    expect(backwards.live.history).not.toBe(straight.live.history);
  });

  it('given the same numbers from other positions, then only the history hash is another', async () => {
    const straight = await hashesOf(facts.slice(0, 2));
    const later = await hashesOf([facts[0]!, facts[0]!, facts[1]!]);
    expect(later.live.state).toBe(straight.live.state);
    expect(later.live.history).not.toBe(straight.live.history);
  });

  it('given a rebuild, then both hashes are what they were', async () => {
    const { live, rebuilt } = await hashesOf([...facts].reverse());
    expect(rebuilt).toEqual(live);
  });

  it('given a database that sorts texts and writes times in another way, then both hashes are the same', async () => {
    // In bytes capitals come first, in a language a before Z.
    const mixed = [...facts, ...['Zoe', 'adam', 'Éva', 'z-1'].map((user, n) => signUp(user, 20 + n))];
    const lots = [mixed.map((fact) => [fact])];
    const foreign = foreignDatabase();
    await migrate((await foreign).database);
    const order = `select string_agg(u, ' ' order by u) as sorted, now()::text as now from unnest(array['Zoe', 'adam']) as u`;
    const { rows } = await (await foreign).database.pool.query<{ sorted: string; now: string }>(order);
    expect([rows[0]!.sorted, rows[0]!.now]).toEqual(['adam Zoe', expect.stringMatching(/ JST$/)]);
    expect(await hashesAfter(lots, undefined, foreign)).toEqual(await hashesAfter(lots));
  });

  it.each<[string, Fact[]]>([
    ['a sign-up more', [...facts, signUp('u3', 9)]],
    ['another first touch', facts.with(2, touch('u1', 'bing', 3))],
    ['another time of it, which no number shows', facts.with(2, touch('u1', 'linkedin', 5))],
    ['one that is missing', facts.slice(0, 3)],
  ])('given %s, then the state hash is another', async (_what, other) => {
    expect((await hashesOf(other)).live.state).not.toBe((await hashesOf(facts)).live.state);
  });

  // Many histories share a ledger, each with ids of its own: a database costs more than all of them.
  it('given any histories, then another order, duplicates and other batches leave the state hash as it is, live and rebuilt', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shuffled, { minLength: 30, maxLength: 30 }),
        fc.integer({ min: 20, max: 120 }),
        async (all, cut) => {
          const straight = all.flatMap(({ entries }, n) => entries.map(({ facts }) => ofHistory(n, facts)));
          const other = takingTurns(all.map(({ order }, n) => order.map(({ facts }) => ofHistory(n, facts))));
          const [first, second] = [await hashesAfter([straight]), await hashesAfter(inBatches(other, cut))];
          expect(second.live.state).toBe(first.live.state);
          expect(first.rebuilt).toEqual(first.live);
          expect(second.rebuilt).toEqual(second.live);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

/** Facts whose ids no other history has. */
const ofHistory = (n: number, facts: readonly Fact[]): Fact[] =>
  JSON.parse(
    JSON.stringify(facts).replace(
      /\b(user|stripe|email|anonymous|order|intent|checkout|session|payment):(\w+)/g,
      `$1:$2-${n}`,
    ),
  ) as Fact[];

/** The first of each list, then the second of each, and so on. */
function takingTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
