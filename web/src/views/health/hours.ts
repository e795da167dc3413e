import type { Schemas } from '../../api.ts';

export type Hour = Schemas['CompletenessPage']['data'][number];

/** What an hour shows at a glance. `silent`: no list to compare with, and nothing came. */
export type Look = Hour['status'] | 'silent';

/** The days of one provider, the newest first, each with its 24 hours as the clock of the zone has them. */
export interface Strip {
  provider: string;
  days: readonly { day: string; hours: readonly (readonly Hour[])[] }[];
}

const HOURS = 24;

/**
 * Hours in their place: a day per row, an hour of the zone's clock per column. Where a clock is put back two hours share a place, where it is
 * put forward a place is empty; so is one that has not begun.
 */
export function stripsOf(rows: readonly Hour[], zone: string): Strip[] {
  const placeOf = clockOf(zone);
  const strips = new Map<string, Map<string, Hour[][]>>();
  for (const row of rows) {
    const { day, hour } = placeOf(row.hour);
    const days = strips.get(row.provider) ?? new Map<string, Hour[][]>();
    strips.set(row.provider, days);
    const hours = days.get(day) ?? Array.from({ length: HOURS }, (): Hour[] => []);
    days.set(day, hours);
    hours[hour]!.push(row);
  }
  return [...strips]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([provider, days]) => ({
      provider,
      days: [...days].map(([day, hours]) => ({ day, hours })).sort((a, b) => (a.day < b.day ? 1 : -1)),
    }));
}

/** Day and hour of an instant, as the clock of a zone shows them. */
export function clockOf(zone: string): (iso: string) => { day: string; hour: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', hourCycle: 'h23' },
  });
  return (iso) => {
    const parts = new Map(format.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
    return {
      day: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
      hour: Number(parts.get('hour')),
    };
  };
}

const WORST_FIRST: readonly Look[] = ['missing', 'unchecked', 'healed', 'complete', 'not_listed', 'silent'];

/** The worst of the hours of one place; undefined where there is none. */
export const lookOf = (hours: readonly Hour[]): Look | undefined =>
  hours
    .map(({ status, deliveries }): Look => (status === 'not_listed' && deliveries === 0 ? 'silent' : status))
    .sort((a, b) => WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b))[0];

/** What one hour is to know of: something that is missing, was fetched, or was not compared. */
export const isFinding = ({ status }: Hour): boolean => ['healed', 'missing', 'unchecked'].includes(status);
