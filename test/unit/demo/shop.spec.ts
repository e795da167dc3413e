import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

const scripts = path.join(import.meta.dirname, '../../../scripts/demo');

interface Delivery {
  door: string;
  id?: string;
  at: number;
  arrives: number;
  body?: string;
  event?: { id: string; time: string };
  events?: { messageId: string; fate: string }[];
}
interface Flow {
  metric: string;
  day: string;
  id: string;
  value: number;
  currency: string;
  present: boolean;
}
type Row = Record<string, number> & { metric: string; day: string; currency: string };
interface Plan {
  calendar: {
    days: string[];
    dayOf: (at: number) => string;
    startOf: (day: string) => number;
    start: number;
    end: number;
  };
  visitors: {
    blocker: boolean;
    client: { fate: string }[];
    purchases: { payment: { refunds: { amount: number }[]; amount: number } | null }[];
  }[];
}

let planShop: (options?: { seed?: string; visitors?: number }) => Plan;
let planDeliveries: (plan: Plan) => Delivery[];
let truthOf: (plan: Plan) => { flows: Flow[]; rows: Row[]; tracked: { day: string; kind: string }[] };
let requestsOf: (deliveries: Delivery[]) => { count: number; door: string; events?: unknown[] }[];
let differences: (a: Map<string, number>, b: Map<string, number>) => { checked: number; differences: unknown[] };
let stripeSignature: (body: string, secret: string, now: number) => string;

beforeAll(async () => {
  const load = async (name: string): Promise<Record<string, unknown>> =>
    (await import(path.join(scripts, name))) as Record<string, unknown>;
  ({ planShop } = (await load('shop.mjs')) as { planShop: typeof planShop });
  ({ planDeliveries } = (await load('deliveries.mjs')) as { planDeliveries: typeof planDeliveries });
  ({ truthOf } = (await load('truth.mjs')) as { truthOf: typeof truthOf });
  ({ requestsOf, stripeSignature } = (await load('sender.mjs')) as {
    requestsOf: typeof requestsOf;
    stripeSignature: typeof stripeSignature;
  });
  ({ differences } = (await load('check.mjs')) as { differences: typeof differences });
});

const SIZE = { visitors: 600 };

