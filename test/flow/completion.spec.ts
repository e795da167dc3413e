import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Erasures } from '../../src/ingest/erasure/create-erasures.js';
import { createInterpret } from '../../src/ingest/interpret.js';
import { shortenBody } from '../../src/ingest/shorten-body.js';
import { STORED_BYTES_MAX } from '../../src/ledger/stored-hash.js';
import { NOW, openDoors, stripeDelivery, type Doors } from '../support/doors.js';
import { refunds } from '../../src/metrics/refunds.js';
import { contributionsPage } from '../../src/report/contributions-report.js';
import { API_KEY, FakeStripe, type Json } from '../support/fake-stripe.js';
import { projected } from '../support/memory-model.js';

const CREATED = 1_793_520_000; // 2026-11-01T08:00:00Z
const HOUR = new Date(CREATED * 1_000);

let fake: FakeStripe;
let doors: Doors;
beforeAll(async () => {
  fake = await FakeStripe.start();
  doors = await openDoors({}, { stripe: { apiKey: API_KEY, apiBase: fake.url } });
});
afterEach(() => {
  fake.events.splice(0);
  doors.setNow(NOW);
});
afterAll(async () => {
  await doors.close();
  await fake.stop();
});

const charge = (id: string, more: Json): Json => ({
  ...{ id: `evt_${id}`, object: 'event', type: 'charge.succeeded', created: CREATED, livemode: true },
  ...{ api_version: '2026-10-28.endive', pending_webhooks: 2 },
  data: {
    object: {
      ...{ id: `ch_${id}`, object: 'charge', amount: 5_000, amount_captured: 5_000, captured: true, currency: 'usd' },
      ...{ status: 'succeeded', created: CREATED, customer: 'cus_1', ...more },
    },
  },
});
const deliver = async (event: Json) => (await doors.ingest.webhook('stripe', stripeDelivery(event)))[0]!;
const letters = async (): Promise<Json[]> =>
  (await doors.ingest.deadLetters.list({ reason: 'truncated', resolved: false, limit: 10 })).data;
const replay = (letter: Json) => doors.ingest.deadLetters.replay(String(letter['id']), 'test');
const incomplete = (): Promise<Date[]> =>
  doors.ingest.completeness.incomplete(HOUR, new Date(HOUR.getTime() + 3_600_000), HOUR);
const interpret = createInterpret();
const entriesOf = async (id: string) =>
  (await doors.entries()).filter(({ originEventId }) => originEventId.startsWith(`evt_${id}`));
async function money(id: string): Promise<string[]> {
  const entries = await entriesOf(id);
  const read = entries.map((entry) => ({
    id: entry.position + 1,
    facts: interpret({ ...entry, occurredAt: entry.occurredAt.getTime(), body: JSON.parse(entry.body) as unknown })!,
  }));
  const sums = new Set<string>();
  for (const order of [read, [...read].reverse()]) {
    const model = await projected([order]);
    const net = new Map<string, bigint>();
    for (const { metric, currency, delta } of model.contributions)
      net.set(`${metric} ${currency}`, (net.get(`${metric} ${currency}`) ?? 0n) + BigInt(delta));
    sums.add(
      JSON.stringify(
        [...net].filter(([key]) => /^(revenue_gross|refunds)/.test(key)).map(([key, sum]) => `${key} ${sum}`),
      ),
    );
  }
  expect([...sums]).toHaveLength(1); // the same in both orders
  return JSON.parse([...sums][0]!) as string[];
}

/** The event that each entry is shown as of where a number is traced, and what it completes. */
async function lineageOf(id: string) {
  const row = { metric: 'refunds', subject: '', day: '2026-11-01', currency: 'USD', delta: 1n, fact: 'RefundSettled' };
  const open = { ordinal: 0, source: '', medium: '', campaign: '', unknown_reason: null, customer_kind: '' };
  const rows = (await entriesOf(id)).map((entry) => ({
    ...{ ...row, ...open, position: BigInt(entry.position), entry_id: entry.id, occurred_at: HOUR },
  }));
  const page = await contributionsPage({ rows, more: false, shape: refunds.shape }, 'day', doors.ledger);
  return (page.data as Json[]).map((each) => [each['origin_event_id'], each['completes']]);
}

/** Longer than an entry may be, and nothing that counts is long. */
const withTexts = (id: string) => charge(id, { description: 'd'.repeat(500_000), statement: 's'.repeat(500_000) });
/** Longer than an entry may be by the number of its members: which of them are left out is no matter of length. */
const withMembers = (id: string) =>
  charge(id, {
    refunds: {
      data: Array.from({ length: 20 }, (_, n) => ({
        ...{ id: `re_${id}_${n}`, object: 'refund', charge: `ch_${id}`, amount: 10 },
        ...{ currency: 'usd', status: 'succeeded', created: CREATED, notes: Array(60).fill('n'.repeat(800)) },
      })),
    },
  });

