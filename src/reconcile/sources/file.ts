import { z } from 'zod';
import { posthog as posthogProtocol } from '../../ingest/collectors/posthog.js';
import { isObject, type Json } from '../../ingest/json-members.js';
import { filePlace, filesOf, filesSettleHours } from '../pull/files.js';
import { objectOf } from '../pull/lines.js';
import { timeZone } from '../pull/setting-shapes.js';
import { formatOf, rowsOf, type TableFormat } from '../pull/table-rows.js';
import { instantFrom } from '../pull/zoned-time.js';
import type { Piece, SourceEvent, SourceType } from '../source-type.js';
import { SourceFailure } from '../source.js';

const columnNames = [
  ...([
    'event',
    'time',
    'received',
    'message_id',
    'user_id',
    'anonymous_id',
    'properties',
    'library',
    'user_agent',
  ] as const),
  ...(['device', 'browser', 'os', 'country', 'release', 'url', 'referrer', 'source', 'medium', 'campaign'] as const),
] as const;
type Column = (typeof columnNames)[number];
type Columns = Partial<Record<Column, string>>;

/** Columns as tools write them; a dot goes into an object. */
const layouts = {
  plain: {
    event: 'event',
    time: 'timestamp',
    message_id: 'message_id',
    user_id: 'user_id',
    anonymous_id: 'anonymous_id',
    properties: 'properties',
  },
  segment: {
    ...{
      event: 'event',
      time: 'timestamp',
      received: 'receivedAt',
      message_id: 'messageId',
      user_id: 'userId',
      anonymous_id: 'anonymousId',
    },
    ...{
      properties: 'properties',
      library: 'context.library.name',
      user_agent: 'context.userAgent',
      url: 'context.page.url',
      referrer: 'context.page.referrer',
    },
    ...{ device: 'context.device.type', os: 'context.os.name', country: 'context.location.country' },
    release: 'context.app.version',
    ...{ source: 'context.campaign.source', medium: 'context.campaign.medium', campaign: 'context.campaign.name' },
  },
  posthog: {
    ...{
      event: 'event',
      time: 'timestamp',
      received: 'created_at',
      message_id: 'uuid',
      user_id: 'distinct_id',
      properties: 'properties',
    },
    ...{ anonymous_id: 'properties.$device_id', library: 'properties.$lib', user_agent: 'properties.$raw_user_agent' },
    ...{ device: 'properties.$device_type', browser: 'properties.$browser', os: 'properties.$os' },
    ...{ country: 'properties.$geoip_country_code', release: 'properties.$app_version' },
    ...{ url: 'properties.$current_url', referrer: 'properties.$session_entry_referrer' },
    ...{ source: 'properties.utm_source', medium: 'properties.utm_medium', campaign: 'properties.utm_campaign' },
  },
  ga4_bigquery: {
    ...{
      event: 'event_name',
      time: 'event_timestamp',
      user_id: 'user_id',
      anonymous_id: 'user_pseudo_id',
      properties: 'event_params',
    },
    ...{ source: 'traffic_source.source', medium: 'traffic_source.medium', campaign: 'traffic_source.name' },
    ...{ device: 'device.category', browser: 'device.web_info.browser', os: 'device.operating_system' },
    country: 'geo.country',
  },
} as const satisfies Record<string, Columns>;

/** Of files whose name does not tell: Segment's end in `.gz` alone. */
const formats: Readonly<Partial<Record<keyof typeof layouts, TableFormat>>> = { segment: 'jsonl' };

const settings = z.strictObject({
  ...filePlace,
  format: z.enum(['csv', 'jsonl', 'parquet']).optional(),
  delimiter: z.string().length(1).optional(),
  layout: z.enum(Object.keys(layouts) as [keyof typeof layouts, ...(keyof typeof layouts)[]]).default('plain'),
  columns: z.partialRecord(z.enum(columnNames), z.string().min(1)).default({}),
  /** Of times that name none. */
  time_zone: timeZone.default('UTC'),
});
type Settings = z.infer<typeof settings>;

