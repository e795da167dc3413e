import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  charge,
  chargeSucceeded,
  disputeEvent,
  orderPlaced,
  refundCreated,
  signedUp,
  stripeEvent,
  touch,
  track,
} from '../fixtures/shop-events.js';
import { type Json, RunningService } from '../support/running-service.js';

const HOUR_MS = 3_600_000;
const NOW = '2026-11-08T12:00:00Z';

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({ zone: 'Europe/Berlin', now: NOW });
});
afterAll(() => shop.stop());

const rowOf = (rows: readonly Json[], metric: string, currency?: string): Json =>
  rows.find((row) => row['metric'] === metric && row['currency'] === currency)!;
const amountOn = async (metric: string, day: string): Promise<string | undefined> =>
  (await shop.metric(metric, day, day)).find(({ currency }) => currency === 'USD')?.['value'] as string | undefined;

describe('given partial refunds x 3, then a dispute that is lost, then won', () => {
  const story = (): Json[] => [
    chargeSucceeded('2026-10-01T10:00:00Z', 'ch_r', 10_000, { customer: 'cus_r' }),
    refundCreated('2026-10-02T10:00:00Z', 're_1', 'ch_r', 2000),
    refundCreated('2026-10-02T10:00:00Z', 're_2', 'ch_r', 3000),
    refundCreated('2026-10-03T10:00:00Z', 're_3', 'ch_r', 1000),
    disputeEvent('created', '2026-10-05T10:00:00Z', 'dp_r', 'ch_r', 4000, 'needs_response'),
    disputeEvent('funds_withdrawn', '2026-10-05T10:00:00Z', 'dp_r', 'ch_r', 4000, 'needs_response'),
    disputeEvent('closed', '2026-10-06T10:00:00Z', 'dp_r', 'ch_r', 4000, 'lost'),
    disputeEvent('funds_reinstated', '2026-10-07T10:00:00Z', 'dp_r', 'ch_r', 4000, 'won'),
    disputeEvent('closed', '2026-10-07T10:00:00Z', 'dp_r', 'ch_r', 4000, 'won'),
    // The charge restates its refunds; they are booked from the refunds only.
    stripeEvent(
      'charge.refunded',
      '2026-10-03T10:00:00Z',
      charge('2026-10-01T10:00:00Z', 'ch_r', 10_000, { amount_refunded: 6000 }),
    ),
  ];

  it('then each movement of money is booked once, on its day, and nothing is negative twice', async () => {
    const events = story();
    events[8]!['id'] = 'evt_dp_r_closed_again'; // an event of its own, not a repeat of the first closing
    expect(await shop.stripeAll(events)).toEqual(events.map(() => 202));
    expect(await shop.stripeAll([...events].reverse())).toEqual(events.map(() => 200));
    const days = ['01', '02', '03', '05', '06', '07'].map((day) => `2026-10-${day}`);
    const net = await Promise.all(days.map((day) => amountOn('revenue_net', day)));
    expect(net).toEqual(['10000', '-5000', '-1000', '-4000', undefined, '4000']);
    const total = async (metric: string) => (await shop.metric(metric, days[0]!, days.at(-1)!, '&interval=month'))[0];
    expect(await total('revenue_gross')).toEqual({ period: '2026-10', value: '10000', currency: 'USD' });
    expect(await total('refunds')).toMatchObject({ value: '6000' });
    expect(await total('disputes')).toMatchObject({ value: '0' });
    expect(await total('revenue_net')).toMatchObject({ value: '4000' });
  });
});

describe('given ten orders that the client lost and ten that it counted twice', () => {
  const day = '2026-10-09';
  const at = `${day}T10:00:00Z`;
  beforeAll(async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `net${n}`);
    await shop.events(...ids.map((n) => orderPlaced(at, `o_${n}`, 1000)));
    await shop.stripeAll(ids.map((n) => chargeSucceeded(at, `ch_${n}`, 1000, { metadata: { order_id: `o_${n}` } })));
    const told = [...ids.slice(0, 10), ...ids.slice(0, 10)];
    await shop.segment(
      told.map((n) => {
        const properties = { order_id: `o_${n}`, total: 10, currency: 'USD' };
        return track(at, 'purchase_completed', { anonymousId: n, properties });
      }),
    );
  });

  it('then the gap is 0, and loss and overcount say that both sides are bad', async () => {
    const rows = await shop.reconcile(day);
    const figures = { missing: 10, duplicates: 10, matched: 10, client_only: 0, tracked_unique: 10 };
    const shares = { gap_pct: 0, loss_pct: 50, overcount_pct: 50 };
    const causes = { causes: { client_never_seen: 10, duplicate: 10 }, unexplained: 0 };
    expect(rowOf(rows, 'orders')).toMatchObject({ actual: 20, tracked: 20, gap: 0, ...figures, ...shares, ...causes });
    const money = { actual: '20000', tracked: '20000', gap: '0' };
    expect(rowOf(rows, 'revenue_gross', 'USD')).toMatchObject({ ...money, ...figures, ...shares });
  });
});

