import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeSucceeded, orderPlaced, signedUp, stripeEvent, charge, touch, track } from '../fixtures/shop-events.js';
import { formatMajor } from '../../src/kernel/money.js';
import { type Json, RunningService } from '../support/running-service.js';

// Thirty days in Berlin with the end of summer time in them: 2026-10-25 has 25 hours.
const ZONE = 'Europe/Berlin';
const DAYS = Array.from({ length: 30 }, (_, n) => new Date(Date.UTC(2026, 9, 6 + n)).toISOString().slice(0, 10));
const [FROM, TO] = [DAYS[0]!, DAYS.at(-1)!];
/** First and last second of a day, and three in between, in UTC. */
const timesOf = (day: string): string[] => {
  const start = Date.parse(`${day}T00:00:00Z`) - (day <= '2026-10-25' ? 2 : 1) * 3_600_000;
  const hours = day === '2026-10-25' ? 25 : 24;
  const offsets = [0, 3_600, 7_200 + 1_800, 43_200, hours * 3_600 - 1];
  return offsets.map((second) => new Date(start + second * 1_000).toISOString());
};

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({ zone: ZONE, now: '2026-11-08T12:00:00Z' });
});
afterAll(() => shop.stop());

describe('given 30 days of sign-ups, some of which the client lost and some it counted twice', () => {
  const truth: Json[] = [];
  const seen: Json[] = [];
  const planted: { date: string; actual: number; tracked: number }[] = [];
  beforeAll(async () => {
    DAYS.forEach((day, n) => {
      const users = timesOf(day).slice(0, n === 9 ? 1 : 3 + (n % 3));
      if (n === 0) users.push(timesOf(day)[4]!);
      users.forEach((at, k) => truth.push(signedUp(at, `u_${n}_${k}`)));
      const tracked = users.filter((_, k) => (n + k) % 3 !== 0);
      if (n % 10 === 5) tracked.push(users[0]!); // a retry under another message id
      if (n === 14) tracked.push(...users.slice(0, 3)); // more than there were: the gap is negative
      tracked.forEach((at) => seen.push(track(at, 'signup_completed', { userId: `u_${n}_${users.indexOf(at)}` })));
      planted.push({ date: day, actual: users.length, tracked: tracked.length });
    });
    // What is just outside of the range is not in it: the second before it and the one after.
    truth.push(signedUp('2026-10-05T21:59:59Z', 'u_before'), signedUp('2026-11-04T23:00:00Z', 'u_after'));
    seen.push(
      track('2026-10-05T21:59:59Z', 'Signed Up', { userId: 'u_before' }),
      track('2026-11-04T23:00:00Z', 'sign_up', { userId: 'u_after' }),
    );
    await shop.events(...truth);
    await shop.segment(seen);
    // A paying guest is a customer in report.users, but nobody who signed up.
    await shop.stripeAll([chargeSucceeded('2026-10-20T10:00:00Z', 'ch_guest', 700, { customer: 'cus_nobody' })]);
    await shop.catchUp();
  });

  const SEED = `
    with actual as (
      select date(created_at) as date, count(*) as signups from report.users
      where created_at >= date '${FROM}' and created_at < date '${TO}' + 1 group by 1
    ), tracked as (
      select date(created_at) as date, count(*) as signups from report.analytics_events
      where event_name in ('signup_completed', 'Signed Up', 'sign_up') and created_at >= date '${FROM}' and created_at < date '${TO}' + 1
      group by 1
    )
    select date, a.signups::int as actual, coalesce(t.signups, 0)::int as tracked, (a.signups - coalesce(t.signups, 0))::int as gap,
      round(100.0 * (a.signups - coalesce(t.signups, 0)) / a.signups, 1)::float8 as gap_pct
    from actual a left join tracked t using (date) order by date`;

  it("when reconciled, then actual, tracked, gap and gap_pct of every day are those of the seed's SQL", async () => {
    const rows = (await shop.reconcile(FROM, TO)).filter(({ metric }) => metric === 'signups');
    const api = rows.map(({ day, actual, tracked, gap, gap_pct }) => ({
      date: day as string,
      actual,
      tracked,
      gap,
      gap_pct,
    }));
    expect(api).toEqual(await shop.sql(SEED));
    expect(api.map(({ date, actual, tracked }) => ({ date, actual, tracked }))).toEqual(planted);
    const kinds = new Set(api.map(({ gap_pct }) => gap_pct as number));
    expect([...kinds].sort((a, b) => a - b)).toEqual([-20, 0, 20, 25, 33.3, 40, 50, 100]);
  });

  it('then the metric counts the same days, and the view has them as `day`', async () => {
    const metric = (await shop.metric('signups', FROM, TO)).map(({ period, value }) => ({
      date: period,
      actual: value,
    }));
    expect(metric).toEqual(planted.map(({ date, actual }) => ({ date, actual })));
    const byDay = await shop.sql(
      'select day as date, count(*)::int as actual from report.users where day between $1 and $2 group by 1 order by 1',
      [FROM, TO],
    );
    expect(byDay).toEqual(metric);
    const events = await shop.sql(
      `select day as date, count(*)::int as tracked from report.analytics_events where kind = 'signup' and day between $1 and $2 group by 1 order by 1`,
      [FROM, TO],
    );
    expect(events).toEqual(
      planted.filter(({ tracked }) => tracked > 0).map(({ date, tracked }) => ({ date, tracked })),
    );
  });
});

