import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { createTieOuts, type TieOutDeps, type TieOutStage } from '../../src/close/create-tie-outs.js';
import { ProviderReports, REPORT_BYTES_MAX } from '../../src/close/tie-out/provider-reports.js';
import type { BalanceLine } from '../../src/ingest/balance-line.js';
import { reportKinds } from '../../src/ingest/providers/index.js';
import { Zone } from '../../src/kernel/day.js';
import { Problem } from '../../src/kernel/errors.js';
import { openVault } from '../../src/ledger/vault/open-vault.js';
import type { Projections } from '../../src/projections/create-projections.js';
import { projectedLedger, type ProjectedLedger } from '../support/projected-ledger.js';

const NOW = new Date('2026-11-02T09:00:00Z');
const AT = Date.UTC(2026, 9, 3, 9);
const OCTOBER = { id: '2026-10', from: '2026-10-01', to: '2026-10-31' };
const ASKER = { actor: 'key:finance', correlationId: 'test' };

let at: ProjectedLedger;
let projections: Projections;
let reports: ProviderReports;
let tieOuts: TieOutStage;
let make: (over?: Partial<TieOutDeps>) => TieOutStage;
let clearing: ReadonlyMap<string, bigint>;
let listed: BalanceLine[] | Problem | undefined;
let now: Date;

beforeAll(async () => {
  at = await projectedLedger(NOW);
  const vault = await openVault(at.database, { vaultKey: '42'.repeat(32), dataDir: 'unused' });
  projections = at.make();
  await projections.start();
  reports = new ProviderReports({
    ...{ database: at.database, vault, kinds: reportKinds, clock: () => now, keepObjects: () => Promise.resolve() },
  });
  const deps: TieOutDeps = {
    ...{ database: at.database, ledger: at.ledger, zone: new Zone('UTC'), clock: () => now, reports },
    contentMac: (value) => createHmac('sha256', 'test').update(JSON.stringify(value)).digest(),
    caughtUp: () => projections.catchUp(),
    clearing: () => Promise.resolve(clearing),
    statement: () => (listed === undefined ? undefined : pages(listed)),
  };
  make = (over = {}) => createTieOuts({ ...deps, ...over });
  tieOuts = make();
});
beforeEach(() => {
  now = NOW;
  clearing = new Map();
  listed = undefined;
});
afterAll(() => at.close());

async function* pages(lines: BalanceLine[] | Problem): AsyncGenerator<BalanceLine[]> {
  if (lines instanceof Problem) throw lines;
  for (const line of lines) yield [line];
}

const line = (id: string, over: Partial<BalanceLine> = {}): BalanceLine => ({
  ...{ id, at: AT, currency: 'USD', gross: 1_000n, fee: 59n, net: 941n, category: 'charge', source: `ch_${id}` },
  ...over,
});
const moved = ({ id, at: when, currency, gross, fee, net, category, source }: BalanceLine): Fact => ({
  ...{ type: 'BalanceMoved', subject: `payment:${source}`, effect: `balance:${id}`, stamp: stampOf(5, 1, id) },
  fields: {
    ...{ at: when, currency, gross: String(gross), fee: String(fee), net: String(net), category },
    ...{ provider: 'stripe', source: source ?? null },
  },
});
const captured = (id: string, provider: string, currency = 'USD'): Fact => ({
  ...{ type: 'PaymentCaptured', subject: `payment:${id}`, effect: 'captured', stamp: stampOf(5, 1, id) },
  fields: { at: AT, amount: '1000', currency, provider },
});
const csv = (...rows: string[]): Buffer =>
  Buffer.from(
    ['balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id', ...rows, ''].join('\n'),
  );
const itemised = (bytes: Buffer, days = { from: '2026-10-01', until: '2026-11-01' }) =>
  reports.add(
    { provider: 'stripe', kind: 'balance_itemised', bytes, from: new Date(days.from), until: new Date(days.until) },
    'key:finance',
  );

