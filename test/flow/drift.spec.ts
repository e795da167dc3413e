import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gapReportTell } from '../../src/jobs/gap-report-tell.js';
import { gapReportWeekly } from '../../src/jobs/gap-report-weekly.js';
import type { Enqueued, JobContext } from '../../src/jobs/job.js';
import { lookAround } from '../../src/jobs/watched.js';
import { Zone } from '../../src/kernel/day.js';
import type { Message } from '../../src/alert/channel.js';
import type { Reconcile } from '../../src/reconcile/create-reconcile.js';
import { Shop, ZONE } from './reconcile-given.js';

const [FIRST, LAST] = ['2026-09-07', '2026-10-11']; // five whole weeks
const STEP = '2026-10-08'; // a Thursday

let shop: Shop;
let reconcile: Reconcile;

/** A hundred sign-ups a day; nine of ten are tracked, from the step on six of ten. */
async function plant(): Promise<void> {
  await shop.database.pool.query(
    `insert into model.contributions (position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, customer_kind,
       customer_present, fact, entry_id, occurred_at)
     select row_number() over (), 0, 'signups', 'user:' || d::date || '-' || n, d::date, '', 1, 'google', '', '', '', true, 'Fact',
       gen_random_uuid(), d + interval '10 hours'
     from generate_series($1::timestamp, $2::timestamp, interval '1 day') d, generate_series(1, 100) n`,
    [FIRST, LAST],
  );
  await shop.database.pool.query(
    `insert into ingest.tracked_events (collector, key_id, message_id, event, kind, user_id, occurred_at, received_at, body)
     select 'segment', 'k', d::date || '-' || n, 'e', 'signup', d::date || '-' || n, d + interval '10 hours', d + interval '10 hours', '{}'
     from generate_series($1::timestamp, $2::timestamp, interval '1 day') d, generate_series(1, 100) n
     where n <= case when d >= $3::timestamp then 60 else 89 + extract(day from d)::int % 3 end`,
    [FIRST, LAST, STEP],
  );
}

beforeAll(async () => {
  shop = await Shop.open();
  reconcile = shop.reconcile();
  await plant();
  await reconcile.setMarker(
    { id: 'build-8', kind: 'release', title: 'Shop 1.5', at: '2026-10-07T16:00:00+02:00' },
    'key:ci',
  );
  await reconcile.now({ from: FIRST, to: LAST, metrics: ['signups'] }, 'test');
});
afterAll(() => shop.close());

const loss = async () => (await reconcile.drift({})).find(({ figure }) => figure === 'loss_pct')!;

describe('drift of recorded days', () => {
  it('given a step, then the row of its first day failed and says so', async () => {
    const { data } = await reconcile.list({ from: STEP, to: STEP });
    expect(data[0]).toMatchObject({ status: 'failed', loss_pct: 40, drift: { loss_pct: { verdict: 'up' } } });
  });

  it('given a release the day before, then the answer has the first day of the new level and the release', async () => {
    expect(await loss()).toMatchObject({
      ...{ source: 'collector', metric: 'signups', day: LAST, value: 40, moved: 'up', alarming: true },
      shift: { day: STEP, direction: 'up', after: 40 },
      markers: [{ id: 'build-8', at: '2026-10-07T14:00:00.000Z', kind: 'release', title: 'Shop 1.5' }],
    });
    expect((await loss()).causes).toEqual([
      { part: 'missing', cause: 'client_never_seen', before_pct: 10, after_pct: 40, points: 30 },
    ]);
    expect(await reconcile.drift({ day: '2026-10-07' })).toMatchObject([
      { figure: 'gap_pct', moved: 'steady', day: '2026-10-07', causes: [], concentrated_in: null, markers: [] },
      { figure: 'loss_pct', moved: 'steady' },
      { figure: 'overcount_pct', moved: 'steady' },
    ]);
    expect(await reconcile.drift({ source: 'nobody' })).toEqual([]);
  });

  it('is a condition to be told, one per percentage', async () => {
    const watched = await lookAround({
      reconcile,
      completeness: { providers: () => Promise.resolve([]) },
      deadLetters: { counts: () => Promise.resolve([]) },
      verification: { standing: () => Promise.resolve({ last: undefined, overdue: false }) },
      announced: { missing: () => Promise.resolve([]) },
      clock: () => shop.now,
      failed: (part, error) => {
        throw new Error(part, { cause: error });
      },
    });
    expect(watched[0]!.conditions.map(({ key }) => key)).toEqual([
      'drift.collector.signups.gap_pct',
      'drift.collector.signups.loss_pct',
    ]);
  });
});

