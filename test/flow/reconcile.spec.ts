import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openPostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { collector } from '../../src/reconcile/sources/collector.js';
import { SourceFailure } from '../../src/reconcile/source.js';
import { Zone } from '../../src/kernel/day.js';
import { Shop, ZONE } from './reconcile-given.js';

const DAY = '2026-10-03';

let shop: Shop;
let metricDay = 0;
let day = DAY;

beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop.close());
beforeEach(async () => {
  await shop.empty();
  // Streams of the ledger stay: every test has a month of its own.
  day = `${2020 + Math.floor(metricDay / 12)}-${String((metricDay % 12) + 1).padStart(2, '0')}-03`;
  metricDay += 1;
});

const reconciled = async (metric: string, on = day) =>
  (await shop.reconcile().now({ from: on, to: on, metrics: [metric] }, 'test')).data as unknown as Record<
    string,
    unknown
  >[];
const detail = async (metric: string, query = {}) =>
  (await shop.reconcile().detail(day, 'collector', metric, query)) as unknown as {
    ids: Record<string, { id: string; cause: string | null; evidence: Record<string, unknown> }[]>;
    next_cursor: string | null;
  };
const other = (offset: number): string => `${day.slice(0, 8)}${String(Number(day.slice(8)) + offset).padStart(2, '0')}`;

