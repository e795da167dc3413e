import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createImports, type Imports } from '../../src/ingest/import-objects.js';
import { ImportStore } from '../../src/ingest/import-store.js';
import { interpret } from '../../src/ingest/interpret.js';
import { defaultLimits } from '../../src/ingest/limits.js';
import { stripeObjects } from '../../src/ingest/providers/stripe/objects.js';
import { ITEMISED } from '../../src/ingest/providers/stripe/report-rows.js';
import type { Entry } from '../../src/ledger/ledger.js';
import { charge, chargeSucceeded } from '../fixtures/shop-events.js';
import { NOW, openDoors, stripeDelivery, type Doors } from '../support/doors.js';
import { API_KEY, FakeStripe, LIVE_KEY, type Json } from '../support/fake-stripe.js';

let doors: Doors;
let fake: FakeStripe;
let folder: string;
let paused: number[];

beforeAll(async () => {
  doors = await openDoors();
  folder = await mkdtemp(path.join(tmpdir(), 'import-'));
});
beforeEach(async () => {
  fake = await FakeStripe.start();
  for (const list of stripeObjects.lists) fake.objects[list] = [];
  paused = [];
});
afterEach(async () => {
  await fake.stop();
  await doors.database.pool.query('truncate ingest.imports');
});
afterAll(async () => {
  await doors.close();
  await rm(folder, { recursive: true });
});

const pause = (ms: number): Promise<void> => Promise.resolve(void paused.push(ms));
const range = { from: new Date(NOW.getTime() - 365 * 86_400_000), until: NOW };

function open(apiKey = LIVE_KEY): Imports {
  const list = stripeObjects.open!({ apiKey, apiBase: fake.url }, pause);
  return createImports({
    ...{ ledger: doors.ledger, vault: doors.vault, deadLetters: doors.ingest.deadLetters, limits: defaultLimits },
    ...{ store: new ImportStore(doors.database), clock: () => NOW, pause, sources: [{ source: stripeObjects, list }] },
  });
}

let made = 0;
const at = (minutesAgo: number): string => new Date(NOW.getTime() - minutesAgo * 60_000).toISOString();
const aCharge = (minutesAgo: number, given: Json = {}): Json =>
  charge(at(minutesAgo), `ch_i${++made}`, 1_000 + made, given);
const several = (count: number): Json[] => Array.from({ length: count }, (_, index) => aCharge(count + 10 - index));

async function since<T>(work: () => Promise<T>): Promise<{ result: T; entries: Entry[] }> {
  const before = await doors.ledger.head();
  const result = await work();
  return { result, entries: (await doors.ledger.readFeed(before, 10_000)).entries };
}
const factsOf = (entries: readonly Entry[]) =>
  entries.flatMap(
    (entry) =>
      interpret({ ...entry, occurredAt: entry.occurredAt.getTime(), body: JSON.parse(entry.body) as unknown }) ?? [],
  );

