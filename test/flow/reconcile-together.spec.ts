import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addDays, daysBetweenBoth, Zone } from '../../src/kernel/day.js';
import { loadDay, loadDays } from '../../src/reconcile/load/load-day.js';
import { inSections } from '../../src/reconcile/run/compute-together.js';
import { loadTogether, type Section } from '../../src/reconcile/load/load-together.js';
import { type Limits, LIMITS } from '../../src/reconcile/sift/limits.js';
import type { Pairing } from '../../src/reconcile/match.js';
import type { IdList } from '../../src/reconcile/compare/outcome.js';
import { reconciledMetrics } from '../../src/reconcile/reconciled-metrics.js';
import { sift } from '../../src/reconcile/sift/sift.js';
import { storeResult } from '../../src/reconcile/store/result-store.js';
import type { Reader, Source, SourceReader, TrackedRow } from '../../src/reconcile/source.js';
import { collector } from '../../src/reconcile/sources/collector.js';
import { Shop, ZONE } from './reconcile-given.js';

const [FROM, TO] = ['2026-09-20', '2026-09-25'];
const days = daysBetweenBoth(FROM, TO);
const asked = { runId: 'r1', actor: 'test' };

const goOn = () => Promise.resolve(true);
const keysOf = (metric: string) => days.map((day) => ({ day, source: 'collector', metric }));

interface Altered {
  byId?: (reader: Reader) => Promise<TrackedRow[]>;
  tracked?: () => Promise<TrackedRow[]>;
}

/** The collector with something else in place of what it reads. */
const altered = ({ byId, tracked }: Altered): Source => ({
  ...collector,
  open(reader) {
    const whole = collector.open(reader);
    const table = byId ? { ...whole.table!, byId: () => byId(reader) } : whole.table;
    return Object.assign(Object.create(whole) as SourceReader, { table, ...(tracked ? { tracked } : {}) });
  },
});

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

