import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync, strToU8, zipSync } from 'fflate';
import { amplitude } from '../../src/reconcile/sources/amplitude.js';
import { ga4 } from '../../src/reconcile/sources/ga4.js';
import { mixpanel } from '../../src/reconcile/sources/mixpanel.js';
import { plausible } from '../../src/reconcile/sources/plausible.js';
import { posthog } from '../../src/reconcile/sources/posthog.js';
import { umami } from '../../src/reconcile/sources/umami.js';
import type { SourceType } from '../../src/reconcile/source-type.js';
import { SourceFailure } from '../../src/reconcile/source.js';
import { type Asked, FakeSource, fetchDay, type Told, waits } from '../support/fake-source.js';

let fake: FakeSource;
beforeAll(async () => {
  fake = await FakeSource.start();
});
beforeEach(() => {
  fake.reset();
  waits.length = 0;
});
afterAll(() => fake.stop());

const AT = Date.parse('2026-10-03T10:00:00.123Z');
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
/** Google's token address is fixed in its library: it is answered here. */
const google: typeof fetch = (input, init) =>
  new Request(input).url.startsWith('https://oauth2.googleapis.com/')
    ? Promise.resolve(Response.json({ access_token: 'granted', expires_in: 3600, token_type: 'Bearer' }))
    : fetch(input, init);

const hogql = (asked: Asked): string => asked.body.query.query as string;
const isEvents = (asked: Asked): boolean => hogql(asked).startsWith('SELECT uuid');
const posthogRow = (uuid: string, at: number, properties: object = { $device_id: 'd1', order_id: 'o1' }): unknown[] => [
  uuid,
  'order_completed',
  'u1',
  at,
  at + 5,
  JSON.stringify(properties),
];
const report = (rows: [string[], string[]][], metadata: object = {}, rowCount = rows.length) => ({
  rows: rows.map(([dimensions, metrics]) => ({
    dimensionValues: dimensions.map((value) => ({ value })),
    metricValues: metrics.map((value) => ({ value })),
  })),
  rowCount,
  metadata: { timeZone: 'UTC', currencyCode: 'EUR', ...metadata },
});
const archive = (...rows: object[]): Buffer =>
  Buffer.from(zipSync({ '1/a#0.json.gz': gzipSync(strToU8(rows.map((row) => JSON.stringify(row)).join('\n'))) }));

interface Case {
  type: SourceType;
  settings: (url: string) => object;
  empty: () => Told;
  /** A day with one completed order. */
  one: (asked: Asked) => Told;
  fetch?: typeof fetch;
}

const cases: Record<string, Case> = {
  posthog: {
    type: posthog,
    settings: (url) => ({ host: url, project_id: 7, api_key: 'phx_1' }),
    empty: () => ({ body: { results: [] } }),
    one: (asked) => ({ body: { results: isEvents(asked) ? [posthogRow('e1', AT)] : [] } }),
  },
  ga4: {
    type: ga4,
    settings: (url) => ({ host: url, property_id: 99, client_email: 'robot@project.example', private_key: privateKey }),
    empty: () => ({ body: report([]) }),
    one: (asked) => ({
      body:
        asked.body.dimensions.length === 2
          ? report([
              [
                ['2026100310', 'purchase'],
                ['1', '12.34'],
              ],
            ])
          : report([]),
    }),
    fetch: google,
  },
  mixpanel: {
    type: mixpanel,
    settings: (url) => ({ host: url, project_id: '5', project_secret: 'hush' }),
    empty: () => ({ body: '' }),
    one: () => ({
      body: `${JSON.stringify({ event: 'Order Completed', properties: { time: AT, distinct_id: 'u1', $insert_id: 'i1', order_id: 'o1' } })}\n`,
    }),
  },
  amplitude: {
    type: amplitude,
    settings: (url) => ({ host: url, api_key: 'k', secret_key: 's' }),
    empty: () => ({ status: 404, body: 'Raw data files were not found.' }),
    one: () => ({
      body: archive({
        event_type: 'purchase',
        event_time: '2026-10-03 10:00:00.123000',
        user_id: 'u1',
        device_id: 'd1',
        uuid: 'e1',
        event_properties: { order_id: 'o1' },
      }),
    }),
  },
  plausible: {
    type: plausible,
    settings: (url) => ({ host: url, site_id: 'shop.example', api_key: 'k', revenue: true }),
    empty: () => ({ body: { results: [], meta: {} } }),
    one: () => ({
      body: {
        results: [{ dimensions: ['Purchase'], metrics: [1, { value: 12.34, currency: 'EUR', short: '€12.3' }] }],
        meta: {},
      },
    }),
  },
  umami: {
    type: umami,
    settings: (url) => ({ host: url, website_id: 'w-1', token: 't' }),
    empty: () => ({ body: [] }),
    one: () => ({ body: [{ x: 'purchase', y: 1 }] }),
  },
};