describe('sign-ups', () => {
  it('given tracked, blocked, lost, repeated and invented ones, then each id has its part and its cause', async () => {
    await shop.signup('ok', day, { devices: ['d-ok'] });
    await shop.signup('by-device', day, { devices: ['d-by'] });
    await shop.signup('by-link', day);
    await shop.signup('blocked', day, { devices: ['d-blocked'] });
    await shop.signup('lost', day, { devices: ['d-lost'] });
    await shop.signup('refused', day);
    await shop.signup('elsewhen', day, { devices: ['d-elsewhen'] });
    await shop.database.pool.query("insert into ingest.sdk_links values ('d-link', 'by-link', now())");
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'ok' });
    const repeated = await shop.tracks('signup', `${day}T10:00:05Z`, { user_id: 'ok' });
    await shop.tracks('signup', `${day}T10:00:00Z`, { anonymous_id: 'd-by', deliveries: 3 });
    await shop.tracks('signup', `${day}T10:00:00Z`, { anonymous_id: 'd-link' });
    const bot = await shop.tracks('signup', `${day}T11:00:00Z`, { user_id: 'nobody', is_bot: true });
    const invented = await shop.tracks('signup', `${day}T11:00:00Z`, { user_id: 'nobody-2' });
    await shop.tracks('signup', `${day}T11:00:00Z`, { user_id: 'blocked', lineage: 'server' });
    await shop.tracks(null, `${day}T09:59:00Z`, { anonymous_id: 'd-lost' });
    await shop.tracks(null, `${other(-2)}T09:59:00Z`, { anonymous_id: 'd-elsewhen' });
    await shop.database.pool.query(
      "insert into ingest.collector_reject_samples (day, collector, key_id, reason, slot, received_at, occurred_at, subjects, body) values ($1, 'segment', 'k', 'invalid', 0, $2, $2, '{u.refused}', '{}')",
      [day, `${day}T10:00:00Z`],
    );

    const [row] = await reconciled('signups');
    expect(row).toMatchObject({
      ...{ actual: 7, tracked: 6, tracked_unique: 5, gap: 1, gap_pct: 14.3, loss_pct: 57.1, overcount_pct: 50 },
      ...{
        matched: 3,
        missing: 4,
        duplicates: 1,
        client_only: 2,
        status: 'ok',
        comparable: true,
        provisional: false,
        matched_by: 'id',
      },
      causes: { bot: 1, client_never_seen: 1, duplicate: 1, lost_event: 1, rejected_at_collection: 1 },
      unexplained: 2,
      reasons: [
        'server_side: 1 events that servers sent are not counted as tracked',
        'resent: 2 repeated deliveries of the same messages are counted once',
      ],
    });
    const { ids } = await detail('signups');
    expect(ids['missing']!.map(({ id, cause }) => [id, cause])).toEqual([
      ['user:blocked', 'client_never_seen'],
      ['user:elsewhen', null],
      ['user:lost', 'lost_event'],
      ['user:refused', 'rejected_at_collection'],
    ]);
    expect(ids['duplicates']).toEqual([
      {
        id: repeated,
        cause: 'duplicate',
        confidence: 'certain',
        evidence: { truth: 'user:ok', repeats: 'user:ok', user_agent_is_bot: false },
      },
    ]);
    expect(ids['client_only']!.map(({ id, cause }) => [id, cause]).sort()).toEqual(
      [
        [bot, 'bot'],
        [invented, null],
      ].sort(),
    );
  });

  it('given an event two seconds after its truth, over midnight of the zone, then it is another day and neither missing nor invented', async () => {
    const midnight = new Zone(ZONE).startOf(other(1));
    const at = (ms: number): string => new Date(midnight + ms).toISOString();
    await shop.signup('u1', day, { at: at(-1_000) });
    await shop.tracks('signup', at(1_000), { user_id: 'u1' });
    const [row] = await reconciled('signups');
    expect(row).toMatchObject({
      actual: 1,
      other_day: 1,
      missing: 0,
      tracked: 0,
      causes: {},
      causes_by_part: { other_day: { other_day: 1 } },
    });
    const [next] = await reconciled('signups', other(1));
    expect(next).toMatchObject({ actual: 0, tracked: 1, tracked_other_day: 1, client_only: 0, gap: -1, gap_pct: null });
    const { data } = await shop.reconcile().list({ source: 'collector', metric: 'signups', from: day, to: other(1) });
    expect(data.map((each) => each['day'])).toEqual([day, other(1)]);
  });

  it('given an event a week late, then the cause says so', async () => {
    await shop.signup('u1', day);
    await shop.tracks('signup', `${other(7)}T10:00:00Z`, { user_id: 'u1' });
    expect((await reconciled('signups'))[0]).toMatchObject({ missing: 1, causes: { late: 1 }, unexplained: 0 });
  });

  it('given a second event whose first is on the day of its truth, then on its own day it is a duplicate', async () => {
    await shop.signup('u1', day);
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'u1' });
    await shop.tracks('signup', `${other(1)}T10:00:00Z`, { user_id: 'u1' });
    expect((await reconciled('signups', other(1)))[0]).toMatchObject({
      tracked: 1,
      duplicates: 1,
      client_only: 0,
      tracked_other_day: 0,
    });
  });

  it('given a sign-up that was taken back and asserted with another source, then it is one', async () => {
    await shop.signup('u1', day, { source: 'unknown' });
    await shop.contributes('signups', 'user:u1', day, { source: 'unknown', delta: -1 });
    await shop.contributes('signups', 'user:u1', day, { source: 'bing' });
    await shop.signup('gone', day);
    await shop.contributes('signups', 'user:gone', day, { delta: -1 });
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'u1', source: 'bing' });
    expect((await reconciled('signups'))[0]).toMatchObject({ actual: 1, matched: 1, missing: 0 });
    expect((await reconciled('attribution_mismatch_pct'))[0]).toMatchObject({ value: 0, denominator: 1 });
  });

  it('given clients that name another source, then the disagreement has a row of its own', async () => {
    for (const [user, truth, claimed] of [
      ['a', 'google', 'direct'],
      ['b', 'google', 'google'],
      ['c', 'unknown', undefined],
    ] as const) {
      await shop.signup(user, day, { source: truth });
      await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: user, source: claimed });
    }
    expect((await reconciled('attribution_mismatch_pct'))[0]).toMatchObject({
      value: 33.3,
      numerator: 1,
      denominator: 3,
      actual: 3,
      tracked: 3,
      matched: 2,
      wrong_value: 1,
    });
    const { ids } = await detail('attribution_mismatch_pct');
    expect(ids['wrong_value']![0]).toMatchObject({
      id: 'user:a',
      evidence: { actual_source: 'google', tracked_source: 'unknown' },
    });
  });
});

