import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  chargeSucceeded,
  checkoutStarted,
  identified,
  orderPlaced,
  signedUp,
  touch,
  track,
} from '../fixtures/shop-events.js';
import { type Json, RunningService } from '../support/running-service.js';

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({ zone: 'Europe/Berlin', now: '2026-11-08T12:00:00Z' });
});
afterAll(() => shop.stop());

const rowOf = (rows: readonly Json[], metric: string): Json => rows.find((row) => row['metric'] === metric)!;
const bySource = async (metric: string, day: string): Promise<Record<string, number>> => {
  const rows = await shop.metric(metric, day, day, '&group_by=source,medium');
  return Object.fromEntries(rows.map(({ group, value }) => [`${group.source}/${group.medium}`, value as number]));
};

/** A checkout that is started, ordered and paid, without any client-side event. */
async function buys(at: string, n: string, given: { user?: string; amount?: number; checkout?: boolean } = {}) {
  const { user, amount = 2500, checkout = true } = given;
  const who = user === undefined ? {} : { user_id: user };
  await shop.events(
    ...(checkout ? [checkoutStarted(at, `c_${n}`, who)] : []),
    orderPlaced(at, `o_${n}`, amount, { ...who, ...(checkout ? { checkout_id: `c_${n}` } : {}) }),
  );
  await shop.stripeAll([chargeSucceeded(at, `ch_${n}`, amount, { metadata: { order_id: `o_${n}` } })]);
}

describe('given a visit by google/cpc on day 1 and a sign-up by bookmark on day 3', () => {
  beforeAll(async () => {
    await shop.events(
      touch('2026-10-01T08:00:00Z', { anonymous_id: 'a_ada', source: 'Google', medium: 'CPC', campaign: 'autumn' }),
      touch('2026-10-03T09:00:00Z', { anonymous_id: 'a_ada', landing_page: 'https://shop.example/' }),
      signedUp('2026-10-03T09:05:00Z', 'u_ada', { anonymous_id: 'a_ada' }),
      touch('2026-10-03T10:00:00Z', { anonymous_id: 'a_bo', source: 'google', medium: 'cpc' }),
      signedUp('2026-10-03T10:05:00Z', 'u_bo', { anonymous_id: 'a_bo' }),
    );
    const direct = { page: { url: 'https://shop.example/welcome', referrer: '' } };
    const campaign = { campaign: { source: 'google', medium: 'cpc' } };
    await shop.segment([
      track('2026-10-03T09:05:02Z', 'signup_completed', { userId: 'u_ada', anonymousId: 'a_ada2', context: direct }),
      track('2026-10-03T10:05:02Z', 'signup_completed', { userId: 'u_bo', anonymousId: 'a_bo', context: campaign }),
    ]);
  });

  it('then the source is google/cpc, from the server-side touch', async () => {
    expect(await bySource('signups', '2026-10-03')).toEqual({ 'google/cpc': 2 });
    expect((await shop.get('/v1/customers/u_ada')).first_touch).toMatchObject({
      ...{ at: '2026-10-01T08:00:00.000Z', source: 'google', medium: 'cpc', campaign: 'autumn' },
    });
  });

  it('then the client-side source says direct, and the disagreement is counted', async () => {
    const rows = await shop.reconcile('2026-10-03');
    expect(rowOf(rows, 'signups')).toMatchObject({ actual: 2, tracked: 2, matched: 2, gap: 0, gap_pct: 0 });
    const attribution = { value: 50, numerator: 1, denominator: 2, matched: 1, wrong_value: 1 };
    expect(rowOf(rows, 'attribution_mismatch_pct')).toMatchObject(attribution);
    const { ids } = await shop.detail('2026-10-03', 'attribution_mismatch_pct');
    expect(ids.wrong_value).toEqual([
      expect.objectContaining({
        id: 'user:u_ada',
        evidence: expect.objectContaining({ actual_source: 'google', tracked_source: 'unknown' }),
      }),
    ]);
  });
});

