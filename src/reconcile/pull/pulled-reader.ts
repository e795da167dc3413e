import type { Zone } from '../../kernel/day.js';
import type { Outage } from '../cause.js';
import type { Key, Reader, Seen, SourceReader, TrackedRow, Window } from '../source.js';
import { splitKeys, type StoredTracked, times, trackedRow } from '../tracked/stored-tracked.js';
import { contextOf, contextReader } from '../tracked/tracked-context.js';

// The snapshots that hold now, of the days that a window touches. Days of any zone begin within a day of its instants.
const LATEST = `(select id from reconcile.latest_pulls where source = $1
  and day between ($2::timestamptz at time zone 'utc')::date - 1 and ($3::timestamptz at time zone 'utc')::date + 1) l`;
const COLUMNS = `p.message_id as id, p.message_id, p.user_id, p.anonymous_id, p.refs, p.value_minor, p.value_basis, p.currency, p.value_problem,
  (extract(epoch from p.occurred_at) * 1000)::float8 as at, (extract(epoch from p.received_at) * 1000)::float8 as received_at,
  p.deliveries, p.is_bot, p.source, ${contextOf('p')} as context`;
const EVENTS = `from reconcile.pulled_events p join ${LATEST} on l.id = p.pull_id
  where p.occurred_at >= $2 and p.occurred_at < $3 and p.kind = $4`;

/** What was fetched from a source whose events have ids, as the newest snapshot of each day has it. */
export class PulledReader implements SourceReader {
  constructor(
    private readonly reader: Reader,
    private readonly source: string,
    private readonly zone: Zone,
  ) {}

  async maps(kind: string, valued: boolean): Promise<boolean> {
    const { rows } = await this.reader.query<{ maps: boolean }>(
      `select exists (select from reconcile.pulls l join reconcile.pulled_events p on p.pull_id = l.id
         where l.source = $1 and p.kind = $2 and p.lineage = 'client' and (not $3 or p.value_basis is not null)) as maps`,
      [this.source, kind, valued],
    );
    return rows[0]!.maps;
  }

  async tracked(kind: string, window: Window): Promise<TrackedRow[]> {
    const { rows } = await this.reader.query<StoredRow>(`select ${COLUMNS} ${EVENTS} and p.lineage = 'client'`, [
      this.source,
      ...times(window),
      kind,
    ]);
    return rowsOf(rows);
  }

  async trackedOf(kind: string, keys: readonly Key[], window: Window): Promise<TrackedRow[]> {
    if (keys.length === 0) return [];
    const { users, anonymous, refs } = splitKeys(keys);
    const { rows } = await this.reader.query<StoredRow>(
      `select ${COLUMNS} ${EVENTS} and p.lineage = 'client'
         and (p.user_id = any($5::text[]) or p.anonymous_id = any($6::text[]) or exists (select from unnest(p.refs) r where r = any($7::text[])))`,
      [this.source, ...times(window), kind, users, anonymous, refs],
    );
    return rowsOf(rows);
  }

  async serverSide(kind: string, window: Window): Promise<number> {
    const { rows } = await this.reader.query<{ count: number }>(
      `select count(*)::int as count ${EVENTS} and p.lineage <> 'client'`,
      [this.source, ...times(window), kind],
    );
    return rows[0]!.count;
  }

  async seen(keys: readonly Key[], window: Window, described = false): Promise<Seen[]> {
    if (keys.length === 0) return [];
    const { rows } = await this.reader.query<{ key: Key; at: number; context: string }>(
      `select distinct p.key, (extract(epoch from p.at) * 1000)::float8 as at, ${described ? 'p.context' : "''"} as context
       from reconcile.pulled_seen p join ${LATEST} on l.id = p.pull_id
       where p.at > $2::timestamptz - interval '15 minutes' and p.at < $3 and p.key = any($4::text[])`,
      [this.source, ...times(window), keys],
    );
    const read = contextReader();
    return rows.map(({ context, ...row }) => ({ ...row, context: read(context) }));
  }

  /** What a tool refused it does not tell. */
  refused(): Promise<{ tag: string; reason: string }[]> {
    return Promise.resolve([]);
  }

  /** From the last answer on, when the day was not over then and cannot be read since. */
  async outages(days: readonly Window[]): Promise<Outage[]> {
    return (await Promise.all(days.map((day) => this.outagesOn(day)))).flat();
  }

  private async outagesOn({ from, to }: Window): Promise<Outage[]> {
    const { rows } = await this.reader.query<{ from: number; error: string }>(
      `select (extract(epoch from checked_at) * 1000)::float8 as "from", split_part(error, E'\\n', 1) as error
       from reconcile.pull_states where source = $1 and day = $2 and error is not null and checked_at < $3`,
      [this.source, this.zone.dayOf(from), new Date(to)],
    );
    return rows.map(({ from: last, error }) => ({ from: Math.max(from, last), to, why: `not read: ${error}` }));
  }

  async links(keys: readonly Key[]): Promise<{ user: Key; anonymous: Key }[]> {
    if (keys.length === 0) return [];
    const { users, anonymous } = splitKeys(keys);
    const { rows } = await this.reader.query<{ user: Key; anonymous: Key }>(
      `select distinct 'user:' || k.user_id as "user", 'anonymous:' || k.anonymous_id as anonymous
       from reconcile.pulled_links k join reconcile.pulls l on l.id = k.pull_id
       where l.source = $1 and (k.user_id = any($2::text[]) or k.anonymous_id = any($3::text[])) order by 1, 2`,
      [this.source, users, anonymous],
    );
    return rows;
  }
}

interface StoredRow extends StoredTracked {
  context: string;
}

function rowsOf(rows: readonly StoredRow[]): TrackedRow[] {
  const read = contextReader();
  return rows.map((row) => trackedRow(row, read(row.context)));
}
