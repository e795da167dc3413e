import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createIngest } from '../../../src/ingest/create-ingest.js';
import { Problem } from '../../../src/kernel/errors.js';
import { problemOf } from '../../support/client-events.js';
import { NOW, eventRequest, openDoors, principal, type Doors } from '../../support/doors.js';

const BATCH = 'application/cloudevents-batch+json';
const JSON_TYPE = 'application/json';

let doors: Doors;
let number = 0;
const event = (changes: Record<string, unknown> = {}) => ({
  ...{
    specversion: '1.0',
    id: `e_${++number}`,
    source: '/auth',
    type: 'user.signed_up',
    time: '2026-11-01T09:00:00+01:00',
  },
  data: { user_id: 'u_1', email: 'ada@example.com', plan: 'pro' },
  ...changes,
});
const send = async (body: unknown, sender = principal(), contentType?: string) =>
  (await doors.ingest.events(eventRequest(body, contentType), sender)).outcomes;
const letters = async () => (await doors.ingest.deadLetters.list({ limit: 1_000 })).data;

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

describe('one event of a service', () => {
  it('given a valid event, when received, then the entry has its identity, its time and its whole text', async () => {
    const body = event({ extension: 'kept' });
    const [outcome] = await send(body);
    expect(outcome).toMatchObject({ outcome: 'recorded' });
    const entry = (await doors.ledger.find(outcome!.entryId!))!;
    expect(entry).toMatchObject({
      ...{ origin: '/auth', account: 'shop', originEventId: body.id, type: 'user.signed_up', schemaVersion: 1 },
      ...{
        actor: 'key:k_auth',
        authenticatedBy: 'api-key',
        occurredAt: new Date('2026-11-01T08:00:00Z'),
        attributes: {},
      },
    });
    expect(entry.subjects).toContain(doors.vault.subjectTag('u', 'u_1'));
    expect(entry.subjects).toContain(doors.vault.subjectTag('e', 'ada@example.com'));
    expect(entry.body).not.toContain('ada@example.com');
    expect(JSON.parse(await doors.vault.unseal(entry.body, entry.keyId))).toEqual(body);
  });

  it('given plain JSON with a specversion, when received, then it is an event too', async () => {
    expect(await send(event(), principal(), `${JSON_TYPE}; charset=UTF-8`)).toMatchObject([{ outcome: 'recorded' }]);
  });

  it('given a member twice, when received, then it is refused by its name: readers differ on which of them holds', async () => {
    const text = JSON.stringify(event()).replace('"plan":"pro"', '"plan":"pro","plan":"free","sk\\u0061":1,"ska":2');
    const [outcome] = await send(text);
    expect(outcome).toMatchObject({
      ...{ outcome: 'rejected', code: 'invalid_event' },
      errors: ['data.plan: is there more than once', 'data.ska: is there more than once'],
    });
    const batch = `[${JSON.stringify(event())},${text}]`;
    expect((await send(batch, principal(), BATCH)).map(({ outcome }) => outcome)).toEqual(['recorded', 'rejected']);
  });

  it('given no time, when received, then it is dated now and says so', async () => {
    const [outcome] = await send(event({ time: undefined }));
    expect(await doors.ledger.find(outcome!.entryId!)).toMatchObject({
      occurredAt: NOW,
      attributes: { time: 'assigned' },
    });
  });

  it('given the same event again, also with other tracing headers, when received, then it is a duplicate', async () => {
    const body = event();
    await send({ ...body, traceparent: '00-1' });
    expect(await send({ ...body, traceparent: '00-2' })).toMatchObject([{ outcome: 'duplicate' }]);
  });

  it('given the same id with other content, when received, then it is a conflict, kept and listed', async () => {
    const body = event();
    await send(body);
    const [outcome] = await send({ ...body, data: { user_id: 'u_2' } });
    expect(outcome).toMatchObject({ outcome: 'conflict', code: 'conflict' });
    expect(await doors.ingest.deadLetters.find(outcome!.deadLetterId!)).toMatchObject({
      reason: 'conflict',
      blocks: true,
    });
  });

  it('given one id from two accounts and two sources, when received, then nobody occupies the identity of another', async () => {
    const body = event();
    expect(await send(body)).toMatchObject([{ outcome: 'recorded' }]);
    expect(await send(body, principal({ account: 'other' }))).toMatchObject([{ outcome: 'recorded' }]);
    expect(await send({ ...body, source: '/orders' })).toMatchObject([{ outcome: 'recorded' }]);
  });

  it.each(['stripe', '/stripe', '/Stripe/', 'square', '/adyen', 'truth-ledger', '/truth-ledger'])(
    'given the source %s, when any key sends it, then it is forbidden',
    async (source) => {
      const head = await doors.ledger.head();
      expect((await problemOf(send(event({ source }), principal({ origins: '*' })))).code).toBe('forbidden');
      expect((await problemOf(send(event({ source }), principal({ origins: [source] })))).code).toBe('forbidden');
      expect(await doors.ledger.head()).toBe(head);
    },
  );

  it('given a source that the key may not write, when sent, then it is forbidden and not kept', async () => {
    const before = (await letters()).length;
    expect((await problemOf(send(event({ source: '/billing' })))).code).toBe('forbidden');
    expect(await letters()).toHaveLength(before);
  });

  it.each([
    ['no object', '"text"', /event: must be an object/],
    ['another specversion', { specversion: '0.3' }, /specversion/],
    ['no id', { id: '' }, /id: /],
    ['an id with a NUL', { id: 'a\u0000' }, /id: /],
    ['a number as id', { id: 5 }, /id: /],
    ['no source', { source: undefined }, /source: /],
    ['an address as source', { source: 'mailto:ada@example.com' }, /source: must not hold/],
    ['no type', { type: undefined }, /type: /],
    ['an unknown type', { type: 'user.vanished' }, /no such event/],
    ['a type from the prototype', { type: '__proto__' }, /no such event/],
    ['a time that is none', { time: 'yesterday' }, /time: must be/],
    ['a day that its month does not have', { time: '2026-09-31T09:00:00Z' }, /time: must be/],
    ['a media type that is no text', { datacontenttype: { toString: 1 } }, /datacontenttype/],
    ['a source of a million slashes', { source: `a${'/'.repeat(1_000_000)}a` }, /source: must be/],
    ['a time without zone', { time: '2026-11-01T09:00:00' }, /time: must be/],
    ['a time in two days', { time: '2026-11-03T10:00:00Z' }, /time: more than a day/],
    ['data that is no object', { data: [1] }, /data/],
    ['data in base64', { data_base64: 'e30=' }, /data_base64/],
    ['data that is no JSON', { datacontenttype: 'text/xml' }, /datacontenttype/],
    ['a version that never was', { dataversion: 9 }, /dataversion/],
  ])('given %s, when received, then it is a dead letter before it is answered', async (_what, changes, reason) => {
    const sender = principal({ origins: '*' });
    const [outcome] = await send(typeof changes === 'string' ? changes : event(changes), sender);
    expect(outcome).toMatchObject({ outcome: 'rejected', code: 'invalid_event' });
    expect(outcome!.errors!.join('\n')).toMatch(reason);
    const letter = await doors.ingest.deadLetters.find(outcome!.deadLetterId!);
    expect(letter).toMatchObject({
      reason: 'invalid_event',
      door: 'events',
      account: 'shop',
      blocks: true,
      resolvedAt: null,
    });
    expect(letter!.errors).toEqual(outcome!.errors);
  });

  it('given a rejected event with personal data, when kept, then no table has it in clear', async () => {
    const body = event({
      type: 'user.vanished',
      id: 'for eve@example.com',
      data: { email: 'eve@example.com', user_id: 'eve@example.com' },
    });
    const [outcome] = await send(body);
    const { rows } = await doors.database.pool.query(
      'select to_jsonb(d) as row, body, body_key_id, subjects from ingest.dead_letters d where id = $1',
      [outcome!.deadLetterId],
    );
    expect(JSON.stringify(rows[0].row)).not.toContain('eve@example.com');
    expect(rows[0].subjects).toContain(doors.vault.subjectTag('e', 'eve@example.com'));
    expect(JSON.parse(await doors.vault.unseal(rows[0].body, rows[0].body_key_id))).toEqual(body);
  });

  it('given the same wrong event for days, when received, then it is one letter that counts', async () => {
    const body = event({ type: 'user.vanished' });
    const [first] = await send(body);
    const [second] = await send(body);
    expect(second!.deadLetterId).toBe(first!.deadLetterId);
    const { rows } = await doors.database.pool.query('select deliveries from ingest.dead_letters where id = $1', [
      first!.deadLetterId,
    ]);
    expect(rows).toEqual([{ deliveries: 2 }]);
  });

  it('given an event that is too large to store, when received, then the sender is told', async () => {
    expect((await problemOf(send(event({ data: { user_id: 'u', note: 'x'.repeat(990_000) } })))).code).toBe(
      'too_large',
    );
  });
});

