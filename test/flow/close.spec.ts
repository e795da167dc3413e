import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/app/auth/api-keys.js';
import { postgresKeyStore } from '../../src/app/auth/key-store.js';
import type { TieOutState } from '../../src/close/tie-outs.js';
import { chargeSucceeded, refundCreated, signedUp, touch, track } from '../fixtures/shop-events.js';
import { GivenBooks } from '../support/given-books.js';
import { type Json, type Reply, RunningService } from '../support/running-service.js';

const books = new GivenBooks();
let tieOuts: TieOutState[] = [];
let shop: RunningService;
const keys: Record<'alice' | 'aliceToo' | 'bob', string> = { alice: '', aliceToo: '', bob: '' };

beforeAll(async () => {
  const parts = { books, tieOuts: { state: () => Promise.resolve(tieOuts) } };
  shop = await RunningService.start({ now: '2026-11-03T12:00:00.000Z', zone: 'Europe/Berlin', parts });
  const store = new ApiKeys(postgresKeyStore(shop.service.database.pool), shop.time.now, undefined);
  for (const [who, name] of [
    ['alice', 'Alice'],
    ['aliceToo', 'alice '],
    ['bob', 'Bob'],
  ] as const)
    keys[who] = (await store.create({ name, scopes: ['finance', 'read'] })).token;
  await shop.events(
    touch('2026-10-01T08:00:00Z', { anonymous_id: 'a1', source: 'google', medium: 'cpc' }),
    signedUp('2026-10-02T08:00:00Z', 'u1', { anonymous_id: 'a1' }),
    signedUp('2026-10-31T22:30:00Z', 'u2'), // in Berlin the last half hour of the 31st
    signedUp('2026-10-31T23:30:00Z', 'u3'), // the 1st of November
  );
  await shop.stripeAll([
    chargeSucceeded('2026-10-05T09:00:00Z', 'ch_1', 10_000),
    chargeSucceeded('2026-10-20T09:00:00Z', 'ch_2', 5_000),
  ]);
  await shop.segment([track('2026-10-02T08:00:01Z', 'signup_completed', { userId: 'u1' })]);
  await shop.reconcile('2026-10-02');
  await shop.catchUp();
  books.post('stripe:ch_1', '2026-10-05', 10_000n, { position: 1, object: 'stripe:ch_1' });
  books.post('stripe:ch_2', '2026-10-20', 5_000n, { position: 1, object: 'stripe:ch_2' });
});
afterAll(() => shop.stop());

const as = (who: keyof typeof keys) => ({ authorization: `Bearer ${keys[who]}` });
const act = (who: keyof typeof keys, step: string, body?: Json, period = '2026-10'): Promise<Reply> =>
  shop.send('POST', `/v1/periods/${period}/${step}`, body ?? {}, as(who));
const done = async (who: keyof typeof keys, step: string, body?: Json, period?: string): Promise<Json> => {
  const reply = await act(who, step, body, period);
  if (reply.status !== 200) throw new Error(`${step}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body as Json;
};
const closes = async (period: string): Promise<Json> => {
  const { proposal } = await done('alice', 'propose', {}, period);
  await done('bob', 'approve', { digest: proposal.digest }, period);
  return done('alice', 'close', {}, period);
};
const raw = async (path: string): Promise<string> => {
  const reply = await fetch(shop.url + path, { headers: as('bob') });
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status}`);
  return reply.text();
};
const october = 'from=2026-10-01&to=2026-10-31&interval=month';
/** Everything that a close has answered for, byte by byte. */
const reported = (period = '2026-10'): Promise<string[]> =>
  Promise.all(
    [
      `/v1/metrics/revenue_net?${october}&view=reported`,
      `/v1/metrics/revenue_gross?from=2026-10-01&to=2026-10-31&group_by=source&as_of=${period}`,
      `/v1/metrics/unknown_share?${october}&view=reported`,
      `/v1/metrics/mrr?${october}&view=reported`,
      `/v1/attribution?metric=signups&from=2026-10-01&to=2026-10-31&view=reported`,
      `/v1/funnel?from=2026-10-01&to=2026-10-31&view=reported`,
      `/v1/periods/2026-10/journal`,
      `/v1/reconciliations?from=2026-10-01&to=2026-10-31&view=reported`,
      `/v1/metrics/revenue_net/contributions?from=2026-10-01&to=2026-10-31`,
    ].map(raw),
  );

