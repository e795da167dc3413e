import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/app/auth/api-keys.js';
import { postgresKeyStore } from '../../src/app/auth/key-store.js';
import type { Entry } from '../../src/ledger/ledger.js';
import type { Service } from '../../src/service-types.js';
import { chargeSucceeded, signedUp, touch } from '../fixtures/shop-events.js';
import { erase as eraseIn } from '../support/erase.js';
import { type Json, RunningService } from '../support/running-service.js';
import { madeFolder } from '../support/test-cluster.js';

const ADA = 'Ada.Erasable@example.com';
const BOB = 'bob.stays@example.com';
const DAY = '2026-10-03';
const AT = `${DAY}T09:00:00Z`;

const NOW = '2026-11-01T12:00:00Z';

const dataDir = madeFolder('truth-ledger-erasure-');
let shop: RunningService;
beforeAll(async () => (shop = await RunningService.start({ now: NOW, dataDir })));
afterAll(async () => {
  await shop.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const erase = (person: Json, reason?: string) => eraseIn(shop, person, reason);
const customer = (id: string): Promise<any> => shop.get(`/v1/customers/${encodeURIComponent(id)}`);
const entries = async (): Promise<Entry[]> => (await shop.service.ledger.readFeed(0, 1_000)).entries;
const ofType = async (type: string): Promise<Entry[]> => (await entries()).filter((entry) => entry.type === type);
const opened = ({ body, keyId }: Entry): Promise<string> => shop.service.vault.unseal(body, keyId);
const charge = (id: string, more: Json): Json =>
  chargeSucceeded(AT, id, 1000, { billing_details: { name: 'Ada Erasable', email: ADA }, ...more });
const tracked = (messageId: string, anonymousId: string, userId?: string): Json => ({
  ...{ type: 'track', event: 'Signed Up', messageId, anonymousId, userId, timestamp: AT },
  properties: { note: `written by ${anonymousId}` },
});

const NUMBERS = ['signups', 'payments', 'revenue_gross', 'new_customers'];
const numbers = async (): Promise<unknown> => [
  ...(await Promise.all(NUMBERS.map((name) => shop.metric(name, '2026-10-01', '2026-10-31', '&group_by=source')))),
  (await shop.get('/v1/attribution?metric=signups&from=2026-10-01&to=2026-10-31')).data,
];
const before: { hash?: string; numbers?: unknown; position?: number } = {};

describe('given two persons at every door', () => {
  beforeAll(async () => {
    await shop.events(
      touch('2026-10-01T08:00:00Z', { anonymous_id: 'a_ada', source: 'newsletter', medium: 'email' }),
      signedUp('2026-10-02T09:00:00Z', 'u_ada', { anonymous_id: 'a_ada', email: ADA }),
      signedUp('2026-10-02T10:00:00Z', 'u_bob', { email: BOB }),
    );
    await shop.stripeAll([
      charge('ch_ada', { customer: 'cus_ada' }),
      charge('ch_bob', { billing_details: { name: 'Bob Stays', email: BOB } }),
    ]);
    const dispute: Json = { ...charge('dp_x', {}), id: 'evt_dispute', type: 'charge.dispute.created' };
    dispute['data'] = {
      object: {
        ...{
          id: 'dp_ada',
          object: 'dispute',
          amount: 1000,
          currency: 'usd',
          charge: 'ch_ada',
          status: 'needs_response',
        },
        ...{ created: Math.floor(Date.parse(AT) / 1000), evidence: { customer_name: 'Ada Erasable' } },
      },
    };
    await shop.stripeAll([dispute]);
    const refused = { ...signedUp(AT, 'u_ada', { email: ADA }), data: { user_id: 'u_ada', email: 7, name: 'Ada' } };
    expect(
      (await shop.send('POST', '/v1/events', refused, { 'content-type': 'application/cloudevents+json' })).status,
    ).toBe(400);
    await shop.segment([tracked('m_1', 'a_ada', 'u_ada'), tracked('m_2', 'a_lap'), tracked('m_3', 'a_bob')]);
    await shop.segment([{ type: 'identify', messageId: 'm_4', anonymousId: 'a_lap', userId: 'u_ada', timestamp: AT }]);
    before.hash = await shop.stateHash();
    before.numbers = await numbers();
    before.position = await shop.service.ledger.head();
  });

  it('when a request is wrong, then it is told why, and nothing is decided', async () => {
    const wrong: [Json, number, string][] = [
      [{}, 400, 'Give one of customer, user_id and email.'],
      [{ user_id: 'u_ada', email: ADA }, 400, 'Give one of customer, user_id and email.'],
      [{ email: 'no address' }, 400, 'email must be one e-mail address.'],
      [{ customer: `user:${ADA}` }, 400, 'customer may hold no e-mail address: give it as email.'],
      [{ customer: 'user:nobody' }, 404, 'No customer has this identifier; see GET /v1/customers/{id}.'],
    ];
    for (const [person, status, detail] of wrong) {
      const reply = await erase(person);
      expect([reply.status, reply.body.detail]).toEqual([status, detail]);
    }
    expect((await erase({ user_id: 'u_ada' }, `of ${ADA}`)).status).toBe(400);
    expect((await shop.send('POST', '/v1/erasures', { user_id: 'u_ada', reason: 'x', who: 'me' })).status).toBe(400);
    expect(await shop.all('/v1/erasures')).toEqual([]);
    expect(await shop.service.ledger.head()).toBe(before.position);
  });

  it('when one is erased by e-mail address, then the decision is in the ledger without it, and the keys of everything of theirs are gone', async () => {
    const { status, body } = await erase({ email: ADA.toLowerCase() });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        ...{
          state: 'done',
          recorded: true,
          asked_by: 'email',
          reason: 'asked for it by mail',
          by: 'admin',
          actor: 'key:admin',
        },
        // The sign-up, the charge, and the dispute, which names nobody.
        reached: { entries: 3, dead_letters: 1, tracked_events: 2, reject_samples: 0, keys_deleted: 6 },
      }),
    ]);
    const [decision] = await ofType('PersonErased');
    expect([decision!.id, decision!.stream, decision!.revision]).toEqual([body.id, 'erasure-people', 0]);
    expect(decision!.body.toLowerCase()).not.toMatch(/ada|example|u_ada|cus_/);
    for (const type of ['user.signed_up', 'stripe.charge.succeeded']) {
      const [hers, his] = await ofType(type);
      expect(JSON.stringify(JSON.parse(await opened(hers!)))).toContain('[erased]');
      expect((await opened(hers!)).toLowerCase()).not.toContain(ADA.toLowerCase());
      expect((await opened(his!)).toLowerCase()).toContain(BOB);
    }
    expect(await opened((await ofType('stripe.charge.dispute.created'))[0]!)).not.toContain('Ada');
  });

  it('then no number and no hash moved, and everything verifies', async () => {
    expect(await shop.stateHash()).toBe(before.hash);
    expect(await numbers()).toEqual(before.numbers);
    await shop.service.projections.rebuild();
    expect(await shop.stateHash()).toBe(before.hash);
    expect((await shop.service.projections.verify()).ok).toBe(true);
    expect((await shop.service.seal.verify()).ok).toBe(true);
    const moved = await shop.get(
      `/v1/metrics/revenue_gross/explain-diff?from=2026-10-01&to=2026-10-31&from_as_of=${before.position}`,
    );
    expect([moved.difference, moved.causes]).toEqual([[], []]);
  });

  it('then their entries, their dead letter and their page say so, and others do not', async () => {
    const [hers, his] = await ofType('stripe.charge.succeeded');
    const told = async (entry: Entry): Promise<string> =>
      (await shop.get(`/v1/ledger/entries/${entry.id}`)).personal_data;
    expect([await told(hers!), await told(his!), await told((await ofType('PersonErased'))[0]!)]).toEqual([
      ...['erased', 'sealed', 'none'],
    ]);
    const [letter] = await shop.all('/v1/dead-letters?reason=invalid_event');
    const replay = await shop.send('POST', `/v1/dead-letters/${letter!['id']}/replay`, {});
    expect([replay.status, replay.body.detail]).toEqual([
      ...[400, 'The person it speaks of was erased; what is left cannot be replayed.'],
    ]);
    expect((await customer('user:u_ada')).erased_at).toBe((await shop.all('/v1/erasures'))[0]!['decided_at']);
    expect((await customer('user:u_bob')).erased_at).toBeNull();
  });

  it('when they are erased again, by any of their identifiers, then nothing is added, and the same erasure is told', async () => {
    const [first] = await shop.all('/v1/erasures');
    // With every entry that comes, whoever it is of; and behind the answer.
    const goesOn = { searched_until: expect.any(Number), vacuumed_at: expect.anything() };
    while ((await shop.get(`/v1/erasures/${first!['id']}`)).vacuumed_at === null) await shop.service.erasures.apply();
    for (const person of [{ email: ADA }, { user_id: 'u_ada' }, { customer: 'cus_ada' }]) {
      const { status, body } = await erase(person, 'once more');
      expect([status, body]).toEqual([200, { ...first, ...goesOn, recorded: false }]);
    }
    expect(await ofType('PersonErased')).toHaveLength(1);
    expect(await shop.get(`/v1/erasures/${first!['id']}`)).toEqual({ ...first, ...goesOn });
    expect((await shop.send('GET', '/v1/erasures/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });

  it('when something of theirs comes late, at any door, then it counts, and what is personal in it can never be opened', async () => {
    await shop.stripeAll([charge('ch_late', { customer: 'cus_ada' })]);
    const refused = { ...signedUp(AT, 'u_ada', {}), data: { user_id: 'u_ada', email: 8, name: 'Late Ada' } };
    await shop.send('POST', '/v1/events', refused, { 'content-type': 'application/cloudevents+json' });
    await shop.segment([tracked('m_5', 'a_ada', 'u_ada'), tracked('m_6', 'a_bob')]);
    await shop.service.erasures.apply();
    const late = (await ofType('stripe.charge.succeeded')).at(-1)!;
    expect(await opened(late)).not.toContain('Ada');
    expect((await shop.get(`/v1/ledger/entries/${late.id}`)).personal_data).toBe('erased');
    expect(await shop.count('payments', DAY)).toBe(3);
    const keys = `select count(*)::int as n from ledger.vault_keys where id in (
      select body_key_id from ingest.dead_letters union select body_key_id from ingest.tracked_events)`;
    expect((await shop.sql(keys))[0]!['n']).toBe(2); // of the other one
    expect((await shop.all('/v1/erasures'))[0]!['reached']).toMatchObject({ entries: 4, keys_deleted: 7 });
  });

  it('when something more of them is known, then erasing them again reaches it, and the list has both, newest first', async () => {
    await shop.events(
      signedUp('2026-10-02T11:00:00Z', 'u_ada', { anonymous_id: 'a_tablet', email: 'ada@second.example' }),
    );
    await shop.catchUp();
    const { body } = await erase({ user_id: 'u_ada' }, 'and the rest');
    expect(body.recorded).toBe(true);
    const first = await shop.get('/v1/erasures?limit=1');
    expect(first.data).toEqual([expect.objectContaining({ id: body.id, reason: 'and the rest' })]);
    const second = await shop.get(`/v1/erasures?limit=1&cursor=${first.next_cursor}`);
    expect([second.data[0].reason, second.next_cursor]).toEqual(['asked for it by mail', null]);
  });

  it('when somebody is erased of whom nothing is known, then that stands for what comes', async () => {
    const { status, body } = await erase({ user_id: 'u_future' });
    expect([status, body.reached.entries, body.identifiers]).toEqual([200, 0, 1]);
    await shop.events(signedUp(AT, 'u_future', { email: 'future@example.com' }));
    await shop.service.erasures.apply();
    const entry = (await ofType('user.signed_up')).at(-1)!;
    expect(await opened(entry)).not.toContain('future@');
  });

  it('when the database is set back to before the erasures, then they are carried out again before anything is served', async () => {
    const [hers] = await ofType('stripe.charge.succeeded');
    await shop.sql(`truncate ledger.erasures, ledger.erasure_tags, ingest.erasures, ledger.erased_keys, ledger.erased_tags;
      update ledger.erasures_standing set searched_until = 0;
      insert into ledger.vault_keys (id, wrapped) values ('${hers!.keyId}', '\\x00')`);
    await shop.stop();
    let found: number | null = null;
    const opened = async ({ database }: Service): Promise<void> => {
      const looked = await database.pool.query('select from ledger.vault_keys where id = $1', [hers!.keyId]);
      found = looked.rowCount;
    };
    shop = await RunningService.start({ now: NOW, dataDir, opened });
    expect(found).toBe(0);
    expect(await shop.all('/v1/erasures')).toHaveLength(3);
  });
});

describe('given a key without the scope', () => {
  it('then it may neither erase nor read what was erased', async () => {
    const keys = new ApiKeys(postgresKeyStore(shop.service.database.pool), () => new Date(), undefined);
    const { token } = await keys.create({ name: 'reader', scopes: ['read', 'finance'] });
    const as = { authorization: `Bearer ${token}` };
    for (const [method, body] of [['POST', { user_id: 'u_bob', reason: 'x' }] as const, ['GET', undefined] as const])
      expect((await shop.send(method, '/v1/erasures', body, as)).status).toBe(403);
  });
});
