import { z } from 'zod';
import { snakeCase } from '../../catalog/tracked-events.js';
import { posthog as protocol } from '../../ingest/collectors/posthog.js';
import type { Json } from '../../ingest/json-members.js';
import { objectOf } from '../pull/lines.js';
import { address, number, secret } from '../pull/setting-shapes.js';
import type { FetchRequest, Piece, SourceType } from '../source-type.js';
import { SourceFailure } from '../source.js';

const WHO = 'PostHog';
const PAGE = 10_000; // rows; the interface gives at most 50,000

const settings = z.strictObject({
  project_id: number,
  /** A personal API key with the scope `query:read`. */
  api_key: secret,
  host: address.default('https://us.posthog.com'),
  /** Rows of one request. */
  page_size: z.number().int().min(1).max(50_000).default(PAGE),
});
type Settings = z.infer<typeof settings>;

/** Events by HogQL. Those that mean something are fetched whole; of the others only who was seen when, and how often each name came. */
export const posthog: SourceType<Settings> = {
  name: 'posthog',
  meaning: 'Events of a PostHog project, by its query interface.',
  gives: 'events',
  settlesHours: () => 4, // SDKs that were offline send later; ingestion itself takes minutes
  settings,
  async *fetch(given, request) {
    yield* eventsOf(given, request);
    yield* seenIn(given, request);
    yield* namesIn(given, request);
  },
};

const MAPPED = `replaceRegexpAll(lower(trim(event)), '[\\\\s-]+', '_')`;

async function* eventsOf(given: Settings, request: FetchRequest): AsyncGenerator<Piece> {
  // Keyset pages: an event that comes late shifts no page, and none is read twice.
  let after = { at: request.window.from - 1, uuid: '' };
  for (;;) {
    const rows = await query(given, request, {
      select: `uuid, event, distinct_id, toUnixTimestamp64Milli(timestamp) AS at, toUnixTimestamp64Milli(created_at) AS received, properties`,
      where: `${MAPPED} IN (${namesOf(request)}) OR event IN ('$identify', '$create_alias')`,
      rest: `AND (toUnixTimestamp64Milli(timestamp), toString(uuid)) > (${after.at}, '${after.uuid}') ORDER BY at, toString(uuid)`,
    });
    for (const row of rows) yield eventPiece(row);
    const last = rows.at(-1);
    if (!last || rows.length < given.page_size) return;
    after = { at: integer(last[3]), uuid: text(last[0]) };
  }
}

function eventPiece([uuid, event, distinctId, at, received, properties]: readonly unknown[]): Piece {
  const read = typeof properties === 'string' ? objectOf(properties) : (properties as Json);
  if (!read) throw malformed('properties that are no JSON');
  const sent = protocol.event({ uuid, event, distinct_id: distinctId, properties: read });
  if (typeof sent === 'string') throw malformed(`an event that is none (${sent})`);
  const named = !text(event).startsWith('$');
  return { event: { ...sent, named, at: integer(at), receivedAt: integer(received), library: read['$lib'] } };
}

// What a server sent shows nobody's browser. (Events that mean something bring their library with them.)
const SERVER_LIBS = '^posthog-(node|python|ruby|php|go|java|elixir|dotnet|rs)';

/** What is asked of the client of events that are not fetched. */
const CLIENT = ['$browser', '$os', '$device_type', '$geoip_country_code', '$current_url', '$app_version'];

async function* seenIn(given: Settings, request: FetchRequest): AsyncGenerator<Piece> {
  let after = { at: 0, id: '' };
  for (;;) {
    const rows = await query(given, request, {
      select: `distinct_id, toUnixTimestamp(toStartOfInterval(timestamp, INTERVAL 15 MINUTE)) AS at, any(properties.$device_id) AS device, ${CLIENT.map((name) => `any(properties.${name})`).join(', ')}`,
      where: `NOT (${MAPPED} IN (${namesOf(request)})) AND NOT match(coalesce(toString(properties.$lib), ''), '${SERVER_LIBS}')`,
      rest: `GROUP BY distinct_id, at HAVING (at, distinct_id) > (${after.at}, ${quoted(after.id)}) ORDER BY at, distinct_id`,
    });
    for (const [id, seconds, device, ...words] of rows) {
      const properties = Object.fromEntries(CLIENT.map((name, index) => [name, words[index]]));
      const client = protocol.event({ event: 'seen', distinct_id: id, properties });
      const seen = { at: integer(seconds) * 1_000, ...(typeof client === 'string' ? {} : { client }) };
      yield { seen: id === device ? { anonymousId: id, ...seen } : { userId: id, anonymousId: device, ...seen } };
    }
    const last = rows.at(-1);
    if (!last || rows.length < given.page_size) return;
    after = { at: integer(last[1]), id: text(last[0]) };
  }
}

async function* namesIn(given: Settings, request: FetchRequest): AsyncGenerator<Piece> {
  const rows = await query(given, request, {
    select: 'event, count() AS times',
    where: `NOT (${MAPPED} IN (${namesOf(request)})) AND event NOT IN ('$identify', '$create_alias')`,
    rest: 'GROUP BY event ORDER BY times DESC, event',
  });
  for (const [name, count] of rows) yield { name: text(name), count: integer(count) };
}

interface Question {
  select: string;
  where: string;
  rest: string;
}

async function query(
  { host, project_id, api_key, page_size }: Settings,
  { window, http }: FetchRequest,
  { select, where, rest }: Question,
) {
  const [from, to] = [window.from, window.to].map((ms) => `fromUnixTimestamp64Milli(${ms})`);
  const hogql = `SELECT ${select} FROM events WHERE timestamp >= ${from} AND timestamp < ${to} AND (${where}) ${rest} LIMIT ${page_size}`;
  const answer = (await http.json({
    who: WHO,
    url: `${host}/api/projects/${project_id}/query/`,
    method: 'POST',
    headers: { authorization: `Bearer ${api_key}` },
    body: { query: { kind: 'HogQLQuery', query: hogql }, refresh: 'force_blocking' },
  })) as { results?: unknown; error?: unknown } | null;
  const rows = answer?.results;
  if (typeof answer?.error === 'string')
    throw new SourceFailure(`${WHO} could not run the query`, { said: answer.error.slice(0, 200) });
  if (!Array.isArray(rows) || !rows.every(Array.isArray)) throw malformed('no list of results');
  return rows as unknown[][];
}

const namesOf = ({ names }: FetchRequest): string => [...new Set(names.map(snakeCase))].sort().map(quoted).join(', ');

/** As a text in HogQL. */
const quoted = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const malformed = (what: string): SourceFailure => new SourceFailure(`${WHO} answered with ${what}`);

function integer(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw malformed('something else than a number');
  return number;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw malformed('something else than a text');
  return value;
}