describe('what is in the way of a close', () => {
  it('given a period that runs, or one after it, when proposed, then it is refused', async () => {
    expect(await act('alice', 'propose', {}, '2026-11')).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect(await act('alice', 'propose', {}, '2026-P10')).toMatchObject({ status: 404 });
    expect(await act('alice', 'close')).toMatchObject({ status: 409, body: { detail: 'Nothing is proposed.' } });
  });

  it('given a month before everything that is known, when proposed as the first one, then it is refused, as all that follow would have to be closed too', async () => {
    for (const period of ['2026-09', '1999-12'])
      expect(await act('alice', 'propose', {}, period)).toMatchObject({
        status: 409,
        body: { code: 'wrong_state', detail: expect.stringMatching(/Nothing is known before 2026-10-02/) },
      });
  });

  it('given ADMIN_API_KEY, which names nobody, then it can take no step of a person', async () => {
    for (const [step, body] of Object.entries({
      propose: {},
      approve: { digest: '0'.repeat(64) },
      reopen: { reason: 'why' },
    }))
      expect(await shop.send('POST', `/v1/periods/2026-10/${step}`, body)).toMatchObject({
        status: 409,
        body: { code: 'second_person', detail: 'ADMIN_API_KEY names nobody: use a key of your own.' },
      });
  });

  it('given blockers, then each is named with its link, and a reason forces only what may be forced', async () => {
    tieOuts = [
      { provider: 'stripe', currency: 'USD', status: 'none', link: '/v1/tie-outs' },
      { provider: 'stripe', currency: 'EUR', status: 'differs', link: '/v1/tie-outs' },
    ];
    books.trouble = [
      { kind: 'suspense', object: 'stripe:txn_9', day: '2026-10-09', detail: 'txn_9 is of no known kind.' },
    ];
    const { blockers } = await shop.get('/v1/periods/2026-10');
    expect(blockers.map(({ kind }: Json) => kind)).toEqual(['suspense', 'no_tie_out', 'tie_out_differs']);
    for (const { link, detail } of blockers) expect([link[0], detail.length > 20]).toEqual(['/', true]);
    const refused = await act('alice', 'propose', { force: 'the board meets today' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'close_blocked' } });
    expect(refused.body.errors).toEqual([expect.stringMatching(/^no_tie_out: .*waive.* See \/v1\/tie-outs$/)]);
    const { waivers } = await done('bob', 'waive', { provider: 'stripe', reason: 'its report comes in December' });
    expect(waivers).toEqual([
      {
        period: '2026-10',
        provider: 'stripe',
        reason: 'its report comes in December',
        by: expect.stringMatching(/^key:/),
      },
    ]);
    const { proposal } = await done('alice', 'propose', { force: 'the board meets today' });
    expect(proposal).toMatchObject({
      force: 'the board meets today',
      blockers: [{ kind: 'suspense' }, { kind: 'tie_out_differs' }],
    });
  });

  it('when the night comes, then the checks run and are recorded once, while nobody is closing', async () => {
    tieOuts = [];
    books.trouble = [];
    await shop.service.close.softCloseEnded({ actor: 'system', name: '', correlationId: 'night' });
    expect((await shop.get('/v1/periods/2026-10')).state).toBe('proposed');
    const { data } = await shop.get('/v1/periods');
    expect(data.map(({ id, state }: Json) => [id, state])).toEqual([
      ['2026-11', 'open'],
      ['2026-10', 'proposed'],
    ]);
  });
});

let bytes: string[];

