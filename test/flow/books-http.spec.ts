import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readLines } from '../../src/close/journal/read-lines.js';
import { chargeSucceeded } from '../fixtures/shop-events.js';
import { line } from '../support/books-given.js';
import { RunningService } from '../support/running-service.js';
import { temporaryFolder } from '../support/test-cluster.js';

const JULY = 'from=2026-07-01&to=2026-07-31';
let shop: RunningService;

beforeAll(async () => {
  const chart = path.join(temporaryFolder('truth-ledger-chart-'), 'chart.json');
  writeFileSync(chart, JSON.stringify({ revenue: { code: '8400', name: 'Erlöse' } }));
  shop = await RunningService.start({
    now: '2026-08-01T12:00:00Z',
    settings: { FUNCTIONAL_CURRENCY: 'USD', CHART_OF_ACCOUNTS: chart },
  });
  const transaction = line('txn_1', '2026-07-30T10:01:00Z', 'charge', 10_000, 300);
  await shop.stripeAll([
    chargeSucceeded('2026-07-30T10:00:00Z', 'ch_1', 10_000, { currency: 'eur', balance_transaction: transaction }),
  ]);
});
afterAll(() => shop.stop());

const post = (path: string, body: unknown) => shop.send('POST', path, body);
const rate = (day: string, value: string) => ({ day, base: 'EUR', quote: 'USD', rate: value });