describe('a signed webhook that is larger than an entry may be', () => {
  it('given long texts, then what counts is kept, and fetching brings each text, in pieces, once', async () => {
    const event = withTexts('1');
    fake.events.push({ ...event, pending_webhooks: 0 });
    expect((await deliver(event)).outcome).toBe('recorded');
    const [kept] = await entriesOf('1');
    expect(kept!.attributes['truncated']).toBe('texts');
    expect(await money('1')).toEqual(['revenue_gross USD 5000']);
    const [letter, ...others] = await letters();
    expect([letter!['blocks'], letter!['entryId'], others, await incomplete()]).toEqual([false, kept!.id, [], []]);

    expect((await replay(letter!)).outcome).toBe('recorded');
    expect(await letters()).toEqual([]);
    const entries = await entriesOf('1');
    expect(entries.map(({ originEventId, authenticatedBy }) => [originEventId, authenticatedBy])).toEqual([
      ['evt_1', 'stripe-signature'],
      ['evt_1.whole', 'stripe-api'],
      ...Array.from({ length: entries.length - 2 }, (_, n) => [`evt_1.text-${n + 1}`, 'stripe-api']),
    ]);
    const pieces = await Promise.all(
      entries.slice(2).map(async ({ body, keyId }) => JSON.parse(await doors.vault.unseal(body, keyId)) as Json),
    );
    for (const name of ['description', 'statement'])
      expect(pieces.map(({ data }) => data.object[name] ?? '').join('')).toBe(event['data'].object[name]);
    // What is personal where it stood is sealed in a piece as well.
    expect(entries.slice(2).some(({ body }) => body.includes('d'.repeat(100)))).toBe(false);
    expect(new Set(entries.map(({ subjects }) => subjects.join())).size).toBe(1);
    expect(await money('1')).toEqual(['revenue_gross USD 5000']);
    const receipts = await doors.ledger.findReceipts!(entries.map(({ id }) => id));
    expect(new Set(receipts.map(({ originEventId }) => originEventId))).toEqual(new Set(['evt_1']));

    expect((await replay(letter!)).outcome).toBe('duplicate');
    expect((await deliver(event)).outcome).toBe('duplicate');
    expect([(await entriesOf('1')).length, await letters()]).toEqual([entries.length, []]);
  });

  it('given an address in a long text, wherever that is cut, then every piece is sealed, for whom the whole names, and is erased with them', async () => {
    const address = 'ada.cut@pieces.example';
    // At every place of it in turn where a piece may end.
    const statement = Array.from({ length: 25_000 }, () => address)
      .join(' ')
      .slice(0, 550_000);
    const event = charge('cut', { customer: null, statement, notes: 'n'.repeat(450_000) });
    fake.events.push(event);
    await deliver(event);
    const [letter] = await letters();
    expect((await replay(letter!)).outcome).toBe('recorded');
    const entries = await entriesOf('cut');
    expect(entries.length).toBeGreaterThan(8);
    const tag = doors.vault.subjectTag('e', address);
    for (const { originEventId, subjects, body } of entries) {
      expect([originEventId, subjects.includes(tag)]).toEqual([originEventId, true]);
      expect([originEventId, /a\.c|t@p|s\.e/.exec(body)?.[0]]).toEqual([originEventId, undefined]);
    }
    const { ledger, vault, database } = doors;
    const deps = { ledger, vault, database, ledgerDatabase: database, clock: () => HOUR, log: () => undefined };
    const erasures = new Erasures({ ...deps, caughtUp: () => Promise.resolve() });
    const person = erasures.personAsked({ email: address });
    const { reached } = await erasures.erase({ person, reason: 'asked for' }, { actor: 'key:1', correlationId: 'c' });
    const keyed = entries.filter(({ keyId }) => keyId !== undefined);
    expect(reached).toMatchObject({ entries: keyed.length, keys_deleted: keyed.length });
    for (const { body, keyId } of keyed) expect(await vault.unseal(body, keyId)).not.toMatch(/ada\.cut|n{100}/);
    await erasures.stop();
  });

  it('given more members than there is room for, then numbers say so until the whole is there, and then it counts once', async () => {
    const event = withMembers('2');
    await deliver(event);
    const [kept] = await entriesOf('2');
    expect(kept!.attributes['truncated']).toBe('true');
    const [letter] = await letters();
    expect([letter!['blocks'], await incomplete()]).toEqual([true, [HOUR]]);
    // A stranger's copy under the same id completes nothing.
    fake.events.push({ ...event, data: { object: { ...event['data'].object, amount_captured: 9 } } });
    expect(await replay(letter!)).toMatchObject({
      outcome: 'rejected',
      errors: [expect.stringMatching(/not what it signed/)],
    });
    expect([(await letters()).length, (await entriesOf('2')).length]).toEqual([1, 1]);

    fake.events.splice(0, 1, event);
    doors.setNow(new Date((letter!['receivedAt'] as Date).getTime() + 600_000)); // its next turn
    expect(await doors.ingest.completion.sweep()).toEqual({ completed: 1, left: 0 });
    expect([await letters(), await incomplete()]).toEqual([[], []]);
    expect(await money('2')).toEqual(['revenue_gross USD 5000', 'refunds USD 200']);
    const [ofDelivery, ...ofWhole] = await lineageOf('2');
    expect(ofDelivery).toEqual(['evt_2', undefined]);
    expect(new Set(ofWhole.map((each) => each.join()))).toEqual(new Set(['evt_2,evt_2']));
  });

  it('given an event that its provider lists no more, then it is asked for ever more seldom, the letter stays open, and says why and when that was the last time', async () => {
    await deliver(withMembers('3'));
    const [{ receivedAt }] = (await letters()) as [Json];
    const sweepAfter = (minutes: number) => {
      doors.setNow(new Date((receivedAt as Date).getTime() + minutes * 60_000));
      return doors.ingest.completion.sweep();
    };
    const asked: number[] = [];
    for (const minutes of [0, 9, 10, 20, 29, 30, 69, 70]) if ((await sweepAfter(minutes)).left > 0) asked.push(minutes);
    expect(asked).toEqual([0, 10, 30, 70]);
    const gone = 'stripe lists the event no more.';
    expect(await letters()).toMatchObject([{ originEventId: 'evt_3', errors: [gone], replays: 4 }]);

    // A provider that is away has not been asked.
    fake.troubles.push(...Array.from({ length: 8 }, () => ({ status: 500 })));
    expect(await sweepAfter(150)).toEqual({ completed: 0, left: 1 });
    fake.troubles.splice(0);
    const why = expect.stringMatching(/^It could not be asked for: Stripe/) as unknown;
    expect(await letters()).toMatchObject([{ replays: 4, errors: [why] }]);

    // A service that was down until its provider lists it no more asks as often as it would have, and no more.
    let times = 0;
    for (; times < 50 && (await sweepAfter(40 * 24 * 60)).left > 0; times += 1);
    expect([times, await letters()]).toMatchObject([
      9,
      [{ errors: [gone, expect.stringMatching(/not asked for again/)] }],
    ]);
    // One that was replayed by hand that often is asked for once more, and told.
    await doors.database.pool.query(
      "update ingest.dead_letters set errors = '{}', replays = 500 where resolved_at is null",
    );
    expect([(await sweepAfter(0)).left, (await sweepAfter(0)).left]).toEqual([1, 0]);
    expect((await letters())[0]!['errors']).toHaveLength(2);
    await doors.ingest.deadLetters.dismiss(String((await letters())[0]!['id']), {
      ...{ reason: 'only a test', actor: 'test', correlationId: 'test' },
    });
    expect(await incomplete()).toEqual([]);
  });

  it('given an event that its provider always fails on, then it keeps no other waiting, is asked for ever more seldom, and at last the letter says why and waits for a replay', async () => {
    await deliver(withMembers('8'));
    await deliver(withMembers('9'));
    fake.events.push(withMembers('8'), withMembers('9'));
    fake.broken.add('evt_9');
    const [{ receivedAt }] = (await letters()) as [Json];
    const asksOf = (id: string): number => fake.asked.filter((path) => path.startsWith(`/v1/events/${id}`)).length;
    const sweepAfter = async (minutes: number) => {
      const before = asksOf('evt_9');
      doors.setNow(new Date((receivedAt as Date).getTime() + minutes * 60_000));
      const swept = await doors.ingest.completion.sweep();
      return { ...swept, asked: asksOf('evt_9') > before };
    };
    const standing = async () => {
      const providers = await doors.ingest.completeness.providers(NOW);
      return providers.map(({ shortened, given_up: givenUp }) => ({ shortened, givenUp }));
    };
    await doors.ingest.completeness.count('stripe', HOUR, 2, HOUR);
    expect(await standing()).toEqual([{ shortened: 2, givenUp: 0 }]);
    // Those that came last are asked for first; what fails there is not asked again at once, so that the other has its turn.
    expect(await sweepAfter(0)).toEqual({ completed: 0, left: 2, asked: true });
    expect(await sweepAfter(1)).toEqual({ completed: 1, left: 0, asked: false });
    const asked: number[] = [];
    for (const minutes of [9, 10, 29, 30, 69, 70, 149, 150]) if ((await sweepAfter(minutes)).asked) asked.push(minutes);
    expect(asked).toEqual([10, 30, 70, 150]);
    const why = expect.stringMatching(/^It could not be asked for: Stripe/) as unknown;
    expect(await letters()).toMatchObject([{ originEventId: 'evt_9', errors: [why], blocks: true, replays: 0 }]);

    const days: number[] = [];
    for (let day = 1; day < 45; day += 1) if ((await sweepAfter(day * 24 * 60)).asked) days.push(day);
    expect(days).toEqual([1, 2, 3, 4, 6, 10, 18]); // the next would be behind the thirty days that Stripe lists
    expect(await letters()).toMatchObject([{ errors: [why, expect.stringMatching(/not asked for again/)] }]);
    expect([await standing(), await incomplete()]).toEqual([[{ shortened: 1, givenUp: 1 }], [HOUR]]);

    const [letter] = await letters();
    await expect(replay(letter!)).rejects.toMatchObject({ code: 'unavailable' }); // by hand it says so to whoever asks
    expect(await letters()).toMatchObject([{ errors: [why, expect.stringMatching(/not asked for again/)] }]);
    fake.broken.clear();
    expect((await replay(letter!)).outcome).toBe('recorded');
    expect([await letters(), await standing()]).toEqual([[], [{ shortened: 0, givenUp: 0 }]]);
    expect(doors.logged).toContain('a webhook that was too large could not be asked for');
  });

  it('given that the whole is known with other content, then it is asked for no more than one that is listed no more', async () => {
    await deliver(charge('whole9.whole', {}));
    await deliver(withTexts('whole9'));
    fake.events.push(withTexts('whole9'));
    const own = async (): Promise<Json> => (await letters()).find((each) => each['originEventId'] === 'evt_whole9')!;
    const letter = await own();
    doors.setNow(new Date((letter['receivedAt'] as Date).getTime() + 40 * 24 * 60 * 60_000));
    let times = 0;
    for (; times < 50 && (await doors.ingest.completion.sweep()).left > 0; times += 1);
    expect(times).toBeLessThan(20);
    expect((await own())['errors']).toContainEqual(expect.stringMatching(/not asked for again/));
    await doors.ingest.deadLetters.dismiss(String(letter['id']), {
      ...{ reason: 'only a test', actor: 'test', correlationId: 'test' },
    });
  });

  it('given a person who was erased meanwhile, then nothing of them is fetched again', async () => {
    const event = charge('7', { description: 'd'.repeat(990_000) });
    fake.events.push(event);
    await deliver(event);
    const [kept] = await entriesOf('7');
    await doors.database.pool.query('delete from ledger.vault_keys where id = $1', [kept!.keyId]);
    const [letter] = await letters();
    expect(await replay(letter!)).toMatchObject({ outcome: 'rejected', errors: [expect.stringMatching(/was erased/)] });
    expect(await entriesOf('7')).toHaveLength(1);
    await doors.ingest.deadLetters.dismiss(String(letter!['id']), {
      ...{ reason: 'only a test', actor: 'test', correlationId: 'test' },
    });
  });

  it('given test mode, then it is listed, and marks and blocks nothing', async () => {
    await deliver({ ...withMembers('6'), livemode: false });
    const [letter, ...others] = await letters();
    expect([letter!['blocks'], others, await incomplete()]).toEqual([false, [], []]);
    await doors.ingest.deadLetters.dismiss(String(letter!['id']), {
      ...{ reason: 'only a test', actor: 'test', correlationId: 'test' },
    });
  });

  it('given spaces that make it too large, then it is kept whole without them', async () => {
    const text = JSON.stringify(charge('4', { note: 'a "quoted\\" text' }), null, 2).replaceAll(
      '\n',
      '\n'.padEnd(44_000),
    );
    expect(text.length).toBeGreaterThan(STORED_BYTES_MAX);
    const spaced = (await doors.ingest.webhook('stripe', stripeDelivery(text)))[0]!;
    expect(spaced.outcome).toBe('recorded');
    const [kept] = await entriesOf('4');
    expect([kept!.attributes['truncated'], JSON.parse(kept!.body).data.object.id]).toEqual([undefined, 'ch_4']);
    expect(await letters()).toEqual([]);
  });

  it('given ids that had to give way, then they are absent, and make no purchase of many', () => {
    const body = JSON.parse(shortenBody(withMembers('5'), 6_000)) as unknown;
    const entry = {
      id: 'e',
      position: 0,
      type: 'stripe.charge.succeeded',
      schemaVersion: 1,
      origin: 'stripe',
      account: '',
    };
    const facts = interpret({
      ...entry,
      originEventId: 'evt_5',
      occurredAt: 0,
      attributes: { truncated: 'true' },
      body,
    })!;
    expect(JSON.stringify(facts)).not.toContain('[truncated]');
  });
});
