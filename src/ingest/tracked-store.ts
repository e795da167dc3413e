import type pg from 'pg';
import type { SealedBody } from '../ledger/vault.js';
import { KEEP_KEYS } from '../ledger/vault/keep-keys.js';
import type { Database } from '../storage/database.js';
import type { TrackedKind, ValueBasis, ValueProblem } from '../catalog/tracked-events.js';
import { durably } from './durably.js';
import { GroupCommit } from './group-commit.js';
import { type LimitedTags, limitedTagsByHour, writeLimited } from './limited-tags.js';

/** One client-side event as it is stored: ids and texts clean, the body sealed. Absent fields are null in the table. */
export interface TrackedEvent {
  collector: string;
  keyId: string;
  messageId: string;
  event: string;
  kind?: TrackedKind;
  userId?: string;
  anonymousId?: string;
  refs: readonly string[];
  valueMinor?: bigint;
  valueBasis?: ValueBasis;
  currency?: string;
  valueProblem?: ValueProblem;
  occurredAt: Date;
  clientAt?: Date;
  sentAt?: Date;
  receivedAt: Date;
  isBot?: boolean;
  clientHash?: string;
  device?: string;
  browser?: string;
  os?: string;
  country?: string;
  host?: string;
  release?: string;
  /** It says of itself that it is a test. */
  isTest?: boolean;
  source?: string;
  medium?: string;
  campaign?: string;
  lineage: 'client' | 'server';
  subjects: readonly string[];
  sealed: SealedBody;
}

export interface SdkLink {
  anonymousId: string;
  userId: string;
  seenAt: Date;
}

/** Events refused for one reason on one day; `sample` is one of them, sealed. */
export interface Reject {
  day: string;
  collector: string;
  keyId: string;
  reason: string;
  count: number;
  receivedAt: Date;
  /** Keyed tags of the persons whose requests were answered with 429. */
  limited?: readonly string[];
  /** `occurredAt` says when it happened, as far as that can be told. */
  sample?: { sealed: SealedBody; subjects: readonly string[]; occurredAt: Date };
}

export interface TrackedBatch {
  events: readonly TrackedEvent[];
  links: readonly SdkLink[];
  rejects: readonly Reject[];
}

export interface TrackedStore {
  /** Keeps a request's events in their order; resolves when they are durable. Throws Problem `unavailable`. */
  add(batch: TrackedBatch): Promise<{ accepted: number; duplicates: number }>;
}

const GROUP_EVENTS_MAX = 2_000;
const SAMPLES_MAX = 10; // per day, collector, key and reason

export function createTrackedStore(database: Database, waitingMax: number): TrackedStore {
  const sampling = { slotOf: sampleSlots(), limitedTags: limitedTagsByHour() };
  const group = new GroupCommit<TrackedBatch, { accepted: number; duplicates: number }>(
    (batches) => durably(() => database.transaction((client) => write(client, batches, sampling))),
    { waitingMax, groupMax: GROUP_EVENTS_MAX, weight: ({ events }) => events.length },
  );
  return { add: (batch) => group.add(batch) };
}

/** What of the rejects is kept beside their numbers: bounded, because anybody can cause rejects. */
interface Sampling {
  slotOf: (reject: Reject) => number | undefined;
  limitedTags: LimitedTags;
}

async function write(client: pg.ClientBase, batches: readonly TrackedBatch[], sampling: Sampling) {
  const { rows, firsts } = merged(batches);
  const inserted = new Set<string>();
  if (rows.length > 0) {
    const result = await client.query<{ key_id: string; message_id: string }>(INSERT_EVENTS, [JSON.stringify(rows)]);
    for (const row of result.rows) inserted.add(identityOf(row.key_id, row.message_id));
  }
  const links = batches.flatMap((batch) => batch.links);
  if (links.length > 0) await client.query(INSERT_LINKS, [JSON.stringify(linkRows(links))]);
  await writeRejects(
    client,
    batches.flatMap((batch) => batch.rejects),
    sampling,
  );
  return batches.map(({ events }, batch) => {
    const accepted = events.filter((event, at) => {
      const identity = identityOf(event.keyId, event.messageId);
      return inserted.has(identity) && firsts.get(identity) === `${batch}.${at}`;
    }).length;
    return { accepted, duplicates: events.length - accepted };
  });
}