describe('checkouts, orders and revenue', () => {
  it('given retries of one checkout, then each attempt counts once', async () => {
    for (const id of ['c1', 'c2']) {
      await shop.purchase([`checkout:${id}`]);
      await shop.contributes('checkouts_started', `checkout:${id}`, day);
    }
    await shop.tracks('checkout_started', `${day}T10:00:00Z`, { refs: ['checkout:c1'] });
    await shop.tracks('checkout_started', `${day}T10:00:01Z`, { refs: ['checkout:c1'] });
    await shop.tracks('checkout_started', `${day}T10:00:02Z`, { refs: ['checkout:c2'] });
    expect((await reconciled('checkouts_started'))[0]).toMatchObject({
      actual: 2,
      tracked: 3,
      tracked_unique: 2,
      duplicates: 1,
      gap: -1,
      gap_pct: -50,
    });
  });

  it('given events that name the order, the session or the payment, then each finds its order', async () => {
    for (const n of [1, 2, 3]) {
      await shop.purchase([`order:o${n}`, `session:cs_${n}`, `payment:ch_${n}`]);
      await shop.contributes('orders', `order:o${n}`, day);
    }
    for (const ref of ['order:o1', 'session:cs_2', 'payment:ch_3'])
      await shop.tracks('order_completed', `${day}T10:00:00Z`, { refs: [ref] });
    await shop.purchase(['order:failed'], { status: 'placed' });
    await shop.tracks('order_completed', `${day}T10:00:00Z`, { refs: ['order:failed'] });
    await shop.purchase(['invoice:in_1', 'payment:ch_renewal'], { present: false });
    await shop.contributes('orders', 'order:renewal', day, { present: false });
    expect((await reconciled('orders'))[0]).toMatchObject({
      actual: 3,
      not_trackable: 1,
      matched: 3,
      client_only: 1,
      causes: { not_completed: 1 },
      unexplained: 0,
    });
  });

  it('given money in two currencies, on two bases and one wrong, then rows per currency with amounts that sum', async () => {
    const placed = {
      placed: { type: 'OrderPlaced', fields: { amount: '1190', tax: '190', shipping: '0', currency: 'USD' } },
    };
    for (const [n, amount, currency] of [
      [1, 1190, 'USD'],
      [2, 500, 'USD'],
      [3, 1000, 'JPY'],
      [4, 700, 'USD'],
    ] as const) {
      await shop.purchase([`order:r${n}`, `payment:p${n}`], { effects: placed });
      await shop.contributes('revenue_gross', `payment:p${n}`, day, { delta: amount, currency });
    }
    await shop.tracks('order_completed', `${day}T10:00:00Z`, {
      refs: ['order:r1'],
      value: 1000,
      currency: 'USD',
      basis: 'net',
    });
    await shop.tracks('order_completed', `${day}T10:00:00Z`, { refs: ['order:r2'], value: 499, currency: 'USD' });
    await shop.tracks('order_completed', `${day}T10:00:00Z`, { refs: ['order:r3'], value: 1000, currency: 'EUR' });
    await shop.tracks('order_completed', `${day}T10:00:00Z`, { refs: ['order:r4'], problem: 'unknown_currency' });
    const rows = await reconciled('revenue_gross');
    expect(
      rows.map((row) => [row['currency'], row['actual'], row['tracked'], row['gap'], row['wrong_currency']]),
    ).toEqual([
      ['EUR', '0', '1000', '-1000', 1],
      ['JPY', '1000', '0', '1000', 1],
      ['USD', '2390', '1689', '701', 1],
    ]);
    expect(rows[2]).toMatchObject({
      matched: 1,
      wrong_value: 1,
      causes_by_part: { wrong_currency: { invalid_currency: 1 } },
    });
    expect(await detail('revenue_gross', { currency: 'USD' })).toMatchObject({
      currencies: ['EUR', 'JPY', 'USD'],
      actual: '2390',
    });
    expect(await detail('revenue_gross', { currency: 'CHF' })).toBeUndefined();
  });

  it('given one order paid in two captures of a day, then it is compared as one', async () => {
    await shop.purchase(['order:s1', 'payment:s1', 'payment:s2']);
    for (const payment of ['payment:s1', 'payment:s2'])
      await shop.contributes('revenue_gross', payment, day, { delta: 500, currency: 'USD' });
    await shop.tracks('order_completed', `${day}T10:00:00Z`, { refs: ['order:s1'], value: 1000, currency: 'USD' });
    expect((await reconciled('revenue_gross'))[0]).toMatchObject({
      actual: '1000',
      tracked: '1000',
      matched: 1,
      gap: '0',
    });
  });

  it('given no event of a kind ever, then it is not mapped and no gap', async () => {
    await shop.purchase(['order:n1']);
    await shop.contributes('orders', 'order:n1', day);
    expect((await reconciled('orders'))[0]).toMatchObject({
      status: 'not_mapped',
      actual: 1,
      tracked: null,
      gap: null,
      gap_pct: null,
      comparable: false,
    });
    await shop.tracks('order_completed', `${day}T10:00:00Z`, { refs: ['order:n1'] });
    expect((await reconciled('orders'))[0]).toMatchObject({ status: 'ok', matched: 1 });
    expect(await reconciled('revenue_gross')).toEqual([]); // order events that never carry an amount say nothing of revenue
  });
});

