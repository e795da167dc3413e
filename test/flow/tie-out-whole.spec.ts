import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../src/cli/program.js';
import type { CliContext } from '../../src/cli/context.js';
import type { JobContext } from '../../src/jobs/job.js';
import { tieOutMonth } from '../../src/jobs/tie-out-month.js';
import { charge, chargeSucceeded } from '../fixtures/shop-events.js';
import { FakeStripe, LIVE_KEY, type Json } from '../support/fake-stripe.js';
import { RunningService } from '../support/running-service.js';

const NOW = '2026-11-10T12:30:00.000Z';
let fake: FakeStripe;
let shop: RunningService;

const at = (day: number): string => `2026-10-${String(day).padStart(2, '0')}T09:00:00Z`;
const seconds = (time: string): number => Date.parse(time) / 1000;
const line = (nth: number, over: Json = {}): Json => ({
  ...{ id: `txn_${nth}`, object: 'balance_transaction', created: seconds(at(nth)), currency: 'usd', type: 'charge' },
  ...{
    amount: 1_000,
    fee: 59,
    net: 941,
    reporting_category: 'charge',
    available_on: seconds(at(nth)),
    fee_details: [],
  },
  ...{ exchange_rate: null, source: { id: `ch_${nth}`, object: 'charge' }, ...over },
});

beforeAll(async () => {
  fake = await FakeStripe.start();
  shop = await RunningService.start({ now: NOW, settings: { STRIPE_API_KEY: LIVE_KEY, STRIPE_API_BASE: fake.url } });
  for (const list of shop.service.ingest.imports.listsOf('stripe')) fake.objects[list] = [];
  const days = [3, 4, 5, 6];
  fake.objects['charges'] = days.map((day) => ({
    ...charge(at(day), `ch_${day}`, 1_000, {}),
    balance_transaction: line(day),
  }));
  fake.objects['balance_transactions'] = [
    ...days.map((day) => line(day)),
    line(7, { source: null, type: 'stripe_fee', reporting_category: 'fee', amount: -30, fee: 0, net: -30 }),
  ];
  // Of four payments the webhooks of two were lost.
  await shop.stripeAll([3, 5].map((day) => chargeSucceeded(at(day), `ch_${day}`, 1_000, {})));
  await shop.catchUp();
});
afterAll(async () => {
  await shop.stop();
  await fake.stop();
});

/** A call of the command line beside the service. */
async function call(...args: string[]): Promise<{ code: number; out: string }> {
  const lines: string[] = [];
  const context: CliContext = {
    ...{ env: {}, clock: shop.time.now, err: () => undefined, exitCode: 0 },
    open: () => Promise.resolve({ ...shop.service, start: () => Promise.resolve(), stop: () => Promise.resolve() }),
    out: (text) => void lines.push(text),
    serve: () => Promise.reject(new Error('not here')),
    script: () => Promise.reject(new Error('not here')),
  };
  const code = await runCli(args, context);
  return { code, out: lines.join('\n') };
}
const revenue = async (): Promise<Json[]> => {
  await shop.catchUp();
  const { data } = (await shop.get('/v1/metrics/revenue_gross?from=2026-10-01&to=2026-10-31')) as { data: Json[] };
  return data.filter(({ value }) => value !== '0');
};
const upload = (query: string, body: string) =>
  shop.send('POST', `/v1/provider-reports?provider=stripe&${query}`, body, { 'content-type': 'text/csv' });

