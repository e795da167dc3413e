import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parkFailedJob, replayJobs } from '../../src/ingest/park.js';
import type { Jobs } from '../../src/jobs/create-jobs.js';
import { chargeSucceeded, signedUp } from '../fixtures/shop-events.js';
import { type Json, RunningService } from '../support/running-service.js';

const DAY = '2026-10-05';
const AT = `${DAY}T10:00:00Z`;

let shop: RunningService;
beforeAll(async () => (shop = await RunningService.start({ now: '2026-10-20T12:00:00Z' })));
afterAll(() => shop.stop());

const open = (reason: string): Promise<Json[]> => shop.all(`/v1/dead-letters?resolved=false&reason=${reason}`);
const act = (id: string, what: 'replay' | 'dismiss', body: Json = {}) =>
  shop.send('POST', `/v1/dead-letters/${id}/${what}`, body);
const decisions = async (id: string): Promise<Json[]> =>
  (await shop.service.ledger.readStream(`dead_letter-${id}`)).map((entry) => ({
    ...{ type: entry.type, actor: entry.actor },
    data: JSON.parse(entry.body) as Json,
  }));

describe('given a conflict that somebody has looked into', () => {
  const charge = (amount: number): Json => chargeSucceeded(AT, 'ch_1', amount);
  let letter: Json;

  it('when it is dismissed with a reason, then it is settled, and the ledger has the decision', async () => {
    await shop.stripeAll([charge(500), charge(700)]);
    [letter] = (await open('conflict')) as [Json];
    const { status, body } = await act(letter['id'], 'dismiss', { reason: 'a test of the payment team' });
    expect([status, body.resolution, body.dismissed_at !== null, body.resolved_at !== null]).toEqual([
      ...[200, 'dismissed: a test of the payment team', true, true],
    ]);
    expect([letter['blocks'], body.blocks]).toEqual([true, false]);
    expect(await open('conflict')).toEqual([]);
    expect(await decisions(letter['id'])).toEqual([
      {
        ...{ type: 'DeadLetterDismissed', actor: 'key:admin' },
        data: {
          ...{ id: letter['id'], letter: 'conflict', door: 'provider', origin: 'stripe', entry_id: letter['entry_id'] },
          reason: 'a test of the payment team',
        },
      },
    ]);
  });

  it('when it is read, then it is there with what was received, its personal values sealed, and where it came from', async () => {
    const whole: Json = await shop.get(`/v1/dead-letters/${letter['id']}`);
    expect(whole).toMatchObject({
      ...{ reason: 'conflict', deliveries: 1, replays: 0, job: null, content_type: 'application/json' },
      body: { id: 'evt_ch_1', data: { object: { amount: 700 } } },
    });
    expect((await shop.send('GET', `/v1/dead-letters/${letter['entry_id']}`)).status).toBe(404);
  });

  it('when it is dismissed again, by many at once, then nothing more is decided, and all get the same answer', async () => {
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, n) => act(letter['id'], 'dismiss', { reason: `another reason ${n}` })),
    );
    for (const { status, body } of replies)
      expect([status, body.resolution]).toEqual([200, 'dismissed: a test of the payment team']);
    expect(await decisions(letter['id'])).toHaveLength(1);
  });

  it('when it was decided, and the process was killed before it was marked, then the next call marks it', async () => {
    await shop.sql('update ingest.dead_letters set dismissed_at = null, resolved_at = null, resolution = null');
    expect(await open('conflict')).toHaveLength(1);
    await act(letter['id'], 'dismiss', { reason: 'once more' });
    expect([await open('conflict'), (await decisions(letter['id'])).length]).toEqual([[], 1]);
  });

  it('when the same content comes again, then it stays dismissed; another content is a letter of its own', async () => {
    await shop.stripeAll([charge(700)]);
    expect(await open('conflict')).toEqual([]);
    await shop.stripeAll([charge(900)]);
    expect(await open('conflict')).toHaveLength(1);
  });

  it.each([
    ['no reason', {}],
    ['an empty one', { reason: '' }],
    ['one with an e-mail address', { reason: 'ada@example.com asked for it' }],
    ['a member that nobody knows', { reason: 'x', forever: true }],
  ])('when it is given %s, then 400 and nothing is decided', async (_, body) => {
    const [other] = await open('conflict');
    expect((await act(other!['id'], 'dismiss', body)).status).toBe(400);
    expect(await decisions(other!['id'])).toEqual([]);
  });

  it('when there is no such letter, then 404', async () => {
    const id = '6f1c0a52-2b5e-5c6a-9a39-0a5d3c1f7e10';
    expect((await act(id, 'dismiss', { reason: 'x' })).status).toBe(404);
    expect(await decisions(id)).toEqual([]);
  });
});