describe('time', () => {
  it('given truth of the last two hours without its event, then it is expected and the row provisional; later it is missing', async () => {
    await shop.signup('u1', day, { at: `${day}T10:00:00Z` });
    await shop.tracks('signup', `${day}T05:00:00Z`, { user_id: 'x' });
    shop.now = new Date(`${day}T11:00:00Z`);
    expect((await reconciled('signups'))[0]).toMatchObject({
      actual: 1,
      expected: 1,
      missing: 0,
      loss_pct: 0,
      status: 'provisional',
      provisional: true,
    });
    shop.now = new Date('2026-10-20T12:00:00Z');
    expect((await reconciled('signups'))[0]).toMatchObject({ expected: 0, missing: 1, loss_pct: 100, status: 'ok' });
  });

  it('given a day without money that is not settled yet, then a row without a currency says so, and none once it is', async () => {
    const sold = { refs: ['order:e1'], value: 100, currency: 'USD' };
    await shop.tracks('order_completed', `${other(-1)}T10:00:00Z`, sold);
    shop.now = new Date(`${day}T11:00:00Z`);
    expect(await reconciled('revenue_gross')).toMatchObject([
      { status: 'provisional', provisional: true, comparable: false, actual: null, gap: null, loss_pct: null },
    ]);
    const of = { from: day, to: day, metric: 'revenue_gross' };
    const summed = async () => (await shop.reconcile().summary({ ...of, from: other(-1) })).data;
    await reconciled('revenue_gross', other(-1));
    expect((await summed())[0]).toMatchObject({
      days: 1,
      left_out: { [day]: expect.stringMatching(/^provisional: events may arrive/) },
    });
    shop.now = new Date('2026-10-20T12:00:00Z');
    expect(await reconciled('revenue_gross')).toEqual([]);
    expect((await summed())[0]).toMatchObject({ days: 2, left_out: {} });
  });

  it('given more truth since, then as_of answers what was known then', async () => {
    await shop.signup('u1', day);
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'u1' });
    await reconciled('signups');
    const before = await shop.ledger.head();
    await shop.signup('u2', day);
    await reconciled('signups');
    const { list, detail: detailOf } = shop.reconcile();
    const rows = async (as_of?: number) => (await list({ from: day, to: day, as_of })).data.map((row) => row['actual']);
    expect([await rows(before), await rows(), await rows(0)]).toEqual([[1], [2], []]);
    expect(await detailOf(day, 'collector', 'signups', { as_of: before })).toMatchObject({
      actual: 1,
      position: before,
    });
  });
});