describe('a month of which webhooks were lost', () => {
  it('given what arrived, then the tie-out names every line that is missing and why', async () => {
    const { status, body } = await shop.send('POST', '/v1/periods/2026-10/tie-out', {});
    expect([status, body.data[0].status]).toEqual([200, 'differs']);
    expect(body.data[0].differences.map(({ line: id, kind }: Json) => [id, kind])).toEqual([
      ['txn_3', 'timing'],
      ['txn_4', 'missing_webhook'],
      ['txn_5', 'timing'],
      ['txn_6', 'missing_webhook'],
      ['txn_7', 'fee'],
    ]);
    expect(body.data[0].categories).toContainEqual({
      ...{ currency: 'USD', category: 'charge', ledger: { lines: 0, gross: '0', fee: '0', net: '0' } },
      provider: { lines: 4, gross: '4000', fee: '236', net: '3764' },
    });
  });

  it('when the objects are imported, then the month is whole: each payment once, on its day', async () => {
    const { code, out } = await call('import', 'stripe', '--from', '2026-10-01', '--to', '2026-10-31', '--json');
    expect([code, (JSON.parse(out) as { data: Json[] }).data.find(({ what }) => what === 'charges')]).toMatchObject([
      0,
      { listed: 4, recorded: 4, done: true },
    ]);
    expect(await revenue()).toMatchObject([3, 4, 5, 6].map((day) => ({ period: at(day).slice(0, 10), value: '1000' })));
    expect((await call('import', 'stripe', '--from', '2026-10-01', '--to', '2026-10-31')).out).toMatch(/charges +4 +0/);
  });

  it('then it ties out, on the command line too', async () => {
    const { code, out } = await call('tie-out', '2026-10');
    expect([code, out]).toEqual([0, expect.stringMatching(/^stripe 2026-10: tied\n/)]);
    const { data } = (await shop.get('/v1/periods/2026-10/tie-out')) as { data: Json[] };
    expect(data).toMatchObject([
      { status: 'tied', currencies: [{ currency: 'USD', ledger: { lines: 5, net: '3734' } }] },
    ]);
    expect(await shop.service.tieOuts.state({ id: '2026-10', from: '2026-10-01', to: '2026-10-31' })).toEqual([
      { provider: 'stripe', currency: 'USD', status: 'tied', link: '/v1/periods/2026-10/tie-out' },
    ]);
  });

  it('when a report with another fee is handed over, then the month differs by that fee', async () => {
    const rows = [
      ...[3, 4, 5, 6].map(
        (day) => `txn_${day},${at(day)},usd,10.00,${day === 6 ? '0.60,9.40' : '0.59,9.41'},charge,ch_${day}`,
      ),
      `txn_7,${at(7)},usd,-0.30,0,-0.30,fee,`,
    ];
    const csv = `balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n${rows.join('\n')}\n`;
    const query = 'kind=balance_itemised&from=2026-10-01&to=2026-10-31';
    const first = await upload(query, csv);
    const again = await upload(query, csv);
    expect([first.status, again.status, first.body.lines]).toEqual([202, 200, 5]);
    expect(await shop.get('/v1/provider-reports')).toMatchObject({ truncated: false });
    expect(((await shop.get('/v1/provider-reports')) as { data: Json[] }).data).toMatchObject([
      { id: first.body.id, bytes: csv.length },
    ]);
    const { body } = await shop.send('POST', '/v1/periods/2026-10/tie-out', {});
    expect(body.data[0]).toMatchObject({
      ...{ status: 'differs', differences_total: 1, difference_counts: { 'USD fee': 1 } },
      differences: [{ line: 'txn_6', kind: 'fee', net: '-1' }],
    });
  });

  it('given a night, then the month before is compared again only as long as it is not tied', async () => {
    const asked: string[] = [];
    const { tieOuts } = shop.service;
    const run = (id: string) => (asked.push(id), Promise.resolve([]));
    const night = (state: typeof tieOuts.state) =>
      tieOutMonth.run({}, { ...({} as JobContext), tieOuts: { state, run }, close: shop.service.close });
    await night(tieOuts.state);
    await night(() => Promise.resolve([{ provider: 'stripe', currency: 'USD', status: 'tied', link: '' }]));
    expect(asked).toEqual(['2026-10']);
  });

  it('given more than a delivery may have, then a report is still taken', async () => {
    const row = 'txn_big,2026-09-01 09:00:00,usd,1.00,0,1.00,charge,ch_big\n';
    const csv = `balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n${row.repeat(20_000)}`;
    expect(csv.length).toBeGreaterThan(1_048_576);
    expect((await upload('kind=balance_itemised&from=2026-09-01&to=2026-09-30', csv)).status).toBe(202);
  });

  it.each<[string, string, string, number, RegExp]>([
    ['no kind', '', 'x', 400, /kind/],
    ['a kind that is not there', 'kind=horoscope', 'x', 400, /no report "horoscope"/],
    [
      'a malformed row',
      'kind=balance_itemised&from=2026-10-01&to=2026-10-31',
      'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\ntxn_1\n',
      400,
      /line 2/,
    ],
    [
      'no days',
      'kind=balance_summary',
      'category,net_amount,currency\nstarting_balance,1,usd\nending_balance,1,usd\n',
      400,
      /give from and to/,
    ],
  ])('given %s, then it is refused with the reason', async (_, query, body, status, sentence) => {
    const reply = await upload(query, body);
    expect([reply.status, reply.body.detail]).toEqual([status, expect.stringMatching(sentence)]);
  });

  it('given a period that is none, or a key of another scope, then it is refused', async () => {
    expect((await shop.send('POST', '/v1/periods/2026-13/tie-out', {})).status).toBe(400);
    expect((await shop.send('POST', '/v1/periods/2026-10/tie-out', {}, { authorization: 'Bearer wrong' })).status).toBe(
      401,
    );
  });
});
