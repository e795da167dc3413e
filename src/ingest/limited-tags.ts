import type pg from 'pg';
import type { Reject } from './tracked-store.js';

const HOUR_MS = 3_600_000;
const TAGS_MAX = 10_000; // per hour and process: anybody can send requests that are refused, under as many names as they like

interface LimitedRow {
  /** RFC 3339. */
  hour: string;
  tag: string;
  /** Requests. */
  events: number;
}

export type LimitedTags = (rejects: readonly Reject[]) => LimitedRow[];

/** Counts whose requests were answered with 429 in which hour, for the first persons of each hour. */
export function limitedTagsByHour(): LimitedTags {
  let hour = '';
  const told = new Set<string>();
  return (rejects) => {
    const counts = new Map<string, LimitedRow>();
    for (const { receivedAt, limited = [] } of rejects) {
      const now = new Date(Math.floor(receivedAt.getTime() / HOUR_MS) * HOUR_MS).toISOString();
      if (now !== hour) told.clear();
      hour = now;
      for (const tag of limited) {
        if (!told.has(tag) && told.size >= TAGS_MAX) continue;
        told.add(tag);
        const known = counts.get(`${hour} ${tag}`);
        if (known) known.events += 1;
        else counts.set(`${hour} ${tag}`, { hour, tag, events: 1 });
      }
    }
    return [...counts.keys()].sort().map((key) => counts.get(key)!);
  };
}

/** Adds the counts. Rows come sorted: two processes that write the same ones lock them in one order. */
export async function writeLimited(client: pg.ClientBase, rows: readonly LimitedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into ingest.collector_limited as c (hour, tag, events)
     select * from json_to_recordset($1::json) as r(hour timestamptz, tag text, events bigint)
     on conflict (hour, tag) do update set events = c.events + excluded.events`,
    [JSON.stringify(rows)],
  );
}
