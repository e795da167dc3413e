import type { TrackedKind, ValueBasis } from '../../catalog/tracked-events.js';
import type { Reader } from '../source.js';
import type { PulledEvent } from './map-event.js';

/** Rows of a snapshot, written as they come. Every insert may be repeated within a snapshot; the same row again changes nothing. */

export async function beginSnapshot(client: Reader, source: string, day: string, fetchedAt: Date): Promise<bigint> {
  const { rows } = await client.query<{ id: bigint }>(
    `insert into reconcile.pulls (source, day, fetched_at, digest, time_zone) values ($1, $2, $3, '', '') returning id`,
    [source, day, fetchedAt],
  );
  return rows[0]!.id;
}

export async function endSnapshot(
  client: Reader,
  id: bigint,
  { digest, timeZone, flags, notes }: { digest: string; timeZone: string; flags: string[]; notes: string[] },
): Promise<void> {
  await client.query('update reconcile.pulls set digest = $2, time_zone = $3, flags = $4, notes = $5 where id = $1', [
    id,
    digest,
    timeZone,
    flags,
    notes,
  ]);
}

const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));

/** `events`: no message twice. One that is there already was sent again. */
export async function insertEvents(
  client: Reader,
  id: bigint,
  events: readonly (PulledEvent & { deliveries: number })[],
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    ...event,
    at: new Date(event.at).toISOString(),
    receivedAt: new Date(event.receivedAt).toISOString(),
  }));
  await client.query(
    `insert into reconcile.pulled_events as p (pull_id, message_id, event, kind, user_id, anonymous_id, refs, value_minor, value_basis, currency,
       value_problem, occurred_at, received_at, deliveries, is_bot, device, browser, country, source, medium, campaign, lineage)
     select $1, "messageId", event, kind, "userId", "anonymousId", refs, "valueMinor", "valueBasis", currency,
       "valueProblem", at, "receivedAt", deliveries, "isBot", device, browser, country, source, medium, campaign, lineage
     from jsonb_to_recordset($2::jsonb) as e("messageId" text, event text, kind text, "userId" text, "anonymousId" text, refs text[],
       "valueMinor" bigint, "valueBasis" text, currency text, "valueProblem" text, at timestamptz, "receivedAt" timestamptz, deliveries int,
       "isBot" boolean, device text, browser text, country text, source text, medium text, campaign text, lineage text)
     on conflict (pull_id, message_id) do update set deliveries = p.deliveries + excluded.deliveries`,
    [id, jsonOf(rows)],
  );
}

const QUARTER_MS = 15 * 60_000;

export async function insertSeen(
  client: Reader,
  id: bigint,
  seen: readonly { key: string; at: number }[],
): Promise<void> {
  if (seen.length === 0) return;
  await client.query(
    `insert into reconcile.pulled_seen (pull_id, key, at)
     select distinct $1::bigint, key, to_timestamp(at) from unnest($2::text[], $3::float8[]) as s(key, at) on conflict do nothing`,
    [id, seen.map(({ key }) => key), seen.map(({ at }) => (Math.floor(at / QUARTER_MS) * QUARTER_MS) / 1_000)],
  );
}

export async function insertLinks(
  client: Reader,
  id: bigint,
  links: readonly { anonymousId: string; userId: string }[],
): Promise<void> {
  if (links.length === 0) return;
  await client.query(
    `insert into reconcile.pulled_links (pull_id, anonymous_id, user_id)
     select distinct $1::bigint, a, u from unnest($2::text[], $3::text[]) as l(a, u) on conflict do nothing`,
    [id, links.map(({ anonymousId }) => anonymousId), links.map(({ userId }) => userId)],
  );
}

export async function insertNames(
  client: Reader,
  id: bigint,
  names: ReadonlyMap<string, { kind: TrackedKind | undefined; count: number }>,
): Promise<void> {
  const rows = [...names];
  await client.query(
    `insert into reconcile.pulled_names (pull_id, event, kind, count) select $1, * from unnest($2::text[], $3::text[], $4::bigint[])`,
    [id, rows.map(([name]) => name), rows.map(([, { kind }]) => kind ?? null), rows.map(([, { count }]) => count)],
  );
}

export interface CountRow {
  kind: TrackedKind;
  firstUserSource: string;
  currency: string;
  count: number;
  valueMinor?: bigint;
  valueBasis?: ValueBasis;
}

export async function insertCounts(client: Reader, id: bigint, counts: readonly CountRow[]): Promise<void> {
  await client.query(
    `insert into reconcile.pulled_counts (pull_id, kind, first_user_source, currency, count, value_minor, value_basis)
     select $1, kind, "firstUserSource", currency, count, "valueMinor", "valueBasis" from jsonb_to_recordset($2::jsonb)
       as c(kind text, "firstUserSource" text, currency text, count bigint, "valueMinor" bigint, "valueBasis" text)`,
    [id, jsonOf(counts)],
  );
}

export interface PageRow {
  requestId: string;
  at: number;
  path: string;
  keys: readonly string[];
  clientHash?: string;
  browser?: string;
  device?: string;
}

export async function insertPages(client: Reader, id: bigint, pages: readonly PageRow[]): Promise<void> {
  if (pages.length === 0) return;
  const rows = pages.map((page) => ({ ...page, at: new Date(page.at).toISOString() }));
  await client.query(
    `insert into reconcile.page_requests (pull_id, request_id, at, path, keys, client_hash, browser, device)
     select $1, "requestId", at, path, keys, "clientHash", browser, device from jsonb_to_recordset($2::jsonb)
       as p("requestId" text, at timestamptz, path text, keys text[], "clientHash" text, browser text, device text)
     on conflict do nothing`,
    [id, jsonOf(rows)],
  );
}
