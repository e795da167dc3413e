import type { MetricDefinition } from '../catalog/metric-definition.js';
import { addDays, type Day } from '../kernel/day.js';
import type { Position } from '../ledger/ledger.js';

/** A close, as numbers are read from it: its sums are rows of `close.rows`. */
export interface ClosedDays {
  period: string;
  version: number;
  from: Day;
  to: Day;
  /** The ledger position that its numbers are of. */
  upTo: Position;
  digest: string;
  modelVersion: string;
  /** Where the ledger says that it was closed. */
  closedPosition: Position;
  header: { metrics: Readonly<Record<string, MetricDefinition>> };
}

/** What the reports ask of the close. */
export interface Closings {
  /** Closes in force now, or when the ledger ended at a position, in the order of their days; those that share a day with the range. */
  inForce(query: { from?: Day; to?: Day; at?: Position }): Promise<ClosedDays[]>;
  /** The last close of a period, `2026-10`, or that of a version, `2026-10@1`. */
  find(name: string): Promise<ClosedDays | undefined>;
}

/** Days that are read alike: from one close, or as the model knows them. */
export interface Segment {
  from: Day;
  to: Day;
  closing?: ClosedDays;
}

/** Cuts a range of days where a close begins or ends. `closings` are in order and share no day. */
export function segmentsOf(from: Day, to: Day, closings: readonly ClosedDays[]): Segment[] {
  const found: Segment[] = [];
  let next = from;
  for (const closing of closings) {
    if (closing.to < next || closing.from > to) continue;
    if (closing.from > next) found.push({ from: next, to: addDays(closing.from, -1) });
    const begins = closing.from > next ? closing.from : next;
    const ends = closing.to < to ? closing.to : to;
    found.push({ from: begins, to: ends, closing });
    next = addDays(ends, 1);
  }
  if (next <= to) found.push({ from: next, to });
  return found;
}

/** Whether every day of a range is closed. */
export const isAllClosed = (from: Day, to: Day, closings: readonly ClosedDays[]): boolean =>
  segmentsOf(from, to, closings).every(({ closing }) => closing !== undefined);

/** A close as answers name it. */
export const closeJson = ({ period, version, upTo, digest, modelVersion }: ClosedDays) => ({
  period,
  version,
  up_to: upTo,
  digest,
  model_version: modelVersion,
});