describe('objects of a list', () => {
  it('given more than a page, then each is an entry of its own, and reading them again records nothing', async () => {
    fake.objects['charges'] = several(230);
    const { result, entries } = await since(() => open().lists('stripe', ['charges'], range));
    expect([result.listed, result.recorded, result.done]).toEqual([230, 230, true]);
    expect(new Set(entries.map(({ attributes }) => attributes['object_id'])).size).toBe(230);
    expect(entries[0]).toMatchObject({ type: 'stripe.object.charge', origin: 'stripe', authenticatedBy: 'stripe-api' });
    const again = await since(() => open().lists('stripe', ['charges'], range));
    expect([again.result.listed, again.result.recorded, again.entries.length]).toEqual([230, 0, 0]);
  });

  it('given one that changed, then that one is a new entry, and the newest counts', async () => {
    const refunded = { id: `re_i${++made}`, object: 'refund', charge: 'ch_r', amount: 5, currency: 'usd', created: 1 };
    fake.objects['refunds'] = [{ ...refunded, created: Date.parse(at(60)) / 1000, status: 'pending' }];
    await open().lists('stripe', ['refunds'], range);
    fake.objects['refunds'][0]!['status'] = 'failed';
    const { result, entries } = await since(() => open().lists('stripe', ['refunds'], range));
    expect([result.recorded, entries.length]).toEqual([1, 1]);
    expect(factsOf(entries)[0]!.fields['status']).toBe('failed');
  });

  it('given its webhook as well, then both are kept, and both speak of one effect', async () => {
    const event = chargeSucceeded(at(90), 'ch_both', 700, {});
    fake.objects['charges'] = [(event['data'] as Json).object as Json];
    const { entries } = await since(async () => {
      await doors.ingest.webhook('stripe', stripeDelivery(event));
      await open().lists('stripe', ['charges'], range);
    });
    const captures = factsOf(entries).filter(({ type }) => type === 'PaymentCaptured');
    expect(captures.map(({ subject, effect }) => [subject, effect])).toEqual([
      ['payment:ch_both', 'captured'],
      ['payment:ch_both', 'captured'],
    ]);
  });

  it('then what is personal in it is sealed, and its customer can be found for an erasure', async () => {
    const billing = { email: 'ada@shop.example', name: 'Ada Harbour' };
    fake.objects['charges'] = [aCharge(30, { customer: 'cus_ada', billing_details: billing })];
    const { entries } = await since(() => open().lists('stripe', ['charges'], range));
    expect(entries[0]!.body).not.toMatch(/Ada|ada@/);
    expect(entries[0]!.subjects).toEqual(expect.arrayContaining([doors.vault.subjectTag('c', 'cus_ada')]));
  });

  it('given a test key, then nothing of it means anything, and it is kept apart', async () => {
    fake.objects['refunds'] = [
      { id: 're_t', object: 'refund', charge: 'ch_t', amount: 1, currency: 'usd', created: Date.parse(at(9)) / 1000 },
    ];
    const { entries } = await since(() => open(API_KEY).lists('stripe', ['refunds'], range));
    expect(API_KEY).toMatch(/^sk_test_/);
    expect([entries[0]!.account, factsOf(entries)]).toEqual(['test', []]);
  });

  it('given subscriptions that ended, then they are read too', async () => {
    const made_ = Date.parse(at(500)) / 1000;
    fake.objects['subscriptions'] = ['active', 'canceled'].map((status) => ({
      ...{ id: `sub_${status}`, object: 'subscription', status, created: made_, livemode: true, currency: 'usd' },
      ended_at: status === 'canceled' ? made_ + 60 : null,
    }));
    const { entries } = await since(() => open().lists('stripe', ['subscriptions'], range));
    expect(entries.map(({ attributes }) => attributes['object_id']).sort()).toEqual(['sub_active', 'sub_canceled']);
    expect(factsOf(entries).map(({ type }) => type)).toContain('SubscriptionEnded');
  });

  it('given any charges and any webhooks lost of them, then afterwards none is missing and none is double', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), async (lost) => {
        const events = lost.map((_, index) => chargeSucceeded(at(900 - index), `ch_i${++made}`, 100 + index, {}));
        fake.objects['charges'] = events.map((event) => (event['data'] as Json).object as Json);
        const { entries } = await since(async () => {
          await Promise.all(
            events
              .filter((_, index) => !lost[index])
              .map((event) => doors.ingest.webhook('stripe', stripeDelivery(event))),
          );
          await open().lists('stripe', ['charges'], range);
          await open().lists('stripe', ['charges'], range);
        });
        const sums = new Map<string, string>();
        for (const { type, subject, effect, fields } of factsOf(entries))
          if (type === 'PaymentCaptured') sums.set(`${subject} ${effect}`, String(fields['amount']));
        expect([...sums.values()].sort()).toEqual(events.map((_, index) => String(100 + index)).sort());
        expect(entries).toHaveLength(events.length + lost.filter((each) => !each).length);
      }),
      { numRuns: 15 },
    );
  });
});