describe('the journal of an open period, page by page', () => {
  it('given a line that comes between two pages, then the second goes on with the journal of the first', async () => {
    const at = '/v1/periods/2026-10/journal?limit=2';
    const whole = (await shop.get('/v1/periods/2026-10/journal')).data;
    books.head = 5;
    const first = await shop.get(at);
    books.post('stripe:ch_0', '2026-10-01', 700n, { position: 6, object: 'stripe:ch_0' });
    books.head = 6;
    const second = await shop.get(`${at}&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data]).toEqual(whole);
    expect((await shop.get(at)).data[0].entry).toBe('stripe:ch_0');
    books.retract('stripe:ch_0', 7);
    books.head = Number.MAX_SAFE_INTEGER;
    expect(await shop.send('GET', `${at}&cursor=7`)).toMatchObject({ status: 400 });
  });

  it('given another close before it, or of it, than at the first page, then the second is refused', async () => {
    const at = '/v1/periods/2026-10/journal?limit=1';
    books.head = 7;
    const { next_cursor: cursor } = await shop.get(at);
    expect(await shop.send('GET', `${at}&cursor=${cursor}`)).toMatchObject({ status: 200 });
    const refused = await shop.send('GET', `${at}&cursor=${cursor}2026-09@1`);
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/begin again/) } });
    books.head = Number.MAX_SAFE_INTEGER;
  });
});

describe('a close', () => {
  it('given a proposal, then only another person approves it, and only its digest', async () => {
    const { proposal } = await done('alice', 'propose');
    const { digest } = proposal;
    for (const who of ['alice', 'aliceToo'] as const)
      expect(await act(who, 'approve', { digest })).toMatchObject({ status: 409, body: { code: 'second_person' } });
    expect(await act('bob', 'approve', { digest: '0'.repeat(64) })).toMatchObject({ status: 409 });
    expect(await act('alice', 'close')).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect(await done('bob', 'approve', { digest })).toMatchObject({ state: 'approved' });
  });

  it('given something in the way that came up after the approval, then it is not closed with a word that nobody approved', async () => {
    books.trouble = [
      { kind: 'suspense', object: 'stripe:txn_8', day: '2026-10-09', detail: 'txn_8 is of no known kind.' },
    ];
    const refused = await act('alice', 'close', { force: 'timing' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await act('alice', 'close')).toMatchObject({ status: 409, body: { code: 'close_blocked' } });
    books.trouble = [];
  });

  it('when two close it at once, then one does and the other is told so', async () => {
    const replies = await Promise.all([act('alice', 'close'), act('bob', 'close')]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const lost = replies.find(({ status }) => status === 409)!;
    expect(['wrong_expected_revision', 'wrong_state']).toContain(lost.body.code);
    const period = await shop.get('/v1/periods/2026-10');
    expect(period).toMatchObject({ state: 'closed', version: 1, blockers: [], adjustments: [] });
    expect(period.numbers).toContainEqual(
      expect.objectContaining({
        metric: 'revenue_net',
        value: '15000',
        known: '15000',
        adjustment: '0',
        currency: 'USD',
      }),
    );
    bytes = await reported();
    const named = `select id from ledger.entries where body ilike '%alice%' or actor ilike '%alice%' or body ilike '%bob%'`;
    expect(await shop.sql(named)).toEqual([]);
  });

  it('then all that it stored is under a signed root that stands in the ledger before it, which it names', async () => {
    const of = async (type: string) => (await shop.get(`/v1/ledger/entries?type=${type}`)).data as Json[];
    const [[closed], [sealed], contents] = [
      await of('PeriodClosed'),
      await of('LedgerSealed'),
      await of('CloseContents'),
    ];
    const { size, root } = sealed!.body.checkpoint;
    expect(sealed!.body).toMatchObject({ reason: 'close', period: '2026-10' });
    expect(closed!.body.seal).toEqual({ size, root, position: sealed!.position });
    expect(Math.max(...contents.map(({ position }) => position as number))).toBeLessThanOrEqual(size);
    expect(await shop.service.seal.verify()).toMatchObject({ ok: true, entered: 1 });
  });

  it('when money and people come late, then nothing that was reported moves by a byte, and what is known stands beside', async () => {
    await shop.stripe(refundCreated('2026-10-25T09:00:00Z', 're_1', 'ch_1', 4_000));
    await shop.events(
      signedUp('2026-10-15T08:00:00Z', 'u9'),
      touch('2026-10-01T07:00:00Z', { anonymous_id: 'a2', source: 'linkedin' }),
      signedUp('2026-11-02T08:00:00Z', 'u10'),
    );
    await shop.catchUp();
    const position = await shop.service.ledger.head();
    books.post('stripe:re_1', '2026-10-25', -4_000n, { position, kind: 'refund', object: 'stripe:re_1' });
    expect(await reported()).toEqual(bytes);
    expect((await shop.get(`/v1/metrics/revenue_net?${october}`)).data).toEqual([
      { period: '2026-10', value: '15000', currency: 'USD', known: '11000', adjustment: '-4000' },
    ]);
    expect((await shop.get(`/v1/metrics/revenue_net?${october}&view=known`)).data).toEqual([
      { period: '2026-10', value: '11000', currency: 'USD' },
    ]);
    expect((await shop.get('/v1/metrics/signups?from=2026-10-15&to=2026-11-02')).data).toContainEqual({
      ...{ period: '2026-10-15', value: 0, known: 1, adjustment: 1 },
    });
  });

  it('then the difference is an adjustment of the first open period, by cause, with its entries, and in its journal', async () => {
    const { adjustments, numbers } = await shop.get('/v1/periods/2026-11');
    const refund = await shop.get('/v1/metrics/refunds/contributions?day=2026-10-25&view=known');
    expect(adjustments).toContainEqual({
      ...{ adjusts: '2026-10', metric: 'refunds', cause: 'late_fact', value: '4000', currency: 'USD' },
      ...{ days: ['2026-10-25'], entries: 1, entry_ids: [refund.data[0].entry_id] },
    });
    expect(adjustments).toContainEqual(expect.objectContaining({ metric: 'signups', value: 1, days: ['2026-10-15'] }));
    expect(numbers).toContainEqual({ metric: 'signups', unit: 'count', value: 2 });
    const { data } = await shop.get('/v1/periods/2026-11/journal');
    expect(data).toMatchObject([
      {
        entry: 'adjust:2026-10:stripe:re_1',
        account: '1100',
        amount_minor: '-4000',
        adjusts: '2026-10',
        cause: 'late_fact',
        day: '2026-11-01',
        origin_day: '2026-10-25',
      },
      { entry: 'adjust:2026-10:stripe:re_1', account: '4000', amount_minor: '4000', adjusts: '2026-10' },
    ]);
  });

  it('when a closed day is reconciled again, then its gap stays as it was reported, with what is known beside', async () => {
    await shop.events(signedUp('2026-10-02T09:00:00Z', 'u_late'));
    await shop.catchUp();
    await shop.reconcile('2026-10-02');
    await shop.reconcile('2026-10-03');
    expect(await reported()).toEqual(bytes);
    const range = '/v1/reconciliations?metric=signups&from=2026-10-02&to=2026-10-03';
    const [row, after] = (await shop.get(range)).data;
    expect(row).toMatchObject({ closed: '2026-10@1', actual: 1, gap: 0, known: { actual: 2, gap: 1 }, adjustment: 1 });
    expect(after).toMatchObject({ day: '2026-10-03', closed: '2026-10@1', reported: false });
    const known = (await shop.get(`${range}&view=known`)).data[0];
    expect([known.gap, known.known]).toEqual([1, undefined]);
    expect((await shop.get(`${range}&as_of=2026-10`)).data).toMatchObject([{ day: '2026-10-02', gap: 0 }]);
    expect(await shop.detail('2026-10-02', 'signups')).toMatchObject({ gap: 0, known: { gap: 1 } });
    expect(await shop.detail('2026-10-02', 'signups', '&view=known')).toMatchObject({ gap: 1 });
  });

  it('then explain-diff names what moved it, and its rows sum to the difference', async () => {
    const path = '/v1/metrics/revenue_net/explain-diff?from=2026-10-01&to=2026-10-31&from_as_of=2026-10';
    const count = path.replace('revenue_net', 'orders');
    expect((await shop.send('GET', `${count}&currency=EUR`)).status).toBe(400);
    const diff = await shop.get(path);
    expect(diff).toMatchObject({
      before: [{ value: '15000', currency: 'USD' }],
      after: [{ value: '11000', currency: 'USD' }],
      difference: [{ value: '-4000', currency: 'USD' }],
      causes: [{ cause: 'late_fact', value: '-4000', currency: 'USD' }],
      data: [{ cause: 'late_fact', metric: 'refunds', delta: '-4000', day: '2026-10-25' }],
      next_cursor: null,
    });
  });

  it('given the tables are lost, then they are made again from the ledger, and answer the same', async () => {
    await shop.service.database.pool.query('truncate close.rows, close.adjustments, close.lines');
    expect(await reported()).not.toEqual(bytes);
    expect(await shop.service.close.rebuild()).toBe(1);
    expect(await reported()).toEqual(bytes);
  });
});

describe('a reopening', () => {
  it('given a later close, when an earlier period is reopened by two people, then both are open again and version 1 stays', async () => {
    shop.time.pass(31 * 86_400_000);
    await closes('2026-11');
    expect((await shop.get('/v1/periods/2026-11')).adjustments).toContainEqual(
      expect.objectContaining({ adjusts: '2026-10', metric: 'refunds', value: '4000' }),
    );
    expect((await shop.get('/v1/periods/2026-12')).adjustments).toEqual([]);
    expect((await shop.get('/v1/periods/2026-12/journal')).data).toEqual([]);
    expect(await act('alice', 'reopen')).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    const { reopen_request: asked, state } = await done('alice', 'reopen', { reason: 'the refund belongs to October' });
    expect([state, asked.reason]).toEqual(['closed', 'the refund belongs to October']);
    expect(await act('aliceToo', 'reopen')).toMatchObject({ status: 409, body: { code: 'second_person' } });
    expect(await done('bob', 'reopen')).toMatchObject({ state: 'reopened', version: 1 });
    const { data } = await shop.get('/v1/periods');
    expect(data.map((row: Json) => row['state'])).toEqual(['open', 'reopened', 'reopened']);
    expect(await act('alice', 'propose', {}, '2026-11')).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect((await shop.get(`/v1/metrics/revenue_net?${october}`)).data).toEqual([
      { period: '2026-10', value: '11000', currency: 'USD' },
    ]);
  });

  it('when it is closed anew, then version 2 has the late refund, and version 1 is read as it was', async () => {
    books.accounts = [{ key: 'revenue', code: '4000', name: 'Sales', type: 'income' }];
    expect(await closes('2026-10')).toMatchObject({ state: 'closed', version: 2 });
    const at = async (asOf: string): Promise<unknown> =>
      (await shop.get(`/v1/metrics/revenue_net?${october}&as_of=${asOf}`)).data[0].value;
    expect([await at('2026-10'), await at('2026-10@2'), await at('2026-10@1')]).toEqual(['11000', '11000', '15000']);
    expect((await reported('2026-10@1'))[1]).toBe(bytes[1]);
    const first = await shop.get('/v1/periods/2026-10?version=1');
    expect(first.numbers).toContainEqual(expect.objectContaining({ metric: 'revenue_net', value: '15000' }));
    expect(first.versions).toMatchObject([{ version: 1 }, { version: 2, reopened_position: null }]);
    const [then, now] = first.versions.map((each: Json) => each['accounts_digest'] as string);
    expect([then === now, now]).toEqual([false, expect.stringMatching(/^[0-9a-f]{16}$/)]); // which shows that they changed
    const diff = `/v1/metrics/refunds/explain-diff?from=2026-10-01&to=2026-10-31&from_as_of=2026-10@1&to_as_of=2026-10@2`;
    expect((await shop.get(diff)).difference).toEqual([{ value: '4000', currency: 'USD' }]);
    const paged = await shop.all('/v1/periods/2026-10/journal?version=1&limit=3');
    expect(paged).toEqual((await shop.get('/v1/periods/2026-10/journal?version=1')).data);
    expect(paged).toHaveLength(4);
    expect((await shop.get('/v1/periods/2026-10/journal')).data).toHaveLength(6);
  });
});
