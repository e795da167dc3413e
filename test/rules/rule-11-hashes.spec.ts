import { afterEach, describe, expect, it } from '@jest/globals';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
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
async function hashesOf(facts: readonly Fact[], recordedAt = '2026-10-02T00:00:00Z') {
  const at = await projectedLedger(new Date(recordedAt));
  opened.push(at);
  const projections = at.make();
  for (const fact of facts) await at.record([fact]);
  await projections.start();
  await projections.catchUp();
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

  it.each<[string, Fact[]]>([
    ['a sign-up more', [...facts, signUp('u3', 9)]],
    ['another first touch', facts.with(2, touch('u1', 'bing', 3))],
    ['another time of it, which no number shows', facts.with(2, touch('u1', 'linkedin', 5))],
    ['one that is missing', facts.slice(0, 3)],
  ])('given %s, then the state hash is another', async (_what, other) => {
    expect((await hashesOf(other)).live.state).not.toBe((await hashesOf(facts)).live.state);
  });
});