/** Exports of any tool, from disk or from S3-compatible storage. */
export const file: SourceType<Settings> = {
  name: 'file',
  meaning: 'Events in CSV, JSON lines or Parquet files that another tool exports.',
  gives: 'events',
  settlesHours: filesSettleHours,
  settings,
  async *fetch(given, { day }) {
    const columns: Columns = { ...layouts[given.layout], ...given.columns };
    let unreadable = 0;
    for await (const each of filesOf(given, day)) {
      const format = given.format ?? formatOf(each.name) ?? formats[given.layout];
      if (!format) throw new SourceFailure(`the format of ${each.name} is not told by its name; set "format"`);
      for await (const row of rowsOf(each, format, given.delimiter)) {
        const event = row && eventOf(row, columns, given);
        if (event) yield { event } satisfies Piece;
        else unreadable += 1;
      }
    }
    if (unreadable > 0) yield { flag: `unreadable: ${unreadable} rows without a readable name or time are left out` };
  },
};

/** Calls of Segment's that name no event; they are told by their kind, as its collector has them. */
const CALLS: ReadonlySet<unknown> = new Set(['identify', 'page', 'screen', 'group', 'alias']);

function eventOf(row: Json, columns: Columns, { layout, time_zone: zone }: Settings): SourceEvent | undefined {
  const cell = (column: Column): unknown => {
    const value = columns[column] === undefined ? undefined : at(row, columns[column]);
    return value === '' || value === null ? undefined : value;
  };
  const time = instantFrom(cell('time'), zone);
  const call = layout === 'segment' && CALLS.has(row['type']) ? row['type'] : undefined;
  const name = call ?? cell('event');
  if (typeof name !== 'string' || time === undefined) return undefined;
  const [userId, anonymousId] = [cell('user_id'), cell('anonymous_id')];
  const isDevice = userId !== undefined && userId === anonymousId;
  const devices = [anonymousId, call === 'alias' ? row['previousId'] : undefined];
  const event: SourceEvent = {
    ...{ name, at: time, anonymousId, named: call === undefined },
    userId: isDevice ? undefined : userId,
    links:
      userId === undefined || isDevice
        ? []
        : devices.filter((id) => id != null).map((id) => ({ userId, anonymousId: id })),
    properties: propertiesOf(row, cell('properties')),
    receivedAt: instantFrom(cell('received'), zone),
    messageId: cell('message_id'),
    library: cell('library'),
    userAgent: cell('user_agent'),
    device: cell('device'),
    browser: cell('browser'),
    os: cell('os'),
    country: cell('country'),
    release: cell('release'),
    pageUrl: cell('url'),
    referrer: cell('referrer'),
    source: cell('source'),
    medium: cell('medium'),
    campaign: cell('campaign'),
  };
  return layout === 'posthog' ? asPosthog(event) : event;
}

/**
 * An exported event is what an SDK sent, so it is read as the collector and the query interface read it: who a distinct id is, the user agent, the
 * release and the marks of the visit under all their names. What a column tells stands.
 */
function asPosthog(event: SourceEvent): SourceEvent {
  const { userId, anonymousId, links: _, ...columns } = event;
  const told = posthogProtocol.event({
    event: event.name,
    uuid: event.messageId,
    distinct_id: userId ?? anonymousId,
    properties: event.properties,
  });
  if (typeof told === 'string') return event; // of nobody
  const known = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  return { ...told, ...(known as typeof columns) };
}

/** `context.library.name`, also where the outer part is JSON in a text. */
function at(row: Json, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const part of path.split('.')) {
    const inner: unknown = typeof value === 'string' ? objectOf(value) : value;
    if (!isObject(inner)) return undefined;
    value = inner[part];
  }
  return value;
}

/** All columns, and what is in the column of properties: an object, JSON text, or GA4's list of keys with typed values. */
function propertiesOf(row: Json, given: unknown): Json {
  const inner = typeof given === 'string' ? objectOf(given) : given;
  const listed = Array.isArray(inner) ? Object.fromEntries(inner.filter(isObject).map(parameter)) : inner;
  const ecommerce = isObject(row['ecommerce']) ? row['ecommerce'] : {};
  return { ...row, ...ecommerce, ...(isObject(listed) ? listed : {}) };
}

function parameter({ key, value }: Json): [string, unknown] {
  const values = isObject(value) ? Object.values(value).filter((each) => each !== null && each !== undefined) : [];
  const [first] = values;
  return [String(key), typeof first === 'bigint' ? Number(first) : first];
}