describe('a batch', () => {
  it('given good, known, wrong and forbidden events, when received, then each has its own answer in order', async () => {
    const known = event();
    await send(known);
    const batch = [
      event(),
      known,
      event({ type: 'user.vanished' }),
      event({ source: '/billing' }),
      { ...known, data: { user_id: 'u_9' } },
      event(),
    ];
    const reply = await doors.ingest.events(eventRequest(JSON.stringify(batch, null, 2), BATCH), principal());
    expect(reply.batch).toBe(true);
    expect(reply.outcomes.map(({ outcome, code }) => code ?? outcome)).toEqual([
      ...['recorded', 'duplicate', 'invalid_event', 'forbidden', 'conflict', 'recorded'],
    ]);
    const entry = (await doors.ledger.find(reply.outcomes[5]!.entryId!))!;
    expect(JSON.parse(await doors.vault.unseal(entry.body, entry.keyId))).toEqual(batch[5]);
  });

  it('given one event twice in a batch, when received, then it is recorded once', async () => {
    const body = event();
    const outcomes = await send([body, body], principal(), BATCH);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['duplicate', 'recorded']);
  });

  it('given a thousand events, when received, then all are in the ledger in order; one more is too many', async () => {
    const batch = Array.from({ length: 1_000 }, () => event({ data: { user_id: 'u' } }));
    const outcomes = await send(batch, principal(), BATCH);
    expect(outcomes.every(({ outcome }) => outcome === 'recorded')).toBe(true);
    const ids = (await doors.entries())
      .map(({ originEventId }) => originEventId)
      .filter((id) => batch.some((one) => one.id === id));
    expect(ids).toEqual(batch.map(({ id }) => id));
    expect((await problemOf(send([...batch, event()], principal(), BATCH))).code).toBe('too_large');
  });

  it('given an empty batch, when received, then there is nothing to say', async () => {
    expect(await send([], principal(), BATCH)).toEqual([]);
  });
});

