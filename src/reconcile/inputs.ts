import { createHash } from 'node:crypto';
import type { Day, Zone } from '../kernel/day.js';
import { windowOf } from './load-day.js';
import { REACH_DAYS } from './match.js';
import type { ReconciledMetric } from './reconciled-metrics.js';
import type { AnySource, Reader } from './source.js';

/**
 * What a comparison is made from, as a digest that costs a few counts: the truth of the day, the events, links and refusals around it, and
 * whether late events may still come. Equal digests mean that comparing again would say the same, but for what merged customers and
 * purchases bring together anew: the nightly run compares whatever the digest says.
 */
export async function inputsOf(
  reader: Reader,
  { source, metric, day, zone, now }: { source: AnySource; metric: ReconciledMetric; day: Day; zone: Zone; now: Date },
): Promise<string> {
  const own = windowOf(zone, day, 0);
  const near = windowOf(zone, day, REACH_DAYS);
  const times = [own.from, own.to, near.from, near.to].map((at) => new Date(at));
  const { rows } = await reader.query<{ inputs: unknown[] }>(
    `select jsonb_build_array(
       (select model_version from model.checkpoint),
       (select jsonb_build_array(count(*), max(position)) from model.contributions where metric = $1 and day = $2),
       (select jsonb_build_array(count(*), max(id), sum(deliveries)) from ingest.tracked_events
         where kind = $3 and occurred_at >= $6 and occurred_at < $7),
       (select count(*) from ingest.sdk_links where seen_at >= $6 and seen_at < $7),
       (select count(*) from ingest.collector_reject_samples where occurred_at >= $4 and occurred_at < $5),
       (select coalesce(sum(events), 0) from ingest.collector_limited where hour >= $4 and hour < $5)) as inputs`,
    [metric.truth, day, metric.kind, ...times],
  );
  const fetched = await source.inputs?.(reader, day);
  const settled = now.getTime() >= own.to + source.settlesMs;
  return createHash('sha256')
    .update(JSON.stringify([source.name, metric.name, day, settled, rows[0]!.inputs, fetched]))
    .digest('hex');
}
