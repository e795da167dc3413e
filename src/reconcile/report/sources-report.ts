import type { Day } from '../../kernel/day.js';
import type { ConfiguredSource } from '../source-type.js';
import type { AnySource, Reader } from '../source.js';

const HOUR_MS = 3_600_000;

/** A source as it is set up, and how the last attempts to fetch from it went. */
export interface SourceListed {
  name: string;
  type: string;
  meaning: string;
  /** Null for evidence, which nothing is compared with. */
  matched_by: 'id' | 'count' | null;
  settles_hours: number;
  /** The newest day that was compared with it. */
  newest_compared: Day | null;
  last_fetch: { day: Day; fetched_at: string; time_zone: string; flags: string[]; notes: string[] } | null;
  /** Days whose last attempt failed, the newest first, at most ten. */
  failures: { day: Day; error: string; failures: number; retry_at: string | null }[];
}

export async function listSources(
  reader: Reader,
  sources: Readonly<Record<string, AnySource>>,
  configured: readonly ConfiguredSource[],
): Promise<SourceListed[]> {
  const newest = await newestCompared(reader, [...Object.keys(sources), ...configured.map(({ name }) => name)]);
  const own = Object.values(sources).filter(({ name }) => !configured.some((each) => each.name === name));
  const always = own.map(({ name, meaning, matchedBy, settlesMs }) => ({
    ...{ name, type: name, meaning, matched_by: matchedBy, settles_hours: settlesMs / HOUR_MS },
    ...{ newest_compared: newest.get(name) ?? null, last_fetch: null, failures: [] },
  }));
  const fetched = configured.map(async ({ name, type, settlesMs }) => ({
    ...{ name, type: type.name, meaning: type.meaning, matched_by: sources[name]?.matchedBy ?? null },
    ...{ settles_hours: settlesMs / HOUR_MS, newest_compared: newest.get(name) ?? null },
    ...(await stateOf(reader, name)),
  }));
  return [...always, ...(await Promise.all(fetched))];
}

/** Of each source, read from the newest end of an index: its first row there. */
async function newestCompared(reader: Reader, names: readonly string[]): Promise<ReadonlyMap<string, Day>> {
  const { rows } = await reader.query<{ name: string; day: Day }>(
    `select name, day from unnest($1::text[]) as name, lateral
       (select day from reconcile.recorded where source = name order by day desc limit 1) as newest`,
    [names],
  );
  return new Map(rows.map(({ name, day }) => [name, day]));
}

async function stateOf(reader: Reader, name: string): Promise<Pick<SourceListed, 'last_fetch' | 'failures'>> {
  const { rows: last } = await reader.query<{
    day: Day;
    fetched_at: Date;
    time_zone: string;
    flags: string[];
    notes: string[];
  }>(
    `select l.day, s.checked_at as fetched_at, l.time_zone, l.flags, l.notes
     from reconcile.latest_pulls l join reconcile.pull_states s using (source, day)
     where source = $1 and s.checked_at is not null order by s.checked_at desc, l.day desc limit 1`,
    [name],
  );
  const { rows: failed } = await reader.query<{ day: Day; error: string; failures: number; retry_at: Date | null }>(
    `select day, replace(error, E'\\n', ': ') as error, failures, retry_at from reconcile.pull_states where source = $1 and error is not null order by day desc limit 10`,
    [name],
  );
  return {
    last_fetch: last[0] ? { ...last[0], fetched_at: last[0].fetched_at.toISOString() } : null,
    failures: failed.map((row) => ({ ...row, retry_at: row.retry_at?.toISOString() ?? null })),
  };
}

/** An event name of a source: how often it came, and what it is taken for. */
export interface SourceEventName {
  event: string;
  /** Null: it is mapped to nothing, and counts nowhere. */
  kind: string | null;
  count: number;
}

/** Every event name of some days, what is mapped to nothing first. Times are those of the days in the reporting zone. */
export async function sourceEventNames(
  reader: Reader,
  source: string,
  range: { from: Day; to: Day; fromAt: Date; toAt: Date },
): Promise<SourceEventName[]> {
  const { rows } =
    source === 'collector'
      ? await reader.query<SourceEventName>(
          `select event, kind, count(*)::float8 as count from ingest.tracked_events
           where occurred_at >= $1 and occurred_at < $2 and lineage = 'client' group by 1, 2 order by (kind is not null), 3 desc, 1`,
          [range.fromAt, range.toAt],
        )
      : await reader.query<SourceEventName>(
          `select event, kind, sum(count)::float8 as count from reconcile.pulled_names n join reconcile.latest_pulls l on l.id = n.pull_id
           where l.source = $1 and l.day between $2 and $3 group by 1, 2 order by (kind is not null), 3 desc, 1`,
          [source, range.from, range.to],
        );
  return rows;
}

/** How the events of a kind divide by first touch, as a source that only counts has it. */
export interface FirstTouchCount {
  kind: string;
  source: string;
  count: number;
}

export async function firstTouchCounts(
  reader: Reader,
  source: string,
  { from, to }: { from: Day; to: Day },
): Promise<FirstTouchCount[]> {
  const { rows } = await reader.query<FirstTouchCount>(
    `select c.kind, c.first_user_source as source, sum(c.count)::float8 as count
     from reconcile.pulled_counts c join reconcile.latest_pulls l on l.id = c.pull_id
     where l.source = $1 and l.day between $2 and $3 and c.first_user_source <> '' group by 1, 2 order by 1, 3 desc, 2`,
    [source, from, to],
  );
  return rows;
}
