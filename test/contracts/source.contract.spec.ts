import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sources } from '../../src/reconcile/sources/index.js';
import { Shop } from '../flow/reconcile-given.js';

const window = { from: Date.parse('2026-10-03T00:00:00Z'), to: Date.parse('2026-10-04T00:00:00Z') };

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
beforeEach(() => shop.empty());
afterAll(() => shop.close());

/** How a source is filled for the test; a new source adds its own line. */
const fill: Record<keyof typeof sources, (...given: Parameters<Shop['tracks']>) => Promise<string>> = {
  collector: (...given) => shop.tracks(...given),
};

describe.each(Object.entries(sources))('%s keeps the contract of a source', (name, source) => {
  const reader = () => source.open(shop.database.pool);
  const tracks = fill[name as keyof typeof sources];

  it('has its name, a meaning and the time it takes to settle', () => {
    expect(source.name).toBe(name);
    expect(source.meaning).toMatch(/\.$/);
    expect(source.settlesMs).toBeGreaterThanOrEqual(0);
  });

  it('given an empty day, then nothing, and no kind is mapped', async () => {
    expect(await reader().tracked('signup', window)).toEqual([]);
    expect(await reader().serverSide('signup', window)).toBe(0);
    expect(await reader().maps('signup', false)).toBe(false);
  });

  it('given events at the edges, then the first instant is in and the last is out', async () => {
    const first = await tracks('signup', '2026-10-03T00:00:00.000Z', { user_id: 'u1' });
    await tracks('signup', '2026-10-04T00:00:00.000Z', { user_id: 'u2' });
    await tracks('signup', '2026-10-02T23:59:59.999Z', { user_id: 'u3' });
    expect((await reader().tracked('signup', window)).map(({ messageId }) => messageId)).toEqual([first]);
  });

  it('gives times in milliseconds, amounts as integers and what is unknown as null', async () => {
    await tracks('order_completed', '2026-10-03T10:00:00.123Z', {
      refs: ['order:o1'],
      value: 1234,
      currency: 'USD',
      user_id: 'u1',
      source: 'google',
    });
    const [row] = await reader().tracked('order_completed', window);
    expect(row).toMatchObject({
      at: Date.parse('2026-10-03T10:00:00.123Z'),
      valueMinor: 1234n,
      valueBasis: 'total',
      currency: 'USD',
      valueProblem: null,
      anonymousId: null,
      refs: ['order:o1'],
      isBot: false,
      deliveries: 1,
      source: 'google',
    });
  });

  it('given events of a server, then they are counted apart and map nothing', async () => {
    await tracks('signup', '2026-10-03T10:00:00Z', { user_id: 'u1', lineage: 'server' });
    expect(await reader().tracked('signup', window)).toEqual([]);
    expect(await reader().trackedOf('signup', ['user:u1'], window)).toEqual([]);
    expect(await reader().seen(['user:u1'], window)).toEqual([]);
    expect([await reader().serverSide('signup', window), await reader().maps('signup', false)]).toEqual([1, false]);
  });

  it('given order events without amounts, then orders are mapped and amounts are not', async () => {
    await tracks('order_completed', '2026-10-03T10:00:00Z', { refs: ['order:o1'] });
    expect([await reader().maps('order_completed', false), await reader().maps('order_completed', true)]).toEqual([
      true,
      false,
    ]);
    await tracks('order_completed', '2026-10-03T10:00:00Z', { refs: ['order:o2'], problem: 'not_a_number' });
    expect(await reader().maps('order_completed', true)).toBe(true);
  });

  it('given keys, then only the events that name one, each once', async () => {
    const both = await tracks('order_completed', '2026-10-03T10:00:00Z', {
      refs: ['order:o1', 'payment:p1'],
      user_id: 'u1',
    });
    await tracks('order_completed', '2026-10-03T10:00:00Z', { refs: ['order:o2'] });
    await tracks('signup', '2026-10-03T10:00:00Z', { user_id: 'u1' });
    const found = await reader().trackedOf('order_completed', ['order:o1', 'payment:p1', 'user:u1'], window);
    expect(found.map(({ messageId }) => messageId)).toEqual([both]);
    expect(await reader().trackedOf('order_completed', [], window)).toEqual([]);
  });

  it('given events of any kind, then whoever they name was seen, to a quarter of an hour', async () => {
    await tracks(null, '2026-10-03T10:07:00Z', { anonymous_id: 'a1', user_id: 'u1' });
    await tracks('checkout_started', '2026-10-03T11:00:00Z', { refs: ['checkout:c1'] });
    const seen = await reader().seen(['anonymous:a1', 'user:u1', 'user:u2', 'checkout:c1'], window);
    expect(seen.map(({ key, at }) => [key, new Date(at).toISOString().slice(11, 16)]).sort()).toEqual([
      ['anonymous:a1', '10:00'],
      ['checkout:c1', '11:00'],
      ['user:u1', '10:00'],
    ]);
    expect(await reader().seen([], window)).toEqual([]);
  });

  it('given several events of one quarter of an hour, then described ones are told once for each place they came from', async () => {
    for (const [minute, browser] of Object.entries({ '01': 'firefox', '02': 'chrome', '03': 'firefox' }))
      await tracks(null, `2026-10-03T10:${minute}:00Z`, { user_id: 'u1', browser });
    await tracks('order_completed', '2026-10-03T10:40:00Z', { refs: ['order:o2', 'order:o1'] });
    const at = (time: string): number => Date.parse(`2026-10-03T${time}:00Z`);
    expect(await reader().seen(['user:u1', 'order:o1'], window, true)).toEqual([
      { key: 'order:o1', at: at('10:30') },
      { key: 'user:u1', at: at('10:00'), context: { browser: 'chrome' } },
      { key: 'user:u1', at: at('10:00'), context: { browser: 'firefox' } },
    ]);
    expect(await reader().seen(['user:u1'], window)).toEqual([{ key: 'user:u1', at: at('10:00') }]);
  });

  it('given what browsers linked, then it is found from either side', async () => {
    await shop.database.pool.query("insert into ingest.sdk_links values ('a1', 'u1', now()), ('a2', 'u2', now())");
    const pair = [{ user: 'user:u1', anonymous: 'anonymous:a1' }];
    expect([
      await reader().links(['user:u1']),
      await reader().links(['anonymous:a1']),
      await reader().links([]),
    ]).toEqual([pair, pair, []]);
  });

  it('given refused events of a person, then their reasons', async () => {
    await shop.database.pool.query(
      "insert into ingest.collector_reject_samples (day, collector, key_id, reason, slot, received_at, occurred_at, subjects, body) values ('2026-10-03', 'segment', 'k', 'too_large', 0, '2026-10-05T10:00:00Z', '2026-10-03T10:00:00Z', '{t1,t2}', '{}')",
    );
    expect(await reader().refused(['t2', 't3'], window)).toMatchObject([{ tag: 't2', reason: 'too_large' }]);
    expect(await reader().refused(['t2'], { from: window.to, to: window.to + 1 })).toEqual([]);
  });
});
