import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { providers, providerSettings } from '../../src/ingest/providers/index.js';
import { createIngest } from '../../src/ingest/create-ingest.js';
import { Problem, SetupError } from '../../src/kernel/errors.js';
import type { RawRequest } from '../../src/ingest/ingest.js';
import { interpret } from '../../src/ingest/interpret.js';
import type { Provider } from '../../src/ingest/provider.js';
import { providerGivens } from './provider-givens.js';
import { NOW, OLD_SECRET, openDoors, signatureOf, stripeDelivery, type Doors } from '../support/doors.js';

type Json = Record<string, any>;
const fixture = (name: string): Record<string, any> =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../fixtures/stripe', name), 'utf8'));
const charge = fixture('charge-succeeded.json');
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

let doors: Doors;
let number = 0;
const newCharge = (changes: Record<string, unknown> = {}) => ({
  ...charge,
  id: `evt_harbour_n${++number}`,
  ...changes,
});
const send = (body: unknown, headers = {}) => doors.ingest.webhook('stripe', stripeDelivery(body, headers));

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

describe('the contract', () => {
  it('given the registry, then every provider is held to it', () => {
    expect(providerGivens.map(({ name }) => name)).toEqual(Object.keys(providers));
  });
});

describe.each(providerGivens)('provider $name', (given) => {
  const provider: Provider = providers[given.name];
  let made = 0;
  const event = () => given.event(++made);
  const deliver = (request: RawRequest) => doors.ingest.webhook(given.name, request);
  const one = async (request: RawRequest) => (await deliver(request))[0]!;

  it('given empty or blank secrets, when configured, then it is refused with a sentence', () => {
    for (const env of given.wrongEnv) expect(() => providerSettings(env)).toThrow(SetupError);
    expect(providerSettings({})).toEqual({});
    expect(providerSettings(given.env)).toEqual({ [given.name]: given.settings });
  });

  it('given blank secrets from elsewhere, when the doors open, then they do not', () => {
    const deps = { ...doors, clock: () => NOW, writeKeys: [] };
    for (const settings of given.useless)
      expect(() => createIngest({ ...deps, providers: { [given.name]: settings } })).toThrow(SetupError);
  });

  it.each([null, [], 'text', 1, {}, { id: 1 }, { id: 'a\u0000', type: 'x', event_id: '\u0000' }])(
    'given %j, when identified, then it is no event',
    (body) => {
      expect(provider.identify(body)).toBeUndefined();
      expect(provider.subjects(body)).toEqual([]);
      expect(provider.objects(body)).toEqual([]);
      expect(() => provider.content(body)).not.toThrow();
    },
  );

  it('given a genuine delivery, when received, then one entry says who sent it, and nothing personal is open', async () => {
    const body = event();
    const outcome = await one(given.deliver(body));
    expect(outcome.outcome).toBe('recorded');
    const entry = (await doors.ledger.find(outcome.entryId!))!;
    expect(entry).toMatchObject({
      ...given.entry(body),
      ...{ origin: given.name, actor: `provider:${given.name}`, stream: `${given.name}-${outcome.entryId!}` },
    });
    expect(entry.body).not.toMatch(given.personal);
    expect(JSON.stringify(entry.attributes)).not.toMatch(given.personal);
    expect(await doors.vault.unseal(entry.body, entry.keyId)).toBe(given.deliver(body).body.toString());
    expect(given.amountIn(JSON.parse(entry.body) as Json)).toBe(4990);
  });

  it('given its entry, when it is read, then the facts are of that payment', async () => {
    const { entryId } = await one(given.deliver(event()));
    const { body, occurredAt, ...entry } = (await doors.ledger.find(entryId!))!;
    const facts = interpret({ ...entry, body: JSON.parse(body) as unknown, occurredAt: occurredAt.getTime() });
    expect(facts?.[0]).toMatchObject({
      type: given.fact.type,
      fields: { amount: '4990', currency: given.fact.currency },
    });
    expect(JSON.stringify(facts)).not.toMatch(given.personal);
    const parts = provider.objects(JSON.parse(body)).map(({ kind, id }) => `${kind}:${id}`);
    expect(parts).toContain(facts![0]!.subject);
  });

  it('given one delivery fifty times, as it may come again, when received, then it is one entry', async () => {
    const body = event();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, retry) => one(given.deliver(given.again(body, retry)))),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(49);
    expect(new Set(outcomes.map(({ entryId }) => entryId)).size).toBe(1);
  });

  it('given the same id with other content, when received, then it is kept apart, and a replay finds the same', async () => {
    const body = event();
    const first = await one(given.deliver(body));
    const second = await one(given.deliver(given.altered(body)));
    expect(second).toMatchObject({ outcome: 'conflict', entryId: first.entryId });
    expect(await doors.ingest.deadLetters.find(second.deadLetterId!)).toMatchObject({
      ...{ reason: 'conflict', origin: given.name, blocks: true },
    });
    expect(await doors.ingest.deadLetters.replay(second.deadLetterId!, 'ops')).toMatchObject({ outcome: 'conflict' });
    const entry = (await doors.ledger.find(first.entryId!))!;
    expect(given.amountIn(JSON.parse(entry.body) as Json)).toBe(4990);
  });

  it('given the same event in test mode, when received, then it is another entry and counts nowhere', async () => {
    const body = event();
    await one(given.deliver(body));
    const outcome = await one(given.deliverTest(body));
    expect(outcome.outcome).toBe('recorded');
    const { body: text, occurredAt, ...entry } = (await doors.ledger.find(outcome.entryId!))!;
    expect([entry.attributes['livemode'], entry.account.endsWith('test')]).toEqual(['false', true]);
    expect(interpret({ ...entry, body: JSON.parse(text) as unknown, occurredAt: occurredAt.getTime() })).toEqual([]);
    // Parked and replayed it is still of test mode: what headers said is kept with it.
    const other = await one(given.deliverTest(given.altered(body)));
    expect(other).toMatchObject({ outcome: 'conflict', entryId: outcome.entryId });
    expect(await doors.ingest.deadLetters.replay(other.deadLetterId!, 'ops')).toMatchObject({
      ...{ outcome: 'conflict', entryId: outcome.entryId },
    });
  });

  it('given what is not genuine, when received, then it is refused and nothing is written', async () => {
    const before = await doors.ledger.head();
    const parked = (await doors.ingest.deadLetters.list({ limit: 1_000 })).data.length;
    for (const request of given.forged(event())) expect(await codeOf(deliver(request))).toBe('bad_signature');
    expect(await doors.ledger.head()).toBe(before);
    expect((await doors.ingest.deadLetters.list({ limit: 1_000 })).data).toHaveLength(parked);
  });

  it('given one that is too large to store, when received, then it is kept with its money, without its largest leaf', async () => {
    const body = given.withText(event(), 'x'.repeat(960_000));
    const outcome = await one(given.deliver(body));
    const entry = (await doors.ledger.find(outcome.entryId!))!;
    expect([outcome.outcome, entry.attributes['truncated']]).toEqual(['recorded', 'texts']);
    expect(given.amountIn(JSON.parse(entry.body) as Json)).toBe(4990);
    expect(await one(given.deliver(body))).toMatchObject({ outcome: 'duplicate' });
  });
});

