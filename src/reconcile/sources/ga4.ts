import { z } from 'zod';
import { addDays } from '../../kernel/day.js';
import type { Http } from '../pull/http.js';
import { address, number, secret } from '../pull/setting-shapes.js';
import { instantOf, isZone } from '../pull/zoned-time.js';
import type { FetchRequest, Piece, SourceType } from '../source-type.js';
import { SourceFailure } from '../source.js';

const WHO = 'GA4';
const PAGE = 100_000; // rows; the most that one request gives
const HOUR_MS = 3_600_000;
const SCOPE = 'https://www.googleapis.com/auth/analytics.readonly';

const settings = z.strictObject({
  property_id: number,
  /** Of a service account with the role Viewer on the property. */
  client_email: z.email(),
  private_key: secret
    .refine(
      (key) => key.includes('PRIVATE KEY-----'),
      'must be the whole private key, from -----BEGIN PRIVATE KEY----- on',
    )
    .transform((key) => key.replaceAll('\\n', '\n')),
  /** What GA4's revenue leaves out, by how the shop fills `value`: tax and shipping (`net`), or nothing (`total`). */
  revenue_basis: z.enum(['net', 'total']).default('net'),
  host: address.default('https://analyticsdata.googleapis.com'),
});
type Settings = z.infer<typeof settings>;

/** Counts by event and hour, and by first touch. Every flag that makes a number of GA4 something else than a count is kept. */
export const ga4: SourceType<Settings> = {
  name: 'ga4',
  meaning: 'Event counts and revenue of a Google Analytics 4 property, by the Data API.',
  gives: 'counts',
  settlesHours: () => 72, // numbers of a day change for up to three days
  settings,
  async *fetch(given, request) {
    const token = await tokenOf(given, request.http);
    yield* report(given, request, token, {
      dimensions: ['dateHour', 'eventName'],
      metrics: ['eventCount', 'purchaseRevenue'],
      pieces: ([, name], [count, revenue], { currencyCode }) => [
        { counted: { name: name!, count: integer(count) } },
        ...(request.mapper.kindOf(name!) === 'order_completed'
          ? [
              {
                counted: {
                  name: name!,
                  count: 0,
                  value: { amount: revenue!, basis: given.revenue_basis, currency: text(currencyCode) },
                },
              },
            ]
          : []),
      ],
    });
    yield* report(given, request, token, {
      dimensions: ['dateHour', 'eventName', 'firstUserSource'],
      metrics: ['eventCount'],
      only: [...request.names],
      pieces: ([, name, source], [count]) => [
        { counted: { name: name!, firstUserSource: source || '(not set)', count: integer(count) } },
      ],
    });
  },
};

interface Report {
  /** The first is the hour. */
  dimensions: readonly string[];
  metrics: readonly string[];
  /** Names of events. */
  only?: readonly string[];
  pieces(dimensions: readonly string[], metrics: readonly string[], metadata: Metadata): Piece[];
}

const value = z.object({ value: z.string() });
const answerShape = z.object({
  rows: z.array(z.object({ dimensionValues: z.array(value), metricValues: z.array(value) })).default([]),
  rowCount: z.number().int().default(0),
  metadata: z.looseObject({
    timeZone: z.string().refine(isZone),
    currencyCode: z.string().optional(),
    dataLossFromOtherRow: z.boolean().optional(),
    subjectToThresholding: z.boolean().optional(),
    samplingMetadatas: z.array(z.unknown()).optional(),
  }),
});
type Metadata = z.infer<typeof answerShape>['metadata'];

