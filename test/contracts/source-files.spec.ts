import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { trackedMapper } from '../../src/catalog/tracked-events.js';
import { mapEvent } from '../../src/reconcile/pull/map-event.js';
import { accessLog } from '../../src/reconcile/sources/access-log.js';
import { file } from '../../src/reconcile/sources/file.js';
import { FakeSource, fetchDay } from '../support/fake-source.js';

let folder: string;
let store: FakeSource;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'truth-ledger-files-'));
  store = await FakeSource.start();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await store.stop();
});

const AT = '2026-10-03T10:00:00.000Z';
function put(name: string, content: string | Uint8Array): string {
  const whole = path.join(folder, name);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}
const brief = ({ events }: Awaited<ReturnType<typeof fetchDay>>) =>
  events.map(({ name, at, userId, properties }) => [name, new Date(at).toISOString(), userId, properties['order_id']]);
const ORDER = ['Order Completed', AT, 'u1', 'o1'];

describe('files of events', () => {
  it.each([
    ['CSV', 'a/2026-10-03.csv', `event,timestamp,user_id,order_id\n"Order Completed",${AT},u1,o1\n`],
    ['TSV', 'b/2026-10-03.tsv', `event\ttimestamp\tuser_id\torder_id\nOrder Completed\t${AT}\tu1\to1\n`],
    [
      'JSON lines',
      'c/2026-10-03.jsonl',
      `{"event":"Order Completed","timestamp":"${AT}","user_id":"u1","properties":{"order_id":"o1"}}\n`,
    ],
    [
      'JSON text in CSV',
      'd/2026-10-03.csv',
      `event,timestamp,user_id,properties\nOrder Completed,${AT},u1,"{""order_id"":""o1""}"\n`,
    ],
    [
      'gzip',
      'e/2026-10-03.jsonl.gz',
      gzipSync(`{"event":"Order Completed","timestamp":${Date.parse(AT) / 1_000},"user_id":"u1","order_id":"o1"}`),
    ],
  ])('given %s, then its rows', async (_, name, content) => {
    put(name, content);
    expect(brief(await fetchDay(file, { path: path.join(folder, path.dirname(name), '{day}*') }))).toEqual([ORDER]);
  });

  it('given Parquet in row groups, then the rows of all, with columns of their own names', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `o${index}`);
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'name', data: ids.map(() => 'purchase'), type: 'STRING' },
        { name: 'ts', data: ids.map(() => BigInt(Date.parse(AT)) * 1_000n), type: 'INT64' },
        { name: 'order_id', data: ids, type: 'STRING' },
      ],
      rowGroupSize: 10,
    });
    put('f/2026-10-03.parquet', new Uint8Array(buffer));
    const found = await fetchDay(file, {
      path: path.join(folder, 'f/{day}.parquet'),
      columns: { event: 'name', time: 'ts' },
    });
    expect(brief(found).map(([, at, , id]) => [at, id])).toEqual(ids.map((id) => [AT, id]));
  });

  it('given the export of GA4 to BigQuery, then its lists of parameters are properties', async () => {
    const row = {
      event_name: 'purchase',
      event_timestamp: Date.parse(AT) * 1_000,
      user_id: 'u1',
      user_pseudo_id: 'p1',
      event_params: [
        { key: 'value', value: { double_value: 12.5 } },
        { key: 'currency', value: { string_value: 'EUR', int_value: null } },
      ],
      ecommerce: { transaction_id: 'T-1' },
      traffic_source: { source: 'google' },
    };
    put('g/events_20261003.jsonl', JSON.stringify(row));
    const { events } = await fetchDay(file, {
      path: path.join(folder, 'g/events_{yyyy}{mm}{dd}.jsonl'),
      layout: 'ga4_bigquery',
    });
    expect(events[0]).toMatchObject({
      ...{ at: Date.parse(AT), userId: 'u1', anonymousId: 'p1', source: 'google' },
      properties: { value: 12.5, currency: 'EUR', transaction_id: 'T-1' },
    });
  });

  it('given the raw JSON of Segment, then its nested context', async () => {
    const row = {
      event: 'Signed Up',
      messageId: 'm1',
      timestamp: AT,
      userId: 'u1',
      anonymousId: 'a1',
      context: { library: { name: '@segment/analytics-node' } },
    };
    put('h/2026-10-03.json', JSON.stringify(row));
    const { events } = await fetchDay(file, { path: path.join(folder, 'h/{day}.json'), layout: 'segment' });
    expect(events[0]).toMatchObject({
      messageId: 'm1',
      library: '@segment/analytics-node',
      links: [{ userId: 'u1', anonymousId: 'a1' }],
    });
  });

  it('given the files that Segment writes, then every call of a day, none of them unreadable, and what browsers linked', async () => {
    const at = {
      timestamp: AT,
      anonymousId: 'a1',
      context: { os: { name: 'iOS' }, page: { referrer: 'https://t.co/x' } },
    };
    const rows = [
      { type: 'page', messageId: 'm1', name: 'Home', ...at },
      { type: 'identify', messageId: 'm2', userId: 'u1', traits: {}, ...at },
      { type: 'track', messageId: 'm3', event: 'Signed Up', userId: 'u1', ...at },
      { type: 'alias', messageId: 'm4', userId: 'u1', previousId: 'a0', ...at, anonymousId: null },
    ];
    const folderOfDay = String(Date.parse('2026-10-03T00:00:00Z'));
    put(`n/segment-logs/src1/${folderOfDay}/part.gz`, gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
    const given = { path: path.join(folder, 'n/segment-logs/src1/{unix_ms}/*.gz'), layout: 'segment' };
    const { events, flags } = await fetchDay(file, given);
    expect(flags).toEqual([]);
    expect(events.map(({ name, named, links }) => [name, named, links])).toEqual([
      ['page', false, []],
      ['identify', false, [{ userId: 'u1', anonymousId: 'a1' }]],
      ['Signed Up', true, [{ userId: 'u1', anonymousId: 'a1' }]],
      ['alias', false, [{ userId: 'u1', anonymousId: 'a0' }]],
    ]);
    expect(events[2]).toMatchObject({ os: 'iOS', referrer: 'https://t.co/x' });
  });

  it('given the export of PostHog, then its events are read as its collector and its query interface read them', async () => {
    const crawler = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
    const row = (uuid: string, distinct_id: string, properties: object): string =>
      JSON.stringify({ uuid, event: 'signup', distinct_id, timestamp: AT, properties: JSON.stringify(properties) });
    const rows = [
      row('m1', 'd1', { $is_identified: false, $user_agent: crawler, release: '4.2', truth_ledger_origin: 'r' }),
      row('m2', 'u2', {
        $device_id: 'd2',
        $is_server: true,
        $session_entry_utm_source: 'google',
        $referrer: 'https://t.co/x',
      }),
      row('m3', 'u3', { $lib: 'posthog-python' }),
    ];
    put('o/2026-10-03.jsonl', rows.join('\n'));
    const given = { path: path.join(folder, 'o/{day}.jsonl'), layout: 'posthog' };
    const { events } = await fetchDay(file, given);
    const writing = { clear: (value: unknown) => value as string, hash: String };
    const kept = events.map((event) => mapEvent(event, trackedMapper(), writing).event);
    expect(kept).toMatchObject([
      { messageId: 'm1', anonymousId: 'd1', userId: undefined, isBot: true, release: '4.2', lineage: 'ledger' },
      { messageId: 'm2', anonymousId: 'd2', userId: 'u2', source: 'google', lineage: 'server' },
      { messageId: 'm3', userId: 'u3', lineage: 'server' },
    ]);
    const renamed = await fetchDay(file, { ...given, columns: { release: 'properties.$lib' } });
    expect(renamed.events[2]).toMatchObject({ release: 'posthog-python' });
  });

  it('given times without a zone, then they are of the zone that is told', async () => {
    put('i/2026-10-03.csv', 'event,timestamp\nsignup,2026-10-03 12:00:00\n');
    const { events } = await fetchDay(file, { path: path.join(folder, 'i/{day}.csv'), time_zone: 'Europe/Berlin' });
    expect(new Date(events[0]!.at).toISOString()).toBe(AT);
  });

  it('given no file of the day, then a failure and no empty day; given an empty file, then an empty day', async () => {
    put('j/2026-10-02.csv', 'event,timestamp\nsignup,2026-10-03T00:00:00Z\n');
    const given = { path: path.join(folder, 'j/{day}.csv') };
    await expect(fetchDay(file, given)).rejects.toThrow('yet');
    put('j/2026-10-03.csv', 'event,timestamp\n');
    expect((await fetchDay(file, given)).events.map(({ name }) => name)).toEqual(['signup']);
    expect((await fetchDay(file, { ...given, days_before: 0 })).events).toEqual([]);
  });

  it('given rows that cannot be read, then the others, and a flag that counts them', async () => {
    put('k/2026-10-03.jsonl', `{"event":"signup","timestamp":"${AT}"}\n{"event":\n{"event":"signup"}\n`);
    const { events, flags } = await fetchDay(file, { path: path.join(folder, 'k/{day}.jsonl') });
    expect([events.length, flags]).toEqual([1, ['unreadable: 2 rows without a readable name or time are left out']]);
    put('k/2026-10-03.csv', `event,timestamp\nsignup,${AT}\nsignup,${AT},extra\n`);
    expect((await fetchDay(file, { path: path.join(folder, 'k/{day}.csv') })).flags).toHaveLength(1);
  });

  it('given gzip or Parquet that is broken, then a failure', async () => {
    put('l/2026-10-03.jsonl.gz', gzipSync('{"event":"signup"}\n'.repeat(1_000)).subarray(0, 60));
    put('m/2026-10-03.parquet', 'PAR1 no PAR1');
    await expect(fetchDay(file, { path: path.join(folder, 'l/{day}.jsonl.gz') })).rejects.toThrow('cannot be read');
    await expect(fetchDay(file, { path: path.join(folder, 'm/{day}.parquet') })).rejects.toThrow(
      'cannot be read as Parquet',
    );
  });

  it('given S3-compatible storage, then pages of its list are followed and other names are left alone', async () => {
    const listed = (keys: string[], more = '') =>
      `<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key><Size>10</Size></Contents>`).join('')}<IsTruncated>${more !== ''}</IsTruncated>${more && `<NextContinuationToken>${more}</NextContinuationToken>`}</ListBucketResult>`;
    store.answer = ({ path: at, query }) => {
      if (at.endsWith('.jsonl'))
        return {
          body: `{"event":"Order Completed","timestamp":"${AT}","user_id":"u1","order_id":"${at.slice(-8, -6)}"}`,
        };
      if (!query.get('prefix')!.startsWith('exports/2026-10-03/')) return { body: listed([]) };
      const body = query.get('continuation-token')
        ? listed(['exports/2026-10-03/o2.jsonl'])
        : listed(['exports/2026-10-03/o1.jsonl', 'exports/2026-10-03/deeper/o9.jsonl'], 'next');
      return { headers: { 'content-type': 'application/xml' }, body };
    };
    const s3 = { bucket: 'b', endpoint: store.url, access_key_id: 'a', secret_access_key: 's' };
    expect(brief(await fetchDay(file, { path: 'exports/{day}/*.jsonl', s3 })).map(([, , , id]) => id)).toEqual([
      'o1',
      'o2',
    ]);
    store.answer = () => ({ status: 403, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' });
    await expect(fetchDay(file, { path: 'exports/{day}/*.jsonl', s3 })).rejects.toThrow('AccessDenied');
  });
});

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const line = (target: string, { method = 'GET', status = 200, agent = CHROME, more = '' } = {}): string =>
  `203.0.113.9 - - [03/Oct/2026:12:00:00 +0200] "${method} ${target} HTTP/1.1" ${status} 512 "-" "${agent}"${more}\n`;

describe('access logs', () => {
  it('given the combined format, then pages alone, with what names the visitor', async () => {
    put(
      'n/2026-10-03.log',
      line('/thanks?order_id=o1', { more: ' "a1"' }) +
        line('/app.js') +
        line('/api/v1') +
        line('/x', { status: 404 }) +
        line('/x', { method: 'POST' }),
    );
    const { pages, flags } = await fetchDay(accessLog, {
      ...{
        path: path.join(folder, 'n/{day}.log'),
        format: 'combined',
        extra_fields: ['visitor'],
        anonymous_id: 'visitor',
      },
    });
    expect(pages).toEqual([
      expect.objectContaining({
        at: Date.parse(AT),
        target: '/thanks?order_id=o1',
        ip: '203.0.113.9',
        userAgent: CHROME,
        anonymousId: 'a1',
      }),
    ]);
    expect(flags).toEqual([]);
  });

  it('given escapes, an empty user agent and a broken line, then they are read, empty, and flagged', async () => {
    put(
      'o/2026-10-03.log',
      line('/caf\\xc3\\xa9') + line('/a', { agent: '-' }) + '203.0.113.9 - - [03/Oct/2026:12:00:00 +0200] "GET / HT',
    );
    const { pages, flags } = await fetchDay(accessLog, { path: path.join(folder, 'o/{day}.log'), format: 'combined' });
    expect(pages.map(({ target, userAgent }) => [target, userAgent])).toEqual([
      ['/café', CHROME],
      ['/a', undefined],
    ]);
    expect(flags).toEqual(['unreadable: 1 of 3 lines are not of the format combined']);
  });

  it('given the log of CloudFront, then its fields by their names, decoded', async () => {
    const fields =
      'date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent) cs-uri-query cs(Cookie) x-edge-request-id x-edge-result-type';
    const values = [
      '2026-10-03',
      '10:00:00',
      '203.0.113.9',
      'GET',
      '/thanks',
      '200',
      encodeURIComponent(CHROME),
      'order_id=o1',
      'x=1;%20aid=a1',
      'r1',
    ];
    const lines = [values, [...values.slice(0, -1), 'r2']].map((each, index) =>
      [...each, ['RefreshHit', 'Miss'][index]].join('\t'),
    );
    put('p/2026-10-03.log', `#Version: 1.0\n#Fields: ${fields}\n${lines.join('\n')}\n`);
    const given = {
      path: path.join(folder, 'p/{day}.log'),
      format: 'cloudfront',
      extra_fields: ['aid'],
      anonymous_id: 'aid',
    };
    const [first, second] = (await fetchDay(accessLog, given)).pages;
    expect([second!.requestId, second!.stored]).toEqual(['r2', undefined]);
    expect([first]).toEqual([
      {
        requestId: 'r1',
        at: Date.parse(AT),
        target: '/thanks?order_id=o1',
        ip: '203.0.113.9',
        userAgent: CHROME,
        userId: undefined,
        anonymousId: 'a1',
        stored: 'cached',
      },
    ]);
  });

  it.each([[AT], [Date.parse(AT) * 1e6], [Date.parse(AT) / 1_000]])(
    'given the lines of Cloudflare with the time %s, then its fields',
    async (time) => {
      const row = {
        RayID: 'ray1',
        EdgeStartTimestamp: time,
        ClientIP: '2001:db8::1',
        ClientRequestMethod: 'GET',
        ClientRequestURI: '/?uid=u1',
        ClientRequestUserAgent: CHROME,
        EdgeResponseStatus: 200,
        CacheCacheStatus: 'hit',
      };
      put(
        'q/2026-10-03.log',
        `${JSON.stringify(row)}\n${JSON.stringify({ ...row, RayID: 'ray2', CacheCacheStatus: 'dynamic' })}`,
      );
      const { pages } = await fetchDay(accessLog, {
        path: path.join(folder, 'q/{day}.log'),
        format: 'cloudflare',
        user_id: 'uid',
      });
      expect(pages).toEqual([
        expect.objectContaining({ requestId: 'ray1', at: Date.parse(AT), userId: 'u1', stored: 'cached' }),
        expect.objectContaining({ requestId: 'ray2', stored: undefined }),
      ]);
    },
  );

  it('given a page that the browser had already, and one it fetched ahead, then neither was made as it was asked for', async () => {
    put(
      'r/2026-10-03.log',
      line('/a', { status: 304, more: ' "-"' }) +
        line('/b', { more: ' "prefetch;prerender"' }) +
        line('/c', { more: ' "-"' }),
    );
    const { pages } = await fetchDay(accessLog, {
      ...{ path: path.join(folder, 'r/{day}.log'), format: 'combined' },
      ...{ extra_fields: ['purpose'], purpose: 'purpose' },
    });
    expect(pages.map(({ stored }) => stored)).toEqual(['cached', 'prerendered', undefined]);
  });
});