describe('tying a month out', () => {
  it('given money and no side of the provider, then it is pending with the reason, and nothing is compared', async () => {
    await at.record([captured('ch_txn_1', 'stripe'), moved(line('txn_1'))], [captured('sq_1', 'square')]);
    const [square, stripe] = await tieOuts.run('2026-10', ASKER);
    expect([square!.provider, stripe!.provider]).toEqual(['square', 'stripe']);
    expect(stripe).toMatchObject({
      status: 'pending',
      reason: expect.stringMatching(/No statement of stripe is there/),
    });
    expect(await tieOuts.state(OCTOBER)).toContainEqual({
      ...{ provider: 'stripe', currency: 'USD', status: 'pending', link: '/v1/periods/2026-10/tie-out' },
      reason: stripe!.reason,
    });
  });

  it('given a provider that nobody has compared and nobody can ask, then there is none', async () => {
    const states = await tieOuts.state({ id: '2026-10b', from: '2026-10-01', to: '2026-10-31' });
    expect(states.map(({ provider, status }) => [provider, status])).toEqual([
      ['square', 'none'],
      ['stripe', 'none'],
    ]);
  });

  it('given a currency that only the provider knows, then it differs, and is not overlooked', async () => {
    listed = [line('txn_1'), line('txn_eur', { currency: 'EUR' })];
    await tieOuts.run('2026-10', ASKER);
    const states = (await tieOuts.state(OCTOBER)).filter(({ provider }) => provider === 'stripe');
    expect(states.map(({ currency, status }) => [currency, status])).toEqual([
      ['EUR', 'differs'],
      ['USD', 'tied'],
    ]);
  });

  it('given the same lines, then it is tied, and recording it again adds nothing', async () => {
    listed = [line('txn_1')];
    const result = (await tieOuts.run('2026-10', ASKER)).find(({ provider }) => provider === 'stripe')!;
    expect(result).toMatchObject({ status: 'tied', statement: 'stripe-api', differences: [] });
    expect(result.categories).toEqual([
      {
        ...{ currency: 'USD', category: 'charge' },
        ledger: { lines: 1, gross: '1000', fee: '59', net: '941' },
        provider: { lines: 1, gross: '1000', fee: '59', net: '941' },
      },
    ]);
    const head = await at.ledger.head();
    await tieOuts.run('2026-10', ASKER);
    expect(await at.ledger.head()).toBe(head);
    expect((await tieOuts.state(OCTOBER)).find(({ provider }) => provider === 'stripe')!.status).toBe('tied');
    expect((await tieOuts.results('2026-10')).map(({ provider, status }) => [provider, status])).toContainEqual([
      'stripe',
      'tied',
    ]);
  });

  it('given a line that arrives later, then it has to be compared again', async () => {
    await at.record([moved(line('txn_2', { source: 'ch_txn_2' }))]);
    await projections.catchUp();
    listed = [line('txn_1')];
    expect((await tieOuts.state(OCTOBER)).find(({ provider }) => provider === 'stripe')!.status).toBe('pending');
  });

  it('given differences, then each is itemised with its kind, and the month differs', async () => {
    await at.record(
      [moved(line('txn_3', { at: Date.UTC(2026, 10, 1, 0, 1) }))],
      [{ ...captured('ch_txn_4', 'stripe'), type: 'PaymentFailed', effect: 'failed', fields: { at: AT } }],
    );
    listed = [
      line('txn_1', { fee: 60n, net: 940n }),
      line('txn_3'),
      line('txn_4'),
      line('txn_5'),
      line('txn_6', { category: 'fee', source: undefined, gross: -30n, fee: 0n, net: -30n }),
    ];
    const result = (await tieOuts.run('2026-10', ASKER)).find(({ provider }) => provider === 'stripe')!;
    expect(result.status).toBe('differs');
    expect(result.differences.map(({ line: id, kind, net }) => [id, kind, net])).toEqual([
      ['txn_1', 'fee', '-1'],
      ['txn_2', 'unknown', '-941'],
      ['txn_3', 'timing', '941'],
      ['txn_4', 'timing', '941'],
      ['txn_5', 'missing_webhook', '941'],
      ['txn_6', 'fee', '-30'],
    ]);
    expect((await tieOuts.state(OCTOBER)).find(({ provider }) => provider === 'stripe')!.status).toBe('differs');
  });

  it('given a period that is not over, or a key that is refused, then it is pending with the reason', async () => {
    listed = [];
    now = new Date('2026-10-31T23:00:00Z');
    expect((await tieOuts.run('2026-10', ASKER)).map(({ reason }) => reason)).toContainEqual(
      expect.stringMatching(/not over/),
    );
    now = NOW;
    listed = new Problem('invalid_request', 'Stripe refuses STRIPE_API_KEY.');
    expect((await tieOuts.run('2026-10', ASKER)).map(({ reason }) => reason)).toContain(
      'Stripe refuses STRIPE_API_KEY.',
    );
  });

  it('given a complete report of the month, then that is the side of the provider; and its balances are held against what moved', async () => {
    await itemised(
      csv(
        'txn_1,2026-10-03 09:00:00,usd,10.00,0.59,9.41,charge,ch_txn_1',
        'txn_2,2026-10-03 09:00:00,usd,10.00,0.59,9.41,charge,ch_txn_2',
      ),
    );
    const summary = (end: string) => ({
      ...{ provider: 'stripe', kind: 'balance_summary', from: new Date('2026-10-01'), until: new Date('2026-11-01') },
      bytes: Buffer.from(
        `category,net_amount,currency\nstarting_balance,100.00,usd\nactivity,18.82,usd\nending_balance,${end},usd\n`,
      ),
    });
    await reports.add(summary('118.82'), 'key:finance');
    const stripeOf = async () => (await tieOuts.run('2026-10', ASKER)).find(({ provider }) => provider === 'stripe')!;
    const tied = await stripeOf();
    expect(tied).toMatchObject({ status: 'tied', statement: expect.stringMatching(/^report:/) });
    expect(tied.currencies[0]!.balance).toEqual({
      currency: 'USD',
      start: '10000',
      end: '11882',
      moved: '1882',
      holds: true,
    });
    clearing = new Map([['USD', 11_882n]]);
    expect((await stripeOf()).currencies[0]!.balance).toMatchObject({ clearing: '11882', holds: true });
    const standing = async () => (await tieOuts.state(OCTOBER)).find(({ provider }) => provider === 'stripe');
    expect(await standing()).toMatchObject({ status: 'tied' });
    clearing = new Map([['USD', 11_782n]]); // a refund of September came late: October's lines are the same
    expect(await standing()).toMatchObject({ status: 'pending', reason: expect.stringMatching(/compare it again/) });
    expect(await stripeOf()).toMatchObject({ status: 'differs', differences: [] });
    clearing = new Map();
    now = new Date(NOW.getTime() + 1);
    await reports.add(summary('118.81'), 'key:finance');
    expect(await stripeOf()).toMatchObject({ status: 'differs', differences: [] });
  });

  it('given books that know where lines are, then a tie-out asks once whether they have caught up, and all it reads is by that answer', async () => {
    const asked: string[] = [];
    const of = (...answers: string[]) =>
      make({
        posted: () => {
          asked.push(answers[0]!);
          const isBehind = (answers.length > 1 ? answers.shift() : answers[0]) === 'behind';
          return isBehind ? Promise.reject(new Problem('unavailable', 'too far behind')) : Promise.resolve();
        },
      });
    const linesOf = async (stage: TieOutStage) =>
      (await stage.run('2026-10', ASKER)).map(({ provider, currencies }) => [provider, currencies[0]?.ledger.lines]);
    const found = await linesOf(tieOuts);
    expect(found).toEqual([
      ['square', undefined],
      ['stripe', 2],
    ]);
    // These books are empty: whoever asks them finds no line, also where they fall behind before the next question.
    expect(await linesOf(of('behind', 'posted'))).toEqual(found);
    expect((await linesOf(of('posted', 'behind'))).filter(([, lines]) => lines)).toEqual([]);
    expect(asked).toEqual(['behind', 'posted']);
    const states = async (stage: TieOutStage) => (await stage.state(OCTOBER)).map(({ provider }) => provider);
    expect(await states(of('behind', 'posted'))).toEqual(['square', 'stripe']);
    expect(asked).toHaveLength(3);
  });

  it('given no such period, then it says so', async () => {
    await expect(tieOuts.run('2026-13', ASKER)).rejects.toMatchObject({
      detail: expect.stringMatching(/no period "2026-13"/),
    });
  });
});

