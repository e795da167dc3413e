import { addDays, type Day, daysBetweenBoth, Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { literal } from '../storage/literal.js';
import type { Snapshot } from './sums.js';

/** Which sources there are, whether each tells of single events or counts alone, and for how long after a day events of it come. */
export type TrackedSources = Readonly<
  Record<string, { readonly matchedBy: 'id' | 'count'; readonly settlesMs: number }>
>;

/** The tracked side of a funnel: what one source saw. */
export interface TrackedArm {
  source: string;
  counts: boolean;
  settlesMs: number;
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
    return {
      source: OWN,
      counts: false,
      settlesMs: sources[OWN]?.settlesMs ?? 0,
      events: 'ingest.tracked_events',
      links: 'ingest.sdk_links',
    };
  const known = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (!known) {
    const names = [...new Set([OWN, ...Object.keys(sources)])].join(', ');
    throw new Problem('invalid_request', `There is no source "${source}"; there is ${names}.`);
  }
  const counts = known.matchedBy === 'count';
  if (counts && needed) throw new Problem('invalid_request', `${source} counts, and tells nothing of single events.`);
  return { source, counts, settlesMs: known.settlesMs, ...fetchedFrom(source, { from, to, until }) };
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

/** What speaks of amounts alone does not concern steps that are counted. */
const OF_MONEY = /^revenue: /;

/**
 * Days of the range that the tracked side has and that are not to be trusted yet, or at all, each with why: fetched before they were over
 * (`partial`), looked at while events of them may still come (`provisional`), or what the source says of itself (`sampled`, `thresholded`).
 * `asked`: when, where the question is of the past, else now.
 */
export async function doubtfulDays(
  { client, timeZone }: Snapshot,
  { source, settlesMs }: TrackedArm,
  { from, to, until, now }: { from: Day; to: Day; until?: Date | undefined; now: Date },
): Promise<Record<Day, string[]>> {
  const zone = new Zone(timeZone);
  const asked = until ?? now;
  const looked: readonly Looked[] =
    source === OWN
      ? daysBetweenBoth(from, to).map((day) => ({ day, flags: [], looked_at: asked }))
      : await lookedAt(client, source, { from, to, until });
  const doubts = looked.flatMap(({ day, flags, looked_at: at }): [Day, string[]][] => {
    const end = zone.startOf(addDays(day, 1));
    if (zone.startOf(day) > asked.getTime()) return []; // a day to come has nothing to doubt
    const own = flags.filter((flag) => !OF_MONEY.test(flag));
    const told = at.getTime() < end + settlesMs ? [...own, unsettled(at.getTime() < end, source, settlesMs)] : own;
    return told.length > 0 ? [[day, told]] : [];
  });
  return Object.fromEntries(doubts);
}

const unsettled = (isOpen: boolean, source: string, settlesMs: number): string =>
  isOpen && source !== OWN
    ? 'partial: last fetched before the day was over'
    : `provisional: events may arrive for ${settlesMs / 3_600_000} hours after they happened`;

interface Looked {
  day: Day;
  flags: readonly string[];
  looked_at: Date;
}

/** The snapshots of some days, with when their source last said that they hold; of the past, with when they were fetched. */
async function lookedAt(
  client: Snapshot['client'],
  source: string,
  { from, to, until }: { from: Day; to: Day; until: Date | undefined },
): Promise<Looked[]> {
  const { rows } = await client.query<Looked>(
    `select distinct on (p.day) p.day, p.flags, case when $4::timestamptz is null then coalesce(s.checked_at, p.fetched_at) else p.fetched_at end as looked_at
     from reconcile.pulls p left join reconcile.pull_states s on s.source = p.source and s.day = p.day
     where p.source = $1 and p.day between $2 and $3 and ($4::timestamptz is null or p.fetched_at <= $4)
     order by p.day, p.id desc`,
    [source, from, to, until ?? null],
  );
  return rows;
}
