import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addDays, daysBetweenBoth } from '../../src/kernel/day.js';
import { Shop } from './reconcile-given.js';

const [FROM, TO] = ['2026-09-20', '2026-09-25'];
const days = daysBetweenBoth(FROM, TO);
const asked = { runId: 'r1', actor: 'test' };

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
beforeEach(() => shop.empty());
afterAll(() => shop.close());

/** Numbers that look random and are the same each time. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const at = (day: string, minute: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + minute * 60_000).toISOString();

/** Purchases and what a client told of them: mostly plain, but each kind of trouble comes too, also around the run. */
async function purchases(seed: number): Promise<void> {
  const below = numbersFrom(seed);
  const anyDay = (): string => addDays(FROM, below(days.length + 8) - 4);
  for (let n = 0; n < 60; n += 1) {
    const day = anyDay();
    const refs = [`order:o${n}`, `payment:p${n}`, ...(below(6) === 0 ? [`order:o${n}b`] : [])];
    await shop.person(`user:u${n}`);
    await shop.purchase(refs, { party: `user:u${n}` });
    for (const ref of refs.filter((name) => name.startsWith('order:'))) {
      const on = below(4) === 0 ? anyDay() : day;
      await shop.contributes('orders', ref, on, { at: at(on, below(1_440)), present: below(12) > 0 });
      if (below(10) === 0) await shop.contributes('orders', ref, on, { delta: -1, at: at(on, 600) });
      for (let times = [0, 1, 1, 1, 1, 2][below(6)]!; times > 0; times -= 1) {
        const seen = below(5) === 0 ? anyDay() : on;
        const named = [[ref], [ref], [ref], [`payment:p${n}`], refs, [`order:x${n}`]][below(6)]!;
        const given = {
          refs: named,
          user_id: `u${n}`,
          browser: ['Safari', 'Chrome'][below(2)],
          deliveries: 1 + below(2),
        };
        await shop.tracks('order_completed', at(seen, below(1_440)), given);
      }
    }
  }
}

/** People, some of whom are known by their devices alone. */
async function signups(seed: number): Promise<void> {
  const below = numbersFrom(seed);
  for (let n = 0; n < 60; n += 1) {
    const day = addDays(FROM, below(days.length + 6) - 3);
    await shop.signup(`u${n}`, day, { at: at(day, below(1_440)), devices: below(2) === 0 ? [`d${n}`] : [] });
    if (below(3) === 0)
      await shop.database.pool.query('insert into ingest.sdk_links values ($1, $2, now())', [
        `d${n}`,
        `u${n - below(2)}`,
      ]);
    for (let times = below(3); times > 0; times -= 1) {
      const seen = below(5) === 0 ? addDays(day, below(9) - 4) : day;
      const who = [{ user_id: `u${n}` }, { user_id: `u${n}` }, { anonymous_id: `d${n}` }, {}][below(4)]!;
      await shop.tracks('signup', at(seen, below(1_440)), who);
    }
  }
}

describe('days that are loaded together', () => {
  it.each([
    ['orders', 1, purchases],
    ['orders', 2, purchases],
    ['orders', 3, purchases],
    ['signups', 4, signups],
    ['signups', 5, signups],
  ] as const)('given %s (seed %i), then each day says what it says alone', async (metric, seed, fill) => {
    await fill(seed);
    const reconcile = shop.reconcile();
    const of = { source: 'collector', metric };
    await reconcile.reconcileDays({ from: FROM, to: TO, ...of }, asked, () => Promise.resolve(true));
    const rows = (await reconcile.list({ from: FROM, to: TO, metric })).data;
    expect(rows).toHaveLength(days.length);
    expect(rows.reduce((sum, { matched }) => sum + Number(matched), 0)).toBeGreaterThan(10);
    expect(rows.reduce((sum, { missing }) => sum + Number(missing), 0)).toBeGreaterThan(3);
    for (const day of days)
      expect({ day, ...(await reconcile.reconcileOne({ day, ...of }, asked)) }).toMatchObject({ day, recorded: false });
  });

  it('given more matched ids than are packed together, then every page has its own', async () => {
    const ids = Array.from({ length: 1_205 }, (_, n) => `order:o${String(n).padStart(4, '0')}`);
    await shop.database.pool.query(
      `insert into model.contributions (position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, customer_kind,
         customer_present, fact, entry_id, occurred_at)
       select o, 0, 'orders', id, $2, '', 1, 'google', '', '', '', true, 'Fact', gen_random_uuid(), $3
       from unnest($1::text[]) with ordinality as t(id, o)`,
      [ids, FROM, at(FROM, 600)],
    );
    await shop.database.pool.query(
      `insert into ingest.tracked_events (collector, message_id, event, kind, refs, occurred_at, received_at, key_id, body)
       select 'segment', 'm' || id, 'e', 'order_completed', array[id], $2, $2, 'k', '{}' from unnest($1::text[]) id`,
      [ids.slice(0, -2), at(FROM, 601)],
    );
    const reconcile = shop.reconcile();
    await reconcile.reconcileOne({ day: FROM, source: 'collector', metric: 'orders' }, asked);
    const found: { part: string; id: string; evidence: unknown }[] = [];
    let cursor: string | undefined;
    do {
      const page = (await reconcile.detail(FROM, 'collector', 'orders', { limit: 700, cursor }))!;
      for (const [part, listed] of Object.entries(page.ids)) found.push(...listed.map((each) => ({ part, ...each })));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(found.map(({ id }) => id)).toEqual([...ids.slice(-2), ...ids.slice(0, -2)]);
    expect(found[2]).toMatchObject({ part: 'matched', evidence: { message_id: `m${ids[0]}` } });
    const matched = (await reconcile.detail(FROM, 'collector', 'orders', { part: 'matched', limit: 3 }))!.ids;
    expect(matched['matched']!.map(({ id }) => id)).toEqual(ids.slice(0, 3));
  });
});