describe('reports of a provider', () => {
  const bytes = csv('txn_r,2026-09-03 09:00:00,usd,10.00,0.59,9.41,charge,ch_r');
  const september = { from: '2026-09-01', until: '2026-10-01' };

  it('given the same bytes twice, then they are one report, found by its digest', async () => {
    const first = await itemised(bytes, september);
    const second = await itemised(bytes, september);
    expect([first.outcome, second.outcome, second.report.id]).toEqual(['recorded', 'duplicate', first.report.id]);
    expect((await reports.bytes(first.report)).equals(bytes)).toBe(true);
  });

  it('given the same bytes for other days, then they are refused', async () => {
    await expect(itemised(bytes, { from: '2026-08-01', until: '2026-10-01' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it.each<[string, Buffer, string, RegExp]>([
    ['an empty one', Buffer.alloc(0), 'balance_itemised', /is empty/],
    ['one above the limit', Buffer.alloc(REPORT_BYTES_MAX + 1), 'balance_itemised', /may have 32 MiB/],
    ['another file', Buffer.from('a,b\n1,2\n'), 'balance_itemised', /among the headings/],
    [
      'an amount with a comma',
      csv('txn_x,2026-09-03 09:00:00,usd,"1,0",0,1,charge,ch'),
      'balance_itemised',
      /line 2: gross must be an amount/,
    ],
    [
      'a fraction of a yen',
      csv('txn_x,2026-09-03 09:00:00,jpy,1.5,0,1,charge,ch'),
      'balance_itemised',
      /line 2: gross must be an amount/,
    ],
    [
      'a row of too few cells',
      csv('txn_x,2026-09-03'),
      'balance_itemised',
      /line 2: the row has another number of cells/,
    ],
    [
      'a line of another month',
      csv('txn_x,2026-08-03 09:00:00,usd,1,0,1,charge,ch'),
      'balance_itemised',
      /txn_x was not made within/,
    ],
    [
      'a summary without its end',
      Buffer.from('category,net_amount,currency\nstarting_balance,1,usd\n'),
      'balance_summary',
      /ending_balance of USD is missing/,
    ],
    ['a kind that does not exist', bytes, 'horoscope', /stripe has no report "horoscope"/],
  ])('given %s, then it is refused with the place of the mistake, and not kept', async (_, content, kind, sentence) => {
    const upload = {
      provider: 'stripe',
      kind,
      bytes: content,
      from: new Date(september.from),
      until: new Date(september.until),
    };
    const before = (await reports.list({ limit: 100 })).length;
    await expect(reports.add(upload, 'key:finance')).rejects.toMatchObject({ detail: expect.stringMatching(sentence) });
    expect((await reports.list({ limit: 100 })).length).toBe(before);
  });

  it('given one that does not say which days it covers, and nobody who does, then it is refused', async () => {
    const upload = { provider: 'stripe', kind: 'balance_itemised', bytes };
    await expect(reports.add(upload, 'key:finance')).rejects.toMatchObject({
      detail: expect.stringMatching(/give from and to/),
    });
  });
});
