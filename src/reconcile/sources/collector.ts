import { silences, SLOT_MS, USUAL_DAYS } from '../tracked/silence.js';
import type { EventTable, Key, Reader, Seen, Source, SourceReader, TrackedRow, Window } from '../source.js';
import { splitKeys, type StoredTracked, times, trackedRow } from '../tracked/stored-tracked.js';
import { contextOf, contextReader, readContext } from '../tracked/tracked-context.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The client-side events that our own collector received, in Segment's or PostHog's protocol. */
export const collector: Source = {
  name: 'collector',
  meaning: 'Client-side events received by the collector of this service.',
  settlesMs: 2 * HOUR_MS, // SDKs retry for minutes; a page that was closed sends the rest when it is opened again
  matchedBy: 'id',
  joined: true,
  open: (reader) => new CollectorReader(reader),
};

const COLUMNS = `t.id::text, t.message_id, t.user_id, t.anonymous_id, t.refs, t.value_minor, t.value_basis, t.currency, t.value_problem,
  (extract(epoch from t.occurred_at) * 1000)::float8 as at, (extract(epoch from t.received_at) * 1000)::float8 as received_at,
  t.deliveries, t.is_bot, t.source, ${contextOf('t')} as context`;
const IN_WINDOW = 't.occurred_at >= $1 and t.occurred_at < $2';
const CLIENT_IN_WINDOW = `${IN_WINDOW} and t.lineage = 'client'`;

const usualFrom = ({ from }: Window): number => from - USUAL_DAYS * DAY_MS;