async function* report(given: Settings, request: FetchRequest, token: string, asked: Report): AsyncGenerator<Piece> {
  for (let offset = 0; ;) {
    const { rows, rowCount, metadata } = await page(given, request, token, asked, offset);
    yield { timeZone: metadata.timeZone };
    yield* flagsOf(metadata);
    for (const { dimensionValues, metricValues } of rows) {
      const [dimensions, metrics] = [dimensionValues.map(({ value }) => value), metricValues.map(({ value }) => value)];
      if (dimensions.includes('(other)')) yield { flag: 'other_row: GA4 put events into the row (other)' };
      const place = placeOf(dimensions[0]!, metadata.timeZone, request);
      if (place === 'crossing')
        yield {
          flag: `zone: an hour of ${metadata.timeZone} lies across the border of the day in ${request.zone.name}`,
        };
      if (place !== 'outside') yield* asked.pieces(dimensions, metrics, metadata);
    }
    offset += rows.length;
    if (offset >= rowCount) return;
    if (rows.length === 0)
      throw new SourceFailure(`${WHO} told of ${rowCount} rows and gave ${offset}: its answer is partial`);
  }
}

/** Where an hour of the property (`2026100323`) lies beside the day that is asked for. */
function placeOf(dateHour: string, zone: string, { window }: FetchRequest): 'inside' | 'outside' | 'crossing' {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(dateHour);
  if (!match) return 'crossing'; // `(other)` has no hour
  const wall = Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:00:00Z`);
  // Up to where the clocks show the next one: an hour that they show twice is one of two hours here.
  const [from, to] = [instantOf(zone, wall), instantOf(zone, wall + HOUR_MS)];
  if (to <= window.from || from >= window.to) return 'outside';
  return from >= window.from && to <= window.to ? 'inside' : 'crossing';
}

async function page(
  { host, property_id }: Settings,
  { day, http }: FetchRequest,
  token: string,
  { dimensions, metrics, only }: Report,
  offset: number,
) {
  const filter = { filter: { fieldName: 'eventName', inListFilter: { values: only } } };
  const answer = await http.json({
    who: WHO,
    url: `${host}/v1beta/properties/${property_id}:runReport`,
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: {
      // The days around it too: which hours of the property's zone are of our day is known from the answer.
      dateRanges: [{ startDate: addDays(day, -1), endDate: addDays(day, 1) }],
      dimensions: dimensions.map((name) => ({ name })),
      metrics: metrics.map((name) => ({ name })),
      ...(only ? { dimensionFilter: filter } : {}),
      orderBys: dimensions.map((dimensionName) => ({ dimension: { dimensionName } })),
      ...{ limit: String(PAGE), offset: String(offset), keepEmptyRows: false, returnPropertyQuota: true },
    },
  });
  const read = answerShape.safeParse(answer);
  if (!read.success) throw new SourceFailure(`${WHO} answered with something else than a report`);
  return read.data;
}

function* flagsOf({ samplingMetadatas = [], subjectToThresholding, dataLossFromOtherRow }: Metadata): Generator<Piece> {
  if (samplingMetadatas.length > 0) yield { flag: 'sampled: GA4 counted a part of the events and multiplied' };
  if (subjectToThresholding) yield { flag: 'thresholded: GA4 leaves out rows of few people' };
  if (dataLossFromOtherRow) yield { flag: 'other_row: GA4 put events into the row (other)' };
}

const REFUSED = `${WHO}: Google gave the service account no access`;

async function tokenOf({ client_email: email, private_key: key }: Settings, http: Http): Promise<string> {
  const { JWT } = await import('google-auth-library');
  const client = new JWT({
    ...{ email, key, scopes: [SCOPE] },
    transporterOptions: { fetchImplementation: http.fetch, timeout: 30_000, retryConfig: { retry: 2 } },
  });
  try {
    const { token } = await client.getAccessToken();
    if (token) return token;
  } catch (error) {
    throw new SourceFailure(REFUSED, { said: (error as Error).message.slice(0, 200) });
  }
  throw new SourceFailure(REFUSED);
}

function integer(text: string | undefined): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new SourceFailure(`${WHO} answered with a count that is none`);
  return number;
}

function text(value: string | undefined): string {
  if (value === undefined) throw new SourceFailure(`${WHO} named no currency`);
  return value;
}