describe('given currencies without and with three decimals, and client events with none at all', () => {
  const day = '2026-10-12';
  const at = `${day}T10:00:00Z`;
  const told = (order: string, properties: Json): Json =>
    track(at, 'Order Completed', { anonymousId: order, properties: { order_id: order, ...properties } });
  beforeAll(async () => {
    await shop.stripeAll([
      chargeSucceeded(at, 'ch_jpy', 1000, { currency: 'jpy', metadata: { order_id: 'jpy' } }),
      chargeSucceeded(at, 'ch_kwd', 12_340, { currency: 'kwd', metadata: { order_id: 'kwd' } }),
      ...['float', 'none', 'odd', 'eur'].map((n) =>
        chargeSucceeded(at, `ch_${n}`, 5997, { metadata: { order_id: n } }),
      ),
    ]);
    await shop.segment([
      told('jpy', { total: 1000, currency: 'JPY' }),
      told('kwd', { total: '12.34', currency: 'kwd' }),
      told('float', { total: 19.99 * 3, currency: 'USD' }), // 59.96999999999999
      told('none', { total: 59.97 }),
      told('odd', { total: 59.97, currency: 'US Dollar' }),
      told('eur', { total: 59.97, currency: 'EUR' }),
    ]);
  });

  it('then amounts agree to the minor unit and a wrong currency is a part of its own, with its cause', async () => {
    const rows = await shop.reconcile(day);
    const same = (value: string) => ({ actual: value, tracked: value, gap: '0', gap_pct: 0, matched: 1 });
    expect(rowOf(rows, 'revenue_gross', 'JPY')).toMatchObject(same('1000'));
    expect(rowOf(rows, 'revenue_gross', 'KWD')).toMatchObject(same('12340'));
    expect(rowOf(rows, 'revenue_gross', 'USD')).toMatchObject({
      ...{ actual: String(4 * 5997), tracked: '5997', matched: 1, wrong_currency: 3, missing: 0, wrong_value: 0 },
      causes_by_part: { wrong_currency: { invalid_currency: 2 } },
    });
    expect(rowOf(rows, 'revenue_gross', 'EUR')).toMatchObject({ actual: '0', tracked: '5997', wrong_currency: 1 });
    const amounts = await shop.sql(
      `select currency, amount::text from report.payments where payment_id in ('ch_jpy', 'ch_kwd') order by 1`,
    );
    expect(amounts).toEqual([
      { currency: 'JPY', amount: '1000' },
      { currency: 'KWD', amount: '12.340' },
    ]);
  });
});

describe('given events around midnight of the reporting zone', () => {
  const told = (order: string, at: string): Json => {
    const properties = { order_id: order, total: 10, currency: 'USD' };
    return track(at, 'purchase_completed', { anonymousId: order, properties });
  };
  const paid = (order: string, at: string): Json =>
    chargeSucceeded(at, `ch_${order}`, 1000, { metadata: { order_id: order } });

  it('when the client is two seconds late over midnight, then it is the other day, not a gap in disguise', async () => {
    await shop.stripeAll([paid('night', '2026-10-14T21:59:59Z')]); // 23:59:59 in Berlin
    await shop.segment([told('night', '2026-10-14T22:00:01Z')]);
    const [before, after] = ['2026-10-14', '2026-10-15'];
    const rows = await shop.reconcile(before, after);
    const on = (day: string): Json =>
      rowOf(
        rows.filter((row) => row['day'] === day),
        'orders',
      );
    const first = { actual: 1, tracked: 0, other_day: 1, missing: 0, causes_by_part: { other_day: { other_day: 1 } } };
    expect(on(before)).toMatchObject(first);
    expect(on(after)).toMatchObject({ actual: 0, tracked: 1, tracked_other_day: 1, client_only: 0 });
  });

  it('when summer time ends, then the day has its 25 hours', async () => {
    const edges = {
      e1: '2026-10-24T21:59:59Z',
      e2: '2026-10-24T22:00:00Z',
      e3: '2026-10-25T22:59:59Z',
      e4: '2026-10-25T23:00:00Z',
    };
    await shop.stripeAll(Object.entries(edges).map(([order, at]) => paid(order, at)));
    await shop.segment(Object.entries(edges).map(([order, at]) => told(order, at)));
    const rows = (await shop.reconcile('2026-10-24', '2026-10-26')).filter(({ metric }) => metric === 'orders');
    expect(rows.map(({ day, actual, tracked, matched }) => [day, actual, tracked, matched])).toEqual([
      ['2026-10-24', 1, 1, 1],
      ['2026-10-25', 2, 2, 2],
      ['2026-10-26', 1, 1, 1],
    ]);
  });
});