describe('given payments of new and returning customers in three currencies', () => {
  beforeAll(async () => {
    await shop.events(
      touch('2026-09-28T08:00:00Z', { anonymous_id: 'a_p1', source: 'google', medium: 'cpc', campaign: 'autumn' }),
      signedUp('2026-09-28T09:00:00Z', 'p1', { anonymous_id: 'a_p1', email: 'Pia@Example.com' }),
      touch('2026-10-10T08:00:00Z', { anonymous_id: 'a_p2', referrer: 'https://www.linkedin.com/' }),
      signedUp('2026-10-10T08:30:00Z', 'p2', { anonymous_id: 'a_p2' }),
    );
    const at = (day: string, k = 3): string => timesOf(day)[k]!;
    await shop.stripeAll([
      // p1 paid before the month, so nothing of it is new in October; its second customer id is known by the user id, its third by e-mail.
      chargeSucceeded('2026-09-29T10:00:00Z', 'ch_01', 1111, { customer: 'cus_1', metadata: { user_id: 'p1' } }),
      chargeSucceeded(at('2026-10-07'), 'ch_02', 2200, { customer: 'cus_1b', metadata: { user_id: 'p1' } }),
      chargeSucceeded(at('2026-10-08'), 'ch_03', 300, {
        customer: 'cus_1c',
        billing_details: { email: 'pia@example.com ' },
      }),
      // p2: two payments in one second, the first in another currency than the next.
      chargeSucceeded(at('2026-10-25', 4), 'ch_05', 900, {
        customer: 'cus_2',
        currency: 'jpy',
        metadata: { user_id: 'p2' },
      }),
      chargeSucceeded(at('2026-10-25', 4), 'ch_04', 5000, { customer: 'cus_2', currency: 'eur' }),
      chargeSucceeded(at('2026-10-31', 4), 'ch_06', 4000, { customer: 'cus_3' }), // the last second of October
      chargeSucceeded(at('2026-11-01', 0), 'ch_07', 6000, { customer: 'cus_4' }), // the first of November
      chargeSucceeded(at('2026-10-12'), 'ch_08', 10, { customer: 'cus_5', livemode: false }, { livemode: false }),
      chargeSucceeded(at('2026-10-13'), 'ch_09', 1234), // a guest
      chargeSucceeded(at('2026-10-13'), 'ch_10', 1234), // another one
      // Authorised in October, captured in November: money of November.
      stripeEvent(
        'charge.succeeded',
        at('2026-10-30'),
        charge(at('2026-10-30'), 'ch_11', 8000, { customer: 'cus_6', captured: false }),
      ),
      stripeEvent('charge.captured', at('2026-11-02'), charge(at('2026-10-30'), 'ch_11', 8000, { customer: 'cus_6' })),
      stripeEvent(
        'charge.failed',
        at('2026-10-14'),
        charge(at('2026-10-14'), 'ch_12', 777, { customer: 'cus_7', status: 'failed', paid: false }),
      ),
    ]);
    await shop.catchUp();
  });

  const FIRST_PAYMENTS = `
    select p.currency, count(distinct p.customer_id)::int as new_customers, sum(p.amount_minor)::text as revenue
    from report.payments p
    where p.status = 'succeeded' and p.created_at >= $1::date and p.created_at < $2::date + 1
      and not exists (
        select from report.payments earlier
        where earlier.customer_id = p.customer_id and earlier.status = 'succeeded'
          and (earlier.created_at, earlier.payment_id) < (p.created_at, p.payment_id))
    group by 1 order by 1`;

  it.each([
    ['2026-10', '2026-10-01', '2026-10-31'],
    ['2026-11', '2026-11-01', '2026-11-30'],
    ['2026-09', '2026-09-01', '2026-09-30'],
  ])(
    "then in %s the seed's first-payment query equals new_customers and the revenue of new customers",
    async (month, from, to) => {
      const seed = await shop.sql(FIRST_PAYMENTS, [from, to]);
      const revenue = await shop.metric('revenue_gross', from, to, '&interval=month&group_by=customer_kind');
      const ofNew = revenue.filter(({ group }) => group.customer_kind === 'new');
      expect(ofNew.map(({ period, currency, value }) => [period, currency, value])).toEqual(
        seed.map(({ currency, revenue: sum }) => [month, currency, sum]),
      );
      const [customers] = await shop.metric('new_customers', from, to, '&interval=month');
      expect(customers!['value']).toBe(seed.reduce((sum, row) => sum + (row['new_customers'] as number), 0));
      expect(seed.length).toBeGreaterThan(0);
    },
  );

  it('then October is what was planted', async () => {
    expect(await shop.sql(FIRST_PAYMENTS, ['2026-10-01', '2026-10-31'])).toEqual([
      { currency: 'EUR', new_customers: 1, revenue: '5000' },
      { currency: 'USD', new_customers: 4, revenue: String(4000 + 1234 + 1234 + 700) },
    ]);
    const all = await shop.metric('revenue_gross', '2026-10-01', '2026-10-31', '&interval=month');
    expect(all.map(({ currency, value }) => [currency, value])).toEqual([
      ['EUR', '5000'],
      ['JPY', '900'],
      ['USD', String(2200 + 300 + 4000 + 1234 + 1234 + 700)],
    ]);
    const sums = await shop.sql(
      `select currency, sum(amount_minor)::text as value, sum(amount)::text as major from report.payments
       where status = 'succeeded' and day between '2026-10-01' and '2026-10-31' group by 1 order by 1`,
    );
    expect(sums.map(({ currency, value }) => [currency, value])).toEqual(
      all.map(({ currency, value }) => [currency, value]),
    );
    expect(sums.map(({ major }) => major as string)).toEqual(['50.00', '900', '96.68']);
  });

  it('then no customer id is null, whoever paid', async () => {
    const [nulls] =
      await shop.sql(`select count(*) filter (where customer_id is null)::int as nulls, count(*)::int as all,
      count(*) filter (where status = 'authorised')::int as authorised from report.payments`);
    expect(nulls).toEqual({ nulls: 0, all: 12, authorised: 0 });
  });
});