describe('given a visit on a phone via LinkedIn and a sign-up on a desktop', () => {
  let before: number;
  beforeAll(async () => {
    await shop.events(
      touch('2026-10-05T07:00:00Z', { anonymous_id: 'a_phone', referrer: 'https://www.linkedin.com/feed/' }),
      touch('2026-10-06T08:00:00Z', { anonymous_id: 'a_desk', source: 'newsletter', medium: 'email' }),
      signedUp('2026-10-06T08:10:00Z', 'u_grace', { anonymous_id: 'a_desk' }),
    );
    await shop.catchUp();
    before = (await shop.get('/v1/metrics/signups?from=2026-10-06&to=2026-10-06')).as_of as number;
    await shop.events(identified('2026-10-07T19:00:00Z', 'u_grace', { anonymous_id: 'a_phone' }));
  });

  it('when authentication links them, then they are one customer whose first touch is LinkedIn', async () => {
    expect(await bySource('signups', '2026-10-06')).toEqual({ 'linkedin/social': 1 });
    for (const id of ['u_grace', 'a_phone', 'a_desk']) {
      const customer = await shop.get(`/v1/customers/${id}`);
      expect(customer).toMatchObject({ id: 'user:u_grace', user_id: 'u_grace' });
      expect(customer.first_touch).toMatchObject({ at: '2026-10-05T07:00:00.000Z', source: 'linkedin' });
      expect(customer.identifiers).toEqual(['anonymous:a_desk', 'anonymous:a_phone', 'user:u_grace']);
    }
    const touched = await shop.sql(`select node from model.identifiers
      where customer = 'user:u_grace' and json_array_length(doc -> 'touches') > 0 order by node`);
    expect(touched).toEqual([{ node: 'anonymous:a_desk' }, { node: 'anonymous:a_phone' }]);
  });

  it('then as of before the link it was the newsletter, and the link retracts that and asserts LinkedIn', async () => {
    const then = await shop.metric('signups', '2026-10-06', '2026-10-06', `&group_by=source&as_of=${before}`);
    expect(then).toEqual([{ period: '2026-10-06', value: 1, group: { source: 'newsletter' } }]);
    const rows = await shop.all('/v1/metrics/signups/contributions?day=2026-10-06');
    expect(rows.map(({ delta, source }) => `${delta} ${source}`)).toEqual([
      '1 newsletter',
      '-1 newsletter',
      '1 linkedin',
    ]);
    expect(new Set(rows.slice(1).map(({ entry_id }) => entry_id as string)).size).toBe(1);
  });
});