describe('given a payment of half an hour ago without its client event', () => {
  const day = '2026-11-08';
  it('then it is expected, not missing; when its time is over, then it is missing', async () => {
    await shop.stripeAll([
      chargeSucceeded('2026-11-08T11:30:00Z', 'ch_new', 1000, { metadata: { order_id: 'o_new' } }),
    ]);
    const fresh = rowOf(await shop.reconcile(day), 'orders');
    expect(fresh).toMatchObject({
      actual: 1,
      expected: 1,
      missing: 0,
      loss_pct: 0,
      causes: {},
      provisional: true,
      status: 'provisional',
    });
    shop.time.pass(24 * HOUR_MS);
    const settled = rowOf(await shop.reconcile(day), 'orders');
    expect(settled).toMatchObject({ actual: 1, expected: 0, missing: 1, loss_pct: 100, provisional: false });
  });
});

describe('given a gap that is usually 10 %', () => {
  const days = Array.from({ length: 10 }, (_, n) => `2026-09-${String(n + 1).padStart(2, '0')}`);
  const users = (day: string): string[] => Array.from({ length: 50 }, (_, n) => `${day}.${n}`);
  beforeAll(async () => {
    await shop.events(...days.flatMap((day) => users(day).map((user) => signedUp(`${day}T10:00:00Z`, user))));
    // Day 9 counts too much, day 10 too little.
    const told = days.flatMap((day, n) => {
      const seen = users(day).slice(0, n === 9 ? 20 : 45);
      return n === 8 ? [...seen, ...seen.slice(0, 30)] : seen;
    });
    const events = told.map((user) => track(`${user.slice(0, 10)}T10:00:01Z`, 'sign_up', { userId: user }));
    await shop.segment(events);
  });

  it('then a drift keeps its sign, and more than the truth is not OK', async () => {
    const rows = (await shop.reconcile(days[0]!, days[9])).filter(({ metric }) => metric === 'signups');
    expect(rows.map(({ gap_pct }) => gap_pct as number)).toEqual([...Array<number>(8).fill(10), -50, 60]);
    expect(rows.map(({ status }) => status as string)).toEqual([...Array<string>(8).fill('ok'), 'failed', 'failed']);
    const [over, under] = [rows[8]!['drift'], rows[9]!['drift']];
    expect(over.gap_pct).toMatchObject({ verdict: 'down', baseline: 10, delta: -60 });
    expect(over.overcount_pct).toMatchObject({ verdict: 'up', baseline: 0 });
    expect(under.gap_pct).toMatchObject({ verdict: 'up', baseline: 10, delta: 50 });
    expect(under.loss_pct).toMatchObject({ verdict: 'up', delta: 50 });
  });
});