describe.each(Object.entries(cases))(
  '%s keeps the contract of a source type',
  (name, { type, settings, empty, one, fetch: doFetch }) => {
    const fetched = (given: Parameters<typeof fetchDay>[2] = {}) =>
      fetchDay(type, settings(fake.url), { fetch: doFetch, ...given });
    const failure = async (): Promise<SourceFailure> => {
      const error: unknown = await fetched().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(SourceFailure);
      return error as SourceFailure;
    };

    it('has its name, a meaning and a time to settle', () => {
      expect([
        type.name,
        type.meaning.endsWith('.'),
        type.settlesHours(type.settings.parse(settings(fake.url))) > 0,
      ]).toEqual([name, true, true]);
    });

    it('given an empty day, then nothing of meaning, and no failure', async () => {
      fake.answer = empty;
      const { events, counted, seen } = await fetched();
      expect([events, counted, seen]).toEqual([[], [], []]);
    });

    it('given one order, then one event with its instant, or a count of one', async () => {
      fake.answer = one;
      const { events, counted } = await fetched();
      if (type.gives === 'counts')
        expect(counted.filter(({ value }) => !value)).toEqual([expect.objectContaining({ count: 1 })]);
      else
        expect(events).toEqual([
          expect.objectContaining({ at: AT, userId: 'u1', properties: expect.objectContaining({ order_id: 'o1' }) }),
        ]);
    });

    it('given 429 with Retry-After, then it is asked again no sooner, and answers', async () => {
      fake.answer = one;
      fake.troubles.push({ status: 429, headers: { 'retry-after': '7' } });
      const { events, counted } = await fetched();
      expect([events.length + counted.length > 0, waits]).toEqual([true, [7_000]]);
    });

    it('given a quota that is used up for an hour, then a failure that says when to come again, without sitting it out', async () => {
      fake.troubles.push({ status: 429, headers: { 'retry-after': '3600' }, body: 'quota exceeded' });
      const { message, more } = await failure();
      expect([message, more.retryAt, waits]).toEqual([
        expect.stringContaining('429'),
        new Date('2026-10-20T13:00:00Z'),
        [],
      ]);
    });

    it('given 5xx, then growing pauses, and a failure in the end', async () => {
      for (let i = 0; i < 4; i += 1) fake.troubles.push({ status: 502, body: 'bad gateway' });
      const { message, more } = await failure();
      expect([message.endsWith('answered 502'), more.said]).toEqual([true, 'bad gateway']);
      expect(waits).toEqual([1_000, 4_000, 16_000]);
    });

    it('given a key that is refused, then it is told and not tried again', async () => {
      fake.troubles.push({ status: 403, body: 'no' });
      expect((await failure()).message).toContain('check its key');
      expect(waits).toEqual([]);
    });

    it.each(['<html>maintenance</html>', '{"a":', '[[1]]'])(
      'given %s, then a failure and no empty day',
      async (body) => {
        fake.answer = () => ({ body });
        await failure();
      },
    );

    it('given an answer that is cut off, then a failure', async () => {
      fake.answer = (asked) => ({ ...one(asked), cut: true });
      await failure();
    });
  },
);