describe('recording', () => {
  const entries = () => shop.ledger.readStream(`reconciliation-${day}.collector.signups`);
  const given = async () => {
    await shop.signup('u1', day);
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'u1' });
  };

  it('given the same data, when it runs again, then nothing is written; changed data are', async () => {
    await given();
    await reconciled('signups');
    const head = await shop.ledger.head();
    expect(await shop.reconcile().now({ from: day, to: day, metrics: ['signups'] }, 'test')).toMatchObject({
      recorded: 0,
    });
    expect(await shop.ledger.head()).toBe(head);
    await shop.signup('u2', day);
    expect(await shop.reconcile().now({ from: day, to: day, metrics: ['signups'] }, 'test')).toMatchObject({
      recorded: 1,
    });
    const [first, second] = await entries();
    expect(first).toMatchObject({
      type: 'DayReconciled',
      actor: 'test',
      revision: 0,
      origin: 'truth-ledger',
      subjects: [],
    });
    expect(JSON.parse(second!.body)).toMatchObject({ status: 'ok', day, rows: [{ actual: 2, missing: 1 }] });
  });

  it('given two processes at once, then it is recorded once', async () => {
    await given();
    const ledger = await openPostgresLedger(shop.database, { clock: () => shop.now });
    const key = { day, source: 'collector', metric: 'signups' };
    const results = await Promise.all([
      shop.reconcile().reconcileOne(key, { runId: 'r1', actor: 'system' }),
      shop.reconcile({ ledger }).reconcileOne(key, { runId: 'r2', actor: 'system' }),
      shop.reconcile().reconcileOne(key, { runId: 'r3', actor: 'system' }),
    ]);
    await ledger.close();
    expect(results.filter(({ recorded }) => recorded)).toHaveLength(1);
    expect(await entries()).toHaveLength(1);
    expect((await shop.reconcile().list({ from: day, to: day })).data).toHaveLength(1);
  });

  it('given a process killed between the ledger and the tables, when it runs again, then rows and ids are there', async () => {
    await given();
    await reconciled('signups');
    const before = await detail('signups');
    await shop.database.pool.query(
      'truncate reconcile.result_ids, reconcile.result_matched, reconcile.results, reconcile.recorded',
    );
    await reconciled('signups');
    expect(await detail('signups')).toEqual(before);
    expect(await entries()).toHaveLength(1);
  });

  it('given an earlier entry without rows, then they are restored from it', async () => {
    await given();
    await reconciled('signups');
    await shop.signup('u2', day);
    await reconciled('signups');
    const [first] = await entries();
    await shop.database.pool.query(
      'truncate reconcile.result_ids, reconcile.result_matched, reconcile.results, reconcile.recorded',
    );
    await reconciled('signups');
    expect(await shop.reconcile().detail(day, 'collector', 'signups', { as_of: first!.position })).toMatchObject({
      actual: 1,
      ids: {},
    });
  });

  it('given a source that does not answer, then that is recorded as failed', async () => {
    const down = {
      ...collector,
      open: () => ({ ...collector.open({} as never), maps: () => Promise.reject(new SourceFailure('no answer')) }),
    };
    const { data } = await shop
      .reconcile({ sources: { collector: down } })
      .now({ from: day, to: day, metrics: ['signups'] }, 'test');
    expect(data[0]).toMatchObject({ status: 'failed', actual: null, gap: null, reasons: ['source_failed: no answer'] });
    expect(await entries()).toHaveLength(1);
  });

  it('given days of steady loss and one bad one, then the bad one failed and says why', async () => {
    const month = day.slice(0, 8);
    for (let n = 1; n <= 9; n++) {
      for (let user = 0; user < 40; user++) {
        await shop.signup(`${day}-${n}-${user}`, `${month}0${n}`);
        if (user >= (n === 9 ? 20 : 2))
          await shop.tracks('signup', `${month}0${n}T10:00:00Z`, { user_id: `${day}-${n}-${user}` });
      }
    }
    const { data } = await shop.reconcile().now({ from: `${month}01`, to: `${month}09`, metrics: ['signups'] }, 'test');
    expect(data.map(({ status }) => status)).toEqual([...Array<string>(8).fill('ok'), 'failed']);
    expect(data[8]!.reasons).toContain('drift: loss_pct is 50, +45 points from its baseline 5');
  });
});