describe('given a touch that is found late', () => {
  const day = '2026-08-03';
  it('then the sign-up moves to its source by a retraction, and as_of still answers as before', async () => {
    await shop.events(signedUp(`${day}T10:00:00Z`, 'u_late', { anonymous_id: 'a_late' }));
    const path = `/v1/metrics/signups?from=${day}&to=${day}&group_by=source,unknown_reason`;
    await shop.catchUp();
    const known = await shop.get(path);
    const then = shop.time.now().toISOString();
    shop.time.pass(1_000);
    expect(known.data).toEqual([{ period: day, value: 1, group: { source: 'unknown', unknown_reason: 'no_touch' } }]);
    await shop.events(touch('2026-08-01T09:00:00Z', { anonymous_id: 'a_late', source: 'google', medium: 'cpc' }));
    await shop.catchUp();
    expect((await shop.get(path)).data).toEqual([
      { period: day, value: 1, group: { source: 'google', unknown_reason: '' } },
    ]);
    const rows = await shop.all(`/v1/metrics/signups/contributions?day=${day}`);
    expect(rows.map(({ delta, source }) => [delta, source])).toEqual([
      [1, 'unknown'],
      [-1, 'unknown'],
      [1, 'google'],
    ]);
    for (const asOf of [known.as_of as number, then]) expect(await shop.get(`${path}&as_of=${asOf}`)).toEqual(known);
  });
});

describe('given all that was posted above', () => {
  it('then the contributions of every number sum to it, whenever it is asked for', async () => {
    await shop.catchUp();
    const head = (await shop.get('/v1/metrics/orders?from=2026-10-01&to=2026-10-01')).as_of as number;
    const metrics = [
      'signups',
      'orders',
      'payments',
      'new_customers',
      'revenue_gross',
      'refunds',
      'disputes',
      'revenue_net',
      'checkouts_started',
    ];
    const asked = fc.record({
      metric: fc.constantFrom(...metrics),
      days: fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 40 })),
      asOf: fc.option(fc.integer({ min: 1, max: head }), { nil: head }),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ metric, days: [start, length], asOf }) => {
        const from = new Date(Date.UTC(2026, 7, 1 + start)).toISOString().slice(0, 10);
        const to = new Date(Date.UTC(2026, 7, 1 + start + length)).toISOString().slice(0, 10);
        const range = `from=${from}&to=${to}&as_of=${asOf}`;
        const said = sums((await shop.get(`/v1/metrics/${metric}?${range}`)).data, 'value');
        const grouped = sums(
          (await shop.get(`/v1/metrics/${metric}?${range}&group_by=source,customer_kind`)).data,
          'value',
        );
        const under = sums(await shop.all(`/v1/metrics/${metric}/contributions?${range}&limit=1000`), 'delta');
        expect(under).toEqual(said);
        expect(grouped).toEqual(said);
      }),
      { numRuns: 40 },
    );
    expect((await shop.service.projections.verify()).findings).toEqual([]);
  });

  it.each(['unknown_share', 'checkout_completion_rate', 'signup_conversion_rate'])(
    'then the rows under %s say what they count in, and sum to its numerator and its denominator, whenever it is asked for',
    async (ratio) => {
      const head = (await shop.get(`/v1/metrics/${ratio}?from=2026-10-01&to=2026-10-01`)).as_of as number;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: head }), async (asOf) => {
          const range = `from=2026-07-01&to=2026-11-30&as_of=${asOf}`;
          const said = (await shop.get(`/v1/metrics/${ratio}?${range}`)).data as Json[];
          const under = await shop.all(`/v1/metrics/${ratio}/contributions?${range}&limit=1000`);
          for (const part of ['numerator', 'denominator']) {
            const rows = under.filter((row) => (row['part_of'] as string[]).includes(part));
            expect([part, sums(rows, 'delta')]).toEqual([part, sums(said, part)]);
          }
          expect(under.filter((row) => (row['part_of'] as string[]).length === 0)).toEqual([]);
        }),
        { numRuns: 12, examples: [[head]] },
      );
    },
  );

  it('then the sign-ups of unknown_share that are unknown can be told from the others', async () => {
    const rows = await shop.all('/v1/metrics/unknown_share/contributions?day=2026-08-03');
    expect(rows.map(({ delta, source, part_of }) => [delta, source, part_of])).toEqual([
      [1, 'unknown', ['numerator', 'denominator']],
      [-1, 'unknown', ['numerator', 'denominator']],
      [1, 'google', ['denominator']],
    ]);
  });
});

/** Sums by currency; zero ones are left out. */
function sums(rows: readonly Json[], member: string): Record<string, string> {
  const found = new Map<string, bigint>();
  for (const row of rows) {
    const currency = (row['currency'] as string | undefined) ?? 'count';
    found.set(currency, (found.get(currency) ?? 0n) + BigInt(row[member] as string));
  }
  return Object.fromEntries(
    [...found]
      .filter(([, sum]) => sum !== 0n)
      .map(([name, sum]) => [name, String(sum)])
      .sort(),
  );
}