describe('given a customer behind an ad blocker, of whom only the payment webhook exists', () => {
  const day = '2026-10-09';
  beforeAll(async () => {
    await shop.stripeAll([
      chargeSucceeded(`${day}T10:00:00Z`, 'ch_ghost', 4990, {
        customer: 'cus_ghost',
        metadata: { order_id: 'o_ghost' },
      }),
      chargeSucceeded(`${day}T11:00:00Z`, 'ch_guest', 1000),
    ]);
    await buys('2026-10-08T10:00:00Z', 'seen'); // the client source works: it saw another order
    const seen = { order_id: 'o_seen', total: 25, currency: 'USD' };
    await shop.segment([track('2026-10-08T10:00:01Z', 'purchase_completed', { anonymousId: 'a_1', properties: seen })]);
  });

  it('then the customer exists, also the guest without any id', async () => {
    expect(await shop.count('payments', day)).toBe(2);
    expect(await shop.get('/v1/customers/cus_ghost')).toMatchObject({
      id: 'stripe:cus_ghost',
      first_payment: { ref: 'payment:ch_ghost', at: `${day}T10:00:00.000Z` },
      first_touch: { source: 'unknown', unknown_reason: 'no_touch' },
    });
    const rows = await shop.sql(
      `select payment_id, customer_id, source from report.payments where day = $1 order by 1`,
      [day],
    );
    expect(rows).toEqual([
      { payment_id: 'ch_ghost', customer_id: 'stripe:cus_ghost', source: 'unknown' },
      { payment_id: 'ch_guest', customer_id: expect.stringMatching(/^guest:./), source: 'unknown' },
    ]);
  });

  it('then the conversion is counted', async () => {
    expect(await shop.count('new_customers', day)).toBe(2);
    expect(await shop.count('orders', day)).toBe(1);
    expect(await shop.metric('revenue_gross', day, day)).toEqual([{ period: day, value: '5990', currency: 'USD' }]);
  });

  it('then it is listed as missing in the client source, and why', async () => {
    const rows = await shop.reconcile(day);
    const causes = { causes: { client_never_seen: 1 }, unexplained: 0 };
    const lost = { gap_pct: 100, loss_pct: 100, ...causes };
    expect(rowOf(rows, 'orders')).toMatchObject({ actual: 1, tracked: 0, gap: 1, missing: 1, ...lost });
    expect(rowOf(rows, 'revenue_gross')).toMatchObject({ actual: '5990', tracked: '0', gap: '5990', missing: 2 });
    const { ids } = await shop.detail(day, 'orders');
    expect(ids).toEqual({ missing: [expect.objectContaining({ id: 'order:o_ghost', cause: 'client_never_seen' })] });
  });

  it('when somebody signs up with the e-mail address of a payment, then both are one customer', async () => {
    const billing_details = { email: 'Ghost.Writer@Example.com', name: 'G. Writer' };
    await shop.stripeAll([chargeSucceeded('2026-10-10T10:00:00Z', 'ch_mail', 2000, { billing_details })]);
    const [guest] = await shop.metric('new_customers', '2026-10-10', '2026-10-10', '&group_by=source,unknown_reason');
    expect(guest).toMatchObject({ value: 1, group: { source: 'unknown', unknown_reason: 'no_touch' } });
    await shop.events(
      touch('2026-10-09T09:00:00Z', { anonymous_id: 'a_writer', source: 'google', medium: 'cpc' }),
      signedUp('2026-10-11T10:00:00Z', 'u_writer', { anonymous_id: 'a_writer', email: 'ghost.writer@example.com' }),
    );
    expect(await bySource('new_customers', '2026-10-10')).toEqual({ 'google/cpc': 1 });
    for (const id of ['u_writer', 'ghost.writer@example.com']) {
      const customer = await shop.get(`/v1/customers/${encodeURIComponent(id)}`);
      expect(customer).toMatchObject({ id: 'user:u_writer', first_payment: { ref: 'payment:ch_mail' } });
    }
  });
});

describe('given a payment that succeeded and a client purchase_completed that was lost', () => {
  const day = '2026-10-12';
  beforeAll(async () => {
    await buys(`${day}T12:00:00Z`, 'kim', { user: 'u_kim' });
    const properties = { checkout_id: 'c_kim' };
    await shop.segment([track(`${day}T12:00:00Z`, 'checkout_started', { userId: 'u_kim', properties })]);
  });

  it('then the order is missing, with its cause', async () => {
    const rows = await shop.reconcile(day);
    expect(rowOf(rows, 'checkouts_started')).toMatchObject({ actual: 1, tracked: 1, gap: 0, matched: 1 });
    const figures = { missing: 1, gap_pct: 100, causes: { lost_event: 1 }, unexplained: 0 };
    expect(rowOf(rows, 'orders')).toMatchObject({ actual: 1, tracked: 0, gap: 1, ...figures });
    expect(rowOf(rows, 'revenue_gross')).toMatchObject({ actual: '2500', tracked: '0', gap: '2500', ...figures });
    const { ids } = await shop.detail(day, 'orders');
    expect(ids.missing).toEqual([expect.objectContaining({ id: 'order:o_kim', cause: 'lost_event' })]);
  });
});

