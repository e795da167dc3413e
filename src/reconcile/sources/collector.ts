import type { Key, Reader, Source, SourceReader, TrackedRow, Window } from '../source.js';

const HOUR_MS = 3_600_000;

/** The client-side events that our own collector received, in Segment's or PostHog's protocol. */
export const collector: Source = {
  name: 'collector',
  meaning: 'Client-side events received by the collector of this service.',
  settlesMs: 2 * HOUR_MS, // SDKs retry for minutes; a page that was closed sends the rest when it is opened again
  matchedBy: 'id',
  open: (reader) => new CollectorReader(reader),
};

const COLUMNS = `t.id::text, t.message_id, t.user_id, t.anonymous_id, t.refs, t.value_minor, t.value_basis, t.currency, t.value_problem,
  (extract(epoch from t.occurred_at) * 1000)::float8 as at, (extract(epoch from t.received_at) * 1000)::float8 as received_at,
  t.deliveries, t.is_bot, t.source`;
const IN_WINDOW = 't.occurred_at >= $1 and t.occurred_at < $2';

class CollectorReader implements SourceReader {
  constructor(private readonly reader: Reader) {}

  async maps(kind: string, valued: boolean): Promise<boolean> {
    const { rows } = await this.reader.query<{ maps: boolean }>(
      `select exists (select from ingest.tracked_events where kind = $1 and lineage = 'client'
         and (not $2 or value_basis is not null)) as maps`,
      [kind, valued],
    );
    return rows[0]!.maps;
  }

  async tracked(kind: string, window: Window): Promise<TrackedRow[]> {
    const { rows } = await this.reader.query<Stored>(
      `select ${COLUMNS} from ingest.tracked_events t where ${IN_WINDOW} and t.kind = $3 and t.lineage = 'client'`,
      [...times(window), kind],
    );
    return rows.map(rowOf);
  }

  async trackedOf(kind: string, keys: readonly Key[], window: Window): Promise<TrackedRow[]> {
    if (keys.length === 0) return [];
    const { users, anonymous, refs } = split(keys);
    const { rows } = await this.reader.query<Stored>(
      `select ${COLUMNS} from ingest.tracked_events t where ${IN_WINDOW} and t.kind = $3 and t.lineage = 'client'
         and (t.user_id = any($4::text[]) or t.anonymous_id = any($5::text[])
              or exists (select from unnest(t.refs) r where r = any($6::text[])))`,
      [...times(window), kind, users, anonymous, refs],
    );
    return rows.map(rowOf);
  }

  async serverSide(kind: string, window: Window): Promise<number> {
    const { rows } = await this.reader.query<{ count: number }>(
      `select count(*)::int as count from ingest.tracked_events t where ${IN_WINDOW} and t.kind = $3 and t.lineage = 'server'`,
      [...times(window), kind],
    );
    return rows[0]!.count;
  }

  async seen(keys: readonly Key[], window: Window): Promise<{ key: Key; at: number }[]> {
    if (keys.length === 0) return [];
    const { users, anonymous, refs } = split(keys);
    const { rows } = await this.reader.query<{ key: Key; at: number }>(
      `select k.key, (extract(epoch from date_bin('15 minutes', t.occurred_at, 'epoch')) * 1000)::float8 as at
       from ingest.tracked_events t
       cross join lateral (
         select 'user:' || t.user_id as key where t.user_id = any($3::text[])
         union all select 'anonymous:' || t.anonymous_id where t.anonymous_id = any($4::text[])
         union all select r from unnest(t.refs) r where r = any($5::text[])
       ) k
       where ${IN_WINDOW} and t.lineage = 'client' group by 1, 2`,
      [...times(window), users, anonymous, refs],
    );
    return rows;
  }

  async refused(tags: readonly string[], window: Window): Promise<{ tag: string; reason: string }[]> {
    if (tags.length === 0) return [];
    const { rows } = await this.reader.query<{ tag: string; reason: string }>(
      `select distinct tag, reason from ingest.collector_reject_samples, unnest(subjects) tag
       where occurred_at >= $1 and occurred_at < $2 and tag = any($3::text[]) order by tag, reason`,
      [...times(window), tags],
    );
    return rows;
  }

  async links(keys: readonly Key[]): Promise<{ user: Key; anonymous: Key }[]> {
    if (keys.length === 0) return [];
    const { users, anonymous } = split(keys);
    const { rows } = await this.reader.query<{ user: Key; anonymous: Key }>(
      `select 'user:' || user_id as "user", 'anonymous:' || anonymous_id as anonymous from ingest.sdk_links
       where user_id = any($1::text[]) or anonymous_id = any($2::text[])`,
      [users, anonymous],
    );
    return rows;
  }
}

interface Stored {
  id: string;
  message_id: string;
  user_id: string | null;
  anonymous_id: string | null;
  refs: string[];
  value_minor: bigint | null;
  value_basis: TrackedRow['valueBasis'];
  currency: string | null;
  value_problem: TrackedRow['valueProblem'];
  at: number;
  received_at: number;
  deliveries: number;
  is_bot: boolean | null;
  source: string | null;
}

const rowOf = (row: Stored): TrackedRow => ({
  id: row.id,
  messageId: row.message_id,
  userId: row.user_id,
  anonymousId: row.anonymous_id,
  refs: row.refs,
  valueMinor: row.value_minor,
  valueBasis: row.value_basis,
  currency: row.currency,
  valueProblem: row.value_problem,
  at: row.at,
  receivedAt: row.received_at,
  deliveries: row.deliveries,
  isBot: row.is_bot ?? false,
  source: row.source,
});

const times = ({ from, to }: Window): [Date, Date] => [new Date(from), new Date(to)];

function split(keys: readonly Key[]): { users: string[]; anonymous: string[]; refs: string[] } {
  const parts = { users: [] as string[], anonymous: [] as string[], refs: [] as string[] };
  for (const key of keys) {
    if (key.startsWith('user:')) parts.users.push(key.slice(5));
    else if (key.startsWith('anonymous:')) parts.anonymous.push(key.slice(10));
    else parts.refs.push(key);
  }
  return parts;
}