describe('bodies that are refused as a whole', () => {
  it.each([
    ['another content type', event(), 'text/plain', 'unsupported_media_type'],
    ['another charset', event(), 'application/cloudevents+json; charset=latin1', 'unsupported_media_type'],
    ['no JSON', '{', undefined, 'unreadable_body'],
    ['a byte order mark', '\ufeff{}', undefined, 'unreadable_body'],
    ['a depth of 100', `{"data":${'['.repeat(100)}${']'.repeat(100)}}`, undefined, 'unreadable_body'],
    ['an array as single event', [], undefined, 'invalid_request'],
    ['one event as batch', {}, BATCH, 'invalid_request'],
    ['1 MiB and a byte', `{"a":"${'x'.repeat(1024 * 1024 - 7)}"}`, undefined, 'too_large'],
  ])('given %s, when received, then the code says why and nothing is kept', async (_what, body, contentType, code) => {
    const [head, before] = [await doors.ledger.head(), (await letters()).length];
    expect((await problemOf(send(body, principal(), contentType))).code).toBe(code);
    expect(await doors.ledger.head()).toBe(head);
    expect(await letters()).toHaveLength(before);
  });

  it('given a ledger that is down for one event, when a batch is sent, then all of it is to be sent again', async () => {
    const batch = [event(), event({ type: 'user.vanished' }), event()];
    let calls = 0;
    const ledger = {
      ...{ find: doors.ledger.find.bind(doors.ledger) },
      record: async (entry: Parameters<Doors['ledger']['record']>[0]) => {
        if (++calls === 2) throw new Problem('unavailable', undefined, { retryAfterS: 1 });
        return doors.ledger.record(entry);
      },
    } as Doors['ledger'];
    const flaky = createIngest({ ...doors, ledger, clock: () => NOW, providers: {}, writeKeys: [] });
    expect((await problemOf(flaky.events(eventRequest(batch, BATCH), principal()))).code).toBe('unavailable');
    const again = await flaky.events(eventRequest(batch, BATCH), principal());
    expect(again.outcomes.map(({ outcome }) => outcome)).toEqual(['duplicate', 'rejected', 'recorded']);
  });
});