const identityOf = (keyId: string, messageId: string): string => `${keyId} ${messageId}`;

/** Rows of a group, each message once: PostgreSQL refuses to touch a row twice in one statement. */
function merged(batches: readonly TrackedBatch[]) {
  const rows = new Map<string, ReturnType<typeof rowOf>>();
  const firsts = new Map<string, string>();
  batches.forEach(({ events }, batch) =>
    events.forEach((event, at) => {
      const identity = identityOf(event.keyId, event.messageId);
      const known = rows.get(identity);
      if (known) {
        known.deliveries++;
        return;
      }
      rows.set(identity, rowOf(event, rows.size));
      firsts.set(identity, `${batch}.${at}`);
    }),
  );
  return { rows: [...rows.values()], firsts };
}

const rowOf = (event: TrackedEvent, ordinal: number) => ({
  ordinal,
  collector: event.collector,
  key_id: event.keyId,
  message_id: event.messageId,
  event: event.event,
  kind: event.kind,
  user_id: event.userId,
  anonymous_id: event.anonymousId,
  refs: event.refs,
  value_minor: event.valueMinor?.toString(),
  value_basis: event.valueBasis,
  currency: event.currency,
  value_problem: event.valueProblem,
  occurred_at: event.occurredAt,
  client_at: event.clientAt,
  sent_at: event.sentAt,
  received_at: event.receivedAt,
  deliveries: 1,
  is_bot: event.isBot,
  client_hash: event.clientHash,
  device: event.device,
  browser: event.browser,
  country: event.country,
  os: event.os,
  host: event.host,
  release: event.release,
  is_test: event.isTest,
  source: event.source,
  medium: event.medium,
  campaign: event.campaign,
  lineage: event.lineage,
  subjects: event.subjects,
  body: event.sealed.body,
  body_key_id: event.sealed.key?.id,
  wrapped: event.sealed.key?.wrapped.toString('hex'),
});

const PLAIN_COLUMNS =
  'collector, key_id, message_id, event, kind, user_id, anonymous_id, value_minor, value_basis, currency, value_problem, occurred_at, ' +
  'client_at, sent_at, received_at, deliveries, is_bot, client_hash, device, browser, country, os, host, release, is_test, source, medium, campaign, lineage, body, body_key_id';

// xmax is 0 only for a row that this statement inserted.
const INSERT_EVENTS = `
  with given as materialized (
    select * from json_to_recordset($1::json) as r(ordinal int, collector text, key_id text, message_id text, event text, kind text,
      user_id text, anonymous_id text, refs json, value_minor bigint, value_basis text, currency text, value_problem text,
      occurred_at timestamptz, client_at timestamptz, sent_at timestamptz, received_at timestamptz, deliveries int, is_bot boolean,
      client_hash text, device text, browser text, country text, os text, host text, release text, is_test boolean, source text, medium text, campaign text, lineage text,
      subjects json, body text, body_key_id uuid, wrapped text)
  ), kept as (
    insert into ingest.tracked_events as t (${PLAIN_COLUMNS}, refs, subjects)
    select ${PLAIN_COLUMNS}, array(select json_array_elements_text(refs)), array(select json_array_elements_text(subjects))
    from given order by ordinal
    on conflict (key_id, message_id) do update set deliveries = t.deliveries + excluded.deliveries
    returning t.key_id, t.message_id, t.xmax = 0 as inserted
  ), new_keys as (
    select given.body_key_id as id, decode(given.wrapped, 'hex') as wrapped, given.subjects from given join kept using (key_id, message_id)
    where kept.inserted and given.body_key_id is not null
  ), ${KEEP_KEYS}
  select key_id, message_id from kept where inserted`;