describe('given orders of customers from known and unknown channels', () => {
  const day = '2026-11-06';
  beforeAll(async () => {
    await shop.events(
      touch('2026-10-10T08:00:00Z', { anonymous_id: 'a_q1', source: 'google', medium: 'cpc', campaign: 'autumn' }),
      signedUp('2026-10-10T09:00:00Z', 'q1', { anonymous_id: 'a_q1' }),
      touch('2026-10-10T08:00:00Z', { anonymous_id: 'a_q2', landing_page: '/' }),
      signedUp('2026-10-10T09:00:00Z', 'q2', { anonymous_id: 'a_q2' }),
      ...['q1', 'q1', 'q2', 'q3'].map((user, n) => orderPlaced(`${day}T09:00:00Z`, `oc_${n}`, 1000, { user_id: user })),
      orderPlaced(`${day}T09:00:00Z`, 'oc_unpaid', 1000, { user_id: 'q1' }),
    );
    await shop.stripeAll([
      ...[0, 1, 2, 3].map((n) =>
        chargeSucceeded(`${day}T10:00:00Z`, `ch_oc${n}`, 1000, { metadata: { order_id: `oc_${n}` } }),
      ),
      chargeSucceeded(`${day}T10:00:00Z`, 'ch_oc9', 1000, { metadata: { order_id: 'oc_guest' } }),
    ]);
    await shop.catchUp();
  });

  it('then `unknown` is a row of its own, in the metric, in the attribution and in SQL', async () => {
    const rows = await shop.metric('orders', day, day, '&group_by=source');
    const metric = rows.map(({ group, value }) => ({ source: group.source as string, orders: value as number }));
    expect(metric).toEqual([
      { source: 'google', orders: 2 },
      { source: 'unknown', orders: 3 },
    ]);
    const sql = await shop.sql(
      `select source, count(*)::int as orders from report.orders where status = 'completed' and date(created_at) = $1::date group by 1 order by 1`,
      [day],
    );
    expect(sql).toEqual(metric);
    const { data } = await shop.get(`/v1/attribution?metric=orders&from=${day}&to=${day}`);
    expect(data).toEqual([
      {
        ...{ source: 'unknown', medium: '', campaign: '', channel: 'unknown', value: 3, share: 0.6 },
        reasons: { no_marker: 1, no_touch: 2 },
      },
      {
        ...{ source: 'google', medium: 'cpc', campaign: 'autumn', channel: 'paid_search', value: 2, share: 0.4 },
        bounds: [0.4, 1],
      },
    ]);
  });
});

it('given any currency, then the read model has its amounts in the decimals of the one table', async () => {
  const currencies = [...new Set([...Intl.supportedValuesOf('currency'), 'CLF', 'UYW', 'UYI', 'XXX'])];
  const { rows } = await shop.service.database.pool.query<{ currency: string; amount: string }>(
    'select currency, report.major_units(-1234567, currency)::text as amount from unnest($1::text[]) as c(currency)',
    [currencies],
  );
  expect(rows).toEqual(currencies.map((currency) => ({ currency, amount: formatMajor(-1_234_567n, currency) })));
});