describe('dead letters', () => {
  it('given a letter whose event is still wrong, when replayed, then it stays; once it is understood, it is settled', async () => {
    const wrong = event({ type: 'user.signed_up', data: { user_id: '' } });
    const [outcome] = await send(wrong);
    const id = outcome!.deadLetterId!;
    expect(await doors.ingest.deadLetters.replay(id, 'ops')).toMatchObject({ outcome: 'rejected', deadLetterId: id });
    expect((await doors.ingest.deadLetters.find(id))!.resolvedAt).toBeNull();
  });

  it('given an event dated too far ahead, when replayed on its day, then it is recorded as its key would have been, and settled', async () => {
    const [outcome] = await send(event({ time: '2026-11-05T00:00:00Z' }));
    const id = outcome!.deadLetterId!;
    doors.setNow(new Date('2026-11-05T00:00:00Z'));
    const replayed = await doors.ingest.deadLetters.replay(id, 'ops');
    doors.setNow(NOW);
    expect(replayed).toMatchObject({ outcome: 'recorded' });
    expect(await doors.ledger.find(replayed.entryId!)).toMatchObject({
      account: 'shop',
      actor: 'key:k_auth',
      origin: '/auth',
    });
    expect((await doors.ingest.deadLetters.find(id))!.resolvedAt).not.toBeNull();
    expect((await letters()).find((letter) => letter.id === id)).toBeDefined();
    const open = await doors.ingest.deadLetters.list({ limit: 1_000, resolved: false });
    expect(open.data.find((letter) => letter.id === id)).toBeUndefined();
  });

  it('given a letter whose person was erased, when replayed, then it is refused', async () => {
    const [outcome] = await send(event({ data: { email: 'gone@example.com' } }));
    const id = outcome!.deadLetterId!;
    await doors.database.pool.query(
      'delete from ledger.vault_keys where id = (select body_key_id from ingest.dead_letters where id = $1)',
      [id],
    );
    expect((await problemOf(doors.ingest.deadLetters.replay(id, 'ops'))).code).toBe('invalid_request');
  });

  it('given letters of others, when parked twice in one call, then they are listed, paged, counted, replayed by their owner and settled', async () => {
    const { deadLetters } = doors.ingest;
    const entryId = '00000000-0000-5000-8000-000000000001';
    const letter = {
      door: 'projector',
      reason: 'not_interpretable',
      origin: 'stripe',
      account: '',
      errors: ['charge: no amount'],
      entryId,
    };
    const [id, same, other] = await deadLetters.park([
      letter,
      letter,
      { ...letter, reason: 'projection_failed', blocks: true },
    ]);
    expect(same).toBe(id);
    expect(await deadLetters.find(id!)).toMatchObject({ entryId, blocks: false, errors: letter.errors });
    expect(await deadLetters.find(other!)).toMatchObject({ blocks: true });
    expect(await deadLetters.counts()).toContainEqual({ reason: 'not_interpretable', unresolved: 1 });
    expect((await problemOf(deadLetters.replay(id!, 'ops'))).code).toBe('needs_rebuild');
    deadLetters.onReplay('projector', async ({ letter: parked, text }) => {
      expect(text).toBeUndefined();
      return { outcome: 'recorded', entryId: parked.entryId! };
    });
    expect(await deadLetters.replay(id!, 'ops')).toEqual({ outcome: 'recorded', entryId });
    await deadLetters.resolveEntries([entryId], 'understood by a rebuild');
    expect((await deadLetters.find(other!))!.resolvedAt).not.toBeNull();
    const first = await deadLetters.list({ limit: 1 });
    const second = await deadLetters.list({ limit: 1, cursor: first.nextCursor! });
    expect(first.data[0]!.id).not.toBe(second.data[0]!.id);
    expect((await problemOf(deadLetters.list({ limit: 1, cursor: "1' or" }))).code).toBe('invalid_request');
    expect(await deadLetters.find('no uuid')).toBeUndefined();
    expect((await problemOf(deadLetters.replay('no uuid', 'ops'))).code).toBe('not_found');
  });
});