describe('the planned shop month', () => {
  it('given one seed, then the same deliveries; given another, others', () => {
    const text = (seed: string): string => JSON.stringify(planDeliveries(planShop({ ...SIZE, seed })));
    expect(text('a')).toBe(text('a'));
    expect(text('a')).not.toBe(text('b'));
  });

  it('given Berlin in October, then 31 days of which one has 25 hours', () => {
    const { days, startOf, start, end, dayOf } = planShop({ visitors: 100 }).calendar;
    expect(days).toHaveLength(31);
    expect(startOf('2026-10-26') - startOf('2026-10-25')).toBe(25 * 3_600_000);
    expect(new Date(start).toISOString()).toBe('2026-09-30T22:00:00.000Z');
    expect(new Date(end).toISOString()).toBe('2026-10-31T23:00:00.000Z');
    expect(dayOf(start - 1)).toBe('2026-09-30');
  });

  it('has every misfortune it is meant to show', () => {
    const plan = planShop(SIZE);
    const deliveries = planDeliveries(plan);
    const webhooks = deliveries.filter(({ door }) => door === 'stripe');
    expect(new Set(webhooks.map(({ id }) => id)).size).toBeLessThan(webhooks.length);
    expect(webhooks.some(({ at }, i) => i > 0 && at < webhooks[i - 1]!.at)).toBe(true);
    for (const type of [
      'charge.captured',
      'refund.created',
      'refund.failed',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.funds_reinstated',
      'invoice.paid',
    ]) {
      expect(planDeliveries(planShop()).some(({ body }) => body?.includes(`"type":"${type}"`))).toBe(true);
    }
    expect(plan.visitors.some(({ client }) => client.some(({ fate }) => fate === 'lost'))).toBe(true);
    expect(plan.visitors.some(({ blocker }) => blocker)).toBe(true);
  });

  it('given the order of arrival, then no event is made or lost by it', () => {
    const plan = planShop(SIZE);
    const deliveries = planDeliveries(plan);
    expect(deliveries.every(({ arrives }, i) => i === 0 || arrives >= deliveries[i - 1]!.arrives)).toBe(true);
    const sent = new Set(deliveries.flatMap(({ events }) => events?.map(({ messageId }) => messageId) ?? []));
    const visitors = [...plan.visitors, ...(plan as unknown as { bots: Plan['visitors'] }).bots];
    const meant = visitors
      .flatMap(({ client }) => client as unknown as { messageId: string; fate: string }[])
      .filter(({ fate }) => fate === 'sent' || fate === 'refused');
    expect([...sent].sort()).toEqual(meant.map(({ messageId }) => messageId).sort());
  });

  it('given one webhook twice, then it is the same bytes', () => {
    const bodies = new Map<string, string>();
    for (const { id, body } of planDeliveries(planShop(SIZE)).filter(({ door }) => door === 'stripe')) {
      expect(bodies.get(id!) ?? body).toBe(body);
      bodies.set(id!, body!);
    }
  });

  it('given requests of many events, then every event is in one of them once', () => {
    const deliveries = planDeliveries(planShop(SIZE));
    const requests = requestsOf(deliveries);
    expect(requests.reduce((sum, { count }) => sum + count, 0)).toBe(deliveries.length);
    expect(requests.some(({ door, events }) => door === 'events' && events!.length > 1)).toBe(true);
    const ids = deliveries.flatMap(({ event }) => (event ? [event.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the planted truth', () => {
  it('given any row, then its parts sum to the truths and to the events', () => {
    const { rows } = truthOf(planShop(SIZE));
    expect(rows.length).toBeGreaterThan(31 * 3);
    for (const row of rows) {
      expect(row['matched']! + row['wrong_value']! + row['wrong_currency']! + row['other_day']! + row['missing']!).toBe(
        row['truths'],
      );
      expect(
        row['matched']! +
          row['wrong_value']! +
          row['foreign']! +
          row['tracked_other_day']! +
          row['duplicates']! +
          row['client_only']!,
      ).toBe(row['events']);
    }
  });

  it('given the month, then no refund is larger than what was paid', () => {
    for (const { purchases } of planShop(SIZE).visitors) {
      for (const { payment } of purchases) {
        if (payment)
          expect(payment.refunds.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(payment.amount);
      }
    }
  });

  it('given a customer, then it is new once', () => {
    const { flows } = truthOf(planShop(SIZE));
    const of = (metric: string): Flow[] => flows.filter((flow) => flow.metric === metric);
    expect(of('new_customers').length).toBeLessThan(of('payments').length);
    expect(new Set(of('signups').map(({ id }) => id)).size).toBe(of('signups').length);
    expect(of('checkouts_completed').length).toBe(of('orders').length);
    expect(of('revenue_gross').some(({ present }) => !present)).toBe(true);
  });

  it('given a figure that only one side names, then it counts as zero on the other and is told', () => {
    const { checked, differences: found } = differences(
      new Map([
        ['a', 1],
        ['b', 2],
        ['c', 0],
      ]),
      new Map([
        ['a', 1],
        ['b', 3],
        ['d', 4],
      ]),
    );
    expect(checked).toBe(4);
    expect(found).toEqual([
      { what: 'b', planted: 2, answered: 3 },
      { what: 'd', planted: 0, answered: 4 },
    ]);
  });
});

it('given a known secret and time, then the signature is what the provider documents', () => {
  // HMAC-SHA256 of `1700000000.{}` under `whsec_test`, computed apart with openssl.
  expect(stripeSignature('{}', 'whsec_test', 1_700_000_000_000)).toBe(
    't=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91',
  );
});