describe('a signed webhook of Stripe', () => {
  it('given a genuine delivery, when received, then one entry says who sent it, how we know and when it happened', async () => {
    const body = newCharge();
    const [outcome] = await send(body);
    expect(outcome).toMatchObject({ outcome: 'recorded' });
    const entry = (await doors.ledger.find(outcome!.entryId!))!;
    expect(entry).toMatchObject({
      ...{
        type: 'stripe.charge.succeeded',
        origin: 'stripe',
        account: '',
        originEventId: body.id,
        correlationId: 'test',
      },
      ...{ actor: 'provider:stripe', authenticatedBy: 'stripe-signature', stream: `stripe-${outcome!.entryId!}` },
      occurredAt: new Date(1793527200_000),
      attributes: {
        api_version: '2026-09-30.endive',
        livemode: 'true',
        object: 'charge',
        object_id: 'ch_harbour_0001',
        envelope: 'event',
      },
    });
    expect(entry.subjects).toEqual(
      expect.arrayContaining([doors.vault.subjectTag('c', 'cus_harbour_7'), doors.vault.subjectTag('u', 'u_iris')]),
    );
    expect(entry.body).not.toMatch(/iris\.lund|Iris Lund|Fyrv/);
    expect(JSON.parse(await doors.vault.unseal(entry.body, entry.keyId))).toEqual(body);
  });

  it('given one delivery a hundred times, with fresh signatures and another pending count, when received, then it is one entry', async () => {
    const body = newCharge();
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, retry) =>
        send({ ...body, pending_webhooks: retry }).then(([outcome]) => outcome!.outcome),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'recorded')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(99);
    expect((await doors.entries()).filter(({ originEventId }) => originEventId === body.id)).toHaveLength(1);
  });

  it('given the same members in another order, when received again, then it is a duplicate', async () => {
    const body = newCharge();
    await send(body);
    expect(await send(Object.fromEntries(Object.entries(body).reverse()))).toMatchObject([{ outcome: 'duplicate' }]);
  });

  it('given the same id with other content, when received, then it is kept apart and reported, and the first stays', async () => {
    const body = newCharge();
    const [first] = await send(body);
    const other = {
      ...body,
      data: { object: { ...charge['data'].object, amount: 1, receipt_email: 'mallory@example.com' } },
    };
    const [second] = await send(other);
    expect(second).toMatchObject({ outcome: 'conflict', entryId: first!.entryId });
    const letter = await doors.ingest.deadLetters.find(second!.deadLetterId!);
    expect(letter).toMatchObject({
      reason: 'conflict',
      door: 'provider',
      origin: 'stripe',
      originEventId: body.id,
      blocks: true,
    });
    const { rows } = await doors.database.pool.query(
      'select to_jsonb(d) as row, body, body_key_id from ingest.dead_letters d where id = $1',
      [letter!.id],
    );
    expect(JSON.stringify(rows[0].row)).not.toContain('mallory');
    expect(JSON.parse(await doors.vault.unseal(rows[0].body, rows[0].body_key_id))).toEqual(other);
    expect(await doors.ingest.deadLetters.replay(letter!.id, 'ops')).toMatchObject({
      outcome: 'conflict',
      deadLetterId: letter!.id,
    });
    expect((await doors.ingest.deadLetters.find(letter!.id))!.resolvedAt).toBeNull();
  });

  it('given the same event in another API version, when received, then it is no conflict', async () => {
    const body = newCharge();
    await send(body);
    expect(await send({ ...body, api_version: '2020-08-27', data: { object: { id: 'ch_1' } } })).toMatchObject([
      { outcome: 'duplicate' },
    ]);
  });

  it('given the same id in test mode and in another account, when received, then they are three entries', async () => {
    const body = newCharge();
    const ids = [];
    for (const changes of [{}, { livemode: false }, { account: 'acct_ferry9' }]) {
      const [outcome] = await send({ ...body, ...changes });
      expect(outcome!.outcome).toBe('recorded');
      ids.push((await doors.ledger.find(outcome!.entryId!))!.account);
    }
    expect(ids).toEqual(['', 'test', 'acct_ferry9']);
    const [connect] = await send(fixture('refund-created-connect-test.json'));
    expect(await doors.ledger.find(connect!.entryId!)).toMatchObject({
      account: 'acct_ferry9:test',
      attributes: { livemode: 'false' },
    });
  });

  it('given a thin event, when received, then it is recorded like any other', async () => {
    const [outcome] = await send(fixture('thin-charge-succeeded.json'));
    expect(await doors.ledger.find(outcome!.entryId!)).toMatchObject({
      type: 'stripe.v1.charge.succeeded',
      account: 'acct_ferry9',
      occurredAt: new Date('2026-11-01T06:00:00.000Z'),
      attributes: { snapshot_event: 'evt_harbour_0001', object_id: 'ch_harbour_0001', envelope: 'v2.core.event' },
    });
  });

  it.each([
    ['no id', { type: 'charge.succeeded', object: 'event' }],
    ['an id with a control character', { id: 'evt_\u0000', type: 'charge.succeeded' }],
    ['half a surrogate pair as id', { id: '\ud800', type: 'charge.succeeded' }],
    ['an array', [1, 2]],
    ['null', null],
    ['text', '"hello"'],
  ])('given %s in a genuine body, when received, then it is kept all the same', async (_what, body) => {
    const [outcome] = await send(body);
    expect(outcome!.outcome).toBe('recorded');
    expect(await doors.ledger.find(outcome!.entryId!)).toMatchObject({
      type: 'stripe.unreadable',
      attributes: { time: 'assigned' },
      occurredAt: NOW,
    });
    expect(await send(body)).toMatchObject([{ outcome: 'duplicate' }]);
  });

  it.each([
    ['no date', undefined],
    ['an absurd date', 1e300],
    ['a negative date', -5],
    ['a date that is text', 'yesterday'],
  ])('given %s, when received, then the time is assigned and says so', async (_what, created) => {
    const [outcome] = await send(newCharge({ created }));
    expect(await doors.ledger.find(outcome!.entryId!)).toMatchObject({
      occurredAt: NOW,
      attributes: { time: 'assigned' },
    });
  });

  it('given a type of odd characters, when received, then it is stored under a type the ledger takes', async () => {
    const [outcome] = await send(newCharge({ type: 'odd type/🦊' }));
    expect((await doors.ledger.find(outcome!.entryId!))!.type).toBe('stripe.odd_type__');
  });

  it('given hostile members, when received, then they are data and nothing else', async () => {
    const text = JSON.stringify(newCharge()).replace(
      '"metadata":{',
      '"metadata":{"__proto__":{"admin":true},"constructor":{"prototype":{}},',
    );
    const [outcome] = await send(text);
    expect(outcome!.outcome).toBe('recorded');
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });
});