describe('PostHog', () => {
  const given = () => ({ host: fake.url, project_id: 7, api_key: 'phx_1', page_size: 2 });

  it('given more than a page, then the next begins behind the last event, and what has no meaning is only counted and seen', async () => {
    const all = [posthogRow('a', AT), posthogRow('b', AT), posthogRow('c', AT), posthogRow('0', AT + 1)];
    fake.answer = (asked) => {
      if (!isEvents(asked)) {
        const names = hogql(asked).startsWith('SELECT event');
        return {
          body: {
            results: names
              ? [['$pageview', 41]]
              : [['u9', Date.parse('2026-10-03T10:00:00Z') / 1_000, 'd9', 'Firefox', 'Linux', null, 'DE']],
          },
        };
      }
      const [, at, uuid] = /> \((\d+), '(\w*)'\)/.exec(hogql(asked))!;
      return {
        body: {
          results: all
            .filter((row) => (row[3] as number) > Number(at) || (row[3] === Number(at) && (row[0] as string) > uuid!))
            .slice(0, 2),
        },
      };
    };
    const { events, seen, names } = await fetchDay(posthog, given());
    expect(events.map(({ messageId }) => messageId)).toEqual(['a', 'b', 'c', '0']);
    const client: unknown = expect.objectContaining({ browser: 'Firefox', os: 'Linux', country: 'DE' });
    expect(seen).toEqual([{ userId: 'u9', anonymousId: 'd9', at: Date.parse('2026-10-03T10:00:00Z'), client }]);
    expect(names).toEqual({ $pageview: 41 });
  });

  it('asks for the day of the reporting zone, by instants', async () => {
    fake.answer = () => ({ body: { results: [] } });
    await fetchDay(posthog, given(), { zone: 'America/New_York' });
    const [from, to] = ['2026-10-03T04:00:00Z', '2026-10-04T04:00:00Z'].map(Date.parse);
    for (const asked of fake.asked) {
      expect(hogql(asked)).toContain(
        `timestamp >= fromUnixTimestamp64Milli(${from}) AND timestamp < fromUnixTimestamp64Milli(${to})`,
      );
      expect(asked.headers.authorization).toBe('Bearer phx_1');
    }
  });

  it('given an event of a server library, then it says so', async () => {
    fake.answer = (asked) => ({
      body: { results: isEvents(asked) ? [posthogRow('a', AT, { $lib: 'posthog-node', order_id: 'o1' })] : [] },
    });
    expect((await fetchDay(posthog, { ...given(), page_size: 10 })).events[0]).toMatchObject({
      library: 'posthog-node',
    });
  });
});

