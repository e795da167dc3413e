import { createHash } from 'node:crypto';
import { addDays, type Day, daysBetween, daysBetweenBoth, type Zone } from '../../kernel/day.js';
import { REACH_DAYS } from '../match.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import type { AnySource, Reader } from '../source.js';

interface Given {
  source: AnySource;
  metric: ReconciledMetric;
  zone: Zone;
  now: Date;
}

/** What there is for a comparison of a day, in a few numbers. */
export type CountsOf = (day: Day) => readonly unknown[];

/**
 * What a comparison is made from, as a digest that costs a few counts: the truth of the day, the events, links and refusals around it, and
 * whether late events may still come. Equal digests mean that comparing again would say the same, but for what merged customers and
 * purchases bring together anew: the nightly run compares whatever the digest says. `counts`: of days that hold this one, where they were
 * counted together.
 */
export async function inputsOf(
  reader: Reader,
  { source, metric, day, zone, now, counts }: Given & { day: Day; counts?: CountsOf },
): Promise<string> {
  const counted = counts ?? (await countInputs(reader, metric, [day], zone));
  const fetched = await source.inputs?.(reader, day);
  const settled = now.getTime() >= zone.startOf(addDays(day, 1)) + source.settlesMs;
  return createHash('sha256')
    .update(JSON.stringify([source.name, metric.name, day, settled, counted(day), fetched]))
    .digest('hex');
}

/** By the number of the day, 1 for the first; days of which there is nothing are left out. */
interface Row {
  model: string | null;
  truth: Record<number, [count: number, last: number]> | null;
  events: Record<number, [count: number, last: number, deliveries: number]> | null;
  links: Record<number, number> | null;
  rejects: Record<number, number> | null;
  limited: Record<number, number> | null;
}

/** Counts for days in a row, by one statement. */
export async function countInputs(
  reader: Reader,
  metric: ReconciledMetric,
  days: readonly Day[],
  zone: Zone,
): Promise<CountsOf> {
  const [first, last] = [addDays(days[0]!, -REACH_DAYS), addDays(days.at(-1)!, REACH_DAYS)];
  const starts = [...daysBetweenBoth(first, last), addDays(last, 1)].map((day) => new Date(zone.startOf(day)));
  const { rows } = await reader.query<Row>(STATEMENT, [
    metric.truth,
    first,
    last,
    metric.kind,
    starts,
    starts[0],
    starts.at(-1),
  ]);
  const { model, truth, events, links, rejects, limited } = rows[0]!;
  return (day) => {
    const own = daysBetween(first, day) + 1;
    const near = Array.from({ length: 2 * REACH_DAYS + 1 }, (_, index) => own - REACH_DAYS + index);
    const found = near.flatMap((nth) => (events?.[nth] ? [events[nth]] : []));
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    return [
      model,
      truth?.[own] ?? [0, null],
      found.length === 0
        ? [0, null, null]
        : [
            sum(found.map(([count]) => count)),
            Math.max(...found.map(([, id]) => id)),
            sum(found.map(([, , sent]) => sent)),
          ],
      sum(near.map((nth) => links?.[nth] ?? 0)),
      rejects?.[own] ?? 0,
      limited?.[own] ?? 0,
    ];
  };
}

const byDay = (table: string, at: string, more = 'true', counted = 'count(*)'): string =>
  `(select jsonb_object_agg(nth, said) from (select width_bucket(${at}, $5::timestamptz[]) as nth, to_jsonb(${counted}) as said from ${table}
    where ${more} and ${at} >= $6 and ${at} < $7 group by 1) t)`;
const STATEMENT = `select (select model_version from model.checkpoint) as model,
  (select jsonb_object_agg(nth, said) from (select day - $2::date + 1 as nth, jsonb_build_array(count(*), max(position)) as said
    from model.contributions where metric = $1 and day between $2 and $3 group by 1) t) as truth,
  ${byDay('ingest.tracked_events', 'occurred_at', 'kind = $4', 'jsonb_build_array(count(*), max(id), sum(deliveries))')} as events,
  ${byDay('ingest.sdk_links', 'seen_at')} as links,
  ${byDay('ingest.collector_reject_samples', 'occurred_at')} as rejects,
  ${byDay('ingest.collector_limited', 'hour', 'true', 'sum(events)')} as limited`;
