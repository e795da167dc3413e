import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBackfill, type Backfill } from '../../src/ingest/backfill.js';
import { CompletenessStore, HOUR_MS } from '../../src/ingest/completeness-store.js';
import { defaultLimits } from '../../src/ingest/limits.js';
import { stripeEventList } from '../../src/ingest/providers/stripe/event-list.js';
import { stripe } from '../../src/ingest/providers/stripe/stripe.js';
import { chargeSucceeded, stripeEvent } from '../fixtures/shop-events.js';
import { NOW, openDoors, stripeDelivery, type Doors } from '../support/doors.js';
import { API_KEY, FakeStripe, type Json } from '../support/fake-stripe.js';

let doors: Doors;
let fake: FakeStripe;
let paused: number[];

beforeAll(async () => {
  doors = await openDoors();
});
beforeEach(async () => {
  fake = await FakeStripe.start();
  paused = [];
  doors.setNow(NOW);
});
afterEach(async () => {
  await fake.stop();
  await doors.database.pool.query('truncate ingest.event_lists, ingest.completeness, ingest.delivery_counts');
});
afterAll(() => doors.close());

const pause = (ms: number): Promise<void> => Promise.resolve(void paused.push(ms));
let later = 0;

function open(apiKey = API_KEY, provider = stripe): { backfill: Backfill; completeness: CompletenessStore } {
  const completeness = new CompletenessStore(doors.database);
  const list = stripeEventList({ apiKey, apiBase: fake.url }, pause);
  const backfill = createBackfill({
    ...{ ledger: doors.ledger, vault: doors.vault, deadLetters: doors.ingest.deadLetters, limits: defaultLimits },
    ...{ completeness, clock: () => new Date(NOW.getTime() + later) },
    lists: [{ provider, list, authenticatedBy: 'stripe-api' }],
    isRead: (type) => type !== 'stripe.made_up.happened',
  });
  return { backfill, completeness };
}

let made = 0;
/** An event so many minutes before now, that Stripe lists. */
function happened(minutesAgo: number, type?: string): Json {
  const at = new Date(NOW.getTime() - minutesAgo * 60_000).toISOString();
  const id = `ch_${++made}`;
  const event: Json = type === undefined ? chargeSucceeded(at, id, 1_000 + made) : stripeEvent(type, at, { id });
  fake.events.push(event);
  return event;
}
const deliver = (event: Json) => doors.ingest.webhook('stripe', stripeDelivery(event));
const idsInLedger = async (): Promise<string[]> => (await doors.entries()).map(({ originEventId }) => originEventId);
const hours = (completeness: CompletenessStore) =>
  completeness.hours({ from: new Date(NOW.getTime() - 6 * HOUR_MS), until: NOW, limit: 100 });
const all = (count: number): Json[] => Array.from({ length: count }, (_, index) => happened(70 + index));