describe('the books over HTTP', () => {
  it('given books that are behind, when the patience of who asks has ended, then 503 says how far they are, and later they are whole', async () => {
    const { books, ledger } = shop.service;
    await shop.stripeAll([chargeSucceeded('2026-07-30T11:00:00Z', 'ch_2', 0, { currency: 'eur' })]);
    await expect(books.catchUp(AbortSignal.abort())).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/^The books are posted up to position \d+ so far\.$/),
      extra: { retryAfterS: 10 },
    });
    expect(await books.catchUp()).toBe(await ledger.head());
  });

  it('given days of another millennium, then each question is refused, and none goes through all months until then', async () => {
    for (const report of ['trial-balance', 'roll-forward', 'bridge', 'problems', 'lines'])
      for (const days of ['from=9999-12-01&to=9999-12-31', 'from=0001-01-01&to=0001-12-31'])
        expect([report, await shop.send('GET', `/v1/books/${report}?${days}`)]).toMatchObject([
          report,
          { status: 400, body: { detail: expect.stringMatching(/^Books are of the years 1900 to 2999/) } },
        ]);
    const balance = { amount_minor: '1', currency: 'EUR' };
    for (const [path, body] of [
      ['opening-balances', { provider: 'stripe', day: '9999-12-31', balance }],
      ['fx-rates', { source: 'ECB', rates: [rate('9999-12-31', '1.10')] }],
    ] as const)
      expect([path, await post(`/v1/${path}`, body)]).toMatchObject([path, { status: 400 }]);
    for (const id of ['9999-12', '0001-01', '1899-12'])
      expect([id, (await shop.send('GET', `/v1/periods/${id}`)).status]).toEqual([id, 404]);
    expect((await shop.get('/v1/periods/2999-12')).state).toBe('open');
    const { functional } = await shop.get('/v1/books/trial-balance?from=2999-12-01&to=2999-12-31');
    expect(functional.currency).toBe('USD');
  });

  it('given nothing was decided yet, then the problems say what to do', async () => {
    const { data } = await shop.get(`/v1/books/problems?${JULY}`);
    expect(data.map(({ kind, object }: { kind: string; object: string }) => `${kind} ${object}`)).toEqual([
      'opening_balance_missing stripe EUR',
      'fx_rate_missing EUR 2026-07-30',
      'fx_rate_missing EUR 2026-07-31',
    ]);
  });

  it('given rates, then they are recorded once, and another one for the same day is refused', async () => {
    expect((await post('/v1/fx-rates', { source: 'ECB', rates: [rate('2026-07-30', '1.10')] })).body).toEqual({
      given: 1,
      recorded: 1,
    });
    expect((await post('/v1/fx-rates', { source: 'ECB', rates: [rate('2026-07-30', '1.1')] })).body).toEqual({
      given: 1,
      recorded: 0,
    });
    const csv = 'Day,Base,Quote,Rate,Note\n2026-07-31,EUR,USD,1.20,month end\n';
    expect((await post('/v1/fx-rates', { source: 'ECB', csv })).body).toEqual({ given: 1, recorded: 1 });
    const restated = await post('/v1/fx-rates', { source: 'ECB', rates: [rate('2026-07-30', '1.11')] });
    expect([restated.status, restated.body.code]).toEqual([409, 'restated']);
    expect(restated.body.detail).toContain('1.1 for EUR/USD on 2026-07-30');
    const wrong = await post('/v1/fx-rates', { source: 'ECB', csv: 'day,base,quote,rate\n2026-07-31,EUR,USD,0\n' });
    expect([wrong.status, wrong.body.errors]).toEqual([400, ['csv row 1: rate must be above 0']]);
    expect(
      (await post('/v1/fx-rates', { source: 'ECB', csv: 'day,base,rate\n2026-07-31,EUR,2\n' })).body.detail,
    ).toContain('lacks quote');
  });

  it('given an opening balance, then it is decided once, and nothing keeps the month from being closed', async () => {
    const opening = { provider: 'stripe', day: '2026-07-01', balance: { amount_minor: '500', currency: 'EUR' } };
    const first = await post('/v1/opening-balances', opening);
    expect(first.status).toBe(200);
    expect((await post('/v1/opening-balances', opening)).body).toEqual(first.body);
    const wrong = await post('/v1/opening-balances', { ...opening, provider: 'paypal', day: '2026-02-30' });
    expect([wrong.status, wrong.body.errors]).toEqual([
      400,
      ['provider must be stripe, square or adyen', 'day must be a calendar day such as 2026-10-03'],
    ]);
    const { data } = await shop.get(`/v1/books/problems?${JULY}`);
    expect(data.map(({ kind, object }: { kind: string; object: string }) => `${kind} ${object}`)).toEqual([
      'fx_rate_missing EUR 2026-07-01',
    ]);
    await post('/v1/fx-rates', { source: 'ECB', rates: [rate('2026-07-01', '1.00')] });
    expect((await shop.get(`/v1/books/problems?${JULY}`)).data).toEqual([]);
  });

  it('then the trial balance sums to zero in both currencies, by the codes of the operator', async () => {
    const { data, functional } = await shop.get(`/v1/books/trial-balance?${JULY}`);
    const rows = (data as Record<string, string>[]).map(({ account, name, closing }) => [account, name, closing]);
    expect(rows).toEqual([
      ['1100', 'Stripe clearing', '10200'],
      ['5000', 'Processing fees', '300'],
      ['3000', 'Opening balances', '-500'],
      ['1150', 'Payments in process', '0'],
      ['8400', 'Erlöse', '-10000'],
    ]);
    const worth = (functional.data as Record<string, string>[]).map(({ account, closing }) => [account, closing]);
    // 5.00 at 1.00 and 97.00 at 1.10 are 111.70; 102.00 at 1.20 are 122.40.
    expect(worth).toEqual([
      ['1100', '12240'],
      ['3000', '-500'],
      ['5000', '330'],
      ['5910', '-1070'],
      ['8400', '-11000'],
    ]);
    expect(functional.missing).toBe(0);
  });

  it('then the clearing account rolls forward to what the provider holds', async () => {
    const { data } = await shop.get(`/v1/books/roll-forward?${JULY}`);
    expect(data).toEqual([
      {
        ...{ account: '1100', name: 'Stripe clearing', type: 'asset', currency: 'EUR', opening: '0', closing: '10200' },
        activity: [
          { kind: 'charge', gross: '10000', fees: '300', net: '9700', count: 1 },
          { kind: 'opening', gross: '500', fees: '0', net: '500', count: 1 },
        ],
      },
    ]);
  });

  it('then revenue_gross is bridged to the revenue of the journal', async () => {
    await shop.catchUp();
    const { data, revenue } = await shop.get(`/v1/books/bridge?${JULY}`);
    expect(data).toEqual([{ step: 'revenue_gross', currency: 'EUR', amount: '10000', count: 1 }]);
    expect(revenue).toEqual([{ currency: 'EUR', bridged: '10000', journal: '10000', unexplained: '0' }]);
  });

  it('then the lines come in pages of one state, as they were known at a position too', async () => {
    const whole = await shop.get(`/v1/books/lines?${JULY}&limit=1000`);
    const inPages = await shop.all(`/v1/books/lines?${JULY}&limit=2`);
    expect(inPages).toEqual(whole.data);
    expect(inPages.map((each) => `${each['entry']} ${each['line']} ${each['amount']} ${each['functional']}`)).toEqual([
      'opening:stripe:EUR 1 500 500',
      'opening:stripe:EUR 2 -500 -500',
      'payment:ch_1 1 10000 11000',
      'payment:ch_1 2 -10000 -11000',
      'stripe:txn_1 1 9700 10670',
      'stripe:txn_1 2 300 330',
      'stripe:txn_1 3 -10000 -11000',
      'valuation:clearing.stripe:EUR:2026-07-31 1 0 1070',
      'valuation:clearing.stripe:EUR:2026-07-31 2 0 -1070',
    ]);
    expect((await shop.get(`/v1/books/lines?${JULY}&as_of=1`)).data).toEqual([]);
    expect((await shop.send('GET', `/v1/books/lines?${JULY}&as_of=999`)).status).toBe(400);
    expect((await shop.send('GET', `/v1/books/lines?${JULY}&cursor=x`)).status).toBe(400);
  });

  it('given no key, then nothing is told', async () => {
    expect((await shop.get('/v1/books/accounts')).data).toContainEqual({
      ...{ key: 'revenue', account: '8400', name: 'Erlöse', type: 'income' },
    });
    const nobody = { authorization: 'Bearer nobody' };
    expect((await shop.send('GET', `/v1/books/lines?${JULY}`, undefined, nobody)).status).toBe(401);
    expect((await shop.send('POST', '/v1/opening-balances', {}, nobody)).status).toBe(401);
  });
});

describe('a reader of the journal that takes nothing for too long', () => {
  it('given one, then its connection is ended, it is told so, and the pool goes on', async () => {
    const { pool } = shop.service.database;
    const upTo = await shop.service.books.catchUp();
    const range = { from: '2026-07-01', to: '2026-07-31', upTo };
    const lines = readLines(pool, range, { perFetch: 1, stalledMs: 20 });
    await lines.next();
    const waiting = `select from pg_stat_activity where state = 'idle in transaction' and query like 'fetch 1 from lines%'`;
    while ((await pool.query(waiting)).rowCount! > 0);
    await expect(lines.next()).rejects.toThrow();
    const read: string[] = [];
    for await (const { account } of readLines(pool, range, { perFetch: 1 })) read.push(account);
    expect(read.length).toBeGreaterThan(1);
  });
});
