import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeSucceeded, signedUp, stripeEvent, touch } from '../fixtures/shop-events.js';
import { type Json, RunningService } from '../support/running-service.js';

const seconds = (at: string): number => Date.parse(at) / 1000;

/** What a subscription is from an instant on. */
interface Plan {
  amount: number;
  quantity?: number;
  interval?: string;
  status?: string;
  paused?: boolean;
  endedAt?: string;
}

function subscription(id: string, currency: string, startedAt: string, plan: Plan): Json {
  const { amount, quantity = 1, interval = 'month', status = 'active', paused = false, endedAt } = plan;
  const price = { currency, unit_amount: amount, recurring: { interval, interval_count: 1, usage_type: 'licensed' } };
  return {
    ...{ id, object: 'subscription', currency, status, created: seconds(startedAt), start_date: seconds(startedAt) },
    ...{ customer: `cus_${id}`, metadata: { user_id: `user_${id}` }, items: { data: [{ id: 'si', quantity, price }] } },
    ...{ pause_collection: paused ? { behavior: 'void' } : null, ended_at: endedAt ? seconds(endedAt) : null },
  };
}

const told = (step: string, at: string, object: Json): Json => stripeEvent(`customer.subscription.${step}`, at, object);

const A = ['sub_A', 'eur', '2026-10-05T10:00:00Z'] as const;
const B = ['sub_B', 'usd', '2026-10-31T10:00:00Z'] as const;

const history: Json[] = [
  told('created', '2026-10-05T10:00:00Z', subscription(...A, { amount: 2000 })),
  told('updated', '2026-10-20T10:00:00Z', subscription(...A, { amount: 2000, quantity: 2 })),
  told('created', '2026-10-31T10:00:00Z', subscription(...B, { amount: 12_000, interval: 'year' })),
  told('updated', '2026-11-03T10:00:00Z', subscription(...A, { amount: 2000, quantity: 2, paused: true })),
  told('updated', '2026-11-10T10:00:00Z', subscription(...A, { amount: 1500, quantity: 2 })),
  told(
    'deleted',
    '2026-11-15T10:00:00Z',
    subscription(...B, { amount: 12_000, interval: 'year', status: 'canceled', endedAt: '2026-11-15T10:00:00Z' }),
  ),
];

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({ now: '2026-12-01T12:00:00Z' });
  const landing = { user_id: 'user_sub_A', source: 'google', medium: 'cpc', campaign: 'autumn' };
  await shop.events(signedUp('2026-10-04T10:00:00Z', 'user_sub_A'), touch('2026-10-03T10:00:00Z', landing));
  // The last first: nothing may depend on the order of arrival.
  await shop.stripeAll([...history].reverse());
});
afterAll(() => shop.stop());

const values = async (name: string, from: string, to: string, more = '&interval=month'): Promise<unknown[][]> =>
  (await shop.metric(name, from, to, more)).map(({ period, value, currency, group }) =>
    [period, value, currency, (group as Json | undefined)?.['source']].filter((each) => each !== undefined),
  );