describe('events that no webhook brought', () => {
  it('given some of them, when the hours are compared, then they are recorded once, and the hours say which', async () => {
    const events = [happened(200), happened(199), happened(130), happened(70)];
    await deliver(events[0]!);
    await deliver(events[3]!);
    const { backfill, completeness } = open();
    const swept = await backfill.sweep('stripe');
    expect(swept.recorded).toEqual([events[1]!.id, events[2]!.id]);
    expect((await idsInLedger()).slice(-4).sort()).toEqual(events.map(({ id }) => id as string).sort());
    const found = (await hours(completeness)).filter(({ listed }) => listed);
    expect(found.map(({ listed, delivered, healed, healed_ids }) => [listed, delivered, healed, healed_ids])).toEqual([
      [2, 1, 1, [events[1]!.id]],
      [1, 0, 1, [events[2]!.id]],
      [1, 1, 0, []],
    ]);
  });

  it('when its webhook comes after all, then it is a duplicate; and it says that it was fetched', async () => {
    const event = happened(90);
    await open().backfill.sweep('stripe');
    const [outcome] = await deliver(event);
    expect(outcome!.outcome).toBe('duplicate');
    expect((await doors.ledger.find(outcome!.entryId!))!.authenticatedBy).toBe('stripe-api');
  });

  it('when the hours are compared twice, then the second time records nothing and counts them as fetched again', async () => {
    all(3);
    const { backfill, completeness } = open();
    await backfill.sweep('stripe');
    const before = await doors.ledger.head();
    await backfill.request('stripe', { from: new Date(NOW.getTime() - 5 * HOUR_MS), until: NOW });
    const again = await backfill.sweep('stripe');
    expect([again.listed, again.recorded, await doors.ledger.head()]).toEqual([3, [], before]);
    expect((await hours(completeness)).reduce((sum, { healed }) => sum + (healed ?? 0), 0)).toBe(3);
  });

  it('given more than a page of them in one second, then none is left out, and they come oldest first', async () => {
    const events = Array.from({ length: 250 }, () => happened(80));
    await open().backfill.sweep('stripe');
    expect((await idsInLedger()).slice(-250)).toEqual(events.map(({ id }) => id as string));
  });

  it('given a type that nothing here reads, then it is kept, and no hour misses it', async () => {
    const event = happened(80, 'made_up.happened');
    const { backfill, completeness } = open();
    await backfill.sweep('stripe');
    expect(await idsInLedger()).toContain(event.id);
    const [hour] = (await hours(completeness)).filter(({ listed }) => listed);
    expect([hour!.listed, hour!.expected, hour!.healed]).toEqual([1, 0, 0]);
  });

  it('given one that cannot be kept, then the others are, its hour says that it is missing, and it is tried again every hour', async () => {
    const [first, bad, last] = [happened(80), happened(79), happened(78)];
    const deep = JSON.parse('{"a":'.repeat(80) + '1' + '}'.repeat(80)) as Json;
    const { metadata } = bad.data.object;
    bad.data.object.metadata = deep;
    const { backfill, completeness } = open();
    const swept = await backfill.sweep('stripe');
    expect([swept.recorded, swept.missing]).toEqual([[first.id, last.id], [bad.id]]);
    const hour = async () => (await hours(completeness)).find(({ listed }) => listed)!;
    expect(await hour()).toMatchObject({ listed: 3, expected: 3, healed: 2, missing_ids: [bad.id] });
    expect(await completeness.providers(NOW)).toMatchObject([{ missing: 1, error: `${bad.id} could not be kept.` }]);
    expect((await backfill.sweep('stripe')).hours).toBe(0);
    bad.data.object.metadata = metadata;
    later = HOUR_MS;
    expect((await backfill.sweep('stripe')).recorded).toEqual([bad.id]);
    later = 0;
    expect(await hour()).toMatchObject({ expected: 3, healed: 3, missing_ids: [] });
    expect(await completeness.providers(NOW)).toMatchObject([{ missing: 0, error: null }]);
  });

  it('given undelivered ones of the present hour, when those are fetched, then they need not wait for its end', async () => {
    const [first, second] = [happened(2), happened(1)];
    fake.undelivered.add(second.id as string);
    const healed = await open().backfill.fetchUndelivered('stripe');
    expect(healed).toEqual({ listed: 1, recorded: [second.id], missing: [] });
    expect(await idsInLedger()).not.toContain(first.id);
  });

  it('given one that cannot even be identified, then the others are recorded, and one is missing', async () => {
    const [first, bad, last] = [happened(75), happened(74), happened(73)];
    const identify: typeof stripe.identify = (body, said) => {
      if ((body as Json)['id'] === bad.id) throw new TypeError('no such field');
      return stripe.identify(body, said);
    };
    const swept = await open(API_KEY, { ...stripe, identify }).backfill.sweep('stripe');
    expect([swept.recorded, swept.missing]).toEqual([[first.id, last.id], ['unreadable']]);
  });

  it('given any history and any webhooks lost of it, then afterwards nothing is missing and nothing double', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ minutes: fc.integer({ min: 61, max: 1_000 }), lost: fc.boolean() }), { maxLength: 40 }),
        async (history) => {
          fake.events.length = 0;
          await doors.database.pool.query('truncate ingest.completeness');
          const before = await doors.ledger.head();
          const events = history.map(({ minutes }) => happened(minutes));
          await Promise.all(events.filter((_, index) => !history[index]!.lost).map(deliver));
          const { recorded } = await open().backfill.sweep('stripe');
          expect(recorded).toHaveLength(history.filter(({ lost }) => lost).length);
          const { entries } = await doors.ledger.readFeed(before, 1_000);
          expect(entries.map(({ originEventId }) => originEventId).sort()).toEqual(
            events.map(({ id }) => id as string).sort(),
          );
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('a list that makes trouble', () => {
  it('given 429 with Retry-After, 500 and 503, then it waits as long as it is told, and goes on', async () => {
    all(2);
    fake.troubles.push({ status: 429, headers: { 'retry-after': '7' } }, { status: 500 }, { status: 503 });
    const { recorded } = await open().backfill.sweep('stripe');
    expect([recorded.length, paused]).toEqual([2, [7_000, 1_000, 2_000]]);
  });

  it('given a key that is refused, then it says so in a sentence without the key, and the hours stay due', async () => {
    all(1);
    const { backfill, completeness } = open('sk_wrong_and_secret');
    await expect(backfill.sweep('stripe')).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/STRIPE_API_KEY/),
    });
    const [standing] = await completeness.providers(NOW);
    expect(standing!.error).toMatch(/refuses STRIPE_API_KEY/);
    expect(JSON.stringify(standing)).not.toContain('sk_wrong');
    expect((await open().backfill.sweep('stripe')).recorded).toHaveLength(1);
    expect((await completeness.providers(NOW))[0]!.error).toBeNull();
  });

  it('given one that breaks in the middle, when the next run comes, then it goes on with the hours that are left', async () => {
    for (let index = 0; index < 150; index += 1) happened(400 - index);
    const { backfill } = open();
    const list = stripeEventList({ apiKey: API_KEY, apiBase: fake.url }, pause);
    let pages = 0;
    // The first page comes through, the second never does.
    const broken: typeof list = {
      ...list,
      async *pages(range) {
        for await (const page of list.pages(range)) {
          if (++pages > 1) throw new Error('cut');
          yield page;
        }
      },
    };
    const completeness = new CompletenessStore(doors.database);
    const cut = createBackfill({
      ...{ ledger: doors.ledger, vault: doors.vault, deadLetters: doors.ingest.deadLetters, limits: defaultLimits },
      ...{ completeness, clock: () => NOW, isRead: () => true },
      lists: [{ provider: stripe, list: broken, authenticatedBy: 'stripe-api' }],
    });
    await expect(cut.sweep('stripe')).rejects.toThrow('cut');
    const left = await completeness.due('stripe', new Date(NOW.getTime() - 7 * HOUR_MS), NOW);
    const { recorded } = await backfill.sweep('stripe');
    expect([left.length < 7, recorded.length > 0]).toEqual([true, true]);
    expect(new Set(await idsInLedger()).size).toBe(await doors.ledger.head());
    const ledger = new Set(await idsInLedger());
    expect(fake.events.filter(({ id }) => !ledger.has(id as string))).toEqual([]);
  });

  it('given a range that Stripe lists no more, then the request is refused with the reason', async () => {
    const from = new Date(NOW.getTime() - 40 * 24 * HOUR_MS);
    await expect(open().backfill.request('stripe', { from, until: NOW })).rejects.toMatchObject({
      code: 'invalid_request',
      detail: 'stripe lists the events of the last 30 days only.',
    });
  });
});