describe('given an entry that no projection could take in', () => {
  it('when its letter is replayed, then 409 with the command that settles it, and it stays open until that could take it in', async () => {
    // A hundredth of a króna: nobody rounds it.
    await shop.stripeAll([chargeSucceeded(AT, 'ch_isk', 100_001, { currency: 'isk' })]);
    await shop.catchUp();
    const [letter] = await open('not_interpretable');
    expect(letter).toMatchObject({ door: 'projector', origin: 'stripe' });
    const { status, body } = await act(letter!['id'], 'replay');
    expect([status, body.code]).toEqual([409, 'needs_rebuild']);
    expect(body.detail).toContain('truth-ledger rebuild');
    expect(await open('not_interpretable')).toHaveLength(1);
    await shop.service.projections.rebuild(); // this version cannot read it either
    expect(await open('not_interpretable')).toHaveLength(1);
  });
});

describe('given events that no interpreter reads', () => {
  it('when they are asked for, then their types are listed with how many there are, a page at a time, and none has a letter', async () => {
    const odd = (id: string, type: string): Json => ({ ...chargeSucceeded(AT, id, 100), type });
    await shop.stripeAll([odd('ch_a', 'radar.odd'), odd('ch_b', 'radar.odd'), odd('ch_c', 'capital.odd')]);
    await shop.catchUp();
    const first: Json = await shop.get('/v1/ledger/unknown-types?limit=1');
    expect(first).toEqual({
      data: [{ type: 'stripe.capital.odd', entries: 1, last_position: expect.any(Number) }],
      next_cursor: 'stripe.capital.odd',
    });
    const last = await shop.service.ledger.head();
    expect(await shop.all('/v1/ledger/unknown-types')).toMatchObject([
      { type: 'stripe.capital.odd', entries: 1, last_position: last },
      { type: 'stripe.radar.odd', entries: 2 },
    ]);
    expect((await shop.all('/v1/dead-letters')).filter(({ type }) => String(type).endsWith('odd'))).toEqual([]);
    expect(await shop.service.report.unknownEntries()).toBe(3);
  });
});

describe('given a job that failed for the last time', () => {
  const failed = (name: string, data: Record<string, string>) =>
    parkFailedJob(shop.service.ingest.deadLetters, {
      jobId: `${name}-1`,
      name,
      data,
      error: 'the disk was full',
    });

  it('when its letter is replayed, then it waits in the queue again, with its data, and the letter is settled', async () => {
    await shop.events(signedUp(AT, 'u_1'));
    await failed('reconcile-day', { day: DAY, source: 'collector', metric: 'signups', run_id: 'r1', actor: 'system' });
    const [letter] = await open('job_failed');
    const { status, body } = await act(letter!['id'], 'replay');
    expect([status, body]).toEqual([200, { outcome: 'enqueued', status: 202 }]);
    expect(await open('job_failed')).toEqual([]);
    const query = `/v1/reconciliations?from=${DAY}&to=${DAY}`;
    while ((await shop.all(query)).length === 0) await pause(20);
    expect(await shop.all(query)).toMatchObject([{ metric: 'signups', actual: 1 }]);
  });

  it('when it fails again, then it is the same letter, open again', async () => {
    await failed('reconcile-day', { day: DAY, source: 'nowhere', metric: 'signups', run_id: 'r2' });
    const [letter] = await open('job_failed');
    expect(await shop.get(`/v1/dead-letters/${letter!['id']}`)).toMatchObject({ body: null, job: { run_id: 'r2' } });
    await act(letter!['id'], 'replay');
    while ((await open('job_failed')).length === 0) await pause(20);
    expect(await open('job_failed')).toMatchObject([
      { id: letter!['id'], errors: [expect.stringContaining('There is no source "nowhere"')] },
    ]);
    await act(letter!['id'], 'dismiss', { reason: 'there never was such a source' });
  });

  it('when it fails before anybody could note that it waits, then it stays open', async () => {
    const store = shop.service.ingest.deadLetters;
    await failed('quick', {});
    const [letter] = await open('job_failed');
    store.onReplay('jobs', async () => {
      await failed('quick', {});
      return { outcome: 'enqueued' };
    });
    await act(letter!['id'], 'replay');
    expect(await open('job_failed')).toMatchObject([{ id: letter!['id'] }]);
    await act(letter!['id'], 'dismiss', { reason: 'there is no such job' });
    replayJobs(store, (job) => (shop.service.jobs as Jobs).enqueueAgain(job));
  });

  it('when this version has no such job, then 400, and it stays open', async () => {
    await failed('from-the-future', {});
    const [letter] = await open('job_failed');
    const { status, body } = await act(letter!['id'], 'replay');
    expect([status, body.detail]).toEqual([400, 'There is no job "from-the-future" in this version.']);
    expect(await open('job_failed')).toHaveLength(1);
  });
});