class CollectorReader implements SourceReader {
  readonly table: EventTable = {
    events(kind, { from, to }, values, described) {
      const wanted = `$${values.push(kind)}`;
      return `select id, message_id, user_id, anonymous_id, refs, occurred_at, deliveries, lineage = 'server' as server,
          ${described ? contextOf('t') : 'null'} as context
        from ingest.tracked_events t where occurred_at >= ${from} and occurred_at < ${to} and kind = ${wanted}`;
    },
    readContext,
    byId: async (ids) => {
      if (ids.length === 0) return [];
      const { rows } = await this.reader.query<Stored>(
        `select ${COLUMNS} from ingest.tracked_events t where t.id = any($1::bigint[])`,
        [`{${ids.join(',')}}`], // tens of thousands, of which none needs to be quoted
      );
      return rowsOf(rows);
    },
  };

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
      `select ${COLUMNS} from ingest.tracked_events t where ${CLIENT_IN_WINDOW} and t.kind = $3`,
      [...times(window), kind],
    );
    return rowsOf(rows);
  }

  async trackedOf(kind: string, keys: readonly Key[], window: Window): Promise<TrackedRow[]> {
    if (keys.length === 0) return [];
    const { users, anonymous, refs } = splitKeys(keys);
    const { rows } = await this.reader.query<Stored>(
      `select ${COLUMNS} from ingest.tracked_events t
       where ${CLIENT_IN_WINDOW} and t.kind = $3 and t.id = any(array(
         select e.id from ingest.tracked_events e where e.kind is not null and e.user_id = any($4::text[])
         union all select e.id from ingest.tracked_events e where e.kind is not null and e.anonymous_id = any($5::text[])
         union all ${idsByRef('$6')}))`,
      [...times(window), kind, users, anonymous, refs],
    );
    return rowsOf(rows);
  }

  async serverSide(kind: string, window: Window): Promise<number> {
    const { rows } = await this.reader.query<{ count: number }>(
      `select count(*)::int as count from ingest.tracked_events t where ${IN_WINDOW} and t.kind = $3 and t.lineage = 'server'`,
      [...times(window), kind],
    );
    return rows[0]!.count;
  }

  async seen(keys: readonly Key[], window: Window, described = false): Promise<Seen[]> {
    if (keys.length === 0) return [];
    const { users, anonymous, refs } = splitKeys(keys);
    const seen = (key: string): string =>
      `select ${key} as key, date_bin('15 minutes', t.occurred_at, 'epoch') as at, ${described ? contextOf('t') : "''"} as context
       from ingest.tracked_events t`;
    const { rows } = await this.reader.query<{ key: Key; at: number; context: string }>(
      `select key, (extract(epoch from at) * 1000)::float8 as at, context from (
         ${seen("'user:' || t.user_id")} where ${CLIENT_IN_WINDOW} and t.user_id = any($3::text[])
         union ${seen("'anonymous:' || t.anonymous_id")} where ${CLIENT_IN_WINDOW} and t.anonymous_id = any($4::text[])
         union ${seen('r')} cross join lateral unnest(t.refs) r
         where t.id = any(array(${idsByRef('$5')})) and ${CLIENT_IN_WINDOW} and r = any($5::text[])
       ) s order by 1, 2, 3`,
      [...times(window), users, anonymous, refs],
    );
    const read = contextReader();
    return rows.map(({ context, ...row }) => ({ ...row, context: read(context) }));
  }

  async refused(tags: readonly string[], window: Window): Promise<{ tag: string; reason: string; ref: string }[]> {
    if (tags.length === 0) return [];
    const { rows } = await this.reader.query<{ tag: string; reason: string; ref: string }>(
      `select tag, reason, concat_ws('/', to_char(day, 'YYYY-MM-DD'), collector, key_id, reason, slot) as ref
       from ingest.collector_reject_samples, unnest(subjects) tag
       where occurred_at >= $1 and occurred_at < $2 and tag = any($3::text[])
       union
       select tag, 'rate_limited', to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from ingest.collector_limited
       where hour > $1::timestamptz - interval '1 hour' and hour < $2 and tag = any($3::text[])
       order by 1, 2, 3`,
      [...times(window), tags],
    );
    return rows;
  }

  /** Silence of all clients together, measured against the same time of day on the days before. */
  async outages(days: readonly Window[]) {
    // Days that begin within a slot would share the events of it.
    const together = days.every(({ from, to }) => from % SLOT_MS === 0 && to % SLOT_MS === 0);
    const found: Window[] = [];
    for (const some of together ? [days] : days.map((day) => [day])) {
      const slots = await this.slots({ from: usualFrom(some[0]!), to: some.at(-1)!.to });
      for (const day of some)
        found.push(
          ...silences(
            slots.filter(({ at }) => at > usualFrom(day) - SLOT_MS && at < day.to),
            day,
          ),
        );
    }
    return found.map((silence) => ({ ...silence, why: 'silence' }));
  }

  private async slots(window: Window): Promise<{ at: number; events: number }[]> {
    const { rows } = await this.reader.query<{ at: number; events: number }>(
      `select (extract(epoch from date_bin($3 * interval '1 ms', t.occurred_at, 'epoch')) * 1000)::float8 as at, count(*)::int as events
       from ingest.tracked_events t where ${CLIENT_IN_WINDOW} group by 1`,
      [...times(window), SLOT_MS],
    );
    return rows;
  }

  async links(keys: readonly Key[]): Promise<{ user: Key; anonymous: Key }[]> {
    if (keys.length === 0) return [];
    const { users, anonymous } = splitKeys(keys);
    const { rows } = await this.reader.query<{ user: Key; anonymous: Key }>(
      `select 'user:' || user_id as "user", 'anonymous:' || anonymous_id as anonymous from ingest.sdk_links
       where user_id = any($1::text[]) or anonymous_id = any($2::text[])`,
      [users, anonymous],
    );
    return rows;
  }
}

// Key by key in the index. `refs && keys` compares every event with every key and passes for cheap, and so does a join with the window,
// because nobody can tell beforehand how few events a key has: hence an array of ids.
const idsByRef = (refs: string): string =>
  `select e.id from unnest(${refs}::text[]) k join ingest.tracked_events e on e.refs <> '{}' and e.refs @> array[k]`;

interface Stored extends StoredTracked {
  context: string;
}

const rowsOf = (rows: readonly Stored[]): TrackedRow[] => {
  const read = contextReader();
  return rows.map((row) => trackedRow(row, read(row.context)));
};
