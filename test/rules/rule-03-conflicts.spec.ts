import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventRequest, openDoors, principal, stripeDelivery, type Doors } from '../support/doors.js';

let doors: Doors;
beforeAll(async () => (doors = await openDoors()));
afterAll(() => doors.close());

const charge = (amount: number, apiVersion = '2026-01-01') => ({
  ...{ id: 'evt_1', object: 'event', type: 'charge.succeeded', created: 1_793_527_200, livemode: true },
  ...{ api_version: apiVersion, data: { object: { id: 'ch_1', object: 'charge', amount } } },
});
const signUp = (user: string) => ({
  ...{ specversion: '1.0', id: 'e_1', source: '/auth', type: 'user.signed_up', time: '2026-11-01T09:00:00Z' },
  data: { user_id: user },
});
const deliver = async (body: unknown) => (await doors.ingest.webhook('stripe', stripeDelivery(body)))[0]!;
const send = async (body: unknown) => (await doors.ingest.events(eventRequest(body), principal())).outcomes[0]!;
const conflicts = async () => (await doors.ingest.deadLetters.list({ reason: 'conflict', limit: 100 })).data;

describe('the same identity again', () => {
  it('given the same content, then it is a duplicate, counted as such, and nothing is parked', async () => {
    expect([await deliver(charge(100)), await deliver(charge(100))].map(({ outcome }) => outcome)).toEqual([
      'recorded',
      'duplicate',
    ]);
    expect([await send(signUp('u1')), await send(signUp('u1'))].map(({ outcome }) => outcome)).toEqual([
      'recorded',
      'duplicate',
    ]);
    expect(doors.counts.map(({ door, outcome }) => `${door} ${outcome}`)).toEqual([
      'provider recorded',
      'provider duplicate',
      'events recorded',
      'events duplicate',
    ]);
    expect(await conflicts()).toEqual([]);
  });

  it('given other content, then it is a conflict: parked, counted apart, listed under its reason, and the first stays', async () => {
    doors.counts.length = 0;
    const [ofStripe, ofAuth] = [await deliver(charge(200)), await send(signUp('u2'))];
    expect([ofStripe.outcome, ofAuth.outcome]).toEqual(['conflict', 'conflict']);
    expect(doors.counts.map(({ door, outcome }) => `${door} ${outcome}`)).toEqual([
      'provider conflict',
      'events conflict',
    ]);
    expect(
      (await conflicts()).map(({ id, origin, originEventId, entryId }) => [id, origin, originEventId, entryId]),
    ).toEqual([
      [ofAuth.deadLetterId, '/auth', 'e_1', ofAuth.entryId],
      [ofStripe.deadLetterId, 'stripe', 'evt_1', ofStripe.entryId],
    ]);
    expect(await doors.ingest.deadLetters.counts()).toEqual([{ reason: 'conflict', unresolved: 2 }]);
    const entry = (await doors.ledger.find(ofStripe.entryId!))!;
    expect(JSON.parse(entry.body)).toMatchObject({ data: { object: { amount: 100 } } });
    expect(await doors.ledger.head()).toBe(2);
  });

  it('given the same conflict a hundred times, then it is one letter', async () => {
    await Promise.all(Array.from({ length: 100 }, () => deliver(charge(200))));
    expect(await conflicts()).toHaveLength(2);
    await deliver(charge(300));
    expect(await conflicts()).toHaveLength(3);
  });

  it('given another API version of it, then its content is not compared', async () => {
    expect((await deliver(charge(100, '2027-01-01'))).outcome).toBe('duplicate');
    expect((await deliver(charge(999, '2027-01-01'))).outcome).toBe('duplicate');
    expect(await conflicts()).toHaveLength(3);
  });
});