describe('given checkout_started twice by A and once by B, and two completions', () => {
  const day = '2026-10-14';
  const started = (n: string, second: number): Json =>
    track(`${day}T09:00:0${second}Z`, 'checkout_started', { anonymousId: n, properties: { checkout_id: `c_${n}` } });
  const completed = (n: string): Json => {
    const properties = { order_id: `o_${n}`, total: 25, currency: 'USD' };
    return track(`${day}T09:05:00Z`, 'purchase_completed', { anonymousId: n, properties });
  };
  beforeAll(async () => {
    await buys(`${day}T09:00:00Z`, 'A');
    await buys(`${day}T09:00:00Z`, 'B');
    await shop.events(checkoutStarted(`${day}T09:00:05Z`, 'c_A')); // the shop hears of the retry too
    await shop.segment([started('A', 0), started('A', 5), started('B', 0), completed('A'), completed('B')]);
    await shop.catchUp();
  });

  it('then the tracked funnel is 66.7 % and the true one 100 %', async () => {
    expect(await shop.get(`/v1/funnel?from=${day}&to=${day}`)).toMatchObject({
      tracked: { started: 3, completed: 2, rate: 0.667 },
      actual: { started: 2, completed: 2, rate: 1 },
    });
    const rate = await shop.metric('checkout_completion_rate', day, day);
    expect(rate).toEqual([{ period: day, value: 1, numerator: 2, denominator: 2 }]);
  });

  it('then the repeated start is a duplicate, not a gap in disguise', async () => {
    const row = rowOf(await shop.reconcile(day), 'checkouts_started');
    const figures = { actual: 2, tracked: 3, tracked_unique: 2, gap: -1, gap_pct: -50, matched: 2, duplicates: 1 };
    expect(row).toMatchObject({ ...figures, missing: 0, overcount_pct: 33.3, causes: { duplicate: 1 } });
  });

  it('when more comes later, then the funnel as of before stays as it was', async () => {
    await shop.events(checkoutStarted('2026-10-20T09:00:00Z', 'c_mark'));
    await shop.catchUp();
    const path = `/v1/funnel?from=${day}&to=${day}`;
    const { as_of } = await shop.get(path);
    const then = await shop.get(`${path}&as_of=${as_of}`);
    expect(then.tracked).toEqual({ started: 3, completed: 2, rate: 0.667 });
    shop.time.pass(1_000);
    await shop.events(checkoutStarted(`${day}T11:00:00Z`, 'c_C'));
    const properties = { checkout_id: 'c_C' };
    await shop.segment([track(`${day}T11:00:00Z`, 'checkout_started', { anonymousId: 'C', properties })]);
    await shop.catchUp();
    expect(await shop.get(path)).toMatchObject({ actual: { started: 3 }, tracked: { started: 4 } });
    expect(await shop.get(`${path}&as_of=${as_of}`)).toEqual(then);
  });
});

describe('given 100 client starts, 98 unique attempts and 95 completions', () => {
  const day = '2026-10-15';
  const attempts = Array.from({ length: 98 }, (_, n) => `t${n}`);
  beforeAll(async () => {
    const at = `${day}T10:00:00Z`;
    await shop.events(...attempts.map((n) => checkoutStarted(at, `c_${n}`)));
    await shop.events(...attempts.slice(0, 95).map((n) => orderPlaced(at, `o_${n}`, 1000, { checkout_id: `c_${n}` })));
    const paid = attempts
      .slice(0, 95)
      .map((n) => chargeSucceeded(at, `ch_${n}`, 1000, { metadata: { order_id: `o_${n}` } }));
    await shop.stripeAll(paid);
    await shop.segment([
      ...[...attempts, 't3', 't97'].map((n) =>
        track(at, 'checkout_started', { anonymousId: n, properties: { checkout_id: `c_${n}` } }),
      ),
      ...attempts.slice(0, 95).map((n) => {
        const properties = { order_id: `o_${n}`, total: 10, currency: 'USD' };
        return track(at, 'purchase_completed', { anonymousId: n, properties });
      }),
    ]);
    await shop.catchUp();
  });

  it('then the client says 95 % and the truth is 96.9 %', async () => {
    expect(await shop.get(`/v1/funnel?from=${day}&to=${day}`)).toMatchObject({
      tracked: { started: 100, completed: 95, rate: 0.95 },
      actual: { started: 98, completed: 95, rate: 0.969 },
    });
    const row = rowOf(await shop.reconcile(day), 'checkouts_started');
    expect(row).toMatchObject({ actual: 98, tracked: 100, tracked_unique: 98, matched: 98, duplicates: 2, gap: -2 });
  });
});
