import { addDays, type Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { literal } from '../storage/literal.js';
import type { Snapshot } from './sums.js';

/** Which sources there are, and whether each tells of single events or counts alone. */
export type TrackedSources = Readonly<Record<string, { readonly matchedBy: 'id' | 'count' }>>;

/** The tracked side of a funnel: what one source saw. */
export interface TrackedArm {
  source: string;
  counts: boolean;
  /** What to select events from: `kind`, `occurred_at`, `received_at`, `user_id`, `anonymous_id`, `refs`, `lineage` and behaviours. */
  events: string;
  /** The same of pairs that browsers linked: `anonymous_id`, `user_id`. */
  links: string;
}

const OWN = 'collector';
const AROUND_DAYS = 4; // events of a true checkout are looked for on the days around it

/**
 * The arm of a source over some days, of another than the collector as it was fetched last (by `until`). Throws Problem
 * `invalid_request` for a source that there is not, and for one that counts where single events are `needed`.
 */
export function trackedArm(
  sources: TrackedSources,
  source: string | undefined,
  { from, to, until, needed }: { from: Day; to: Day; until?: Date; needed: boolean },
): TrackedArm {
  if (source === undefined || source === OWN)
    return { source: OWN, counts: false, events: 'ingest.tracked_events', links: 'ingest.sdk_links' };
  const known = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (!known) {
    const names = [...new Set([OWN, ...Object.keys(sources)])].join(', ');
    throw new Problem('invalid_request', `There is no source "${source}"; there is ${names}.`);
  }
  const counts = known.matchedBy === 'count';
  if (counts && needed) throw new Problem('invalid_request', `${source} counts, and tells nothing of single events.`);
  return { source, counts, ...fetchedFrom(source, { from, to, until }) };
}

function fetchedFrom(source: string, { from, to, until }: { from: Day; to: Day; until?: Date | undefined }) {
  const name = literal(source);
  const then = until === undefined ? '' : `and fetched_at <= ${literal(until.toISOString())}`;
  const days = `day between ${literal(addDays(from, -AROUND_DAYS))} and ${literal(addDays(to, AROUND_DAYS))}`;
  return {
    events: `(select p.* from reconcile.pulled_events p where p.pull_id in (
      select distinct on (day) id from reconcile.pulls where source = ${name} and ${days} ${then} order by day, id desc))`,
    links: `(select k.anonymous_id, k.user_id from reconcile.pulled_links k join reconcile.pulls l on l.id = k.pull_id where l.source = ${name})`,
  };
}

/** How often events of a kind came by the count of a source that counts. */
export async function countedBy(
  { client }: Snapshot,
  { source }: TrackedArm,
  { from, to, until }: { from: Day; to: Day; until?: Date | undefined },
): Promise<{ kind: string; events: bigint }[]> {
  const { rows } = await client.query<{ kind: string; events: bigint }>(
    `select c.kind, sum(c.count)::bigint as events from reconcile.pulled_counts c
     where c.first_user_source = '' and c.currency = '' and c.pull_id in (
       select distinct on (day) id from reconcile.pulls
       where source = $1 and day between $2 and $3 and ($4::timestamptz is null or fetched_at <= $4) order by day, id desc)
     group by 1`,
    [source, from, to, until ?? null],
  );
  return rows;
}

/** Days of the range of which nothing was fetched, so that the tracked side has nothing of them; none of the collector. */
export async function notFetched(
  { client }: Snapshot,
  { source }: TrackedArm,
  { from, to, until }: { from: Day; to: Day; until?: Date | undefined },
): Promise<Day[]> {
  if (source === OWN) return [];
  const { rows } = await client.query<{ day: Day }>(
    `select to_char(d, 'YYYY-MM-DD') as day from generate_series($2::date, $3::date, interval '1 day') d
     where not exists (select from reconcile.pulls p
       where p.source = $1 and p.day = d::date and ($4::timestamptz is null or p.fetched_at <= $4)) order by 1`,
    [source, from, to, until ?? null],
  );
  return rows.map(({ day }) => day);
}