describe('balance transactions', () => {
  const created = Date.parse(at(100)) / 1000;
  const line = (id: string, source: unknown, over: Json = {}): Json => ({
    ...{ id, object: 'balance_transaction', amount: 1_000, fee: 59, net: 941, currency: 'usd', created, source },
    ...{ available_on: created + 86_400, type: 'charge', reporting_category: 'charge', exchange_rate: null, ...over },
  });

  it('given their sources, then each is on the payment or payout it belongs to, or by itself', async () => {
    const refund = { id: 're_1', object: 'refund', charge: 'ch_1', amount: 5, receipt_number: 'never kept' };
    fake.objects['balance_transactions'] = [
      line('txn_1', { id: 'ch_1', object: 'charge' }),
      line('txn_2', refund, { amount: -500, net: -500, fee: 0 }),
      line('txn_3', { id: 'po_1', object: 'payout' }, { amount: -400, net: -400, fee: 0 }),
      line('txn_4', null, { type: 'stripe_fee', reporting_category: 'fee', amount: -30, net: -30, fee: 0 }),
    ];
    const { entries } = await since(() => open().lists('stripe', ['balance_transactions'], range));
    const facts = factsOf(entries).map(({ subject, effect, fields }) => [effect, subject, fields['source'] ?? null]);
    expect(facts.sort()).toEqual([
      ['balance:txn_1', 'payment:ch_1', 'ch_1'],
      ['balance:txn_2', 'payment:ch_1', 're_1'],
      ['balance:txn_3', 'payout:po_1', 'po_1'],
      ['balance:txn_4', 'balance:txn_4', null],
    ]);
    expect(entries.map(({ body }) => body).join()).not.toContain('never kept');
  });

  it('given none of the last days, when the sweep runs twice, then each is read once, and the second looks back a few days', async () => {
    const [old, recent] = [line('txn_s1', null), line('txn_s2', null)];
    fake.objects['balance_transactions'] = [{ ...old, created: created - 40 * 86_400 }, recent];
    const { result, entries } = await since(() => open().sweep('stripe'));
    expect([result.recorded, entries.map(({ attributes }) => attributes['object_id'])]).toEqual([1, ['txn_s2']]);
    fake.asked.length = 0;
    expect((await open().sweep('stripe')).recorded).toBe(0);
    const from = fake.asked.find((url) => url.startsWith('/v1/balance_transactions'))!;
    const gte = Number(new URL(from, 'http://fake').searchParams.get('created[gte]'));
    expect(gte).toBe(Math.floor(NOW.getTime() / 1000) - 3 * 86_400);
  });

  it('given a key that may not read them, then the sweep goes on with the others and says why', async () => {
    delete fake.objects['balance_transactions'];
    fake.objects['payouts'] = [{ id: 'po_s', object: 'payout', automatic: false, created, amount: 5, currency: 'usd' }];
    expect((await open().sweep('stripe')).recorded).toBe(1);
    const { rows } = await doors.database.pool.query<{ error: string }>(
      'select error from ingest.imports where error is not null',
    );
    expect(rows.map(({ error }) => error)).toEqual([expect.stringMatching(/Stripe refuses the request/)]);
  });

  it('given payouts with their parts, then each part says in which payout it was, and a manual payout has none', async () => {
    const payout = (id: string, automatic: boolean): Json => ({ id, object: 'payout', automatic, created });
    fake.objects['payouts'] = [payout('po_a', true), payout('po_m', false), payout('po_b', true)];
    fake.objects['balance_transactions'] = Array.from({ length: 130 }, (_, index) => ({
      ...line(`txn_p${index}`, { id: `ch_p${index}`, object: 'charge' }, {}),
      payout: index < 120 ? 'po_a' : 'po_b',
    }));
    const { result, entries } = await since(() => open().lists('stripe', ['payout_transactions'], range));
    expect(result.listed).toBe(130);
    const payouts = factsOf(entries).map(({ fields }) => fields['payout']);
    expect([payouts.filter((id) => id === 'po_a').length, payouts.filter((id) => id === 'po_b').length]).toEqual([
      120, 10,
    ]);
  });
});