const INSERT_LINKS = `
  insert into ingest.sdk_links (anonymous_id, user_id, seen_at)
  select * from json_to_recordset($1::json) as r(anonymous_id text, user_id text, seen_at timestamptz)
  on conflict do nothing`;

// Sorted like everything below: two processes that write the same rows lock them in one order.
function linkRows(links: readonly SdkLink[]) {
  const unique = new Map(links.map((link) => [JSON.stringify([link.anonymousId, link.userId]), link]));
  return [...unique.keys()].sort().map((key) => {
    const { anonymousId, userId, seenAt } = unique.get(key)!;
    return { anonymous_id: anonymousId, user_id: userId, seen_at: seenAt };
  });
}

const INSERT_REJECTS = `
  insert into ingest.collector_rejects as c (day, collector, key_id, reason, count)
  select * from json_to_recordset($1::json) as r(day date, collector text, key_id text, reason text, count bigint)
  on conflict (day, collector, key_id, reason) do update set count = c.count + excluded.count`;

const INSERT_SAMPLES = `
  with given as materialized (
    select * from json_to_recordset($1::json) as r(day date, collector text, key_id text, reason text, slot int,
      received_at timestamptz, occurred_at timestamptz, subjects json, body text, body_key_id uuid, wrapped text)
  ), kept as (
    insert into ingest.collector_reject_samples (day, collector, key_id, reason, slot, received_at, occurred_at, subjects, body, body_key_id)
    select day, collector, key_id, reason, slot, received_at, occurred_at, array(select json_array_elements_text(subjects)), body, body_key_id
    from given on conflict do nothing returning body_key_id
  ), new_keys as (
    select body_key_id as id, decode(wrapped, 'hex') as wrapped, subjects from given join kept using (body_key_id)
  ), ${KEEP_KEYS}
  select`;

async function writeRejects(client: pg.ClientBase, rejects: readonly Reject[], { slotOf, limitedTags }: Sampling) {
  if (rejects.length === 0) return;
  const counts = new Map<string, { day: string; collector: string; key_id: string; reason: string; count: number }>();
  for (const { day, collector, keyId, reason, count } of rejects) {
    const identity = JSON.stringify([day, collector, keyId, reason]);
    const known = counts.get(identity);
    if (known) known.count += count;
    else counts.set(identity, { day, collector, key_id: keyId, reason, count });
  }
  await client.query(INSERT_REJECTS, [JSON.stringify([...counts.keys()].sort().map((key) => counts.get(key)))]);
  await writeLimited(client, limitedTags(rejects));
  const samples = rejects.flatMap((reject) => sampleRow(reject, slotOf));
  if (samples.length > 0) await client.query(INSERT_SAMPLES, [JSON.stringify(samples)]);
}

function sampleRow(reject: Reject, slotOf: (reject: Reject) => number | undefined) {
  const { day, collector, keyId, reason, receivedAt, sample } = reject;
  const slot = sample && slotOf(reject);
  if (!sample || slot === undefined) return [];
  const { body, key } = sample.sealed;
  const wrapped = key?.wrapped.toString('hex');
  return [
    {
      day,
      collector,
      key_id: keyId,
      reason,
      slot,
      received_at: receivedAt,
      occurred_at: sample.occurredAt,
      subjects: sample.subjects,
      body,
      body_key_id: key?.id,
      wrapped,
    },
  ];
}

/** Gives out the first slots of a day, then none. After a restart the same slots are offered again and turn out to be taken. */
function sampleSlots(): (reject: Reject) => number | undefined {
  let today = '';
  const used = new Map<string, number>();
  return ({ day, collector, keyId, reason }) => {
    if (day !== today) used.clear();
    today = day;
    const name = JSON.stringify([collector, keyId, reason]);
    const slot = used.get(name) ?? 0;
    used.set(name, slot + 1);
    return slot < SAMPLES_MAX ? slot : undefined;
  };
}
