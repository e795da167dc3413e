import type { Database } from '../storage/database.js';
import { GIVEN_UP } from './completion.js';

export const HOUR_MS = 3_600_000;
/** An hour is compared once it is over, and once more when late webhooks have had their chance: Stripe first retries within hours. */
const SETTLED_MS = 4 * HOUR_MS;
/** How long after its end an hour may stay unchecked before its numbers are called incomplete. */
const GRACE_MS = 6 * HOUR_MS;
const IDS_MAX = 100; // kept of an hour

/** What comparing one hour found. */
export interface HourFound {
  hour: Date;
  listed: number;
  expected: number;
  delivered: number;
  healed: number;
  healedIds: string[];
  missingIds: string[];
}

export interface HourRow {
  provider: string;
  hour: Date;
  listed: number | null;
  expected: number | null;
  delivered: number | null;
  healed: number | null;
  healed_ids: string[] | null;
  missing_ids: string[] | null;
  deliveries: number;
  checked_at: Date | null;
  ours: boolean;
}

export interface ProviderRow {
  provider: string;
  since: Date | null;
  failed_at: Date | null;
  error: string | null;
  unchecked: number;
  missing: number;
  healed: number;
  /** Webhooks that were too large and are not completed, and those of them that are not asked for again by themselves. */
  shortened: number;
  given_up: number;
  last_delivery_at: Date | null;
  silent: boolean;
}

/** When each hour of a provider's list was compared with the ledger, and what was found. */
export class CompletenessStore {
  constructor(private readonly database: Pick<Database, 'pool'>) {}

  /** Takes a provider's list into our care from a time on; the first call decides. */
  async care(provider: string, since: Date): Promise<void> {
    await this.database.pool.query(
      'insert into ingest.event_lists (provider, since) values ($1, $2) on conflict do nothing',
      [provider, floorHour(since)],
    );
  }

  /**
   * Hours to compare, the oldest first: those over, within reach, and not compared since they settled, or asked for again; and every hour
   * those that something is missing in.
   */
  async due(provider: string, reach: Date, now: Date): Promise<Date[]> {
    const { rows } = await this.database.pool.query<{ hour: Date }>(
      `select h.hour from ingest.event_lists l
       cross join generate_series(greatest(l.since, $2::timestamptz), $3::timestamptz - interval '1 hour', interval '1 hour') as h(hour)
       left join ingest.completeness c on c.provider = l.provider and c.hour = h.hour
       where l.provider = $1 and (c.hour is null or c.due
         or (c.checked_at < c.hour + $4 * interval '1 ms' and $5::timestamptz >= c.hour + $4 * interval '1 ms')
         or (c.expected > c.delivered + c.healed and c.checked_at <= $5::timestamptz - interval '1 hour'))
       order by 1`,
      [provider, ceilHour(reach), floorHour(now), SETTLED_MS + HOUR_MS, now],
    );
    return rows.map(({ hour }) => hour);
  }

  /** Asks for hours to be compared again. Their number. */
  async ask(provider: string, from: Date, until: Date): Promise<number> {
    await this.database.pool.query('update ingest.event_lists set since = least(since, $2) where provider = $1', [
      provider,
      floorHour(from),
    ]);
    const { rowCount } = await this.database.pool.query(
      `insert into ingest.completeness (provider, hour, listed, expected, delivered, healed, checked_at, due)
       select $1, hour, 0, 0, 0, 0, '-infinity', true
       from generate_series($2::timestamptz, $3::timestamptz - interval '1 ms', interval '1 hour') as h(hour)
       on conflict (provider, hour) do update set due = true`,
      [provider, floorHour(from), ceilHour(until)],
    );
    return rowCount ?? 0;
  }

  async found(provider: string, hours: readonly HourFound[], now: Date): Promise<void> {
    if (hours.length === 0) return;
    const rows = hours.map(({ healedIds, missingIds, ...each }) => ({
      ...each,
      healed_ids: healedIds.slice(0, IDS_MAX),
      missing_ids: missingIds.slice(0, IDS_MAX),
    }));
    await this.database.pool.query(
      `insert into ingest.completeness (provider, hour, listed, expected, delivered, healed, healed_ids, missing_ids, checked_at)
       select $1, hour, listed, expected, delivered, healed, healed_ids, missing_ids, $3
       from jsonb_to_recordset($2::jsonb) as r(hour timestamptz, listed int, expected int, delivered int, healed int, healed_ids text[], missing_ids text[])
       on conflict (provider, hour) do update set listed = excluded.listed, expected = excluded.expected,
         delivered = excluded.delivered, healed = excluded.healed, healed_ids = excluded.healed_ids,
         missing_ids = excluded.missing_ids, checked_at = excluded.checked_at, due = false`,
      [provider, JSON.stringify(rows), now],
    );
  }

  /** Says that the list could not be read, or (without an error) that it can. */
  async failed(provider: string, now: Date, error?: string): Promise<void> {
    await this.database.pool.query('update ingest.event_lists set failed_at = $2, error = $3 where provider = $1', [
      provider,
      error === undefined ? null : now,
      error ?? null,
    ]);
  }

  /** Adds deliveries of an hour, counted by this process. */
  async count(provider: string, hour: Date, deliveries: number, lastAt: Date): Promise<void> {
    await this.database.pool.query(
      `insert into ingest.delivery_counts as d (provider, hour, deliveries, last_at) values ($1, $2, $3, $4)
       on conflict (provider, hour) do update set deliveries = d.deliveries + excluded.deliveries,
         last_at = greatest(d.last_at, excluded.last_at)`,
      [provider, hour, deliveries, lastAt],
    );
  }