describe('GA4', () => {
  const given = () => ({
    host: fake.url,
    property_id: 99,
    client_email: 'robot@project.example',
    private_key: privateKey.replaceAll('\n', '\\n'),
  });
  const fetched = (options = {}) => fetchDay(ga4, given(), { fetch: google, ...options });
  const counts =
    (rows: [string[], string[]][], metadata: object = {}) =>
    (asked: Asked) => ({
      body: asked.body.dimensions.length === 2 ? report(rows, metadata) : report([], metadata),
    });

  it('given a property in another zone, then its hours are put into our day', async () => {
    const rows: [string[], string[]][] = [
      [
        ['2026100319', 'sign_up'],
        ['1', '0'],
      ], // 23:00 UTC on the 3rd
      [
        ['2026100320', 'sign_up'],
        ['10', '0'],
      ], // 00:00 UTC on the 4th
      [
        ['2026100220', 'sign_up'],
        ['100', '0'],
      ], // 00:00 UTC on the 3rd
    ];
    fake.answer = counts(rows, { timeZone: 'America/New_York' });
    const { counted, timeZone, flags } = await fetched();
    expect([counted.map(({ count }) => count), timeZone, flags]).toEqual([[1, 100], 'America/New_York', []]);
  });

  it('given a zone whose hours lie across the border of our day, then the day is flagged', async () => {
    fake.answer = counts(
      [
        [
          ['2026100305', 'sign_up'],
          ['1', '0'],
        ],
      ],
      { timeZone: 'Asia/Kolkata' },
    );
    expect((await fetched()).flags).toEqual(['zone: an hour of Asia/Kolkata lies across the border of the day in UTC']);
  });

  it.each([
    // Clocks in New York show 01:00 to 02:00 twice, and the day of Denver begins between the two.
    ['America/Denver', '2026-11-01', '2026110101', ['zone']],
    ['America/Denver', '2026-10-31', '2026110101', ['zone']],
    ['America/Denver', '2026-11-01', '2026110102', []],
    ['America/Chicago', '2026-11-01', '2026110101', []],
    // 02:00 is no hour of the 8th of March: 01:00 ends where 03:00 begins.
    ['America/Denver', '2026-03-07', '2026030801', []],
    ['America/Denver', '2026-03-08', '2026030803', []],
  ])('given clocks that change, then of %s on %s the hour %s is flagged %j', async (zone, day, hour, flagged) => {
    fake.answer = counts(
      [
        [
          [hour, 'sign_up'],
          ['1', '0'],
        ],
      ],
      { timeZone: 'America/New_York' },
    );
    const { flags } = await fetched({ zone, day });
    expect(flags.map((flag) => flag.split(':')[0])).toEqual(flagged);
  });

  it('given sampling, thresholds and the row (other), then each is a flag', async () => {
    fake.answer = counts(
      [
        [
          ['2026100310', '(other)'],
          ['3', '0'],
        ],
      ],
      { samplingMetadatas: [{}], subjectToThresholding: true, dataLossFromOtherRow: true },
    );
    expect(new Set((await fetched()).flags)).toEqual(
      new Set([
        'sampled: GA4 counted a part of the events and multiplied',
        'thresholded: GA4 leaves out rows of few people',
        'other_row: GA4 put events into the row (other)',
      ]),
    );
  });

  it('given more rows than a page, then all are asked for; given fewer than told, then it is partial', async () => {
    const page = (offset: string, rowCount: number) =>
      report(
        [
          [
            ['2026100310', `event_${offset}`],
            ['1', '0'],
          ],
        ],
        {},
        rowCount,
      );
    fake.answer = (asked) => ({ body: asked.body.dimensions.length === 2 ? page(asked.body.offset, 2) : report([]) });
    expect((await fetched()).counted.map(({ name }) => name)).toEqual(['event_0', 'event_1']);
    fake.answer = () => ({ body: report([], {}, 5) });
    await expect(fetched()).rejects.toThrow('5 rows and gave 0: its answer is partial');
  });

  it('keeps revenue with its currency and basis, and counts by first touch', async () => {
    fake.answer = (asked) => ({
      body:
        asked.body.dimensions.length === 2
          ? report([
              [
                ['2026100310', 'purchase'],
                ['2', '99.5'],
              ],
            ])
          : report([[['2026100310', 'purchase', 'google'], ['2']]]),
    });
    const { counted } = await fetched();
    expect(counted).toEqual([
      { name: 'purchase', count: 2 },
      { name: 'purchase', count: 0, value: { amount: '99.5', basis: 'net', currency: 'EUR' } },
      { name: 'purchase', firstUserSource: 'google', count: 2 },
    ]);
    expect(fake.asked[1]!.body.dimensionFilter.filter.inListFilter.values).toContain('purchase');
  });

  it('given a service account that Google refuses, then a sentence says so, and holds neither address nor key', async () => {
    const refused: typeof fetch = () => Promise.resolve(Response.json({ error: 'invalid_grant' }, { status: 400 }));
    const error = (await fetchDay(ga4, given(), { fetch: refused }).catch(
      (caught: unknown) => caught,
    )) as SourceFailure;
    expect([error.name, error.message]).toEqual(['SourceFailure', 'GA4: Google gave the service account no access']);
    expect(JSON.stringify(error.more)).not.toMatch(/PRIVATE|robot@/);
  });
});

