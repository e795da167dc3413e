import type { TrackedKind, ValueBasis } from '../../catalog/tracked-events.js';
import type { StoredPage } from '../source-type.js';
import type { Reader } from '../source.js';
import type { JsonRow, Spool } from './spool.js';

/** A snapshot that was read to its end and is not written yet. */
export interface Fetched {
  /** Of everything in it, equal for equal content in any order. */
  digest: string;
  timeZone: string;
  flags: readonly string[];
  notes: readonly string[];
  names: ReadonlyMap<string, { kind: TrackedKind | undefined; count: number }>;
  counts: readonly CountRow[];
  spool: Spool<SpooledTable>;
}

export interface CountRow {
  kind: TrackedKind;
  firstUserSource: string;
  currency: string;
  count: number;
  valueMinor?: bigint;
  valueBasis?: ValueBasis;
}

export interface PageRow {
  requestId: string;
  at: number;
  path: string;
  keys: readonly string[];
  clientHash?: string;
  browser?: string;
  device?: string;
  stored?: StoredPage;
}

/** Writes a snapshot, whole, within a transaction of the caller's. */
export async function writeSnapshot(
  client: Reader,
  { source, day, fetchedAt }: { source: string; day: string; fetchedAt: Date },
  { digest, timeZone, flags, notes, names, counts, spool }: Fetched,
): Promise<void> {
  const { rows } = await client.query<{ id: bigint }>(
    `insert into reconcile.pulls (source, day, fetched_at, digest, time_zone, flags, notes) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [source, day, fetchedAt, digest, timeZone, flags, notes],
  );
  const id = rows[0]!.id;
  for await (const { table, rows: batch } of spool.batches()) await insertInto[table](client, id, batch);
  await insertNames(client, id, names);
  await insertCounts(client, id, counts);
}

export type SpooledTable = 'events' | 'seen' | 'links' | 'pages';

/** Within one batch of events no message is there twice; one that another batch has too was sent again. Other rows may repeat. */
const insertInto: Readonly<
  Record<SpooledTable, (client: Reader, id: bigint, rows: readonly JsonRow[]) => Promise<unknown>>
> = {
  events: (client, id, rows) =>
    client.query(
      `insert into reconcile.pulled_events as p (pull_id, message_id, event, kind, user_id, anonymous_id, refs, value_minor, value_basis, currency,
       value_problem, occurred_at, received_at, deliveries, is_bot, device, browser, os, country, host, release, is_test, source, medium, campaign, lineage)
     select $1, "messageId", event, kind, "userId", "anonymousId", refs, "valueMinor", "valueBasis", currency,
       "valueProblem", at, "receivedAt", deliveries, "isBot", device, browser, os, country, host, release, "isTest", source, medium, campaign, lineage
     from jsonb_to_recordset($2::jsonb) as e("messageId" text, event text, kind text, "userId" text, "anonymousId" text, refs text[],
       "valueMinor" bigint, "valueBasis" text, currency text, "valueProblem" text, at timestamptz, "receivedAt" timestamptz, deliveries int,
       "isBot" boolean, device text, browser text, os text, country text, host text, release text, "isTest" boolean, source text, medium text, campaign text, lineage text)
     on conflict (pull_id, message_id) do update set deliveries = p.deliveries + excluded.deliveries`,
      [id, JSON.stringify(rows)],
    ),
  seen: (client, id, rows) =>
    client.query(
      `insert into reconcile.pulled_seen (pull_id, key, at, context)
     select distinct $1::bigint, key, at, context from jsonb_to_recordset($2::jsonb) as s(key text, at timestamptz, context text) on conflict do nothing`,
      [id, JSON.stringify(rows)],
    ),
  links: (client, id, rows) =>
    client.query(
      `insert into reconcile.pulled_links (pull_id, anonymous_id, user_id)
     select distinct $1::bigint, "anonymousId", "userId" from jsonb_to_recordset($2::jsonb) as l("anonymousId" text, "userId" text)
     on conflict do nothing`,
      [id, JSON.stringify(rows)],
    ),
  pages: (client, id, rows) =>
    client.query(
      `insert into reconcile.page_requests (pull_id, request_id, at, path, keys, client_hash, browser, device, stored)
     select $1, "requestId", at, path, keys, "clientHash", browser, device, stored from jsonb_to_recordset($2::jsonb)
       as p("requestId" text, at timestamptz, path text, keys text[], "clientHash" text, browser text, device text, stored text)
     on conflict do nothing`,
      [id, JSON.stringify(rows)],
    ),
};

async function insertNames(client: Reader, id: bigint, names: Fetched['names']): Promise<void> {
  const rows = [...names];
  await client.query(
    `insert into reconcile.pulled_names (pull_id, event, kind, count) select $1, * from unnest($2::text[], $3::text[], $4::bigint[])`,
    [id, rows.map(([name]) => name), rows.map(([, { kind }]) => kind ?? null), rows.map(([, { count }]) => count)],
  );
}

async function insertCounts(client: Reader, id: bigint, counts: readonly CountRow[]): Promise<void> {
  const rows = counts.map(({ valueMinor, ...row }) => ({
    ...row,
    valueMinor: valueMinor === undefined ? null : String(valueMinor),
  }));
  await client.query(
    `insert into reconcile.pulled_counts (pull_id, kind, first_user_source, currency, count, value_minor, value_basis)
     select $1, kind, "firstUserSource", currency, count, "valueMinor", "valueBasis" from jsonb_to_recordset($2::jsonb)
       as c(kind text, "firstUserSource" text, currency text, count bigint, "valueMinor" bigint, "valueBasis" text)`,
    [id, JSON.stringify(rows)],
  );
}