/** What explains the missing ids of some of those people, and events that servers sent. */
async function troubles(seed: number): Promise<void> {
  const below = numbersFrom(seed);
  const { pool } = shop.database;
  const denied = (at: number) => ({
    consent: { type: 'ConsentChanged', fields: { at, analytics: 'denied' }, entryId: 'e1' },
  });
  for (let n = 0; n < 60; n += 1) {
    const day = addDays(FROM, below(days.length + 6) - 3);
    const when = at(day, below(1_440));
    const what = below(6);
    if (what === 0)
      await pool.query("update model.identifiers set doc = $2 where node = 'user:' || $1", [
        `u${n}`,
        JSON.stringify({ effects: denied(Date.parse(when)) }),
      ]);
    if (what === 1)
      await pool.query(
        "insert into ingest.collector_reject_samples (day, collector, key_id, reason, slot, received_at, occurred_at, subjects, body) values ($1, 'segment', 'k', 'invalid', $2, $3, $3, $4, '{}')",
        [day, n, when, [`u.u${n}`]],
      );
    if (what === 2)
      await pool.query("insert into ingest.collector_limited values (date_trunc('hour', $1::timestamptz), $2, 1)", [
        when,
        `u.u${n}`,
      ]);
    if (what === 3) await shop.tracks('order_completed', when, { lineage: 'server', refs: [`order:o${n}`] });
    if (what > 3) await shop.tracks(null, when, { user_id: `u${n}`, browser: ['Safari', 'Firefox'][below(2)] });
  }
  // Contributions whose time is not of their day, as after a change of the zone.
  await pool.query(
    "update model.contributions set occurred_at = occurred_at + interval '5 days' * (position % 3 - 1) where position % 8 = 0",
  );
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

/** An event between two truths of its purchase, of which it names the later one, on the day after the last. */
async function rivals(): Promise<void> {
  const [early, late] = ['order:rival1', 'order:rival2'];
  await shop.purchase([early, late], { party: 'user:rival' });
  await shop.contributes('orders', early, addDays(TO, -1));
  await shop.contributes('orders', late, addDays(TO, 1));
  await shop.tracks('order_completed', at(TO, 600), { refs: [late] });
}

describe('days that are read in one piece', () => {
  it.each([
    ['orders', 21, async (seed: number) => purchases(seed).then(() => troubles(seed))],
    ['orders', 22, async (seed: number) => purchases(seed).then(rivals)],
    ['signups', 23, signups],
  ] as const)('given %s (seed %i), then each truth has the event that it has alone', async (name, seed, fill) => {
    await fill(seed);
    const metric = reconciledMetrics.find((each) => each.name === name)!;
    const pairs = ({ trackedOf }: Pairing, on: readonly string[]): string[] =>
      [...trackedOf].flatMap(([{ day, id }, event]) => (on.includes(day) ? `${day} ${id} ${event.messageId}` : []));
    await shop.database.transaction(async (reader) => {
      const [source, zone] = [collector.open(reader), new Zone(ZONE)];
      const together = await loadDays(reader, source, metric, [FROM, TO], zone);
      const alone: string[] = [];
      for (const day of days) alone.push(...pairs((await loadDay(reader, source, metric, day, zone)).pairing, [day]));
      expect(alone.length).toBeGreaterThan(10);
      expect(pairs(together.pairing, days).sort()).toEqual(alone.sort());
    });
  });
});

describe('days that are loaded together', () => {
  const all: Partial<Limits> = {};
  const fewAtOnce: Partial<Limits> = { read: 8, section: 20 };
  it.each([
    ['orders', 1, purchases, all],
    ['orders', 2, purchases, fewAtOnce],
    ['orders', 3, purchases, fewAtOnce],
    ['orders', 9, async (seed: number) => purchases(seed).then(() => troubles(seed)), all],
    ['orders', 9, async (seed: number) => purchases(seed).then(() => troubles(seed)), fewAtOnce],
    ['signups', 4, signups, fewAtOnce],
    ['signups', 5, signups, all],
    ['signups', 5, signups, fewAtOnce],
  ] as const)('given %s (seed %i), then each day says what it says alone', async (metric, seed, fill, limits) => {
    await fill(seed);
    const alone = () => Promise.reject(new Error('A day was loaded alone.'));
    const together = shop.reconcile({ sources: { collector: altered({ tracked: alone }) }, limits });
    await together.reconcileDays(keysOf(metric), asked, goOn);
    const reconcile = shop.reconcile();
    const of = { source: 'collector', metric };
    const rows = (await reconcile.list({ from: FROM, to: TO, metric })).data;
    expect(rows).toHaveLength(days.length);
    expect(rows.reduce((sum, { matched }) => sum + Number(matched), 0)).toBeGreaterThan(10);
    expect(rows.reduce((sum, { missing }) => sum + Number(missing), 0)).toBeGreaterThan(3);
    for (const day of days)
      expect({ day, ...(await reconcile.reconcileOne({ day, ...of }, asked)) }).toMatchObject({ day, recorded: false });
  });

  it('given truth that came while days were compared, then a run asked for after that still has its day to compare', async () => {
    await signups(6);
    const before = shop.now;
    const reconcile = shop.reconcile();
    let runId = '';
    await reconcile.reconcileDays(keysOf('signups'), asked, async () => {
      if (runId !== '') return true;
      shop.now = new Date(before.getTime() + 60_000);
      await shop.signup('news', TO);
      runId = (await reconcile.run({ from: TO, to: TO, metrics: ['signups'] }, 'test')).run_id;
      return true;
    });
    const { due } = (await reconcile.due(runId))!;
    shop.now = before;
    expect(due).toEqual([{ day: TO, source: 'collector', metric: 'signups' }]);
    expect(await reconcile.unfinishedRuns()).toEqual([runId]);
  });

  it('given a gap between days, then those after it, loaded ahead, say what they say alone', async () => {
    await purchases(12);
    const keys = keysOf('orders').filter(({ day }) => day !== days[2]);
    await shop.reconcile().reconcileDays(keys, asked, goOn);
    for (const key of keys) expect(await shop.reconcile().reconcileOne(key, asked)).toMatchObject({ recorded: false });
  });

  it('given a run that ends before a gap, then nothing of the days that were loaded ahead is recorded', async () => {
    await purchases(13);
    const keys = keysOf('orders').filter(({ day }) => day !== days[2]);
    await shop.reconcile().reconcileDays(keys, asked, () => Promise.resolve(false));
    const { data } = await shop.reconcile().list({ from: FROM, to: TO, metric: 'orders' });
    expect(data.map(({ day }) => day)).toEqual([days[0]]);
    const { pool } = shop.database;
    expect(pool.idleCount).toBe(pool.totalCount);
  });

  it('given a day that cannot be compared, then the others are, and it is told', async () => {
    await purchases(7);
    const odd = days[2]!;
    const inputs = async (reader: Reader, day: string) => {
      if (day === odd) await reader.query('select 1 / 0');
      return '';
    };
    const reconcile = shop.reconcile({ sources: { collector: { ...collector, inputs } } });
    await expect(reconcile.reconcileDays(keysOf('orders'), asked, goOn)).rejects.toThrow(
      `1 of ${days.length} days could not be compared, the first of them ${odd}: division by zero`,
    );
    const { data } = await reconcile.list({ from: FROM, to: TO, metric: 'orders' });
    expect(data.map(({ day }) => day)).toEqual(days.filter((day) => day !== odd));
  });

  it('given days that cannot be loaded at once, then each is compared alone', async () => {
    await purchases(8);
    const broken = altered({ byId: async (reader) => (await reader.query<never>('select 1 / 0')).rows });
    const told: string[] = [];
    const log = (line: string): unknown => told.push(line);
    await shop.reconcile({ sources: { collector: broken }, log }).reconcileDays(keysOf('orders'), asked, goOn);
    expect(told).toEqual(['collector, orders: days are not loaded together']);
    const reconcile = shop.reconcile();
    expect((await reconcile.list({ from: FROM, to: TO, metric: 'orders' })).data).toHaveLength(days.length);
    for (const key of keysOf('orders'))
      expect(await reconcile.reconcileOne(key, asked)).toMatchObject({ recorded: false });
  });

  it('given an id that holds what lies between packed ids, then each day still says what it says alone', async () => {
    await purchases(10);
    const odd = 'order:o\x1eo\x1fo';
    await shop.contributes('orders', odd, days[1]!);
    await shop.tracks('order_completed', at(days[1]!, 700), { refs: [odd] });
    const told: string[] = [];
    const log = (line: string): unknown => told.push(line);
    await shop.reconcile({ log }).reconcileDays(keysOf('orders'), asked, goOn);
    expect(told).toEqual(['collector, orders: days are not loaded together']);
    const found = await shop.reconcile().detail(days[1]!, 'collector', 'orders', { part: 'matched', limit: 1_000 });
    expect(found!.ids['matched']!.map(({ id }) => id)).toContain(odd);
    for (const key of keysOf('orders'))
      expect(await shop.reconcile().reconcileOne(key, asked)).toMatchObject({ recorded: false });
  });

  it.each([
    ['a truth', { truth: 'order:o\x1fo', refs: ['order:o\x1fo'] }],
    ['what an event names', { truth: 'order:o', refs: ['order:o\x1fo'] }],
    ['a message, which then looks like two', { truth: 'order:o', refs: ['order:o'], message_id: 'm\x1eorder:o1\x1fm' }],
    ['a message', { truth: 'order:o', refs: ['order:o'], message_id: 'm\x1fm' }],
  ])(
    'given what lies between packed texts in %s, then days are told apart and each says what it says alone',
    async (_, odd) => {
      await purchases(10);
      const { truth, ...event } = odd;
      await shop.contributes('orders', truth, days[1]!);
      await shop.tracks('order_completed', at(days[1]!, 700), event);
      const told: string[] = [];
      const log = (line: string): unknown => told.push(line);
      await shop.reconcile({ log }).reconcileDays(keysOf('orders'), asked, goOn);
      expect(told).toEqual([]);
      for (const key of keysOf('orders'))
        expect(await shop.reconcile().reconcileOne(key, asked)).toMatchObject({ recorded: false });
    },
  );

  it('given messages of one name from several senders, then their order is the same however they were loaded', async () => {
    const sent = { message_id: 'same', browser: 'Chrome' };
    await shop.tracks('order_completed', at(FROM, 700), { ...sent, key_id: 'k1', refs: ['order:x1'], deliveries: 2 });
    await shop.tracks('order_completed', at(FROM, 700), {
      ...sent,
      key_id: 'k2',
      refs: ['order:x2'],
      browser: 'Safari',
    });
    await shop.tracks('order_completed', at(FROM, 700), { ...sent, key_id: 'k3', refs: [] });
    await shop.reconcile().reconcileDays(keysOf('orders'), asked, goOn);
    expect(await shop.reconcile().reconcileOne(keysOf('orders')[0]!, asked)).toMatchObject({ recorded: false });
  });

  it('given a damaged row that was never delivered, then it is an event of a client all the same', async () => {
    await shop.contributes('orders', 'order:o1', FROM, { at: at(FROM, 600) });
    await shop.tracks('order_completed', at(FROM, 601), { refs: ['order:o1'], deliveries: 0 });
    await shop.reconcile().reconcileDays(keysOf('orders'), asked, goOn);
    expect(await shop.reconcile().reconcileOne(keysOf('orders')[0]!, asked)).toMatchObject({ recorded: false });
  });

  /** Or reading goes on in larger steps, as days without anything are cheap. */
  const truthOnEach = async (from: string, to: string): Promise<void> => {
    for (const day of daysBetweenBoth(from, to)) await shop.contributes('orders', `order:${day}`, day);
  };

  const sectionsIn = (limits: Partial<Limits>, some = days): Promise<Section[]> =>
    inSections(shop.database, async (readers) => {
      const metric = reconciledMetrics.find(({ name }) => name === 'orders')!;
      const given = { source: collector, metric, zone: new Zone(ZONE), described: true, limits };
      const found: Section[] = [];
      for await (const section of loadTogether(readers, some, given)) found.push(section);
      return found;
    });

  /** How days come: a section each, in brackets where its days are loaded alone. */
  const sectionsOf = async (limits: Partial<Limits>, some = days): Promise<string[]> =>
    (await sectionsIn(limits, some)).map(({ days: own, data }) => {
      const named = `${own[0]!.slice(8)}-${own.at(-1)!.slice(8)}`;
      return data ? named : `(${named})`;
    });

  it('given many days, then the first ones come soon: a quarter of what is loaded together, then half', async () => {
    const many = daysBetweenBoth('2026-09-01', '2026-09-22');
    await truthOnEach(addDays(many[0]!, -14), addDays(many.at(-1)!, 14));
    await shop.tracks('order_completed', at(addDays(many.at(-1)!, 14), 600), { refs: ['order:x'] });
    expect(await sectionsOf({ section: 8 }, many)).toEqual(['01-02', '03-06', '07-14', '15-22']);
  });

  it('given more ids to look at than are kept in memory, then they are not loaded together', async () => {
    await purchases(11);
    expect(await sectionsOf({ loose: 1_000 })).toEqual(['20-25']);
    expect(await sectionsOf({ loose: 1 })).toEqual(['(20-25)']);
    await shop.empty();
    for (const day of days)
      for (let n = 0; n < 5; n += 1) await shop.tracks('order_completed', at(day, 600 + n), { refs: [] });
    expect(await sectionsOf({ loose: 30 })).toEqual(['20-25']);
    expect(await sectionsOf({ loose: 29 })).toEqual(['(20-25)']);
  });

  it('given little that is read at once, then days come in sections as soon as all around them were read', async () => {
    await purchases(11);
    await truthOnEach(addDays(FROM, -14), addDays(TO, 14));
    const found = await sectionsOf({ read: 1, section: 1 });
    expect(found).toEqual(days.map((day) => `${day.slice(8)}-${day.slice(8)}`));
    const some = await sectionsOf({ read: 1, section: 40 });
    expect(some.length).toBeGreaterThan(1);
    expect(some.length).toBeLessThan(days.length);
  });

  it('given days that have more around them than fits, then only those are loaded alone', async () => {
    const many = daysBetweenBoth(addDays(FROM, -80), addDays(FROM, -20));
    for (const day of [many[20]!, many[20]!, many[20]!])
      await shop.tracks('order_completed', at(day, 600), { refs: [] });
    await truthOnEach(addDays(many[0]!, -14), addDays(many.at(-1)!, 14));
    const found = await sectionsOf({ read: 1, section: 1, around: 31 }, many);
    const alone = found.flatMap((name, index) => (name.startsWith('(') ? [index] : []));
    expect(found).toHaveLength(many.length);
    expect(alone).toEqual(Array.from({ length: 29 }, (_, index) => 20 - 14 + index));
    expect(await sectionsOf({ around: 31 }, many)).toEqual([
      `${many[0]!.slice(8)}-${many[5]!.slice(8)}`,
      ...many.slice(6, 35).map((day) => `(${day.slice(8)}-${day.slice(8)})`),
      `${many[35]!.slice(8)}-${many.at(-1)!.slice(8)}`,
    ]);
  });

  it('given days without anything among others, then no more are read at once, and sections are no longer for it', async () => {
    const many = daysBetweenBoth(addDays(FROM, -120), addDays(FROM, -40));
    for (const day of daysBetweenBoth(addDays(many[0]!, -14), addDays(many.at(-1)!, 14)))
      if (day < many[40]! || day > many[46]!)
        for (const n of [1, 2, 3]) await shop.contributes('orders', `order:${day}-${n}`, day);
    const lengths = (read: number) =>
      inSections(shop.database, async ({ packer }) => {
        const metric = reconciledMetrics.find(({ name }) => name === 'orders')!;
        const limits = { ...LIMITS, read, section: 30 };
        const given = { metric, zone: new Zone(ZONE), around: 14, described: true, limits, days: many };
        const reads: number[] = [];
        const counting = {
          query: (text: string, values: unknown[]) => {
            reads.push((values[4] as Date[]).length);
            return packer.query(text, values);
          },
        } as Reader;
        const sections: number[] = [];
        for await (const some of sift(counting, collector.open(packer).table!, given)) sections.push(some.days.length);
        const all = sections.reduce((sum, n) => sum + n, 0);
        return { reads: Math.max(...reads), sections: Math.max(...sections), all };
      });
    // Three truths a day, and seven days without any in one of the sections.
    expect(await lengths(6)).toEqual({ reads: 2, sections: 17, all: many.length });
    expect(await lengths(60_000)).toEqual({ reads: 31, sections: 17, all: many.length });
  });

  it('given a state in which no day fits any more, then it ends after some of them', async () => {
    const many = daysBetweenBoth(addDays(FROM, -120), addDays(FROM, -20));
    await truthOnEach(addDays(many[0]!, -14), addDays(many.at(-1)!, 14));
    await shop.tracks('order_completed', at(many[0]!, 600), { refs: [] }); // a source without events is not loaded at all
    const found = await sectionsIn({ read: 1, section: 1, around: 10, seen: 20 }, many);
    expect(found.filter(({ data }) => data)).toEqual([]);
    const seen = found.flatMap((section) => section.days);
    expect(seen).toEqual(many.slice(0, seen.length));
    expect(seen.length).toBeGreaterThanOrEqual(28);
    expect(seen.length).toBeLessThan(many.length / 2);
  });

  it('given messages of two senders under one id, then what came again is counted for each', async () => {
    const [first, third] = [days[0]!, days[2]!];
    await shop.person('user:u1');
    await shop.purchase(['order:o1', 'order:o1b', 'payment:p'], { party: 'user:u1' });
    await shop.contributes('orders', 'order:o1', first);
    await shop.contributes('orders', 'order:o1b', third);
    const same = { message_id: 'same', user_id: 'u1' };
    await shop.tracks('order_completed', at(first, 700), { ...same, key_id: 'k1', refs: ['order:o1'], deliveries: 4 });
    await shop.tracks('order_completed', at(third, 700), { ...same, key_id: 'k2', refs: ['order:o1b'], deliveries: 2 });
    await shop.tracks('order_completed', at(days[1]!, 700), { refs: ['payment:p'], user_id: 'u1' });
    await shop.reconcile().reconcileDays(keysOf('orders'), asked, goOn);
    for (const key of keysOf('orders'))
      expect(await shop.reconcile().reconcileOne(key, asked)).toMatchObject({ recorded: false });
  });

  it('given a connection that is lost meanwhile, then the days after it are not taken for impossible', async () => {
    await purchases(15);
    const losing: Source = {
      ...collector,
      inputs: async (reader, day) => {
        if (day === days[2]) await reader.query('select pg_terminate_backend(pg_backend_pid())');
        return '';
      },
    };
    const lost = shop.reconcile({ sources: { collector: losing } }).reconcileDays(keysOf('orders'), asked, goOn);
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    const { data } = await shop.reconcile().list({ from: FROM, to: TO, metric: 'orders' });
    expect(data.map(({ day }) => day)).toEqual(days.slice(0, 2));
    await shop.reconcile().reconcileDays(keysOf('orders'), asked, goOn);
    expect((await shop.reconcile().list({ from: FROM, to: TO, metric: 'orders' })).data).toHaveLength(days.length);
  });

  it('given more than is seen in one state, then what is left begins with a new one', async () => {
    await purchases(14);
    let states = 0;
    const counting: Source = {
      ...collector,
      open(reader) {
        const whole = collector.open(reader);
        const maps: SourceReader['maps'] = (...given) => {
          states += 1;
          return whole.maps(...given);
        };
        return Object.assign(Object.create(whole) as SourceReader, { maps });
      },
    };
    const limits = { read: 1, section: 1, seen: 1 };
    await shop.reconcile({ sources: { collector: counting }, limits }).reconcileDays(keysOf('orders'), asked, goOn);
    expect(states).toBe(days.length);
    for (const key of keysOf('orders'))
      expect(await shop.reconcile().reconcileOne(key, asked)).toMatchObject({ recorded: false });
  });

  it('given days that cannot be loaded with the others, then those far from them still are', async () => {
    const many = daysBetweenBoth(addDays(FROM, -80), addDays(FROM, -25)); // of which the ledger knows nothing
    for (const [n, day] of many.entries()) {
      await shop.contributes('orders', `order:o${n}`, day);
      await shop.tracks('order_completed', at(day, 600), { refs: [`order:o${n}`] });
    }
    await shop.tracks('order_completed', at(many[50]!, 600), { refs: [] });
    let alone = 0;
    const broken: Source = {
      ...collector,
      open(reader) {
        const whole = collector.open(reader);
        const byId = (ids: readonly string[]) =>
          ids.length === 0 ? Promise.resolve([]) : Promise.reject(new Error('It cannot be read.'));
        const tracked: SourceReader['tracked'] = (kind, window) => {
          alone += 1;
          return whole.tracked(kind, window);
        };
        return Object.assign(Object.create(whole) as SourceReader, { table: { ...whole.table!, byId }, tracked });
      },
    };
    const keys = many.map((day) => ({ day, source: 'collector', metric: 'orders' }));
    const log = (): void => undefined;
    const limits = { read: 14, section: 14 };
    await shop.reconcile({ sources: { collector: broken }, log, limits }).reconcileDays(keys, asked, goOn);
    expect(alone).toBeGreaterThanOrEqual(20); // those with the broken one around them
    expect(alone).toBeLessThan(many.length - 14);
    const { data } = await shop.reconcile().list({ metric: 'orders' });
    expect(data.map(({ matched }) => matched)).toEqual(many.map(() => 1));
  });

  it('given one who stored rows without their ids first, then whoever knows the ids adds them, once', async () => {
    const said = {
      day: FROM,
      source: 'collector',
      metric: 'orders',
      status: 'ok',
      digest: 'd',
      model_position: 1,
    } as const;
    const row = { currency: null } as never;
    const entry = { ...said, fetched_at: shop.now.toISOString(), run_id: 'r', rows: [row] };
    const before = [{ part: 'missing', id: 'order:o1', cause: null, confidence: null, evidence: {} }] as const;
    const ids = new Map<string, IdList>([['', { before, matched: ['order:o2\x1fm2'], after: [] }]]);
    for (const known of [new Map<string, IdList>(), ids, ids])
      await storeResult(shop.database, 1, entry, shop.now, known);
    const found = await shop.reconcile().detail(FROM, 'collector', 'orders', {});
    expect(Object.values(found!.ids).flatMap((listed) => listed.map(({ id }) => id))).toEqual(['order:o1', 'order:o2']);
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
