import type { Day } from '../../kernel/day.js';
import type { Key, Reader, Window } from '../source.js';
import type { StoredPage } from '../source-type.js';

/** A page that a person asked a server for, by its access log. */
export interface PageRequest {
  /** What it names: `order:o1`, `session:cs_1`, `anonymous:a1`, `user:u1`. */
  key: Key;
  /** Epoch milliseconds. */
  at: number;
  /** Without its query. */
  path: string;
  /** Whether the collector had an event from the same network, browser and device within half an hour. */
  beacon: boolean;
  /** Why what they saw may not be what the site serves now; null when it was asked for and made at that time. */
  stored: StoredPage | null;
  /** Source, and id of the line in it. */
  log: string;
  requestId: string;
}

// A visitor is the network, browser and device: what a log and an event both tell. Two people behind one address may look like one, so a
// beacon says less than its absence.
const BEACON = `exists (select from ingest.tracked_events t where t.client_hash = p.client_hash and t.lineage = 'client'
  and t.occurred_at between p.at - interval '30 minutes' and p.at + interval '30 minutes'
  and (t.browser is null or p.browser is null or t.browser = p.browser) and (t.device is null or p.device is null or t.device = p.device))`;

/** Requests of people (no bots, none without a user agent) that name one of the keys, the earliest first. None where no access log is read. */
export async function pageRequests(reader: Reader, keys: readonly Key[], window: Window): Promise<PageRequest[]> {
  if (keys.length === 0) return [];
  const { rows } = await reader.query<PageRequest>(
    `select k.key, (extract(epoch from p.at) * 1000)::float8 as at, p.path, ${BEACON} as beacon, p.stored, l.source as log, p.request_id as "requestId"
     from reconcile.page_requests p join reconcile.latest_pulls l on l.id = p.pull_id
     cross join lateral unnest(p.keys) as k(key)
     where p.keys && $1::text[] and k.key = any($1::text[]) and p.at >= $2 and p.at < $3 order by p.at, p.request_id, k.key`,
    [keys, new Date(window.from), new Date(window.to)],
  );
  return rows;
}

/** What one access log says of a day. `without_beacon`: visitors whose browser sent the collector nothing. */
export interface PageRequestDay {
  day: Day;
  source: string;
  requests: number;
  visitors: number;
  without_beacon: number;
  bots: number;
  no_user_agent: number;
}

/** Per day and access log, both days included. */
export async function pageRequestDays(reader: Reader, from: Day, to: Day, source?: string): Promise<PageRequestDay[]> {
  const { rows } = await reader.query<PageRequestDay>(
    `select l.day, l.source, coalesce(v.requests, 0)::int as requests, coalesce(v.visitors, 0)::int as visitors,
       coalesce(v.without_beacon, 0)::int as without_beacon, coalesce(n.bots, 0)::int as bots, coalesce(n.no_user_agent, 0)::int as no_user_agent
     from reconcile.latest_pulls l
     join (select pull_id, sum(count) filter (where event = 'bot') as bots, sum(count) filter (where event = 'no_user_agent') as no_user_agent
           from reconcile.pulled_names where event in ('bot', 'no_user_agent', 'page_request') group by pull_id) n on n.pull_id = l.id
     left join lateral (
       select sum(requests) as requests, count(*) as visitors, count(*) filter (where not beacon) as without_beacon
       from (select count(*) as requests, bool_or(${BEACON}) as beacon from reconcile.page_requests p where p.pull_id = l.id
             group by p.client_hash, p.browser, p.device) visitor
     ) v on true
     where l.day between $1 and $2 and ($3::text is null or l.source = $3) order by l.day, l.source`,
    [from, to, source],
  );
  return rows;
}