describe('days to come', () => {
  it('given rows of a day to come that an earlier version recorded, then drift, gaps and failures are those up to today', async () => {
    const before = [await reconcile.drift({}), await reconcile.gaps()];
    await shop.database.pool.query(`
      with made as (
        insert into reconcile.recorded select 9000000, '2026-12-31', source, metric, 'ok', 'x', 'r', now() from reconcile.recorded limit 1
        returning position)
      insert into reconcile.results select made.position, '', r."row" || '{"day": "2026-12-31", "provisional": false, "reasons": ["source_failed: x"]}'
      from made, (select "row" from reconcile.results order by position desc limit 1) r`);
    expect([await reconcile.drift({}), await reconcile.gaps()]).toEqual(before);
    expect(before[0]).not.toEqual([]);
    expect(await reconcile.drift({ day: '2026-12-31' })).toEqual(before[0]);
    expect(await reconcile.failing()).toEqual([]);
    await shop.database.pool.query(`delete from reconcile.results where position = 9000000`);
    await shop.database.pool.query(`delete from reconcile.recorded where position = 9000000`);
  });
});

describe('markers', () => {
  const titles = async () => (await reconcile.markers({})).data.map(({ title }) => title);
  const marker = { id: 'build-9', kind: 'deploy', title: 'Shop 1.6', at: '2026-10-09T08:00:00.000Z' } as const;

  it('are recorded in the ledger, once, with who set them', async () => {
    await reconcile.setMarker(marker, 'key:ci');
    await reconcile.setMarker(marker, 'key:ci');
    const entries = await shop.ledger.readStream('marker-build-9');
    expect(entries.map(({ type, actor }) => [type, actor])).toEqual([['MarkerSet', 'key:ci']]);
    const range = { from: new Date('2026-10-09T00:00:00Z'), to: new Date('2026-10-10T00:00:00Z') };
    expect(await reconcile.markers(range)).toEqual({
      data: [{ ...marker, actor: 'key:ci', position: entries[0]!.position }],
      next_cursor: null,
    });
  });

  it('given the same id with other content, then that is a conflict and the first one stays', async () => {
    await expect(reconcile.setMarker({ ...marker, title: 'Shop 2' }, 'key:ci')).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await titles()).toEqual(['Shop 1.6', 'Shop 1.5']);
  });

  it('given one without a time that is told again later, then it is the same; given another time, then a conflict', async () => {
    const { at: _, ...untimed } = { ...marker, id: 'build-9b' };
    const first = await reconcile.setMarker(untimed, 'key:ci');
    const before = shop.now;
    shop.now = new Date(before.getTime() + 60_000);
    expect(await reconcile.setMarker(untimed, 'key:ci')).toEqual(first);
    await expect(reconcile.setMarker({ ...untimed, at: shop.now.toISOString() }, 'key:ci')).rejects.toMatchObject({
      code: 'conflict',
    });
    shop.now = before;
  });

  it('given a page of one, then the newest first, and the cursor leads to the next, also among those of one instant', async () => {
    for (const id of ['build-9c', 'build-9d']) await reconcile.setMarker({ ...marker, id, title: id }, 'key:ci');
    const range = { from: new Date('2026-10-09T00:00:00Z'), to: new Date('2026-10-09T09:00:00Z') };
    const found: string[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = await reconcile.markers({ ...range, limit: 1, cursor });
      found.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor ?? undefined;
      more = cursor !== undefined;
    }
    expect(found).toEqual(['build-9d', 'build-9c', 'build-9']);
    await expect(reconcile.markers({ cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('given one that a crash kept from the ledger and that is told otherwise, then a conflict, and the first one is recorded', async () => {
    await shop.database.pool.query(
      "insert into reconcile.markers (id, at, kind, title, actor, recorded_at) values ('build-9e', '2026-10-09T08:00:00Z', 'deploy', 'first', 'key:ci', now())",
    );
    await expect(reconcile.setMarker({ ...marker, id: 'build-9e', title: 'second' }, 'key:ci')).rejects.toMatchObject({
      code: 'conflict',
    });
    await reconcile.recordPendingMarkers();
    expect((await shop.ledger.readStream('marker-build-9e')).map(({ body }) => body)).toEqual([
      expect.stringContaining('first'),
    ]);
  });

  it('given a table that was set back behind the ledger, when told or mended, then what the ledger has holds', async () => {
    await reconcile.setMarker({ ...marker, id: 'build-9f', title: 'recorded' }, 'key:ci');
    await shop.database.pool.query(
      "update reconcile.markers set title = 'older', position = null where id = 'build-9f'",
    );
    await reconcile.recordPendingMarkers();
    expect(await titles()).toContain('recorded');
    await shop.database.pool.query("delete from reconcile.markers where id = 'build-9f'");
    await expect(reconcile.setMarker({ ...marker, id: 'build-9f', title: 'other' }, 'key:ci')).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await titles()).filter((title) => title === 'recorded' || title === 'other')).toEqual(['recorded']);
  });

  it('given one that a crash kept from the ledger, then the next look records it', async () => {
    await shop.database.pool.query(
      "insert into reconcile.markers (id, at, kind, title, actor, recorded_at) values ('build-10', now(), 'note', 'x', 'key:ci', now())",
    );
    await reconcile.recordPendingMarkers();
    expect(await shop.ledger.readStream('marker-build-10')).toHaveLength(1);
  });
});

describe('the gap report of a week', () => {
  it('given a Monday, then that of the week before is published, told, and stays as it is', async () => {
    const told: (Pick<Message, 'id' | 'text'> & { channel: string })[] = [];
    const queued: Enqueued[] = [];
    const tell = (message: Message, channel: string) => Promise.resolve(void told.push({ ...message, channel }));
    const context = {
      ...{ reconcile, zone: new Zone(ZONE), clock: () => new Date('2026-10-12T05:00:00Z') },
      enqueue: (job: Enqueued) => Promise.resolve(void queued.push(job)),
      alerts: { channels: ['webhook', 'email'], tell },
    } as unknown as JobContext;
    await shop.database.pool.query(
      `insert into model.daily values ('signups', '2026-10-06', '', 'google', 'cpc', '', '', 'new', true, 3), ('signups', '2026-10-07', '', 'unknown', '', '', 'no_touch', 'new', true, 1),
         ('signups', '2026-10-04', '', 'bing', 'cpc', '', '', 'new', true, 9)`,
    );
    await gapReportWeekly.run({}, context);
    for (const { data } of queued) await gapReportTell.run(data, context);
    const report = (await reconcile.gapReport('2026-W41'))!;
    expect(report).toMatchObject({
      ...{ from: '2026-10-05', to: LAST, published_at: shop.now.toISOString() },
      rows: [{ source: 'collector', metric: 'signups', days: 7, actual: 700, tracked: 510, gap: 190, missing: 190 }],
      drift: [{ figure: 'gap_pct' }, { figure: 'loss_pct', shift: { day: STEP } }],
      came_from: [
        { metric: 'signups', channel: 'paid_search', value: 3, share: 0.75, bounds: [0.75, 1] },
        { metric: 'signups', channel: 'unknown', value: 1, share: 0.25, reasons: { no_touch: 1 } },
      ],
    });
    expect(queued.map(({ id }) => id)).toEqual(['gap-report-2026-W41-webhook', 'gap-report-2026-W41-email']);
    expect(told.map(({ id, channel }) => [id, channel])).toEqual([
      ['gap-report-2026-W41', 'webhook'],
      ['gap-report-2026-W41', 'email'],
    ]);
    expect(told[0]!.text).toContain('| collector | signups | 700 | 510 | 190 | 27.1 % | 10 % |');
    await shop.database.pool.query("delete from ingest.tracked_events where user_id like '2026-10-05%'");
    await reconcile.now({ from: '2026-10-05', to: '2026-10-05', metrics: ['signups'] }, 'test');
    await gapReportWeekly.run({}, context);
    expect(await reconcile.gapReport('2026-W41')).toEqual(report);
  });
});