describe('what the webhook door refuses', () => {
  let before: number;
  beforeEach(async () => {
    before = await doors.ledger.head();
  });
  const refused = async (work: Promise<unknown>, code: string): Promise<void> => {
    expect(await codeOf(work)).toBe(code);
    expect(await doors.ledger.head()).toBe(before);
  };

  it('given a provider that is not configured, when called, then there is no door', async () => {
    await refused(doors.ingest.webhook('paypal', stripeDelivery(charge)), 'not_found');
    await refused(doors.ingest.webhook('constructor', stripeDelivery(charge)), 'not_found');
  });

  it('given a forged signature, when called, then nothing is written and the body is not looked at', async () => {
    await refused(
      send(newCharge(), { 'stripe-signature': `t=${Math.floor(NOW.getTime() / 1000)},v1=${'0'.repeat(64)}` }),
      'bad_signature',
    );
    await refused(send('{not json', { 'stripe-signature': 't=1,v1=00' }), 'bad_signature');
    await refused(send(newCharge(), { 'stripe-signature': undefined }), 'bad_signature');
    const parked = await doors.ingest.deadLetters.list({ limit: 100 });
    expect(parked.data.filter(({ reason }) => reason !== 'conflict' && reason !== 'truncated')).toEqual([]);
  });

  it('given a captured delivery, when replayed later or dated ahead, then it is stale; within the window it is a duplicate', async () => {
    const body = Buffer.from(JSON.stringify(newCharge()));
    const late = signatureOf(body, new Date(NOW.getTime() - 301_000));
    const early = signatureOf(body, new Date(NOW.getTime() + 301_000));
    await refused(send(body, { 'stripe-signature': late }), 'stale_signature');
    await refused(send(body, { 'stripe-signature': early }), 'stale_signature');
    expect(
      await send(body, { 'stripe-signature': signatureOf(body, new Date(NOW.getTime() - 299_000), OLD_SECRET) }),
    ).toMatchObject([{ outcome: 'recorded' }]);
    expect(await send(body)).toMatchObject([{ outcome: 'duplicate' }]);
  });

  const deep = (depth: number): string => `{"id":"evt_deep","type":"x","d":${'['.repeat(depth)}${']'.repeat(depth)}}`;

  it.each([
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"id":"e","type":"t"}')])],
    ['a byte that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong sequence', Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
    [
      'half a surrogate pair in bytes',
      Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    ['no JSON', Buffer.from('{not json')],
    ['nothing', Buffer.alloc(0)],
    ['a number that JSON does not know', Buffer.from('{"id":"e","type":"t","n":NaN}')],
    ['depth 100', Buffer.from(deep(100))],
    ['depth 10,000', Buffer.from(deep(10_000))],
    ['depth 400,000', Buffer.from(deep(400_000))],
  ])(
    'given %s with a right signature, when called, then it is unreadable and nothing is written',
    async (_what, body) => {
      await refused(send(body), 'unreadable_body');
    },
  );

  it('given a body at and above the limit, when called, then only the larger one is refused', async () => {
    const limit = 1024 * 1024;
    const text = JSON.stringify(newCharge({ padding: '' }));
    const padded = (bytes: number) => text.replace('"padding":""', `"padding":"${'x'.repeat(bytes - text.length)}"`);
    await refused(send(Buffer.concat([Buffer.from(padded(limit)), Buffer.from(' ')])), 'too_large');
    expect(await send(padded(limit - Buffer.byteLength(text) + text.length))).toMatchObject([{ outcome: 'recorded' }]);
  });
});

describe('a genuine delivery that is too large to store', () => {
  it.each([
    ['one large leaf', { note: 'x'.repeat(960_000) }, 'texts'],
    [
      'many middle leaves',
      Object.fromEntries(Array.from({ length: 240 }, (_, at) => [`note${at}`, 'y'.repeat(4_000)])),
      'texts',
    ],
    [
      'very many small members',
      Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`n${at}`, at])),
      undefined,
    ],
    ['many addresses', { list: Array.from({ length: 30_000 }, (_, at) => `person${at}@example.com`) }, 'true'],
  ])('given %s, when received, then it is kept without them and says so', async (_what, metadata, truncated) => {
    const body = newCharge({ data: { object: { ...charge['data'].object, metadata } } });
    const [outcome] = await send(body);
    expect(outcome!.outcome).toBe('recorded');
    const entry = (await doors.ledger.find(outcome!.entryId!))!;
    expect(JSON.parse(entry.body)).toMatchObject({
      id: body.id,
      data: { object: { id: 'ch_harbour_0001', amount_captured: 4990 } },
    });
    expect(Buffer.byteLength(entry.body)).toBeLessThanOrEqual(0.9 * 1024 * 1024);
    expect(entry.attributes['truncated']).toBe(truncated);
    expect(await send(body)).toMatchObject([{ outcome: 'duplicate' }]);
  });
});

describe('counting', () => {
  it('given outcomes of every kind, when received, then each was counted once', async () => {
    doors.counts.length = 0;
    const body = newCharge();
    await send(body);
    await send(body);
    await codeOf(send(body, { 'stripe-signature': 'x' }));
    expect(doors.counts).toEqual([
      { door: 'provider', origin: 'stripe', outcome: 'recorded', count: 1 },
      { door: 'provider', origin: 'stripe', outcome: 'duplicate', count: 1 },
      { door: 'provider', origin: 'stripe', outcome: 'bad_signature', count: 1 },
    ]);
  });
});