describe('asking', () => {
  it('given many rows, then pages have each once', async () => {
    await shop.signup('u1', day);
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'u1' });
    await shop.reconcile().now({ from: day, to: other(4) }, 'test');
    const { list } = shop.reconcile();
    const seen: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await list({ limit: 3, cursor });
      seen.push(...page.data.map((row) => `${String(row['day'])} ${String(row['metric'])}`));
      cursor = page.next_cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength((await list({})).data.length);
    expect((await list({ metric: 'signups' })).data).toHaveLength(5);
  });

  it('given many ids, then pages of a detail have each once, missing first', async () => {
    for (let n = 0; n < 7; n++) await shop.signup(`u${n}`, day);
    for (let n = 0; n < 4; n++) await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: `u${n}` });
    await reconciled('signups');
    const first = await detail('signups', { limit: 4 });
    const second = await detail('signups', { limit: 4, cursor: first.next_cursor });
    expect([
      first.ids['missing']!.length,
      first.ids['matched']!.length,
      second.ids['matched']!.length,
      second.next_cursor,
    ]).toEqual([3, 1, 3, null]);
    expect((await detail('signups', { part: 'matched' })).ids['matched']).toHaveLength(4);
  });

  it.each([{ cursor: 'x' }, { cursor: Buffer.from('["a","b","c","d"]').toString('base64url') }])(
    'given the cursor %j, then it is refused',
    async (query) => {
      await expect(shop.reconcile().list(query)).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  it('given an unknown source, metric or too long a range, then it is refused', async () => {
    const { run } = shop.reconcile();
    for (const request of [
      { from: day, to: day, source: 'ga9' },
      { from: day, to: day, source: 'constructor' },
      { from: day, to: day, metrics: ['refunds'] },
      { from: '2020-01-01', to: '2026-01-01' },
      { from: other(1), to: day },
    ]) {
      await expect(run(request, 'test')).rejects.toMatchObject({ code: 'invalid_request' });
    }
    const detail = 'to is 2026-10-21, and a day to come: today is 2026-10-20.';
    await expect(run({ from: '2026-10-20', to: '2026-10-21' }, 'test')).rejects.toMatchObject({ detail });
    expect(shop.enqueued).toEqual([]);
  });

  it('given a day whose events are not kept any more, then comparing it again is refused, and what was recorded of it stays', async () => {
    await shop.signup('u1', day);
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'u1' });
    await reconciled('signups');
    const kept = shop.reconcile({ trackedRetentionDays: 400 });
    expect(await kept.pruneTracked()).toBe(1);
    const key = { day, source: 'collector', metric: 'signups' };
    const asked = { runId: 'r', actor: 'test' };
    for (const refused of [
      kept.run({ from: day, to: day }, 'test'),
      kept.now({ from: day, to: day }, 'test'),
      kept.reconcileOne(key, asked),
      kept.confusion({ from: day, to: day, metric: 'signups' }),
    ])
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_request',
        detail: expect.stringContaining('kept for 400 days, so the first day to compare is 2025-09-29.'),
      });
    expect((await kept.list({})).data).toMatchObject([{ day, matched: 1, missing: 0 }]);
    // The oldest that can be compared still has all that lies around it.
    await expect(kept.run({ from: '2025-09-29', to: '2025-09-29' }, 'test')).resolves.toBeDefined();
  });

  it('given a run that waited until events of its days were gone, then those are left out of it, and without any it is finished', async () => {
    const before = shop.now;
    const kept = shop.reconcile({ trackedRetentionDays: 400 });
    const { run_id: runId } = await kept.run({ from: '2025-09-29', to: '2025-09-30', metrics: ['signups'] }, 'test');
    const dueAfter = async (nights: number) => {
      shop.now = new Date(before.getTime() + nights * 86_400_000);
      const { due } = (await kept.due(runId))!;
      shop.now = before;
      return due.map((key) => key.day);
    };
    expect(await dueAfter(0)).toEqual(['2025-09-29', '2025-09-30']);
    expect(await dueAfter(1)).toEqual(['2025-09-30']);
    expect(await kept.unfinishedRuns()).toEqual([runId]);
    expect(await dueAfter(2)).toEqual([]);
    expect(await kept.unfinishedRuns()).toEqual([]);
  });

  it('given late truth of a day whose events are gone, then that day is not compared again', async () => {
    const terms = { signups: { tolerancePct: null, allowedLatenessHours: 366 * 24 } };
    const old = '2026-06-25';
    await shop.reconcile().now({ from: old, to: old, metrics: ['signups'] }, 'test');
    await shop.signup('u1', old);
    const changed = async (trackedRetentionDays?: number) =>
      (await shop.reconcile({ terms, trackedRetentionDays }).changedDays()).map((key) => key.day);
    expect([await changed(), await changed(120)]).toEqual([[old], []]);
  });

  it('given a run, then it is kept before it is answered, also when the queue is down', async () => {
    const reconcile = shop.reconcile({ enqueueRun: () => Promise.reject(new Error('down')) });
    const { run_id: runId } = await reconcile.run({ from: day, to: day, metrics: ['signups', 'orders'] }, 'test');
    expect(await reconcile.unfinishedRuns()).toEqual([runId]);
    expect((await reconcile.due(runId))?.due.map(({ metric }) => metric)).toEqual(['signups', 'orders']);
    for (const metric of ['signups', 'orders'])
      await reconcile.reconcileOne({ day, source: 'collector', metric }, { runId, actor: 'test' });
    expect((await reconcile.due(runId))?.due).toEqual([]);
    expect(await reconcile.unfinishedRuns()).toEqual([]);
  });

  it('given a read model that is behind, then it waits for it', async () => {
    let position = -1;
    const reconcile = shop.reconcile({ projectionPosition: () => (position += Number.MAX_SAFE_INTEGER / 4) });
    await expect(reconcile.now({ from: day, to: day, metrics: ['signups'] }, 'test')).resolves.toBeDefined();
    expect(position).toBeGreaterThan(0);
  });

  it('gives the newest gap of each metric', async () => {
    await shop.signup('u1', day);
    await shop.signup('u2', day);
    await shop.tracks('signup', `${day}T10:00:00Z`, { user_id: 'u1' });
    await reconciled('signups');
    // The next day is half there: its events may still arrive.
    await shop.signup('u3', other(1));
    const now = shop.now;
    shop.now = new Date(`${other(1)}T12:00:00Z`);
    await reconciled('signups', other(1));
    shop.now = now;
    expect(await shop.reconcile().gaps()).toEqual([
      { metric: 'signups', source: 'collector', currency: '', day, gap: '1', gap_pct: 50 },
    ]);
  });
});