describe('which hours are compared', () => {
  it('given an hour that was compared at once, when late webhooks have had their time, then it is compared once more', async () => {
    happened(70);
    const { backfill } = open();
    await backfill.sweep('stripe');
    expect((await backfill.sweep('stripe')).hours).toBe(0);
    later = 5 * HOUR_MS;
    try {
      const again = await backfill.sweep('stripe');
      expect(again.hours).toBeGreaterThanOrEqual(5); // the new hours, and those that had not settled
      expect((await backfill.sweep('stripe')).hours).toBeLessThan(again.hours);
    } finally {
      later = 0;
    }
  });

  it('given a limit, then the oldest come first and the rest is left for the next run', async () => {
    const { backfill } = open();
    const first = await backfill.sweep('stripe', { hoursMax: 48 });
    expect([first.hours, first.left]).toEqual([48, 30 * 24 - 48 - 1]);
    expect((await backfill.sweep('stripe')).hours).toBe(first.left);
  });

  it('given hours that nobody could compare in time, then numbers over them are incomplete until somebody has', async () => {
    const { backfill, completeness } = open();
    const from = new Date(NOW.getTime() - 12 * HOUR_MS);
    await completeness.care('stripe', from);
    expect((await completeness.incomplete(from, NOW, NOW)).length).toBeGreaterThan(4);
    expect((await completeness.providers(NOW))[0]!.unchecked).toBeGreaterThan(4);
    await backfill.sweep('stripe');
    expect(await completeness.incomplete(from, NOW, NOW)).toEqual([]);
    expect((await completeness.providers(NOW))[0]!.unchecked).toBe(0);
  });
});

describe('silence', () => {
  const hour = new Date(Math.floor(NOW.getTime() / HOUR_MS) * HOUR_MS - HOUR_MS);
  const daysBefore = (days: number): Date => new Date(hour.getTime() - days * 24 * HOUR_MS);
  const silent = async (completeness: CompletenessStore) => (await completeness.providers(NOW))[0]?.silent;

  it('given deliveries at this hour on three days and none today, then the provider is silent; one delivery ends it', async () => {
    const { completeness } = open();
    for (const days of [1, 2, 3]) await completeness.count('square', daysBefore(days), 4, daysBefore(days));
    expect(await silent(completeness)).toBe(true);
    await completeness.count('square', hour, 1, hour);
    expect(await silent(completeness)).toBe(false);
  });

  it('given an hour that was quiet before as well, or too little history, then nothing is said', async () => {
    const { completeness } = open();
    for (const days of [1, 3]) await completeness.count('square', daysBefore(days), 4, daysBefore(days));
    expect(await silent(completeness)).toBe(false);
    await doors.database.pool.query('truncate ingest.delivery_counts');
    for (const days of [1, 2]) await completeness.count('square', daysBefore(days), 4, daysBefore(days));
    expect(await silent(completeness)).toBe(false);
  });
});