describe('lists that make trouble', () => {
  it('given 429 with Retry-After, 500 and 503, then it waits as long as it is told, and goes on', async () => {
    fake.objects['charges'] = several(2);
    fake.troubles.push({ status: 429, headers: { 'retry-after': '7' } }, { status: 500 }, { status: 503 });
    const { recorded } = await open().lists('stripe', ['charges'], range);
    expect([recorded, paused]).toEqual([2, [7_000, 1_000, 2_000]]);
  });

  it('given one that was stopped in the middle, then the same call goes on from there', async () => {
    fake.objects['charges'] = several(250);
    const stop = new AbortController();
    const first = await open().lists('stripe', ['charges'], range, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect([first.done, first.recorded]).toEqual([false, 100]);
    fake.asked.length = 0;
    const second = await open().lists('stripe', ['charges'], range);
    expect([second.done, second.listed, second.recorded]).toEqual([true, 250, 250]);
    expect(fake.asked).toHaveLength(2);
  });

  const begunAnd = async (then: () => void | Promise<void>): Promise<void> => {
    fake.objects['charges'] = several(250);
    const stop = new AbortController();
    await open().lists('stripe', ['charges'], range, { signal: stop.signal, onProgress: () => stop.abort() });
    await then();
    fake.asked.length = 0;
  };

  it('given a place that is no more, because its object was deleted, then the list begins again, and nothing is double', async () => {
    const newestFirst = (): Json[] => fake.objects['charges']!.toSorted((a, b) => b.created - a.created);
    await begunAnd(() => void (fake.objects['charges'] = newestFirst().toSpliced(99, 1)));
    const { result, entries } = await since(() => open().lists('stripe', ['charges'], range));
    expect([result.done, result.recorded, entries.length]).toEqual([true, 250, 150]);
    expect(fake.asked.filter((url) => url.includes('starting_after'))).toHaveLength(3);
  });

  it('given a key that is refused meanwhile, then the place is kept', async () => {
    await begunAnd(async () => {
      await expect(open('sk_wrong').lists('stripe', ['charges'], range)).rejects.toMatchObject({
        detail: expect.stringMatching(/STRIPE_API_KEY/),
      });
    });
    expect((await open().lists('stripe', ['charges'], range)).recorded).toBe(250);
    expect(fake.asked).toHaveLength(2);
  });

  it('given a key of test mode meanwhile, then each mode has a place of its own', async () => {
    await begunAnd(
      async () => void expect((await open(API_KEY).lists('stripe', ['charges'], range)).recorded).toBe(250),
    );
    expect((await open().lists('stripe', ['charges'], range)).listed).toBe(250);
    expect(fake.asked).toHaveLength(2);
  });

  it('given a key that is refused, then it says so without the key, and the list stays unread', async () => {
    fake.objects['charges'] = several(1);
    const wrong = open('sk_wrong_and_secret').lists('stripe', ['charges'], range);
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/STRIPE_API_KEY/),
    });
    expect((await open().progress('stripe', 'charges', range))!.error).toMatch(/refuses STRIPE_API_KEY/);
  });

  it.each([
    [['teapots'], /There is no list "teapots"; there are customers, charges/],
    [['charges'], /The range is empty/],
  ])('given %j and nothing to read, then it says what is wrong', async (names, sentence) => {
    await expect(open().lists('stripe', names, { from: NOW, until: NOW })).rejects.toMatchObject({
      detail: expect.stringMatching(sentence),
    });
  });
});

