import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parkUnprojected } from '../../src/ingest/park.js';
import type { Entry } from '../../src/ledger/ledger.js';
import { clientsOf, track } from '../support/client-events.js';
import { eventRequest, openDoors, principal, stripeDelivery, type Doors } from '../support/doors.js';

let doors: Doors;
const { segment, rejects } = clientsOf(() => doors);
beforeAll(async () => (doors = await openDoors()));
afterAll(() => doors.close());

const letters = async () => (await doors.ingest.deadLetters.list({ limit: 1_000 })).data;
const blocking = async () => (await letters()).filter(({ blocks }) => blocks).map(({ reason, door }) => [door, reason]);

describe('what must be seen to before a month is closed', () => {
  it('given what a provider or a service sent and nobody could take further, then each blocks', async () => {
    const webhook = { id: 'evt_1', object: 'event', type: 'customer.created', created: 1_793_527_200, livemode: true };
    await doors.ingest.webhook('stripe', stripeDelivery({ ...webhook, data: { object: { id: 'cus_1' } } }));
    await doors.ingest.webhook('stripe', stripeDelivery({ ...webhook, data: { object: { id: 'cus_2' } } }));
    const event = { specversion: '1.0', id: 'e_1', source: '/auth', type: 'user.vanished', data: {} };
    await doors.ingest.events(eventRequest(event), principal());
    expect(await blocking()).toEqual(
      expect.arrayContaining([
        ['provider', 'conflict'],
        ['events', 'invalid_event'],
      ]),
    );
    expect(await letters()).toHaveLength(2);
  });

  it('given an entry that no number shows, then it blocks too', async () => {
    const store = doors.ingest.deadLetters;
    const entry = { ...(await doors.entries())[0]!, id: randomUUID() } satisfies Entry;
    await doors.database.transaction((client) =>
      parkUnprojected(store, [{ entry, reason: 'projection_failed', error: 'it failed' }], client),
    );
    expect(await blocking()).toContainEqual(['projector', 'projection_failed']);
  });

  it('given whatever a browser sends, then it is counted, sampled at most ten times, and blocks nothing', async () => {
    const before = await letters();
    const broken = Array.from({ length: 40 }, () =>
      track({ event: 'Order Completed', properties: {}, messageId: undefined }),
    );
    const nameless = Array.from({ length: 40 }, () => track({ event: '' }));
    const reply = await segment('/v1/batch', { batch: [...broken, ...nameless] });
    const refused = Object.entries(reply.rejected);
    expect(refused.length).toBeGreaterThan(0);
    for (const [reason, count] of refused) {
      expect(await rejects(reason)).toBe(count);
      const { rows } = await doors.database.pool.query(
        'select count(*)::int as n from ingest.collector_reject_samples where reason = $1',
        [reason],
      );
      expect(rows[0].n).toBe(Math.min(10, count));
    }
    expect(await letters()).toEqual(before);
  });
});