describe('given subscriptions that start, grow, pause, shrink and end', () => {
  it('then recurring revenue is what there is at the end of each period, by currency', async () => {
    expect(await values('mrr', '2026-09-01', '2026-11-30')).toEqual([
      ['2026-09', '0', 'EUR'],
      ['2026-09', '0', 'USD'],
      ['2026-10', '4000', 'EUR'],
      ['2026-10', '1000', 'USD'],
      ['2026-11', '3000', 'EUR'],
      ['2026-11', '0', 'USD'],
    ]);
    expect(await values('active_subscriptions', '2026-09-01', '2026-11-30')).toEqual([
      ['2026-09', 0],
      ['2026-10', 2],
      ['2026-11', 1],
    ]);
  });

  it('then a range that begins later opens with what was there, by day and by week, and ends at its last day', async () => {
    expect(await values('mrr', '2026-11-02', '2026-11-04', '&interval=day&currency=EUR')).toEqual([
      ['2026-11-02', '4000', 'EUR'],
      ['2026-11-03', '0', 'EUR'],
      ['2026-11-04', '0', 'EUR'],
    ]);
    expect(await values('mrr', '2026-10-21', '2026-11-05', '&interval=week&currency=EUR')).toEqual([
      ['2026-10-19', '4000', 'EUR'],
      ['2026-10-26', '4000', 'EUR'],
      ['2026-11-02', '0', 'EUR'],
    ]);
  });

  it('then it is grouped by the first touch of the customer', async () => {
    expect(await values('mrr', '2026-10-31', '2026-10-31', '&group_by=source')).toEqual([
      ['2026-10-31', '4000', 'EUR', 'google'],
      ['2026-10-31', '1000', 'USD', 'unknown'],
    ]);
  });

  it('then what moved it is told by kind, each on its day', async () => {
    const moved = async (name: string) =>
      (await values(name, '2026-10-01', '2026-11-30')).filter((row) => row[1] !== '0');
    expect(await moved('mrr_new')).toEqual([
      ['2026-10', '2000', 'EUR'],
      ['2026-10', '1000', 'USD'],
    ]);
    expect(await moved('mrr_expansion')).toEqual([['2026-10', '2000', 'EUR']]);
    expect(await moved('mrr_churn')).toEqual([
      ['2026-11', '4000', 'EUR'],
      ['2026-11', '1000', 'USD'],
    ]);
    expect(await moved('mrr_reactivation')).toEqual([['2026-11', '3000', 'EUR']]);
    expect(await values('churned_subscriptions', '2026-11-01', '2026-11-30')).toEqual([['2026-11', 2]]);
  });

  it('then the rows under a day sum to its value, and those under a range to its change; each names its entry', async () => {
    const sum = (rows: Json[]): number => rows.reduce((total, { delta }) => total + Number(delta), 0);
    const under = await shop.all('/v1/metrics/mrr/contributions?day=2026-11-12&currency=EUR&limit=2');
    expect(sum(under)).toBe(3000);
    const within = await shop.all('/v1/metrics/mrr/contributions?from=2026-11-01&to=2026-11-30&currency=EUR');
    expect(sum(within)).toBe(-1000);
    expect(new Set(under.map(({ origin, metric }) => `${origin} ${metric}`))).toEqual(
      new Set(['stripe mrr_new', 'stripe mrr_expansion', 'stripe mrr_churn', 'stripe mrr_reactivation']),
    );
  });

  it('then it is as it was when nothing later was known', async () => {
    const [first] = await shop.all('/v1/ledger/entries?type=stripe.customer.subscription.deleted');
    const asOf = `&interval=month&as_of=${first!['position']}`;
    // Only its end had been told: it began when it was made, and ended.
    expect(await values('mrr', '2026-10-01', '2026-11-30', asOf)).toEqual([
      ['2026-10', '1000', 'USD'],
      ['2026-11', '0', 'USD'],
    ]);
  });

  it('then the contract says what it is made of, and the model is what the ledger gives again', async () => {
    const { data } = await shop.get('/v1/metrics');
    const mrr = (data as Json[]).find(({ name }) => name === 'mrr');
    expect(mrr).toMatchObject({ kind: 'stock', unit: 'money' });
    expect((mrr!['terms'] as Json[]).map(({ metric, sign }) => [metric, sign])).toContainEqual(['mrr_churn', -1]);
    expect(await shop.service.projections.verify()).toMatchObject({ ok: true, findings: [] });
  });
});

describe('given what is not the shop’s own money', () => {
  it('then a payout is kept with its status and belongs to no customer', async () => {
    const po = { id: 'po_1', object: 'payout', currency: 'eur', created: seconds('2026-11-20T10:00:00Z') };
    await shop.stripeAll([
      stripeEvent('payout.failed', '2026-11-22T10:00:00Z', { ...po, amount: 7000, status: 'failed' }),
      stripeEvent('payout.paid', '2026-11-21T10:00:00Z', { ...po, amount: 7000, status: 'paid' }),
    ]);
    await shop.catchUp();
    const rows = await shop.sql(
      `select status, amount_minor::text, currency, party from model.parts where kind = 'payout'`,
    );
    expect(rows).toEqual([{ status: 'failed', amount_minor: '7000', currency: 'EUR', party: '' }]);
    expect(await shop.sql(`select from model.customers where customer like '%po_1%'`)).toEqual([]);
    expect(await shop.service.projections.verify()).toMatchObject({ ok: true });
  });

  it('then a connected account and test mode are in the ledger, and in no number', async () => {
    const charge = (id: string): Json => chargeSucceeded('2026-11-25T10:00:00Z', id, 1000);
    await shop.stripeAll([
      { ...charge('ch_connected'), account: 'acct_other' },
      { ...charge('ch_test'), livemode: false },
      charge('ch_own'),
    ]);
    expect(await shop.count('payments', '2026-11-25')).toBe(1);
    const entries = await shop.all('/v1/ledger/entries?type=stripe.charge.succeeded');
    expect(entries.map(({ account }) => account)).toEqual(['acct_other', 'test', '']);
  });

  it('then a thin event is kept, points to its snapshot, and is no unknown', async () => {
    const thin = {
      ...{ id: 'evt_thin', object: 'v2.core.event', type: 'v1.charge.succeeded', created: '2026-11-25T10:00:01.000Z' },
      ...{ livemode: true, snapshot_event: 'evt_ch_own', related_object: { id: 'ch_own', type: 'charge' } },
    };
    await shop.stripeAll([thin]);
    await shop.catchUp();
    const [entry] = await shop.all('/v1/ledger/entries?type=stripe.v1.charge.succeeded');
    expect(entry!['attributes']).toMatchObject({ snapshot_event: 'evt_ch_own', object_id: 'ch_own' });
    expect(await shop.sql(`select type from model.unknown_types`)).toEqual([]);
  });
});