describe('objects of a file', () => {
  const write = async (name: string, lines: readonly string[]): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  };
  const json = (objects: readonly Json[]): string[] => objects.map((each) => JSON.stringify(each));

  it('given JSON Lines, pages of lists and kinds that mean nothing here, then it reads what means something and counts the rest', async () => {
    const [first, second, third] = several(3);
    const page = JSON.stringify({ object: 'list', data: [second, third], has_more: false });
    const odd = JSON.stringify({ id: 'tok_1', object: 'token' });
    const file = await write('charges.jsonl', [...json([first!]), '', page, odd]);
    const { result, entries } = await since(() => open().file('stripe', file));
    expect(result).toMatchObject({ listed: 4, recorded: 3, skipped: { token: 1 }, done: true });
    expect(entries.map(({ authenticatedBy }) => authenticatedBy)).toEqual(['file', 'file', 'file']);
  });

  it('given one at an unknown time, then an older event counts more; given the time, then it counts more', async () => {
    const refund = {
      id: 're_f',
      object: 'refund',
      charge: 'ch_f',
      amount: 5,
      currency: 'usd',
      status: 'succeeded',
      created: 1,
    };
    const file = await write('refunds.jsonl', json([{ ...refund, livemode: true }]));
    const { entries } = await since(() => open().file('stripe', file));
    const other = await write('later.jsonl', json([{ ...refund, livemode: true, status: 'failed' }]));
    const later = await since(() => open().file('stripe', other, { asOf: new Date(at(5)) }));
    expect([factsOf(entries)[0]!.stamp[0], factsOf(later.entries)[0]!.stamp[0]]).toEqual(['0', '5']);
  });

  it('given an itemised report, then its rows are balance transactions in minor units', async () => {
    const file = await write('itemised.csv', [
      'balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,charge_id,automatic_payout_id',
      'txn_c1,2026-10-03 09:00:01,2026-10-05 00:00:00,usd,10.00,0.59,9.41,charge,ch_c1,ch_c1,po_c',
      '"txn_c2",2026-10-04 09:00:01,2026-10-05 00:00:00,jpy,-500,0,-500,refund,re_c1,ch_c2,',
    ]);
    const { entries } = await since(() => open().file('stripe', file));
    expect(
      factsOf(entries).map(({ subject, fields }) => [subject, fields['gross'], fields['net'], fields['payout']]),
    ).toEqual([
      ['payment:ch_c1', '1000', '941', 'po_c'],
      ['payment:ch_c2', '-500', '-500', undefined],
    ]);
    expect(factsOf(entries)[0]!.fields['at']).toBe(Date.parse('2026-10-03T09:00:01Z'));
  });

  it.each<[string, string[], RegExp]>([
    [
      'half.jsonl',
      ['{"id":"ch_1","object":"charge","created":1}', '{"id":'],
      /half.jsonl, line 2: this is no JSON object/,
    ],
    ['bare.jsonl', ['{"id":"ch_1"}'], /line 1: an object of Stripe has `object` and `id`/],
    ['events.jsonl', ['{"id":"evt_1","object":"event"}'], /line 1: this is an event/],
    ['other.csv', ['a,b', '1,2'], /other.csv: "balance_transaction_id" is not among the headings/],
    ['cells.csv', [ITEMISED.join(), 'txn_1,charge'], /cells.csv, line 2: the row has another number/],
    [
      'time.csv',
      [ITEMISED.join(), 'txn_1,03/10/2026,usd,1,0,1,charge,ch_1'],
      /time.csv, line 2: created_utc must be a time of UTC/,
    ],
    [
      'money.csv',
      [ITEMISED.join(), 'txn_1,2026-10-03,usd,"1,000.00",0,1000.00,charge,ch_1'],
      /money.csv, line 2: gross must be an amount/,
    ],
    [
      'empty.csv',
      [ITEMISED.join(), 'txn_1,2026-10-03,usd,10.00,,10.00,charge,ch_1'],
      /empty.csv, line 2: fee is needed/,
    ],
  ])('given %s that cannot be read, then it names the line and quotes nothing', async (name, lines, sentence) => {
    const file = await write(name, lines);
    await expect(open().file('stripe', file)).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(sentence),
    });
  });

  it('given one that was stopped in the middle, then the same call goes on behind the lines that are durable', async () => {
    const file = await write('many.jsonl', json(several(4_000)));
    const stop = new AbortController();
    const first = await open().file('stripe', file, { signal: stop.signal, onProgress: () => stop.abort() });
    // A few lots are on their way at once; those that were begun are made durable, and none after them.
    expect([first.done, first.listed % 500, first.listed < 4_000]).toEqual([false, 0, true]);
    const { result, entries } = await since(() => open().file('stripe', file));
    expect([result.done, result.listed, result.recorded, entries.length]).toEqual([
      ...[true, 4_000, 4_000, 4_000 - first.listed],
    ]);
  });
});