  /** Hours of a range with all that is known of them, by provider and hour, after a place in that order. */
  async hours(query: {
    provider?: string;
    from: Date;
    until: Date;
    after?: { provider: string; hour: Date };
    limit: number;
  }): Promise<HourRow[]> {
    const { rows } = await this.database.pool.query<HourRow>(
      `with providers as (
         select provider, since from ingest.event_lists
         union select distinct provider, null::timestamptz from ingest.delivery_counts
           where provider not in (select provider from ingest.event_lists))
       select p.provider, h.hour, c.listed, c.expected, c.delivered, c.healed, c.healed_ids, c.missing_ids,
         coalesce(d.deliveries, 0)::int as deliveries, nullif(c.checked_at, '-infinity') as checked_at,
         coalesce(h.hour >= p.since, false) as ours
       from providers p
       cross join generate_series($2::timestamptz, $3::timestamptz - interval '1 ms', interval '1 hour') as h(hour)
       left join ingest.completeness c on c.provider = p.provider and c.hour = h.hour
       left join ingest.delivery_counts d on d.provider = p.provider and d.hour = h.hour
       where ($1::text is null or p.provider = $1) and ($4::text is null or (p.provider, h.hour) > ($4, $5::timestamptz))
       order by p.provider, h.hour limit $6`,
      [
        query.provider ?? null,
        floorHour(query.from),
        query.until,
        query.after?.provider ?? null,
        query.after?.hour ?? null,
        query.limit,
      ],
    );
    return rows;
  }

  /**
   * How every provider stands now. Silent: nothing came in the last whole hour nor since, although each of the same hours of the last
   * week that had this provider at all (three at least) had deliveries.
   */
  async providers(now: Date): Promise<ProviderRow[]> {
    const { rows } = await this.database.pool.query<ProviderRow>(
      `with names as (select provider from ingest.event_lists union select provider from ingest.delivery_counts)
       select n.provider, l.since, l.failed_at, l.error,
         (select count(*)::int from ${OPEN_HOURS} where l.provider is not null and c.hour is null) as unchecked,
         (select coalesce(sum(c.expected - c.delivered - c.healed), 0)::int from ingest.completeness c where c.provider = n.provider) as missing,
         (select coalesce(sum(c.healed), 0)::int from ingest.completeness c where c.provider = n.provider) as healed,
         (select count(*)::int from ${SHORTENED} and d.origin = n.provider) as shortened,
         (select count(*)::int from ${SHORTENED} and d.origin = n.provider and $3 = any(d.errors)) as given_up,
         (select max(last_at) from ingest.delivery_counts d where d.provider = n.provider) as last_delivery_at,
         coalesce((select count(*) >= 3 and bool_and(d.deliveries is not null) from generate_series(1, 7) as w(days)
            left join ingest.delivery_counts d on d.provider = n.provider
              and d.hour = $1::timestamptz - interval '1 hour' - w.days * interval '24 hours'
            where $1::timestamptz - interval '1 hour' - w.days * interval '24 hours' >=
              (select min(hour) from ingest.delivery_counts f where f.provider = n.provider)), false)
         and not exists (select from ingest.delivery_counts d
            where d.provider = n.provider and d.hour >= $1::timestamptz - interval '1 hour') as silent
       from names n left join ingest.event_lists l using (provider) order by 1`,
      [floorHour(now), new Date(now.getTime() - GRACE_MS), GIVEN_UP],
    );
    return rows;
  }

  /**
   * Hours of a range in which something a provider lists is not in the ledger, or not whole, or of which nobody knows although it is time.
   */
  async incomplete(from: Date, until: Date, now: Date): Promise<Date[]> {
    const { rows } = await this.database.pool.query<{ hour: Date }>({
      name: 'hours_incomplete', // every number asks for it, and planning it takes longer than running it
      text: `select distinct h.hour from ingest.event_lists l
       cross join generate_series(greatest(l.since, $1::timestamptz), least($2::timestamptz, $3::timestamptz) - interval '1 hour', interval '1 hour') as h(hour)
       left join ingest.completeness c on c.provider = l.provider and c.hour = h.hour and c.checked_at <> '-infinity'
       where c.hour is null or c.expected > c.delivered + c.healed
       union
       select date_trunc('hour', (context ->> 'occurredAt')::timestamptz, 'UTC') from ingest.dead_letters
       where reason = 'truncated' and resolved_at is null and context ->> 'lost' = 'members'
         and (context ->> 'occurredAt')::timestamptz >= $1 and (context ->> 'occurredAt')::timestamptz < $2`,
      values: [floorHour(from), ceilHour(until), floorHour(new Date(now.getTime() - GRACE_MS))],
    });
    return rows.map(({ hour }) => hour);
  }
}

const SHORTENED = `ingest.dead_letters d where d.reason = 'truncated' and d.resolved_at is null`;

/** Hours of a list `l` that should have been compared by now, with their rows `c`; `$2` is the end of the last such hour. */
const OPEN_HOURS = `generate_series(l.since, $2::timestamptz - interval '1 hour', interval '1 hour') as h(hour)
  left join ingest.completeness c on c.provider = l.provider and c.hour = h.hour and c.checked_at <> '-infinity'`;

export const floorHour = (time: Date): Date => new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);
export const ceilHour = (time: Date): Date => new Date(Math.ceil(time.getTime() / HOUR_MS) * HOUR_MS);
