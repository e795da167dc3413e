import type { CompletenessStore, HourRow, ProviderRow } from '../ingest/completeness-store.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';

export interface CompletenessQuery {
  provider?: string;
  from: Day;
  to: Day;
  limit: number;
  cursor?: string;
}

/**
 * The hours of a range: `{ from, to, data: [{ provider, hour, status, listed, expected, delivered, healed, missing, healed_ids, missing_ids, deliveries,
 * checked_at }], next_cursor, providers }`. Only hours that have begun. `expected` are the listed events that mean something here.
 */
export async function completenessPage(store: CompletenessStore, query: CompletenessQuery, zone: Zone, now: Date) {
  const from = new Date(zone.startOf(query.from));
  const until = new Date(Math.min(zone.startOf(addDays(query.to, 1)), now.getTime()));
  const { provider, limit } = query;
  const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const [rows, providers] = await Promise.all([
    from < until ? store.hours({ provider, from, until, after, limit: limit + 1 }) : [],
    store.providers(now),
  ]);
  const last = rows[limit - 1];
  return {
    from: query.from,
    to: query.to,
    data: rows.slice(0, limit).map(hourBody),
    next_cursor: rows.length > limit && last ? `${last.hour.toISOString()}~${last.provider}` : null,
    providers: providers.filter((each) => provider === undefined || each.provider === provider).map(providerBody),
  };
}

function hourBody(row: HourRow) {
  const { provider, hour, listed, expected, delivered, healed, deliveries, checked_at } = row;
  const { healed_ids, missing_ids } = row;
  const checked = checked_at !== null;
  return {
    provider,
    hour,
    status: statusOf(row),
    ...(checked ? { listed, expected, delivered, healed, missing: missingIn(row) } : {}),
    ...(checked ? { healed_ids: healed_ids ?? [], missing_ids: missing_ids ?? [] } : {}),
    deliveries,
    checked_at,
  };
}

const missingIn = ({ expected, delivered, healed }: HourRow): number =>
  (expected ?? 0) - (delivered ?? 0) - (healed ?? 0);

function statusOf(row: HourRow): 'complete' | 'healed' | 'missing' | 'unchecked' | 'not_listed' {
  if (row.checked_at === null) return row.ours ? 'unchecked' : 'not_listed';
  if (missingIn(row) > 0) return 'missing';
  return (row.healed ?? 0) > 0 ? 'healed' : 'complete';
}

const providerBody = ({ provider, since, failed_at, error, ...counts }: ProviderRow) => ({
  provider,
  listed_since: since,
  unchecked_hours: counts.unchecked,
  missing: counts.missing,
  healed: counts.healed,
  shortened: counts.shortened,
  given_up: counts.given_up,
  last_delivery_at: counts.last_delivery_at,
  silent: counts.silent,
  ...(error === null ? {} : { failed_at, error }),
});

function placeOf(cursor: string): { provider: string; hour: Date } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~([\w-]{1,50})$/.exec(cursor);
  if (!match || Number.isNaN(Date.parse(match[1]!)))
    throw new Problem('invalid_request', 'the cursor is not one of this list');
  return { hour: new Date(match[1]!), provider: match[2]! };
}
