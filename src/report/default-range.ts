import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, type Zone } from '../kernel/day.js';

const DAYS = 30;

/** The same question of the last 30 days, today included, where it names no days. */
export function withRange<Q extends { from?: Day; to?: Day }>(
  query: Q,
  { zone, clock }: { zone: Zone; clock: Clock },
): Q & { from: Day; to: Day } {
  const today = zone.dayOf(clock().getTime());
  const { from = addDays(today, 1 - DAYS), to = today } = query;
  return { ...query, from, to };
}