describe('Mixpanel', () => {
  const given = (more = {}) => ({ host: fake.url, project_id: 5, username: 'robot', password: 'hush', ...more });
  const line = (event: string, properties: object): string =>
    `${JSON.stringify({ event, properties: { distinct_id: 'u1', ...properties } })}\n`;

  it('asks for the dates that the day touches, and tells copies of one message by one id', async () => {
    const sent = line('Order Completed', { time: AT, $insert_id: 'i1', order_id: 'o1' });
    fake.answer = () => ({
      body: sent + sent + line('Order Completed', { time: AT + 1, $insert_id: 'i1', order_id: 'o1' }),
    });
    const { events } = await fetchDay(mixpanel, given(), { zone: 'America/New_York' });
    expect([fake.asked[0]!.query.get('from_date'), fake.asked[0]!.query.get('to_date')]).toEqual([
      '2026-10-03',
      '2026-10-04',
    ]);
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it('given a project of before 2023, then its clock is read in its zone', async () => {
    fake.answer = () => ({ body: line('Sign Up', { time: Date.parse('2026-10-03T08:00:00Z') / 1_000 }) });
    const { events } = await fetchDay(mixpanel, given({ time_zone: 'America/New_York' }));
    expect(new Date(events[0]!.at).toISOString()).toBe('2026-10-03T12:00:00.000Z');
  });

  it('given an export that ends in words, then it is partial', async () => {
    fake.answer = () => ({ body: `${line('Sign Up', { time: AT })}terminated early\n` });
    await expect(fetchDay(mixpanel, given())).rejects.toMatchObject({
      message: 'Mixpanel broke off its export',
      more: { said: 'terminated early' },
    });
  });

  it('given an export that ends within an event, then nothing of the event is told', async () => {
    fake.answer = () => ({
      body: `${line('Sign Up', { time: AT })}{"event":"Sign Up","properties":{"name":"Jane Doe",`,
    });
    await expect(fetchDay(mixpanel, given())).rejects.toMatchObject({ more: { said: undefined } });
  });

  it('tells devices from users', async () => {
    fake.answer = () => ({
      body:
        line('A', { time: AT, distinct_id: '$device:d1', $device_id: 'd1' }) +
        line('B', { time: AT, $user_id: 'u1', $device_id: 'd1' }),
    });
    expect((await fetchDay(mixpanel, given())).events.map(({ userId, anonymousId }) => [userId, anonymousId])).toEqual([
      [undefined, 'd1'],
      ['u1', 'd1'],
    ]);
  });
});

describe('Amplitude', () => {
  const given = { api_key: 'k', secret_key: 's' };

  it('asks by the hour of upload for longer than the day, up to now', async () => {
    fake.answer = () => ({ status: 404 });
    await fetchDay(amplitude, { ...given, host: fake.url }, { zone: 'Europe/Berlin' });
    await fetchDay(amplitude, { ...given, host: fake.url }, { zone: 'Europe/Berlin', now: '2026-10-03T15:30:00Z' });
    expect(fake.asked.map(({ query }) => [query.get('start'), query.get('end')])).toEqual([
      ['20261002T22', '20261005T23'],
      ['20261002T22', '20261003T14'],
    ]);
  });

  it('given several files in the archive, then the events of all', async () => {
    const file = (name: string) =>
      gzipSync(strToU8(JSON.stringify({ event_type: name, event_time: '2026-10-03 10:00:00' })));
    fake.answer = () => ({ body: Buffer.from(zipSync({ 'a.json.gz': file('one'), 'b.json.gz': file('two') })) });
    expect((await fetchDay(amplitude, { ...given, host: fake.url })).events.map(({ name }) => name).sort()).toEqual([
      'one',
      'two',
    ]);
  });
});

describe('Plausible and Umami', () => {
  it('are asked for instants, so that the zone of the site plays no part', async () => {
    fake.answer = () => ({ body: { results: [] } });
    await fetchDay(plausible, { host: fake.url, site_id: 's', api_key: 'k' }, { zone: 'America/New_York' });
    fake.answer = () => ({ body: [] });
    await fetchDay(umami, { host: fake.url, website_id: 'w', api_key: 'k' }, { zone: 'America/New_York' });
    expect(fake.asked[0]!.body.date_range).toEqual(['2026-10-03T04:00:00+00:00', '2026-10-04T03:59:59+00:00']);
    expect(Number(fake.asked[1]!.query.get('endAt'))).toBe(Date.parse('2026-10-04T03:59:59.999Z'));
  });

  it('given full pages, then the next is asked for', async () => {
    fake.answer = (asked) => ({
      body:
        asked.query.get('offset') === '0'
          ? Array.from({ length: 500 }, (_, i) => ({ x: `e${i}`, y: 1 }))
          : [{ x: 'last', y: 2 }],
    });
    const { counted } = await fetchDay(umami, { host: fake.url, website_id: 'w', api_key: 'k' });
    expect([counted.length, counted.at(-1)]).toEqual([501, { name: 'last', count: 2 }]);
  });

  it('given a warning about revenue, or a goal without any, then amounts must not be compared; of anything else it is a note', async () => {
    fake.answer = () => ({
      body: {
        results: [{ dimensions: ['Purchase'], metrics: [3, null] }],
        meta: { metric_warnings: { total_revenue: { code: 'no_revenue_goals_matching' }, events: {} } },
      },
    });
    const { counted, flags, notes } = await fetchDay(plausible, {
      ...{ host: fake.url, site_id: 's', api_key: 'k', revenue: true },
    });
    expect([counted, flags, notes]).toEqual([
      [{ name: 'Purchase', count: 3 }],
      ['revenue: Plausible says that total_revenue may not be whole', 'revenue: Plausible told no revenue of its goal'],
      ['warned: Plausible says that events may not be whole'],
    ]);
  });
});
