import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entryId, type Identity } from '../../src/kernel/entry-id.js';
import { providers } from '../../src/ingest/providers/index.js';
import { problemOf } from '../support/client-events.js';
import { eventRequest, openDoors, principal, stripeDelivery, type Doors } from '../support/doors.js';

const identity = fc.record<Identity>({
  door: fc.constantFrom('provider', 'events'),
  account: fc.string({ unit: fc.constantFrom('a', '1', ':', 'é'), maxLength: 4 }),
  origin: fc.string({ unit: fc.constantFrom('a', '1', ':', 'é'), maxLength: 4 }),
  id: fc.string({ unit: fc.constantFrom('a', '1', ':', 'é'), maxLength: 4 }),
});

describe('the identity of an entry', () => {
  it('given any two identities, then they have one entry id only when door, account, origin and id are equal', () => {
    fc.assert(
      fc.property(identity, identity, (a, b) => {
        expect(entryId(a) === entryId(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, Identity, Identity]>([
    [
      'parts that only read alike',
      { door: 'events', account: 'a', origin: 'bc', id: 'd' },
      { door: 'events', account: 'ab', origin: 'c', id: 'd' },
    ],
    [
      'parts that hold lengths themselves',
      { door: 'events', account: '', origin: '1:a', id: 'b' },
      { door: 'events', account: '1:a', origin: '', id: 'b' },
    ],
    [
      'two doors',
      { door: 'events', account: 'a', origin: 'o', id: 'd' },
      { door: 'provider', account: 'a', origin: 'o', id: 'd' },
    ],
    [
      'two accounts',
      { door: 'events', account: 'a', origin: 'o', id: 'd' },
      { door: 'events', account: 'b', origin: 'o', id: 'd' },
    ],
  ])('given %s, then the entry ids differ', (_what, a, b) => expect(entryId(a)).not.toBe(entryId(b)));

  it('given an identity, then its entry id is a UUIDv5 that it has had for ever', () => {
    expect(entryId({ door: 'provider', account: 'acct_1', origin: 'stripe', id: 'evt_1' })).toBe(
      '6ab98000-a4c0-528a-8ddb-e87c7808b1ad',
    );
  });
});

describe('who may use which identity', () => {
  let doors: Doors;
  beforeAll(async () => (doors = await openDoors()));
  afterAll(() => doors.close());

  const signUp = (source: string, id: string) => ({
    ...{ specversion: '1.0', id, source, type: 'user.signed_up', time: '2026-11-01T09:00:00Z' },
    data: { user_id: 'u_1' },
  });

  it('given two keys of two accounts that send the same source and id, then both are recorded, and neither is a conflict', async () => {
    const mine = principal({ keyId: 'k_1', account: 'shop' });
    const other = principal({ keyId: 'k_2', account: 'shop-of-another' });
    const first = await doors.ingest.events(eventRequest(signUp('/auth', 'e_1')), mine);
    const second = await doors.ingest.events(
      eventRequest({ ...signUp('/auth', 'e_1'), data: { user_id: 'u_2' } }),
      other,
    );
    expect([...first.outcomes, ...second.outcomes].map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded']);
    expect(first.outcomes[0]!.entryId).not.toBe(second.outcomes[0]!.entryId);
  });

  it('given a service that guesses the next id of a webhook, then it is refused, and the webhook is recorded', async () => {
    const all = principal({ origins: '*' });
    for (const name of [...Object.keys(providers), 'Stripe', '/stripe', 'adyen', 'square', 'truth-ledger']) {
      expect((await problemOf(doors.ingest.events(eventRequest(signUp(name, 'evt_next')), all))).code).toBe(
        'forbidden',
      );
    }
    const body = { id: 'evt_next', object: 'event', type: 'customer.created', created: 1_793_527_200, livemode: true };
    const [outcome] = await doors.ingest.webhook('stripe', stripeDelivery({ ...body, data: { object: {} } }));
    expect(outcome).toMatchObject({ outcome: 'recorded' });
  });
});
